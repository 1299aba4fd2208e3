#include "policy/ruling.h"

#include "config/config.h"
#include "policy/verdict.h"
#include "standing/board.h"

static bool
is_usable(const struct board *board, const struct route *route, uint64_t shut)
{
	const struct board_route *entry = board_find_route(board, route);

	return !entry || (entry->is_usable &&
			     !(shut & UINT64_C(1) << (entry - board->routes)));
}

static const struct route *
first_usable(const struct board *board, const struct rule *rule, uint64_t shut)
{
	for (size_t i = 0; i < rule->via_count; i++)
		if (is_usable(board, rule->via[i], shut))
			return rule->via[i];
	return NULL;
}

/* The span counts from when the egress turned listed or the receiver blocked
   it, since nobody tells the map how old a message is. */
static bool
has_waited(const struct rule *rule, const struct verdict *verdict)
{
	int64_t for_ms = verdict->receiver ? verdict->receiver->for_ms
					   : verdict->standing->listed_for_ms;

	return rule->wait_at_most_ms > 0 && for_ms >= rule->wait_at_most_ms;
}

void
ruling_apply(const struct board *board, const struct rule *rule, uint64_t shut,
    struct verdict *verdict)
{
	const struct route *route = first_usable(board, rule, shut);

	verdict->rule = rule;
	verdict->action = rule->then;
	if (rule->then == ACTION_REROUTE && !route)
		verdict->action = rule->otherwise;
	if (verdict->action == ACTION_WAIT && has_waited(rule, verdict))
		verdict->action = rule->then_after;
	if (verdict->action == ACTION_REROUTE)
		verdict->route = route;
	if (verdict->action == ACTION_REROUTE && !verdict->route)
		verdict->action = ACTION_PASS;
}

void
ruling_keep_queued(struct verdict *verdict)
{
	const struct rule *rule = verdict->rule;

	if (!rule || rule->then != ACTION_REROUTE ||
	    (verdict->action != ACTION_HOLD && verdict->action != ACTION_DEFER))
		return;
	verdict->action = has_waited(rule, verdict) ? ACTION_PASS : ACTION_WAIT;
}
