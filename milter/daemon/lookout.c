#include "daemon/lookout.h"

#include "base/addresses.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/egresses.h"
#include "evidence/discovery.h"
#include "evidence/resolver.h"
#include "evidence/roster.h"
#include "evidence/scout.h"
#include "evidence/selftest.h"
#include "evidence/sighting.h"
#include "evidence/watch.h"
#include "daemon/parts.h"
#include "daemon/publisher.h"
#include "daemon/report.h"
#include "standing/board.h"
#include "standing/grounds.h"
#include "standing/memory.h"
#include "standing/ways.h"

static void
on_answered(void *arg, const struct subject *subject,
    const struct finding *finding, const struct answer *before)
{
	const struct parts *parts = arg;
	struct board *board = board_current(parts->slot);
	struct clocks clocks;

	report_answer(board, subject, finding, before);
	board_unref(board);
	clock_read(&clocks);
	memory_keep_answer(parts->store, subject, finding, &clocks);
	/* Domains, of which there may be thousands, are stepped with the
	   tick. */
	if (!subject->domain)
		publisher_want(parts->publisher);
}

static void
on_list_changed(void *arg, const struct tested *tested)
{
	const struct parts *parts = arg;

	report_list(tested);
	if (tested->fitness.state == FITNESS_UNFIT)
		selftest_doubt(parts->selftest);
	publisher_want(parts->publisher);
}

static void
on_resolver_changed(void *arg, const struct diagnosis *diagnosis)
{
	(void)arg;
	report_resolver(diagnosis);
}

/* The configuration is shared and does not change, so what was discovered lies
   beside it. */
void
lookout_watch(const struct parts *parts)
{
	const struct addresses *routes = ways_addresses(parts->ways);
	struct address known[DISCOVERY_ADDRESSES_MAX];
	size_t count = discovery_known(parts->discovery, known);
	struct addresses more = {0};
	struct clocks clocks;

	grounds_take_addresses(parts->grounds, known, count);
	addresses_add(&more, known, count);
	addresses_add(&more, routes->items, routes->count);
	watch_add_addresses(parts->watch, more.items, more.count);
	addresses_free(&more);
	watch_configure(parts->watch, parts->config, parts->resolver);
	clock_read(&clocks);
	memory_recall_answers(
	    parts->store, parts->watch, parts->config, &clocks);
}

static void
on_address(
    void *arg, const struct sighting *sighting, const struct address *from)
{
	const struct parts *parts = arg;

	report_address(egresses_find_auto(parts->config)->name, sighting, from);
	if (!from)
		return;
	memory_keep_address(parts->store, &sighting->known);
	lookout_watch(parts);
	publisher_renew(parts->publisher, clock_now_ms());
}

static void
on_scouted(void *arg, bool has_moved)
{
	const struct parts *parts = arg;

	if (has_moved)
		lookout_watch(parts);
	publisher_want(parts->publisher);
}

void
lookout_tick(const struct parts *parts, int64_t now_ms)
{
	selftest_tick(parts->selftest, now_ms);
	watch_tick(parts->watch, now_ms);
	discovery_tick(parts->discovery, now_ms);
	scout_tick(parts->scout, now_ms);
}

void
lookout_create(struct parts *parts, struct event_base *base)
{
	parts->watch = watch_create(on_answered, on_list_changed, parts);
	parts->selftest = selftest_create(on_resolver_changed, parts);
	parts->discovery = discovery_create(base, on_address, parts);
	parts->scout = scout_create(base, on_scouted, parts);
}

void
lookout_configure(struct parts *parts, struct resolver *resolver)
{
	parts->resolver = resolver;
	selftest_configure(parts->selftest, parts->config, resolver);
	discovery_configure(parts->discovery, parts->config);
	scout_configure(parts->scout, parts->config, resolver);
}

void
lookout_destroy(struct parts *parts)
{
	scout_destroy(&parts->scout);
	resolver_destroy(&parts->resolver);
	discovery_destroy(&parts->discovery);
	selftest_destroy(&parts->selftest);
	watch_destroy(&parts->watch);
}
