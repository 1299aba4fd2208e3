#include "admin/inspection.h"

#include "base/clock.h"
#include "base/table.h"
#include "admin/check.h"
#include "admin/checkup.h"
#include "config/config.h"
#include "mta/preflight.h"

#include <event2/event.h>
#include <jansson.h>

#include <signal.h>
#include <stdlib.h>

#define MARGIN_MS 50 /* by the deadline all is to be printed */

/* Whoever asks for it waits for it. */
static const struct preflight_terms terms = {
    .probe_timeout_ms = 5000, .keeps_root = true};

struct inspection {
	const struct check_options *options;
	struct event_base *base;
	struct preflight *preflight;
	enum checkup_state state;
};

static const struct {
	const char *name;
	enum colour colour;
	enum checkup_state state;
} results[] = {
    [PREFLIGHT_GOOD] = {"GOOD", COLOUR_GREEN, CHECKUP_CLEAN},
    [PREFLIGHT_BAD] = {"BAD", COLOUR_RED, CHECKUP_BELOW},
    [PREFLIGHT_UNKNOWN] = {"UNKNOWN", COLOUR_GREY, CHECKUP_UNKNOWN},
};

static void
on_done(void *arg)
{
	struct inspection *inspection = arg;

	event_base_loopbreak(inspection->base);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct inspection *inspection = arg;

	(void)fd, (void)what;
	preflight_end(inspection->preflight);
}

/* What is wrong matters more than what is not known. */
static enum checkup_state
judge(const struct preflight_item *items, size_t count)
{
	enum checkup_state state = CHECKUP_CLEAN;

	for (size_t i = 0; i < count; i++)
		if (state == CHECKUP_CLEAN || items[i].result == PREFLIGHT_BAD)
			state = results[items[i].result].state;
	return state;
}

static void
print_table(const struct preflight_item *items, size_t count)
{
	struct table *table = table_create((const char *[]){
	    "ROUTE", "CHECK", "OF", "RESULT", "MEANING", NULL});

	for (size_t i = 0; i < count; i++)
		table_add(table, results[items[i].result].colour,
		    (const char *[]){items[i].route, items[i].check,
			items[i].subject, results[items[i].result].name,
			items[i].text});
	if (count > 0)
		table_print(table, stdout, table_may_colour(stdout));
	else
		puts("There is nothing to check: no route has an address, or "
		     "no domain that mail is\nsent from is configured "
		     "(domains, or senders of an egress).");
	table_destroy(&table);
}

static void
print_json(const struct preflight_item *items, size_t count)
{
	json_t *array = json_array(), *whole;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array,
		    json_pack("{s:s, s:s, s:s, s:s, s:s?}", "route",
			items[i].route, "check", items[i].check, "of",
			items[i].subject, "result",
			results[items[i].result].name, "text", items[i].text));
	whole = json_pack("{s:o}", "routes", array);
	json_dumpf(whole, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(whole);
}

/* A loop until all is known, or the deadline has come. */
static void
run(struct inspection *inspection)
{
	int64_t ms = inspection->options->deadline_ms - MARGIN_MS;
	struct timeval span = {
	    ms / CLOCK_SEC, ms % CLOCK_SEC * (1000000 / CLOCK_SEC)};
	struct event *deadline =
	    evtimer_new(inspection->base, on_deadline, inspection);

	if (!deadline || evtimer_add(deadline, &span) != 0)
		abort(); /* no memory */
	event_base_dispatch(inspection->base);
	event_free(deadline);
}

static void
print(struct inspection *inspection)
{
	size_t count;
	const struct preflight_item *items =
	    preflight_items(inspection->preflight, &count);

	if (inspection->options->json)
		print_json(items, count);
	else
		print_table(items, count);
	inspection->state = judge(items, count);
}

int
inspection_run(const struct check_options *options, const struct config *config)
{
	struct inspection inspection = {
	    .options = options, .state = CHECKUP_UNKNOWN};
	char server[SERVER_TEXT_MAX], *reason = NULL;
	struct dns_settings settings;

	if (check_dns(options, config, &settings, server) != 0)
		return CHECKUP_UNKNOWN;
	signal(SIGPIPE, SIG_IGN); /* a server may be gone */
	inspection.base = event_base_new();
	if (!inspection.base)
		abort(); /* no memory */
	inspection.preflight = preflight_start(inspection.base, config,
	    &settings, &terms, on_done, &inspection, &reason);
	if (inspection.preflight) {
		run(&inspection);
		print(&inspection);
	} else {
		fprintf(stderr, "repgate: %s\n", reason);
	}
	free(reason);
	preflight_destroy(&inspection.preflight);
	event_base_free(inspection.base);
	return inspection.state;
}
