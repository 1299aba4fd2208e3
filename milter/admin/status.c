#include "admin/status.h"

#include "base/alloc.h"
#include "base/table.h"
#include "config/quantity.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *
text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static long long
number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static enum colour
colour_of(const char *state)
{
	if (!state)
		return COLOUR_NONE;
	if (strcasecmp(state, "listed") == 0)
		return COLOUR_RED;
	if (strcasecmp(state, "clean") == 0)
		return COLOUR_GREEN;
	return COLOUR_GREY;
}

static void
print_and_free(struct table *table)
{
	table_print(table, stdout, table_may_colour(stdout));
	table_destroy(&table);
	putchar('\n');
}

/* "clean, 25% direct" on the way back from a listing. */
static void
write_standing(char *to, size_t size, const json_t *egress)
{
	const char *standing = text(egress, "standing");
	const json_t *share = json_object_get(egress, "direct_share");

	snprintf(to, size, "%s", standing ? standing : "");
	if (json_is_integer(share) && json_integer_value(share) < 100)
		snprintf(to, size, "%s, %lld%% direct", standing,
		    (long long)json_integer_value(share));
}

static void
print_egresses(const json_t *status)
{
	struct table *table = table_create((const char *[]){"EGRESS",
	    "STANDING", "SINCE", "WEIGHT", "ANSWERED", "BLOCKED BY", NULL});
	size_t i;
	json_t *egress;

	json_array_foreach(json_object_get(status, "egress"), i, egress)
	{
		const char *blocked_by = text(egress, "blocked_by");
		char standing[64], weight[48], answered[48];

		snprintf(weight, sizeof weight, "%lld of %lld",
		    number(egress, "weight"), number(egress, "listed_at"));
		snprintf(answered, sizeof answered, "%lld of %lld",
		    number(egress, "answered"), number(egress, "of"));
		write_standing(standing, sizeof standing, egress);
		table_add(table, colour_of(text(egress, "standing")),
		    (const char *[]){text(egress, "name"), standing,
			text(egress, "since"), weight, answered,
			blocked_by && blocked_by[0] ? blocked_by : NULL});
	}
	print_and_free(table);
}

/* Only where there are any: most have no list of domains. */
static void
print_domains(const json_t *status)
{
	const json_t *domains = json_object_get(status, "domains");
	struct table *table;
	size_t i;
	json_t *domain;

	if (json_array_size(domains) == 0)
		return;
	table = table_create((const char *[]){"DOMAIN", "STANDING", "SINCE",
	    "WEIGHT", "ANSWERED", "BLOCKED BY", NULL});
	json_array_foreach(domains, i, domain)
	{
		const char *blocked_by = text(domain, "blocked_by");
		char weight[24], answered[48];

		snprintf(
		    weight, sizeof weight, "%lld", number(domain, "weight"));
		snprintf(answered, sizeof answered, "%lld of %lld",
		    number(domain, "answered"), number(domain, "of"));
		table_add(table, colour_of(text(domain, "standing")),
		    (const char *[]){text(domain, "domain"),
			text(domain, "standing"), text(domain, "since"), weight,
			answered,
			blocked_by && blocked_by[0] ? blocked_by : NULL});
	}
	print_and_free(table);
}

static char *
meaning_of_unknown(const json_t *answer)
{
	char age[QUANTITY_TEXT_MAX];

	if (!text(answer, "known"))
		return alloc_string(text(answer, "cause"));
	quantity_format_ms(age, number(answer, "known_age") * 1000);
	return alloc_printf("%s; said %s %s ago", text(answer, "cause"),
	    text(answer, "known"), age);
}

/* Only where one is not open, or has named a list. */
static void
print_receivers(const json_t *status)
{
	const json_t *receivers = json_object_get(status, "receivers");
	struct table *table;
	size_t i;
	json_t *receiver;

	if (json_array_size(receivers) == 0)
		return;
	table = table_create((const char *[]){"RECEIVER", "EGRESS", "STATE",
	    "SINCE", "REPLIES", "PROBES", "ACTS ON", "REMOVAL", NULL});
	json_array_foreach(receivers, i, receiver)
	{
		const char *lists = text(receiver, "acts_on");
		const char *removal = text(receiver, "removal");
		const char *state = text(receiver, "state");
		bool is_open = !state || strcmp(state, "open") == 0;
		char replies[24];

		snprintf(replies, sizeof replies, "%lld",
		    number(receiver, "replies"));
		table_add(table, is_open ? COLOUR_NONE : COLOUR_RED,
		    (const char *[]){text(receiver, "name"),
			text(receiver, "egress"), state,
			text(receiver, "since"), replies,
			text(receiver, "probe"),
			lists && lists[0] ? lists : NULL,
			!is_open && removal && removal[0] ? removal : NULL});
	}
	print_and_free(table);
}

static void
add_answer(struct table *table, const char *address, const json_t *answer)
{
	const char *result = text(answer, "result");
	char *meaning = NULL, age[QUANTITY_TEXT_MAX] = "-";

	if (json_object_get(answer, "age"))
		quantity_format_ms(age, number(answer, "age") * 1000);
	if (text(answer, "name"))
		meaning = alloc_printf("%s (%s)%s%s", text(answer, "name"),
		    text(answer, "code"),
		    text(answer, "removal") ? ", removal: " : "",
		    text(answer, "removal") ? text(answer, "removal") : "");
	else if (text(answer, "cause"))
		meaning = meaning_of_unknown(answer);
	table_add(table, colour_of(result),
	    (const char *[]){
		address, text(answer, "list"), result, age, meaning});
	free(meaning);
}

static void
print_answers(const json_t *status)
{
	struct table *table = table_create((const char *[]){
	    "ADDRESS", "LIST", "RESULT", "AGE", "MEANING", NULL});
	size_t i, j, k;
	json_t *egress, *address, *answer;

	json_array_foreach(json_object_get(status, "egress"), i, egress)
	{
		json_array_foreach(
		    json_object_get(egress, "addresses"), j, address)
		{
			json_array_foreach(
			    json_object_get(address, "answers"), k, answer)
			    add_answer(table, text(address, "address"), answer);
		}
	}
	print_and_free(table);
}

static bool
is_empty(const char *word)
{
	return !word || !word[0];
}

static enum colour
colour_of_list(const char *state)
{
	if (!state)
		return COLOUR_NONE;
	if (strcmp(state, "unfit") == 0)
		return COLOUR_RED;
	return strcmp(state, "fit") == 0 ? COLOUR_GREEN : COLOUR_GREY;
}

static void
add_list(struct table *table, const json_t *list, const json_t *family)
{
	const char *state = text(family, "state");
	const char *cause = text(family, "cause");
	char weight[24];

	snprintf(weight, sizeof weight, "%lld", number(list, "weight"));
	table_add(table, colour_of_list(state),
	    (const char *[]){text(list, "id"), text(family, "family"), weight,
		state, text(family, "since"), is_empty(cause) ? NULL : cause});
}

/* A row for each family that the list is asked for. */
static void
print_lists(const json_t *status)
{
	struct table *table = table_create((const char *[]){
	    "LIST", "FAMILY", "WEIGHT", "STATE", "SINCE", "CAUSE", NULL});
	size_t i, j;
	json_t *list, *family;

	json_array_foreach(json_object_get(status, "lists"), i, list)
	{
		json_array_foreach(json_object_get(list, "families"), j, family)
		{
			add_list(table, list, family);
		}
	}
	print_and_free(table);
}

/* Nothing while it is in order. */
static void
print_resolver(const json_t *status)
{
	const json_t *resolver = json_object_get(status, "resolver");
	const char *cause = text(resolver, "cause");

	if (!is_empty(cause))
		printf("resolver: %s (%s); %s\n\n", text(resolver, "state"),
		    cause, text(resolver, "fix"));
}

static enum colour
colour_of_route(const char *state)
{
	return state && strcmp(state, "usable") == 0 ? COLOUR_GREEN
						     : COLOUR_RED;
}

/* "3 of 5 per_hour, 95 of 100 per_day"; to be freed. */
static char *
left_of(const json_t *route)
{
	const json_t *limits = json_object_get(route, "budget");
	char *all = alloc_string("");
	const char *key;
	json_t *left;

	json_object_foreach(json_object_get(route, "left"), key, left)
	{
		char *longer = alloc_printf("%s%s%lld of %lld %s", all,
		    all[0] ? ", " : "", (long long)json_integer_value(left),
		    number(limits, key), key);

		free(all);
		all = longer;
	}
	return all;
}

static void
print_routes(const json_t *status)
{
	struct table *table = table_create((const char *[]){"ROUTE", "NEXTHOP",
	    "STATE", "SINCE", "STANDING", "LEFT", "CAUSE", NULL});
	size_t i;
	json_t *route;

	json_array_foreach(json_object_get(status, "routes"), i, route)
	{
		char *left = left_of(route);

		table_add(table, colour_of_route(text(route, "state")),
		    (const char *[]){text(route, "name"),
			text(route, "nexthop"), text(route, "state"),
			text(route, "since"), text(route, "standing"),
			is_empty(left) ? NULL : left,
			is_empty(text(route, "cause")) ? NULL
						       : text(route, "cause")});
		free(left);
	}
	print_and_free(table);
}

/* Only where one is followed. */
static void
print_maillogs(const json_t *status)
{
	const json_t *logs = json_object_get(status, "maillogs");
	struct table *table;
	size_t i;
	json_t *log;

	if (json_array_size(logs) == 0)
		return;
	table = table_create((const char *[]){"MAIL LOG", "POSITION", "LAG",
	    "LINES", "ATTEMPTS", "COUNTED", "PROBLEM", NULL});
	json_array_foreach(logs, i, log)
	{
		static const char *const keys[] = {
		    "position", "lag", "lines", "attempts", "counted"};
		char cells[5][24];

		for (size_t j = 0; j < 5; j++)
			snprintf(cells[j], sizeof cells[j], "%lld",
			    number(log, keys[j]));
		table_add(table,
		    text(log, "problem") ? COLOUR_RED : COLOUR_NONE,
		    (const char *[]){text(log, "file"), cells[0], cells[1],
			cells[2], cells[3], cells[4], text(log, "problem")});
	}
	print_and_free(table);
}

static void
print_counters(const json_t *status)
{
	const char *key, *separator = "";
	json_t *value;

	json_object_foreach(json_object_get(status, "counters"), key, value)
	{
		printf("%s%s %lld", separator, key,
		    (long long)json_integer_value(value));
		separator = ", ";
	}
	putchar('\n');
}
void
status_print(const json_t *status)
{
	char uptime[QUANTITY_TEXT_MAX];

	quantity_format_ms(uptime, number(status, "uptime") * 1000);
	printf("repgated %s, mode %s, pid %lld, up %s\n\n",
	    text(status, "version"), text(status, "mode"),
	    number(status, "pid"), uptime);
	print_egresses(status);
	print_domains(status);
	print_receivers(status);
	print_answers(status);
	print_lists(status);
	print_resolver(status);
	print_routes(status);
	print_maillogs(status);
	print_counters(status);
}
