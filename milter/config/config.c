#include "config/config.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/commands.h"
#include "config/directory.h"
#include "config/egresses.h"
#include "config/form.h"
#include "config/group.h"
#include "config/maillogs.h"
#include "config/probe.h"
#include "config/problems.h"
#include "config/reader.h"
#include "config/returns.h"
#include "config/routes.h"
#include "config/rules.h"
#include "config/server.h"
#include "config/services.h"
#include "config/uses.h"
#include "config/values.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define MILTER_SOCKET "unix:/var/spool/postfix/repgate/milter.sock"
#define MAP_SOCKET "unix:/var/spool/postfix/repgate/map.sock"
/* Outside of its queue directory: Sendmail does without a chroot. */
#define MILTER_SOCKET_SENDMAIL "unix:/run/repgate/milter.sock"
#define MAP_SOCKET_SENDMAIL "unix:/run/repgate/map.sock"
#define CONTROL_SOCKET "unix:/run/repgate/control.sock"

#define STORE_PATH "/var/lib/repgate/state.db"

#define TIMEOUT_MIN 100
#define TIMEOUT_MAX (30 * CLOCK_SEC)
#define TRIES_MAX 5
#define MINUTE (60 * CLOCK_SEC)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define CHECK_EVERY_MAX DAY

/* The count lies outside what readers see; config is first, so that a pointer
   to it is one to the whole. */
struct shared {
	struct config config;
	atomic_size_t references;
};

static const struct word modes[] = {
    {"monitor", MODE_MONITOR},
    {"enforce", MODE_ENFORCE},
    {NULL, 0},
};

static const struct word mtas[] = {
    {"postfix", MTA_POSTFIX},
    {"sendmail", MTA_SENDMAIL},
    {NULL, 0},
};

static const struct word reroute_words[] = {
    {"header", REROUTE_BY_HEADER},
    {"map", REROUTE_BY_MAP},
    {NULL, 0},
};

static const struct word act_on_words[] = {
    {"blocked", false},
    {"throttled", true},
    {NULL, 0},
};

/* Those of syslog(3) that a mail system's log would go to. */
static const struct word facilities[] = {
    {"mail", LOG_MAIL},
    {"daemon", LOG_DAEMON},
    {"local0", LOG_LOCAL0},
    {"local1", LOG_LOCAL1},
    {"local2", LOG_LOCAL2},
    {"local3", LOG_LOCAL3},
    {"local4", LOG_LOCAL4},
    {"local5", LOG_LOCAL5},
    {"local6", LOG_LOCAL6},
    {"local7", LOG_LOCAL7},
    {NULL, 0},
};

/* The caller frees it. */
static char *
providers_path(struct group *root)
{
	const char *named = group_text(root, "providers", NULL);

	return group_path(root, "providers", named ? named : PROVIDERS_PATH);
}

static void
read_providers(
    struct group *root, struct config *config, struct problems *problems)
{
	char *path = providers_path(root);

	config->directory = directory_read(path, problems);
	free(path);
}

/* A section with nothing but a socket. */
static char *
read_socket(struct group *root, const char *key,
    const char *(*form)(const char *text), const char *fallback)
{
	struct group group;
	const char *socket;

	group_open(root, key, &group);
	socket = group_text(&group, "socket", form);
	group_end(&group);
	return alloc_string(socket ? socket : fallback);
}

/* Sendmail sends a message no other way for a header of it. */
static void
read_reroute_by(struct group *root, struct config *config)
{
	bool is_sendmail = config->mta == MTA_SENDMAIL;

	config->reroute_by = group_word(root, "reroute_by", reroute_words,
	    is_sendmail ? REROUTE_BY_MAP : REROUTE_BY_HEADER);
	if (is_sendmail && config->reroute_by == REROUTE_BY_HEADER)
		group_error(root, "reroute_by",
		    "found \"header\", expected \"map\": no header makes "
		    "Sendmail take another way");
}

/* A map door that nobody asked for is not opened. */
static void
read_map(struct group *root, struct config *config)
{
	if (group_has(root, "map") || config->reroute_by == REROUTE_BY_MAP)
		config->map_socket =
		    read_socket(root, "map", form_milter_socket,
			config->mta == MTA_SENDMAIL ? MAP_SOCKET_SENDMAIL
						    : MAP_SOCKET);
}

/* "unix:/path" without what stands before the colon. */
static char *
path_of(const char *socket)
{
	return alloc_string(strchr(socket, ':') + 1);
}

static char *
read_control(struct group *root)
{
	char *socket =
	    read_socket(root, "control", form_unix_socket, CONTROL_SOCKET);
	char *path = path_of(socket);

	free(socket);
	return path;
}

static char *
read_store(struct group *root)
{
	const char *path = group_text(root, "store", form_store);

	if (!path)
		path = STORE_PATH;
	return path[0] ? alloc_string(path) : NULL;
}

static int
read_facility(struct group *root)
{
	struct group group;
	int facility;

	group_open(root, "syslog", &group);
	facility = group_word(&group, "facility", facilities, LOG_MAIL);
	group_end(&group);
	return facility;
}

/* NULL if none is given: then the system's are asked. */
static char *
read_servers(struct group *group)
{
	size_t count = group_items(group, "servers", server_form);
	char *joined = NULL;

	values_refuse_empty(group, "servers");
	for (size_t i = 0; i < count; i++) {
		char server[SERVER_TEXT_MAX], *longer;

		if (server_parse(group_item(group, "servers", i), server) != 0)
			continue;
		longer = joined ? alloc_printf("%s,%s", joined, server)
				: alloc_string(server);
		free(joined);
		joined = longer;
	}
	return joined;
}

static void
read_dns(struct group *root, struct dns_settings *dns)
{
	int64_t check_min;
	struct group group;

	group_open(root, "dns", &group);
	dns->servers = read_servers(&group);
	dns->timeout_ms = group_duration_ms(
	    &group, "timeout", TIMEOUT_MIN, TIMEOUT_MAX, 3 * CLOCK_SEC);
	dns->tries = group_number(&group, "tries", 1, TRIES_MAX, 2);
	dns->check_every_ms = group_duration_ms(
	    &group, "check_every", CLOCK_SEC, CHECK_EVERY_MAX, 10 * MINUTE);
	check_min = dns->check_every_ms < MINUTE ? dns->check_every_ms : MINUTE;
	dns->check_min_ms = group_duration_ms(
	    &group, "check_min", CLOCK_SEC, dns->check_every_ms, check_min);
	group_end(&group);
}

static void
read_receivers(struct group *root, struct receiver_settings *out)
{
	struct group group;

	group_open(root, "receivers", &group);
	out->block_after =
	    group_number(&group, "block_after", 1, RECEIVER_AFTER_MAX, 3);
	out->throttle_after =
	    group_number(&group, "throttle_after", 1, RECEIVER_AFTER_MAX, 10);
	out->within_ms =
	    group_duration_ms(&group, "within", CLOCK_SEC, 7 * DAY, HOUR);
	out->clear_after = group_number(&group, "clear_after", 1, 1000, 5);
	out->keep_ms =
	    group_duration_ms(&group, "keep", CLOCK_SEC, 30 * DAY, 6 * HOUR);
	out->acts_on_throttled =
	    group_word(&group, "act_on", act_on_words, false);
	out->soften_at_most_ms =
	    group_duration_ms(&group, "soften_at_most", 0, 30 * DAY, DAY);
	group_end(&group);
}

static void
read_outbound(struct group *root, struct config *config)
{
	static const char *const usual[] = {"smtp", "relay", "esmtp"};
	size_t count = sizeof usual / sizeof usual[0];
	struct strings *mailers = &config->outbound_mailers;

	values_strings(
	    root, "local_domains", form_domain, &config->local_domains);
	values_strings(root, "outbound_mailers", NULL, mailers);
	values_refuse_empty(root, "outbound_mailers");
	if (mailers->count > 0)
		return;
	mailers->items =
	    alloc_resize(mailers->items, count, sizeof mailers->items[0]);
	for (size_t i = 0; i < count; i++)
		mailers->items[mailers->count++] = alloc_string(usual[i]);
}

static void
read_root(struct group *root, struct config *config, struct problems *problems)
{
	config->mode = group_word(root, "mode", modes, MODE_MONITOR);
	read_providers(root, config, problems);
	config->mta = group_word(root, "mta", mtas, MTA_POSTFIX);
	config->milter_socket = read_socket(root, "milter", form_milter_socket,
	    config->mta == MTA_SENDMAIL ? MILTER_SOCKET_SENDMAIL
					: MILTER_SOCKET);
	read_reroute_by(root, config);
	read_map(root, config);
	config->control_socket = read_control(root);
	config->store = read_store(root);
	config->syslog_facility = read_facility(root);
	commands_read(root, config);
	read_dns(root, &config->dns);
	read_receivers(root, &config->receivers);
	egresses_read(root, config);
	services_read(root, config);
	uses_read(root, config);
	read_outbound(root, config);
	probe_read(root, config);
	routes_read(root, config);
	maillogs_read(root, config);
	returns_read(root, config);
	rules_read(root, config);
	group_end(root);
}

static void
destroy(struct config *config)
{
	free(config->milter_socket);
	free(config->map_socket);
	free(config->control_socket);
	free(config->store);
	commands_free(config);
	free(config->dns.servers);
	egresses_free(config);
	services_free(config);
	uses_free(config);
	strings_free(&config->outbound_mailers);
	strings_free(&config->local_domains);
	probe_free(config);
	rules_free(config);
	maillogs_free(config);
	routes_free(config);
	returns_free(config);
	directory_destroy(&config->directory);
	free((struct shared *)config);
}

struct config *
config_load(const char *path, struct problems *problems)
{
	size_t before = problems_error_count(problems);
	struct reader *reader = reader_open(path, problems);
	struct shared *shared;
	struct group root;

	if (!reader)
		return NULL;
	shared = alloc_zeroed(1, sizeof *shared);
	atomic_init(&shared->references, 1);
	reader_root(reader, &root);
	read_root(&root, &shared->config, problems);
	reader_close(&reader);
	if (problems_error_count(problems) == before)
		return &shared->config;
	destroy(&shared->config);
	return NULL;
}

struct config *
config_ref(struct config *config)
{
	struct shared *shared = (struct shared *)config;

	atomic_fetch_add_explicit(&shared->references, 1, memory_order_relaxed);
	return config;
}

void
config_unref(struct config *config)
{
	struct shared *shared = (struct shared *)config;
	size_t before;

	if (!config)
		return;
	before = atomic_fetch_sub_explicit(
	    &shared->references, 1, memory_order_acq_rel);
	assert(before > 0);
	if (before == 1)
		destroy(config);
}

char *
config_control_socket(const char *path)
{
	struct problems *ignored = problems_create();
	struct reader *reader = reader_open(path, ignored);
	char *socket = NULL;
	struct group root;

	if (reader) {
		reader_root(reader, &root);
		socket = read_control(&root);
	}
	reader_close(&reader);
	problems_destroy(&ignored);
	return socket ? socket : path_of(CONTROL_SOCKET);
}

char *
config_providers(const char *path)
{
	struct problems *ignored = problems_create();
	struct reader *reader = reader_open(path, ignored);
	char *providers = NULL;
	struct group root;

	if (reader) {
		reader_root(reader, &root);
		providers = providers_path(&root);
	}
	reader_close(&reader);
	problems_destroy(&ignored);
	return providers ? providers : alloc_string(PROVIDERS_PATH);
}

const char *
action_name(enum action action)
{
	static const char *const names[] = {
	    [ACTION_PASS] = "pass",
	    [ACTION_REROUTE] = "reroute",
	    [ACTION_WAIT] = "wait",
	    [ACTION_HOLD] = "hold",
	    [ACTION_DEFER] = "defer",
	};

	return names[action];
}

const char *
budget_name(enum budget_kind kind)
{
	static const char *const names[BUDGET_KINDS] = {
	    [BUDGET_PER_HOUR] = "per_hour",
	    [BUDGET_PER_DAY] = "per_day",
	    [BUDGET_RECIPIENTS_PER_HOUR] = "recipients_per_hour",
	    [BUDGET_RECIPIENTS_PER_DAY] = "recipients_per_day",
	};

	return names[kind];
}

const char *
mode_name(enum mode mode)
{
	return mode == MODE_ENFORCE ? "enforce" : "monitor";
}
