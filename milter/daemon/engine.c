#include "daemon/engine.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/supervisor.h"
#include "base/user.h"
#include "config/config.h"
#include "config/directory.h"
#include "daemon/desk.h"
#include "doors/map.h"
#include "evidence/discovery.h"
#include "evidence/exchanges.h"
#include "evidence/resolver.h"
#include "evidence/watch.h"
#include "daemon/hearsay.h"
#include "daemon/lookout.h"
#include "daemon/nudge.h"
#include "daemon/parts.h"
#include "mta/preflight.h"
#include "daemon/publisher.h"
#include "daemon/reload.h"
#include "daemon/report.h"
#include "standing/board.h"
#include "standing/budgets.h"
#include "standing/comebacks.h"
#include "standing/domains.h"
#include "standing/grounds.h"
#include "standing/held.h"
#include "standing/listings.h"
#include "standing/memory.h"
#include "standing/notes.h"
#include "standing/receptions.h"
#include "standing/ways.h"

#include <signal.h>
#include <stdlib.h>

struct engine {
	struct loop *loop;
	struct event_base *base;     /* of the loop */
	struct parts parts;	     /* the loop's own, once it runs */
	struct preflight *preflight; /* of the last configuration taken over */
};

/* ---- once a second ------------------------------------------------------ */

static void
step_held(struct held *held)
{
	size_t lost;

	held_step(held, clock_wall_sec());
	lost = held_dropped(held);
	if (lost > 0)
		log_warning("held: %zu messages are held and not remembered; "
			    "see the gate: lines",
		    lost);
}

static void
on_tick(void *arg)
{
	const struct engine *engine = arg;
	const struct parts *parts = &engine->parts;
	int64_t now_ms = clock_now_ms();

	board_beat(parts->slot, now_ms);
	supervisor_alive();
	lookout_tick(parts, now_ms);
	domains_step(parts->domains, now_ms, clock_wall_sec());
	receptions_step(parts->receptions, now_ms, clock_wall_sec());
	exchanges_ask(board_exchanges(parts->slot));
	publisher_renew(parts->publisher, now_ms);
	hearsay_tick(parts->hearsay, now_ms);
	step_held(board_held(parts->slot));
	nudge_tick(parts->nudge, &parts->config->on_clear, now_ms);
}

/* ---- a configuration is taken over -------------------------------------- */

/* Once it is open it stays: without a map in the configuration it answers
   NOTFOUND. */
static int
open_map(struct engine *engine, const struct config *config, char **reason)
{
	struct parts *parts = &engine->parts;

	if (parts->map || (!config->map_socket && !supervisor_has("map")))
		return 0;
	user_raise();
	parts->map =
	    map_create(engine->base, config->map_socket, parts->slot, reason);
	user_lower();
	if (!parts->map)
		return -1;
	map_listen(parts->map, hearsay_reply, parts->hearsay);
	map_probe(parts->map, parts->receptions);
	return 0;
}

static void
configure(struct parts *parts, struct resolver *resolver)
{
	const struct config *config = parts->config;

	lookout_configure(parts, resolver);
	exchanges_configure(board_exchanges(parts->slot),
	    config->directory->receivers, resolver);
	grounds_configure(parts->grounds, config);
	comebacks_configure(
	    parts->comebacks, config, clock_now_ms(), clock_wall_sec());
	ways_configure(parts->ways, config);
	domains_configure(parts->domains, config);
	receptions_configure(parts->receptions, config);
	hearsay_configure(parts->hearsay, config);
}

/* What is to be watched since it was before the process. */
static void
see(const struct parts *parts)
{
	struct clocks clocks;

	clock_read(&clocks);
	memory_recall_addresses(parts->store, parts->discovery);
	listings_see(parts->store, parts->domains, &clocks);
}

/* And what there is to know of it. */
static void
recall(const struct parts *parts)
{
	struct clocks clocks;

	clock_read(&clocks);
	memory_forget(parts->store, parts->config, &clocks);
	grounds_recall(parts->grounds, parts->watch, parts->store);
	listings_recall(parts->store, parts->domains, &clocks);
	receptions_recall(parts->receptions, clock_now_ms(), clock_wall_sec());
}

static void
on_preflight(void *arg)
{
	const struct engine *engine = arg;

	report_preflight(engine->preflight);
}

/* Warnings at most: nothing waits for it. */
static void
start_preflight(struct engine *engine)
{
	static const struct preflight_terms terms = {
	    .probe_timeout_ms = 30 * CLOCK_SEC};
	const struct config *config = engine->parts.config;
	char *reason = NULL;

	preflight_destroy(&engine->preflight);
	engine->preflight = preflight_start(engine->base, config, &config->dns,
	    &terms, on_preflight, engine, &reason);
	free(reason);
}

/* 0, or -1 with *reason set and everything as it was. Takes the reference to
   config if it returns 0. */
static int
take_config(struct engine *engine, struct config *config, char **reason)
{
	struct parts *parts = &engine->parts;
	struct config *old_config = parts->config;
	struct resolver *old_resolver = parts->resolver;
	struct resolver *resolver =
	    resolver_create(engine->base, &config->dns, reason);

	if (!resolver)
		return -1;
	if (open_map(engine, config, reason) != 0) {
		resolver_destroy(&resolver);
		return -1;
	}
	parts->config = config;
	configure(parts, resolver);
	if (!old_config)
		see(parts);
	lookout_watch(parts);
	if (!old_config)
		recall(parts);
	publisher_renew(parts->publisher, clock_now_ms());
	resolver_destroy(&old_resolver);
	start_preflight(engine);
	config_unref(old_config);
	return 0;
}

static int
on_loaded(void *arg, struct config *config, char **reason)
{
	struct engine *engine = arg;

	reload_compare(engine->parts.config, config);
	return take_config(engine, config, reason);
}

/* ---- other threads want something --------------------------------------- */

/* Any thread, and a signal handler's. */
static void
wake(void *arg)
{
	const struct engine *engine = arg;

	loop_wake(engine->loop);
}

static void
take_notes(const struct parts *parts)
{
	char domain[DOMAIN_MAX];

	while (notes_take(board_notes(parts->slot), domain) == 0)
		domains_see(parts->domains, domain, clock_now_ms());
}

static void
on_wake(void *arg)
{
	const struct engine *engine = arg;
	const struct parts *parts = &engine->parts;

	take_notes(parts);
	exchanges_ask(board_exchanges(parts->slot));
	reload_step(parts->reload);
}

void
engine_reload(struct engine *engine)
{
	reload_want(engine->parts.reload);
}

/* ---- its life ----------------------------------------------------------- */

static void
create_parts(struct parts *parts, struct event_base *base)
{
	lookout_create(parts, base);
	parts->grounds = grounds_create();
	parts->ways =
	    ways_create(parts->scout, board_budgets(parts->slot), parts->store);
	parts->comebacks = comebacks_create(parts->store);
	parts->receptions = receptions_create(parts->store);
	parts->domains = domains_create(parts->watch);

	parts->publisher = publisher_create(base, parts);
	parts->nudge = nudge_create();
	parts->hearsay =
	    hearsay_create(base, &(struct hearsay_terms){.slot = parts->slot,
				     .store = parts->store,
				     .receptions = parts->receptions,
				     .watch = parts->watch,
				     .publisher = parts->publisher});
}

static void
destroy_parts(struct parts *parts)
{
	reload_destroy(&parts->reload);
	control_destroy(&parts->control);
	map_destroy(&parts->map);
	hearsay_destroy(&parts->hearsay);

	domains_destroy(&parts->domains);
	receptions_destroy(&parts->receptions);
	comebacks_destroy(&parts->comebacks);
	ways_destroy(&parts->ways);
	grounds_destroy(&parts->grounds);

	lookout_destroy(parts);
	nudge_destroy(&parts->nudge);
	publisher_destroy(&parts->publisher);
	config_unref(parts->config);
}

/* What doors leave for us. */
static void
listen(struct engine *engine, struct board_slot *slot, struct store *store)
{
	notes_listen(board_notes(slot), wake, engine);
	exchanges_listen(board_exchanges(slot), wake, engine);
	held_open(board_held(slot), store);
}

static void
listen_no_more(struct board_slot *slot, struct store *store)
{
	held_step(board_held(slot), clock_wall_sec());
	budgets_save(
	    board_budgets(slot), store, clock_now_ms(), clock_wall_sec());
	notes_listen(board_notes(slot), NULL, NULL);
	exchanges_listen(board_exchanges(slot), NULL, NULL);
}

static void
destroy(struct engine *engine)
{
	listen_no_more(engine->parts.slot, engine->parts.store);
	preflight_destroy(&engine->preflight);
	destroy_parts(&engine->parts);
	loop_destroy(&engine->loop);
	free(engine);
}

static void
on_begin(void *arg)
{
	const struct engine *engine = arg;
	sigset_t reload;

	hearsay_start(engine->parts.hearsay);
	/* The daemon blocks it everywhere else, where it might interrupt
	   libmilter. */
	sigemptyset(&reload);
	sigaddset(&reload, SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &reload, NULL);
}

static const struct loop_calls calls = {on_begin, on_tick, on_wake};

struct engine *
engine_create(struct config *config, const char *config_path,
    struct board_slot *slot, struct store *store, char **reason)
{
	struct engine *engine = alloc_zeroed(1, sizeof *engine);
	struct parts *parts = &engine->parts;

	parts->slot = slot;
	parts->store = store;
	parts->started_ms = clock_now_ms();
	parts->reload = reload_create(config_path, on_loaded, wake, engine);
	engine->loop = loop_create(&calls, engine);
	if (!engine->loop) {
		*reason = alloc_string("no event loop could be made");
		goto failed;
	}
	engine->base = loop_base(engine->loop);
	create_parts(parts, engine->base);
	listen(engine, slot, store);
	user_raise();
	parts->control = control_create(
	    engine->base, config->control_socket, desk_answer, parts, reason);
	user_lower();
	if (!parts->control || take_config(engine, config, reason) != 0)
		goto failed;
	return engine;
failed:
	destroy(engine);
	config_unref(config);
	return NULL;
}

int
engine_start(struct engine *engine)
{
	return loop_start(engine->loop);
}

void
engine_stop(struct engine **engine_r)
{
	struct engine *engine = *engine_r;

	if (!engine)
		return;
	*engine_r = NULL;
	loop_stop(engine->loop);
	destroy(engine);
}
