#include "admin/check.h"

#include "admin/alarm.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/table.h"
#include "admin/checkup.h"
#include "admin/chronicle.h"
#include "config/config.h"
#include "config/form.h"
#include "config/quantity.h"
#include "config/server.h"
#include "evidence/resolver.h"
#include "evidence/survey.h"
#include "admin/origin.h"
#include "admin/progress.h"
#include "admin/selection.h"
#include "admin/sheet.h"
#include "admin/suspects.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where no configuration says what counts: one list by which large receivers
   refuse mail, or several lesser ones. */
#define UNCONFIGURED_LISTED_AT 3
#define UNCONFIGURED_COVERAGE 50
#define TIMEOUT_MS 3000
#define TRIES 2
#define MARGIN_MAX_MS 50
/* Of the daemon's word; the lists take longer, as a rule. */
#define CHRONICLE_LIMIT_MS 500

struct check {
	const struct check_options *options;
	struct selection selection;
	const struct config *config; /* the selection's, or NULL */
	struct event_base *base;
	struct event *deadline;
	struct resolver *resolver;
	struct suspects *suspects;
	struct names **names; /* one for each argument that is a name */
	size_t name_count, names_open;
	struct origin *origin; /* NULL: no egress is "auto", or none is asked */
	struct chronicle *chronicle;
	struct survey *survey;
	struct checkup checkup;
	struct survey_subject *asked; /* the subjects, as survey has them */
	struct progress progress;
	char *servers; /* the resolver's, for people */
	int64_t started_ms;
	bool seeks_origin, awaits_chronicle, is_surveyed, is_late;
};

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

/* ---- subjects ----------------------------------------------------------- */

/* What the network sees of the egress whose addresses are "auto". */
static void
add_origin(struct check *check, const struct egress *egress, const char *via)
{
	struct address known[DISCOVERY_ADDRESSES_MAX];
	size_t count = origin_addresses(check->origin, known);
	char *note;

	for (size_t i = 0; i < count; i++)
		suspects_add_address(check->suspects, &known[i], via);
	if (count > 0)
		return;
	note = alloc_printf("egress %s: the address that the network sees "
			    "could not be found: %s",
	    egress->name, origin_doubt(check->origin));
	suspects_note(check->suspects, note);
	free(note);
}

static void
add_egress(struct check *check, const struct egress *egress)
{
	char *via = alloc_printf("egress %s", egress->name);

	for (size_t i = 0; i < egress->addresses.count; i++)
		suspects_add_address(
		    check->suspects, &egress->addresses.items[i], via);
	if (egress->is_auto)
		add_origin(check, egress, via);
	free(via);
}

static void
add_configured(struct check *check)
{
	const struct config *config = check->config;

	for (size_t i = 0; i < config->egress_count; i++)
		add_egress(check, &config->egresses[i]);
	for (size_t i = 0; i < config->domains.count; i++)
		suspects_add_domains(
		    check->suspects, config->domains.items[i], "domains");
}

static void
on_named(void *arg)
{
	struct check *check = arg;

	check->names_open--;
	progress_show(&check->progress, "names resolved",
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
	suspects_add_domains(check->suspects, name, NULL);
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
		suspects_add_address(
		    check->suspects, &found[i].address, found[i].via);
	notes = names_notes(names, &count);
	for (size_t i = 0; i < count; i++)
		suspects_note(check->suspects, notes[i]);
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
start_search(struct check *check)
{
	const struct check_options *options = check->options;
	struct address address;

	check->names =
	    alloc_zeroed(options->argument_count, sizeof(struct names *));
	if (options->argument_count == 0)
		start_origin(check);
	for (size_t i = 0; i < options->argument_count; i++) {
		if (address_parse(options->arguments[i], &address) == 0)
			suspects_add_address(check->suspects, &address, NULL);
		else if (start_name(check, options->arguments[i]) != 0)
			return -1;
	}
	return 0;
}

/* A name that hangs leaves time for the addresses that are known; it ends with
   the resolver, as a note. */
static int
end_search(struct check *check)
{
	set_deadline(check, check->options->deadline_ms / 2);
	while (
	    (check->names_open > 0 || check->seeks_origin) && !check->is_late)
		event_base_dispatch(check->base);
	if (check->names_open == 0)
		return 0;
	resolver_destroy(&check->resolver);
	return open_resolver(check);
}

static int
find_subjects(struct check *check)
{
	struct checkup *checkup = &check->checkup;

	if (start_search(check) != 0 || end_search(check) != 0)
		return -1;
	if (check->options->argument_count == 0)
		add_configured(check);
	for (size_t i = 0; i < check->name_count; i++)
		take_names(check, check->names[i]);
	checkup->subjects =
	    suspects_all(check->suspects, &checkup->subject_count);
	checkup->notes = suspects_notes(check->suspects, &checkup->note_count);
	checkup->is_unresolved = is_unresolved(check);
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

	progress_show(&check->progress, "answers", settled, of);
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
	check->survey = survey_start(check->resolver, check->selection.uses,
	    check->selection.count, check->asked, checkup->subject_count,
	    on_progress, check);
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
		alarm_print(&check->checkup, stdout);
	else
		sheet_print(&check->checkup, stdout, table_may_colour(stdout));
}

static int
select_lists(struct check *check)
{
	const struct check_options *options = check->options;
	struct selection *selection = &check->selection;
	struct checkup *checkup = &check->checkup;
	const struct config *config;

	if (selection_make(selection, options->config_path,
		options->providers_path, options->argument_count > 0) != 0)
		return -1;
	config = check->config = selection->config;
	checkup->dead = selection->dead;
	checkup->keyless = selection->keyless;
	checkup->listed_at =
	    config ? config->listed_at : UNCONFIGURED_LISTED_AT;
	checkup->coverage = config ? config->coverage : UNCONFIGURED_COVERAGE;
	return 0;
}

static int
prepare(struct check *check)
{
	if (select_lists(check) != 0)
		return -1;
	if (check->options->argument_count == 0 && !check->config) {
		fprintf(stderr,
		    "repgate: there is no %s, so name what to check\n",
		    CONFIG_PATH);
		return -1;
	}
	check->suspects = suspects_create(check->selection.knows_domains);
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
	if (check->base) {
		/* A stream with a callback due is freed after that had its turn. */
		event_base_loop(check->base, EVLOOP_NONBLOCK);
		event_base_free(check->base);
	}
	free(check->names);
	free(check->servers);
	free(check->asked);
	suspects_destroy(&check->suspects);
	selection_clear(&check->selection);
}

int
check_run(const struct check_options *options)
{
	struct check check = {.options = options, .started_ms = clock_now_ms()};
	int status = CHECKUP_UNKNOWN;

	progress_start(&check.progress, check.started_ms,
	    !options->json && !options->plugin);
	if (prepare(&check) == 0 && find_subjects(&check) == 0) {
		run_survey(&check);
		progress_clear(&check.progress);
		check.checkup.servers = check.servers;
		check.checkup.took_ms = clock_now_ms() - check.started_ms;
		checkup_judge(&check.checkup);
		print(&check);
		status = check.checkup.state;
	}
	destroy(&check);
	return status;
}
