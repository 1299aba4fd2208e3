#include "daemon/publisher.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "evidence/exchanges.h"
#include "daemon/nudge.h"
#include "daemon/parts.h"
#include "policy/gate.h"
#include "daemon/reception_report.h"
#include "daemon/report.h"
#include "standing/board.h"
#include "standing/comebacks.h"
#include "standing/domains.h"
#include "standing/grounds.h"
#include "standing/listings.h"
#include "standing/receptions.h"
#include "standing/ways.h"

#include <event2/event.h>

#include <stdlib.h>

struct publisher {
	const struct parts *parts;
	struct event *wanted;
};

/* What is told of a new board. */
struct news {
	const struct parts *parts;
	const struct board *board;
};

static void
on_ground_changed(void *arg, size_t egress, enum standing_state from)
{
	const struct news *news = arg;

	report_standing(news->board, egress, from);
	if (from == STANDING_LISTED)
		nudge_want(news->parts->nudge);
}

static void
on_share_changed(void *arg, size_t egress)
{
	const struct news *news = arg;

	report_standing(
	    news->board, egress, news->board->egresses[egress].state);
	nudge_want(news->parts->nudge);
}

static void
on_domain_changed(
    void *arg, const struct board_domain *domain, enum standing_state from)
{
	const struct news *news = arg;

	report_domain(news->board, domain, from);
	listings_keep(news->parts->store, domain);
}

static void
on_route_changed(
    void *arg, const struct board *board, size_t route, int64_t since_wall_sec)
{
	(void)arg;
	report_route(board, route, since_wall_sec);
}

static void
on_receiver_changed(
    void *arg, const struct board_receiver *receiver, enum receiver_state from)
{
	const struct news *news = arg;

	reception_report(news->board, receiver, from);
	if (receptions_are_gated(news->parts->config, from) &&
	    !receiver->is_gated)
		nudge_want(news->parts->nudge);
}

static void
on_probe_changed(
    void *arg, const struct board_receiver *receiver, enum probe_stage from)
{
	const struct news *news = arg;

	reception_report_probe(news->board, receiver, from);
}

static void
step(const struct parts *parts, int64_t now_ms)
{
	grounds_step(parts->grounds, parts->watch, parts->store, now_ms);
	ways_step(parts->ways, parts->watch, now_ms);
}

static void
fill(const struct parts *parts, struct board *board, int64_t now_ms,
    int64_t wall_sec)
{
	grounds_fill(parts->grounds, board, now_ms);
	comebacks_fill(parts->comebacks, board, now_ms, wall_sec);
	ways_fill(parts->ways, board, now_ms, wall_sec);
	receptions_fill(parts->receptions, board, now_ms);
	domains_fill(parts->domains, board);
}

static void
publish(const struct parts *parts, struct board *board)
{
	board_publish(parts->slot, board_ref(board));
	exchanges_need(
	    board_exchanges(parts->slot), gate_wants_receivers(board));
}

static void
tell(const struct parts *parts, const struct board *board)
{
	struct news news = {parts, board};

	grounds_tell(parts->grounds, on_ground_changed, &news);
	comebacks_tell(parts->comebacks, board, on_share_changed, &news);
	domains_tell(parts->domains, on_domain_changed, &news);
	if (ways_tell(parts->ways, board, on_route_changed, NULL))
		nudge_want(parts->nudge);
	receptions_tell(parts->receptions, board, on_receiver_changed, &news);
	receptions_tell_probes(
	    parts->receptions, board, on_probe_changed, &news);
}

void
publisher_renew(struct publisher *publisher, int64_t now_ms)
{
	const struct parts *parts = publisher->parts;
	struct board *board = board_create(parts->config);
	int64_t wall_sec = clock_wall_sec();

	step(parts, now_ms);
	fill(parts, board, now_ms, wall_sec);
	publish(parts, board);
	receptions_keep(parts->receptions, now_ms, wall_sec);
	tell(parts, board);
	board_unref(board);
}

void
publisher_want(struct publisher *publisher)
{
	event_active(publisher->wanted, EV_TIMEOUT, 0);
}

static void
on_wanted(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	publisher_renew(arg, clock_now_ms());
}

struct publisher *
publisher_create(struct event_base *base, const struct parts *parts)
{
	struct publisher *publisher = alloc_zeroed(1, sizeof *publisher);

	publisher->parts = parts;
	publisher->wanted = event_new(base, -1, 0, on_wanted, publisher);
	return publisher;
}

void
publisher_destroy(struct publisher **publisher_r)
{
	struct publisher *publisher = *publisher_r;

	if (!publisher)
		return;
	*publisher_r = NULL;
	event_free(publisher->wanted);
	free(publisher);
}
