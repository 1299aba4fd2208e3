#include "admin/premise.h"

#include "admin/addressee.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/domain.h"
#include "base/field.h"
#include "config/config.h"
#include "config/egresses.h"
#include "config/routes.h"
#include "standing/board.h"

#include <stdlib.h>
#include <string.h>

#define ASSUMED_BLAME "an assumed list"
#define DOMAIN_MARK "domain:"

/* -1 for what is no state. */
static int
state_of(const char *text)
{
	static const enum standing_state states[] = {
	    STANDING_CLEAN, STANDING_LISTED, STANDING_UNKNOWN};

	for (size_t i = 0; text && i < sizeof states / sizeof states[0]; i++)
		if (strcmp(standing_name(states[i]), text) == 0)
			return (int)states[i];
	return -1;
}

/* An address that the network has yet to tell of has family 0. */
static struct address
first_address(const struct egress *egress)
{
	if (egress->addresses.count == 0)
		return (struct address){0};
	return egress->addresses.items[0];
}

static void
take_standing(struct board_egress *entry, const struct egress *egress,
    const json_t *json, int64_t now_wall_sec)
{
	int state = state_of(field_text_of(json, "standing"));

	if (state < 0)
		return;
	entry->state = state;
	entry->since_wall_sec = field_wall_time_of(json, "since");
	if (json_object_get(json, "direct_share"))
		entry->direct_share =
		    json_integer_value(json_object_get(json, "direct_share"));
	entry->is_returning = entry->direct_share < 100;
	if (entry->state == STANDING_LISTED && entry->since_wall_sec > 0 &&
	    entry->since_wall_sec < now_wall_sec)
		entry->listed_for_ms =
		    (now_wall_sec - entry->since_wall_sec) * CLOCK_SEC;
	if (address_parse(field_text_of(json, "address"), &entry->address) != 0)
		entry->address = first_address(egress);
	board_egress_blame(entry, field_text_of(json, "blocked_by"),
	    field_text_of(json, "removal"));
}

static void
take_egresses(struct board *board, const json_t *status, int64_t now_wall_sec)
{
	const struct config *config = board->config;
	size_t i;
	json_t *json;

	json_array_foreach(json_object_get(status, "egress"), i, json)
	{
		const struct egress *egress =
		    egresses_find(config, field_text_of(json, "name"));

		if (egress)
			take_standing(
			    &board->egresses[egress - config->egresses], egress,
			    json, now_wall_sec);
	}
}

static void
take_domains(struct board *board, const json_t *status)
{
	size_t i;
	json_t *json;

	json_array_foreach(json_object_get(status, "domains"), i, json)
	{
		int state = state_of(field_text_of(json, "standing"));

		board_add_domain(board, field_text_of(json, "domain"),
		    field_text_of(json, "listed"),
		    field_text_of(json, "blocked_by"),
		    field_text_of(json, "removal"))
		    ->state = state < 0 ? STANDING_UNKNOWN : state;
	}
}

static void
take_routes(struct board *board, const json_t *status)
{
	const struct config *config = board->config;
	size_t i;
	json_t *json;

	json_array_foreach(json_object_get(status, "routes"), i, json)
	{
		const struct route *route =
		    routes_find(config, field_text_of(json, "name"));

		if (route)
			board_route_judge(
			    &board->routes[route - config->routes],
			    field_text_of(json, "cause"));
	}
}

struct board *
premise_of_status(
    struct config *config, const json_t *status, int64_t now_wall_sec)
{
	struct board *board = board_create(config);

	take_egresses(board, status, now_wall_sec);
	take_domains(board, status);
	addressee_take(board, status, now_wall_sec);
	board_sort(board);
	take_routes(board, status);
	return board;
}

static int
assume_egress(struct board *board, const char *name, enum standing_state state,
    char **reason)
{
	const struct egress *egress = egresses_find(board->config, name);
	struct board_egress *entry;

	if (!egress) {
		*reason = alloc_printf("there is no egress \"%s\"", name);
		return -1;
	}
	entry = &board->egresses[egress - board->config->egresses];
	entry->state = state;
	entry->address = first_address(egress);
	if (entry->state == STANDING_LISTED)
		board_egress_blame(entry, ASSUMED_BLAME, "");
	return 0;
}

static int
assume_domain(struct board *board, const char *name, enum standing_state state,
    char **reason)
{
	char domain[DOMAIN_MAX];

	if (domain_parse(name, domain) != 0) {
		*reason = alloc_printf("\"%s\" is no domain", name);
		return -1;
	}
	if (board_find_domain(board, domain)) {
		*reason = alloc_printf("\"%s\" is assumed twice", domain);
		return -1;
	}
	board_add_domain(board, domain, domain,
	    state == STANDING_LISTED ? ASSUMED_BLAME : "", "")
	    ->state = state;
	board_sort(board);
	return 0;
}

static int
assume_route(struct board *board, const char *name, char **reason)
{
	const struct route *route = routes_find(board->config, name);

	if (!route) {
		*reason = alloc_printf("there is no route \"%s\"", name);
		return -1;
	}
	board_route_judge(
	    &board->routes[route - board->config->routes], "assumed");
	return 0;
}

int
premise_assume(struct board *board, const char *text, char **reason)
{
	const char *sign = strrchr(text, '=');
	int state = sign ? state_of(sign + 1) : -1;
	bool is_route = sign && strcmp(sign + 1, "unusable") == 0;
	bool is_receiver =
	    sign && strncmp(text, ADDRESSEE_MARK, strlen(ADDRESSEE_MARK)) == 0;
	char *name;
	int result;

	if (state < 0 && !is_route && !is_receiver) {
		*reason = alloc_printf(
		    "found \"%s\", expected EGRESS=STATE, "
		    "domain:DOMAIN=STATE, receiver:NAME=blocked or "
		    "ROUTE=unusable, where STATE is listed, clean or unknown",
		    text);
		return -1;
	}
	name = alloc_bytes(text, sign - text);
	if (is_receiver)
		result = addressee_assume(
		    board, name + strlen(ADDRESSEE_MARK), sign + 1, reason);
	else if (is_route)
		result = assume_route(board, name, reason);
	else if (strncmp(name, DOMAIN_MARK, strlen(DOMAIN_MARK)) == 0)
		result = assume_domain(
		    board, name + strlen(DOMAIN_MARK), state, reason);
	else
		result = assume_egress(board, name, state, reason);
	free(name);
	return result;
}
