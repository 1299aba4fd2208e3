#include "admin/addressee.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/field.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/egresses.h"
#include "config/receiver_names.h"
#include "config/receivers.h"
#include "evidence/exchanges.h"
#include "evidence/resolver.h"
#include "standing/board.h"
#include "standing/receptions.h"

#include <event2/event.h>

#include <stdlib.h>
#include <string.h>

/* ---- how each takes our mail --------------------------------------------- */

/* -1 for what is no state. */
static int
state_of(const char *text)
{
	static const enum receiver_state states[] = {
	    RECEIVER_OPEN, RECEIVER_THROTTLED, RECEIVER_BLOCKED};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(receiver_state_name(states[i]), text) == 0)
			return (int)states[i];
	return -1;
}

static void
take(struct board *board, const json_t *json, int64_t now_wall_sec)
{
	const struct egress *egress =
	    egresses_find(board->config, field_text_of(json, "egress"));
	struct board_receiver receiver = {
	    .name = (char *)field_text_of(json, "name"),
	    .blocked_by = (char *)field_text_of(json, "blocked_by"),
	    .list = (char *)field_text_of(json, "list"),
	    .removal = (char *)field_text_of(json, "removal"),
	    .acts_on = (char *)field_text_of(json, "acts_on"),
	};
	int state = state_of(field_text_of(json, "state"));

	if (state < 0 || !egress)
		return;
	receiver.egress = egress - board->config->egresses;
	receiver.state = state;
	receiver.is_gated = receptions_are_gated(board->config, state);
	receiver.since_wall_sec = field_wall_time_of(json, "since");
	if (receiver.since_wall_sec > 0 &&
	    receiver.since_wall_sec < now_wall_sec)
		receiver.for_ms =
		    (now_wall_sec - receiver.since_wall_sec) * CLOCK_SEC;
	board_add_receiver(board, &receiver);
}

void
addressee_take(struct board *board, const json_t *status, int64_t now_wall_sec)
{
	size_t i;
	json_t *json;

	json_array_foreach(json_object_get(status, "receivers"), i, json)
	    take(board, json, now_wall_sec);
}

static const char *
removal_of(const struct receivers *receivers, const char *name)
{
	for (size_t i = 0; i < receivers->count; i++)
		if (strcmp(receivers->items[i].name, name) == 0 &&
		    receivers->items[i].removal)
			return receivers->items[i].removal;
	return "";
}

static void
assume(
    struct board *board, size_t egress, char *name, enum receiver_state state)
{
	const struct config *config = board->config;
	const struct board_receiver receiver = {
	    .egress = egress,
	    .name = name,
	    .blocked_by = name,
	    .list = "",
	    .removal = (char *)removal_of(config->directory->receivers, name),
	    .acts_on = "",
	    .state = state,
	    .is_gated = receptions_are_gated(config, state),
	};
	const struct address *addresses =
	    config->egresses[egress].addresses.items;

	if (config->egresses[egress].addresses.count > 0 &&
	    board->egresses[egress].address.family == 0)
		board->egresses[egress].address = addresses[0];
	board_add_receiver(board, &receiver);
	board_sort(board);
}

static int
assume_known(struct board *board, char *name, const char *egress_name,
    enum receiver_state state, char **reason)
{
	const struct config *config = board->config;
	const struct egress *only =
	    egress_name ? egresses_find(config, egress_name) : NULL;

	if (egress_name && !only) {
		*reason =
		    alloc_printf("there is no egress \"%s\"", egress_name);
		return -1;
	}
	for (size_t i = 0; i < config->egress_count; i++) {
		if (only && only != &config->egresses[i])
			continue;
		if (board_find_receiver(board, i, name)) {
			*reason = alloc_printf("\"%s\" is assumed twice", name);
			return -1;
		}
		assume(board, i, name, state);
	}
	return 0;
}

int
addressee_assume(struct board *board, const char *text, const char *state_text,
    char **reason)
{
	const char *sign = strrchr(text, '@');
	char *given =
	    sign ? alloc_bytes(text, sign - text) : alloc_string(text);
	char *name =
	    receiver_names_find(board->config->directory->receivers, given);
	int state = state_of(state_text), result = -1;

	if (state < 0)
		*reason = alloc_printf("found \"%s\" of a receiver, expected "
				       "open, throttled or blocked",
		    state_text);
	else if (!name)
		*reason = alloc_printf("found receiver \"%s\", expected one "
				       "of the directory, or a domain",
		    given);
	else
		result = assume_known(
		    board, name, sign ? sign + 1 : NULL, state, reason);
	free(given);
	free(name);
	return result;
}

/* ---- who it is ----------------------------------------------------------- */

static char *
ask(struct event_base *base, struct exchanges *exchanges, const char *address)
{
	char name[RECEIVER_NAME_MAX];

	exchanges_need(exchanges, true);
	exchanges_receiver_of(exchanges, address, clock_now_ms(), name);
	exchanges_ask(exchanges);
	while (exchanges_are_asking(exchanges) &&
	       event_base_loop(base, EVLOOP_ONCE) == 0)
		continue;
	if (exchanges_receiver_of(exchanges, address, clock_now_ms(), name) !=
	    0)
		return NULL;
	return alloc_string(name);
}

char *
addressee_ask(const struct config *config, const char *address)
{
	struct event_base *base = event_base_new();
	struct exchanges *exchanges = exchanges_create();
	struct resolver *resolver;
	char *name = NULL, *reason = NULL;

	if (!base)
		abort(); /* no memory */
	resolver = resolver_create(base, &config->dns, &reason);
	if (resolver) {
		exchanges_configure(
		    exchanges, config->directory->receivers, resolver);
		name = ask(base, exchanges, address);
	}
	free(reason);
	resolver_destroy(&resolver);
	exchanges_destroy(&exchanges);
	event_base_free(base);
	return name;
}

/* ---- what is said of it -------------------------------------------------- */

json_t *
addressee_json(const struct board *board, size_t egress, const char *name)
{
	const struct board_receiver *receiver =
	    board_find_receiver(board, egress, name);
	char since[CLOCK_TEXT_MAX];

	if (!receiver)
		return json_pack("{s:s, s:s}", "name", name, "state",
		    receiver_state_name(RECEIVER_OPEN));
	clock_format(since, receiver->since_wall_sec);
	return json_pack("{s:s, s:s, s:s?, s:s, s:s}", "name", name, "state",
	    receiver_state_name(receiver->state), "since",
	    receiver->since_wall_sec ? since : NULL, "blocked_by",
	    receiver->blocked_by, "removal", receiver->removal);
}

void
addressee_print(const json_t *json, FILE *to)
{
	const char *state = field_text_of(json, "state");
	const char *by = field_text_of(json, "blocked_by");
	bool is_open = strcmp(state, receiver_state_name(RECEIVER_OPEN)) == 0;

	if (json_is_null(json)) {
		fputs("  receiver  not known: no MX host says it\n", to);
		return;
	}
	fprintf(to, "  receiver  %s: %s",
	    !is_open && by[0] ? by : field_text_of(json, "name"), state);
	if (!is_open && field_text_of(json, "since")[0])
		fprintf(to, " since %s", field_text_of(json, "since"));
	if (!is_open && field_text_of(json, "removal")[0])
		fprintf(to, ", removal: %s", field_text_of(json, "removal"));
	fputc('\n', to);
}
