#include "check.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/domain.h"
#include "base/table.h"
#include "checkup.h"
#include "chronicle.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/form.h"
#include "config/problems.h"
#include "config/quantity.h"
#include "config/server.h"
#include "evidence/resolver.h"
#include "evidence/survey.h"
#include "origin.h"
#include "sheet.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where no configuration says what counts: one list by which large receivers
   refuse mail, or several lesser ones. */
#define UNCONFIGURED_LISTED_AT 3
#define UNCONFIGURED_COVERAGE 50
#define TIMEOUT_MS 3000
#define TRIES 2
#define PROGRESS_EVERY_MS 50
#define MARGIN_MAX_MS 50
/* Of the daemon's word; the lists take longer, as a rule. */
#define CHRONICLE_LIMIT_MS 500

static const int impact_weights[] = {
    [IMPACT_NOISE] = 1,
    [IMPACT_LOW] = 1,
    [IMPACT_MEDIUM] = 2,
    [IMPACT_HIGH] = 3,
};

struct check {
	const struct check_options *options;
	struct config *config;	     /* or NULL */
	struct directory *directory; /* own; NULL: the configuration's */
	struct list_use *uses;	     /* keys and zones are borrowed */
	size_t use_count;
	struct event_base *base;
	struct event *deadline;
	struct resolver *resolver;
	struct names **names; /* one for each argument that is a name */
	size_t name_count, names_open;
	struct origin *origin; /* NULL: no egress is "auto", or none is asked */
	struct chronicle *chronicle;
	struct survey *survey;
	struct checkup checkup;
	struct survey_subject *asked; /* the subjects, as survey has them */
	const char **notes;
	char *servers;	/* the resolver's, for people */
	char **strings; /* that the checkup borrows */
	size_t string_count;
	int64_t started_ms, shown_ms;
	bool knows_domains; /* some list does */
	bool seeks_origin, awaits_chronicle, is_surveyed, is_late;
};

/* ---- configuration ------------------------------------------------------ */

static void
print_problems(const struct problems *problems)
{
	for (size_t i = 0; i < problems_count(problems); i++)
		fprintf(stderr, "%s\n", problems_text(problems, i));
}

/* Without a configuration, or with one that cannot be used, arguments can be
   checked as well: 0. */
static int
load_config(struct check *check, struct problems *problems)
{
	const char *path = check->options->config_path;

	if (!path && access(CONFIG_PATH, F_OK) != 0)
		return 0;
	check->config = config_load(path ? path : CONFIG_PATH, problems);
	if (check->config)
		return 0;
	print_problems(problems);
	if (path || check->options->argument_count == 0)
		return -1;
	fputs("repgate: going on without a configuration\n", stderr);
	return 0;
}

static int
load_directory(struct check *check)
{
	const char *path = check->options->providers_path;
	struct problems *problems;

	if (!path && check->config)
		return 0;
	problems = problems_create();
	check->directory =
	    directory_read(path ? path : PROVIDERS_PATH, problems);
	if (!check->directory)
		print_problems(problems);
	problems_destroy(&problems);
	return check->directory ? 0 : -1;
}

/* A list that the configuration does not use only tells. */
static struct list_use
unconfigured_use(const struct check *check, const struct list *list)
{
	struct list_use use = {
	    .list = list,
	    .weight = impact_weights[list->impact],
	    .zone = list->zone,
	};

	if (!check->config && list->impact != IMPACT_NOISE) {
		use.scopes = SCOPES_DEFAULT;
		use.most = use.weight;
	}
	return use;
}

static const struct list_use *
configured_use(const struct check *check, const struct list *list)
{
	for (size_t i = 0; check->config && i < check->config->list_count; i++)
		if (strcmp(check->config->lists[i].list->id, list->id) == 0)
			return &check->config->lists[i];
	return NULL;
}

/* Lists that serve subscribers only answer nothing to others. */
static bool
needs_contract(const struct list *list)
{
	return list_needs_key(list) || list->terms == TERMS_PAID;
}

static void
add_use(struct check *check, const struct list *list)
{
	const struct list_use *configured = configured_use(check, list);
	struct list_use *use = &check->uses[check->use_count];

	if (list->is_dead) {
		check->checkup.dead++;
	} else if (configured) {
		*use = *configured;
		use->list = list;
		check->use_count++;
	} else if (needs_contract(list)) {
		check->checkup.keyless++;
	} else {
		*use = unconfigured_use(check, list);
		check->use_count++;
	}
}

static void
add_uses(struct check *check)
{
	const struct directory *directory =
	    check->directory ? check->directory : check->config->directory;

	check->uses = alloc_zeroed(directory->list_count, sizeof *check->uses);
	for (size_t i = 0; i < directory->list_count; i++)
		add_use(check, &directory->lists[i]);
	for (size_t i = 0; i < check->use_count; i++)
		check->knows_domains |= check->uses[i].list->knows_domain;
	check->checkup.listed_at =
	    check->config ? check->config->listed_at : UNCONFIGURED_LISTED_AT;
	check->checkup.coverage =
	    check->config ? check->config->coverage : UNCONFIGURED_COVERAGE;
}

/* ---- the loop ----------------------------------------------------------- */

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct check *check = arg;

	(void)fd, (void)what;
	check->is_late = true;
	event_base_loopbreak(check->base);
}

int
check_dns(const struct check_options *options, const struct config *config,
    struct dns_settings *settings, char server[SERVER_TEXT_MAX])
{
	*settings =
	    (struct dns_settings){.timeout_ms = TIMEOUT_MS, .tries = TRIES};
	if (config)
		*settings = config->dns;
	if (options->server) {
		if (server_parse(options->server, server) != 0) {
			fprintf(stderr,
			    "repgate: --server \"%s\": expected %s\n",
			    options->server, server_form(options->server));
			return -1;
		}
		settings->servers = server;
	}
	if (settings->timeout_ms > options->deadline_ms)
		settings->timeout_ms = options->deadline_ms;
	return 0;
}

static int
open_resolver(struct check *check)
{
	struct dns_settings settings;
	char server[SERVER_TEXT_MAX], *reason = NULL;

	if (check_dns(check->options, check->config, &settings, server) != 0)
		return -1;
	free(check->servers);
	check->servers =
	    settings.servers
		? alloc_printf("the DNS server %s", settings.servers)
		: alloc_string("the DNS server of this system "
			       "(/etc/resolv.conf)");
	check->resolver = resolver_create(check->base, &settings, &reason);
	if (!check->resolver)
		fprintf(stderr, "repgate: %s\n", reason);
	free(reason);
	return check->resolver ? 0 : -1;
}

/* Stops the loop so long after the start of the command, or a little before:
   by the deadline all is to be printed. */
static void
set_deadline(struct check *check, int64_t after_ms)
{
	int64_t margin_ms =
	    after_ms / 20 < MARGIN_MAX_MS ? after_ms / 20 : MARGIN_MAX_MS;
	int64_t ms = check->started_ms + after_ms - margin_ms - clock_now_ms();
	struct timeval span = {0, 0};

	if (ms > 0) {
		span.tv_sec = ms / 1000;
		span.tv_usec = ms % 1000 * 1000;
	}
	check->is_late = false;
	if (evtimer_add(check->deadline, &span) != 0)
		abort(); /* no memory */
}

static int
open_loop(struct check *check)
{
	check->base = event_base_new();
	if (!check->base)
		abort(); /* no memory */
	check->deadline = evtimer_new(check->base, on_deadline, check);
	if (!check->deadline)
		abort(); /* no memory */
	return open_resolver(check);
}

static bool
shows_progress(const struct check *check)
{
	return !check->options->json && !check->options->plugin &&
	       isatty(STDERR_FILENO);
}

static void
show_progress(struct check *check, const char *format, size_t done, size_t of)
{
	int64_t now_ms = clock_now_ms();
	int64_t spent_ms = now_ms - check->started_ms;
	char text[80];

	if (!shows_progress(check) ||
	    now_ms - check->shown_ms < PROGRESS_EVERY_MS)
		return;
	check->shown_ms = now_ms;
	snprintf(text, sizeof text, "%s: %zu of %zu", format, done, of);
	fprintf(stderr, "\r\033[K%s, %lld.%lld s", text,
	    (long long)(spent_ms / 1000), (long long)(spent_ms % 1000 / 100));
	fflush(stderr);
}

static void
clear_progress(const struct check *check)
{
	if (shows_progress(check))
		fputs("\r\033[K", stderr);
}

/* ---- subjects ----------------------------------------------------------- */

static const char *
keep(struct check *check, char *string)
{
	check->strings = alloc_resize(
	    check->strings, check->string_count + 1, sizeof check->strings[0]);
	return check->strings[check->string_count++] = string;
}

static void
add_note(struct check *check, const char *note)
{
	struct checkup *checkup = &check->checkup;

	check->notes = alloc_resize(
	    check->notes, checkup->note_count + 1, sizeof check->notes[0]);
	check->notes[checkup->note_count++] = note;
	checkup->notes = check->notes;
}

static void
append_subject(struct check *check, const struct checkup_subject *subject)
{
	struct checkup *checkup = &check->checkup;

	checkup->subjects = alloc_resize(checkup->subjects,
	    checkup->subject_count + 1, sizeof *checkup->subjects);
	checkup->subjects[checkup->subject_count++] = *subject;
}

/* Each address once, whatever led to it. */
static void
add_subject(struct check *check, const struct address *address, const char *via)
{
	const struct checkup *checkup = &check->checkup;

	for (size_t i = 0; i < checkup->subject_count; i++)
		if (address_equal(&checkup->subjects[i].address, address))
			return;
	append_subject(
	    check, &(struct checkup_subject){.address = *address, .via = via});
}

/* The same of domains. */
static void
add_domain(struct check *check, const char *domain, const char *via)
{
	const struct checkup *checkup = &check->checkup;

	for (size_t i = 0; i < checkup->subject_count; i++)
		if (checkup->subjects[i].domain &&
		    strcmp(checkup->subjects[i].domain, domain) == 0)
			return;
	append_subject(check,
	    &(struct checkup_subject){
		.domain = keep(check, alloc_string(domain)), .via = via});
}

/* What no list could know, or none of ours does, is not asked. */
static void
add_domains(struct check *check, const char *name, const char *via)
{
	char domain[DOMAIN_MAX];
	const char *parent;

	if (!check->knows_domains || domain_parse(name, domain) != 0)
		return;
	add_domain(check, domain, via);
	parent = domain_parent(domain);
	if (parent)
		add_domain(check, parent, keep(check, alloc_string(domain)));
}

/* What the network sees of the egress whose addresses are "auto". */
static void
add_origin(struct check *check, const struct egress *egress, const char *via)
{
	struct address known[DISCOVERY_ADDRESSES_MAX];
	size_t count = origin_addresses(check->origin, known);

	for (size_t i = 0; i < count; i++)
		add_subject(check, &known[i], via);
	if (count == 0)
		add_note(check,
		    keep(check,
			alloc_printf("egress %s: the address that the network "
				     "sees could not be found: %s",
			    egress->name, origin_doubt(check->origin))));
}

static void
add_egresses(struct check *check)
{
	for (size_t i = 0; i < check->config->egress_count; i++) {
		const struct egress *egress = &check->config->egresses[i];
		const char *via =
		    keep(check, alloc_printf("egress %s", egress->name));

		for (size_t j = 0; j < egress->addresses.count; j++)
			add_subject(check, &egress->addresses.items[j], via);
		if (egress->is_auto)
			add_origin(check, egress, via);
	}
}

static void
add_configured(struct check *check)
{
	const struct strings *domains = &check->config->domains;

	add_egresses(check);
	for (size_t i = 0; i < domains->count; i++)
		add_domains(check, domains->items[i], "domains");
}

static void
on_named(void *arg)
{
	struct check *check = arg;

	check->names_open--;
	show_progress(check, "names resolved",
	    check->name_count - check->names_open, check->name_count);
	if (check->names_open == 0)
		event_base_loopbreak(check->base);
}

static void
on_origin(void *arg)
{
	struct check *check = arg;

	check->seeks_origin = false;
	event_base_loopbreak(check->base);
}

static void
start_origin(struct check *check)
{
	check->origin =
	    origin_start(check->base, check->config, on_origin, check);
	check->seeks_origin = check->origin != NULL;
}

/* A dot at the end is right, but lists want none. */
static int
start_name(struct check *check, const char *argument)
{
	size_t length = strlen(argument);
	char *name = alloc_bytes(argument,
	    length > 1 && argument[length - 1] == '.' ? length - 1 : length);

	if (form_domain(name) != NULL) {
		fprintf(stderr,
		    "repgate: \"%s\": expected an IP address or a name\n",
		    argument);
		free(name);
		return -1;
	}
	check->names_open++;
	check->names[check->name_count++] = names_start(
	    check->resolver, check->options->how, name, on_named, check);
	add_domains(check, name, NULL);
	free(name);
	return 0;
}

static void
take_names(struct check *check, const struct names *names)
{
	size_t count;
	const struct named *found = names_addresses(names, &count);
	const char *const *notes;

	for (size_t i = 0; i < count; i++)
		add_subject(check, &found[i].address, found[i].via);
	notes = names_notes(names, &count);
	for (size_t i = 0; i < count; i++)
		add_note(check, notes[i]);
	check->checkup.has_response |= names_has_response(names);
}

/* Whether there is no address at all, and not because a name has none. */
static bool
is_unresolved(const struct check *check)
{
	const struct checkup *checkup = &check->checkup;
	bool is_silent = false;

	for (size_t i = 0; i < checkup->subject_count; i++)
		if (!checkup->subjects[i].domain)
			return false;
	for (size_t i = 0; i < check->name_count; i++)
		is_silent |= !names_has_response(check->names[i]);
	return is_silent;
}

static int
find_subjects(struct check *check)
{
	const struct check_options *options = check->options;
	struct address address;

	check->names =
	    alloc_zeroed(options->argument_count, sizeof(struct names *));
	if (options->argument_count == 0)
		start_origin(check);
	for (size_t i = 0; i < options->argument_count; i++) {
		if (address_parse(options->arguments[i], &address) == 0)
			add_subject(check, &address, NULL);
		else if (start_name(check, options->arguments[i]) != 0)
			return -1;
	}
	/* A name that hangs leaves time for the addresses that are known. */
	set_deadline(check, options->deadline_ms / 2);
	while (
	    (check->names_open > 0 || check->seeks_origin) && !check->is_late)
		event_base_dispatch(check->base);
	if (options->argument_count == 0)
		add_configured(check);
	/* What is still open ends with the resolver, as notes. */
	if (check->names_open > 0) {
		resolver_destroy(&check->resolver);
		if (open_resolver(check) != 0)
			return -1;
	}
	for (size_t i = 0; i < check->name_count; i++)
		take_names(check, check->names[i]);
	check->checkup.is_unresolved = is_unresolved(check);
	return 0;
}

/* ---- the survey --------------------------------------------------------- */

static void
on_chronicle(void *arg)
{
	struct check *check = arg;

	check->awaits_chronicle = false;
	event_base_loopbreak(check->base);
}

/* Early, so that the daemon answers while the lists are asked. */
static void
ask_chronicle(struct check *check)
{
	const char *config_path = check->options->config_path;
	char *path = check->config
			 ? alloc_string(check->config->control_socket)
			 : config_control_socket(
			       config_path ? config_path : CONFIG_PATH);

	check->awaits_chronicle = true;
	check->chronicle = chronicle_ask(
	    check->base, path, CHRONICLE_LIMIT_MS, on_chronicle, check);
	check->checkup.chronicle = check->chronicle;
	free(path);
}

static void
on_progress(void *arg, size_t settled, size_t of)
{
	struct check *check = arg;

	show_progress(check, "answers", settled, of);
	check->is_surveyed = settled == of;
	if (check->is_surveyed)
		event_base_loopbreak(check->base);
}

static void
run_survey(struct check *check)
{
	struct checkup *checkup = &check->checkup;
	char reason[80], span[QUANTITY_TEXT_MAX];

	check->asked =
	    alloc_zeroed(checkup->subject_count, sizeof *check->asked);
	for (size_t i = 0; i < checkup->subject_count; i++) {
		check->asked[i].address = checkup->subjects[i].address;
		check->asked[i].domain = checkup->subjects[i].domain;
	}
	check->survey =
	    survey_start(check->resolver, check->uses, check->use_count,
		check->asked, checkup->subject_count, on_progress, check);
	checkup->rows = survey_rows(check->survey, &checkup->row_count);
	set_deadline(check, check->options->deadline_ms);
	while (checkup->row_count > 0 && !check->is_late &&
	       (!check->is_surveyed || check->awaits_chronicle))
		event_base_dispatch(check->base);
	quantity_format_ms(span, check->options->deadline_ms);
	snprintf(
	    reason, sizeof reason, "no answer within the deadline of %s", span);
	survey_end(check->survey, reason);
	checkup->has_response |= survey_has_response(check->survey);
	resolver_destroy(&check->resolver);
}

/* ---- the command -------------------------------------------------------- */

static void
print(const struct check *check)
{
	if (check->options->json)
		sheet_print_json(&check->checkup, stdout);
	else if (check->options->plugin)
		sheet_print_plugin(&check->checkup, stdout);
	else
		sheet_print(&check->checkup, stdout, table_may_colour(stdout));
}

static int
prepare(struct check *check)
{
	struct problems *problems = problems_create();
	int status = load_config(check, problems);

	problems_destroy(&problems);
	if (status != 0 || load_directory(check) != 0)
		return -1;
	if (check->options->argument_count == 0 && !check->config) {
		fprintf(stderr,
		    "repgate: there is no %s, so name what to check\n",
		    CONFIG_PATH);
		return -1;
	}
	add_uses(check);
	if (open_loop(check) != 0)
		return -1;
	ask_chronicle(check);
	return 0;
}

static void
destroy(struct check *check)
{
	resolver_destroy(&check->resolver);
	survey_destroy(&check->survey);
	origin_destroy(&check->origin);
	chronicle_destroy(&check->chronicle);
	for (size_t i = 0; i < check->name_count; i++)
		names_destroy(&check->names[i]);
	if (check->deadline)
		event_free(check->deadline);
	if (check->base)
		event_base_free(check->base);
	for (size_t i = 0; i < check->string_count; i++)
		free(check->strings[i]);
	free(check->strings);
	free(check->names);
	free(check->notes);
	free(check->servers);
	free(check->asked);
	free(check->checkup.subjects);
	free(check->uses);
	directory_destroy(&check->directory);
	config_unref(check->config);
}

int
check_run(const struct check_options *options)
{
	struct check check = {.options = options, .started_ms = clock_now_ms()};
	int status = CHECKUP_UNKNOWN;

	if (prepare(&check) == 0 && find_subjects(&check) == 0) {
		run_survey(&check);
		clear_progress(&check);
		check.checkup.servers = check.servers;
		check.checkup.took_ms = clock_now_ms() - check.started_ms;
		checkup_judge(&check.checkup);
		print(&check);
		status = check.checkup.state;
	}
	destroy(&check);
	return status;
}
