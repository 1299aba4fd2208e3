#include "engine.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/supervisor.h"
#include "base/user.h"
#include "backlog.h"
#include "command.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/egresses.h"
#include "doors/control.h"
#include "doors/map.h"
#include "evidence/discovery.h"
#include "evidence/exchanges.h"
#include "evidence/resolver.h"
#include "evidence/roster.h"
#include "evidence/scout.h"
#include "evidence/selftest.h"
#include "evidence/sighting.h"
#include "evidence/watch.h"
#include "logbook.h"
#include "nudge.h"
#include "preflight.h"
#include "policy/gate.h"
#include "policy/probes.h"
#include "reception_report.h"
#include "reload.h"
#include "report.h"
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
#include "standing/standing.h"
#include "standing/ways.h"
#include "witness.h"

#include <event2/event.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const struct timeval tick_interval = {.tv_sec = 1};

struct engine {
	struct board_slot *slot;
	struct store *store; /* NULL: nothing is kept */
	struct event_base *base;
	struct event *tick, *wake;
	struct event *renew; /* answers came in: the board is to be renewed */
	int wake_fd;	     /* eventfd: one of the flags below was set */
	pthread_t thread;

	atomic_bool stop_wanted; /* set by others before they wake it */

	/* the engine thread's own from here on */
	struct config *config;
	struct resolver *resolver;
	struct watch *watch;
	struct selftest *selftest;
	struct discovery *discovery;
	struct domains *domains;
	struct scout *scout;
	struct ways *ways;
	struct comebacks *comebacks;
	struct receptions *receptions;
	struct probes *probes;
	struct backlog *backlog;
	struct witness *witness;
	struct logbook *logbook;
	struct control *control;
	struct map *map; /* NULL: none was asked for */
	struct nudge *nudge;
	struct preflight *preflight; /* of the last configuration taken over */
	struct grounds *grounds;
	int64_t started_ms;

	struct reload *reload;
};

static void
wake(struct engine *engine)
{
	uint64_t one = 1;

	/* Async-signal-safe; a full counter wakes just as well. */
	if (write(engine->wake_fd, &one, sizeof one) < 0)
		return;
}

static void
on_route_changed(
    void *arg, const struct board *board, size_t route, int64_t since_wall_sec)
{
	(void)arg;
	report_route(board, route, since_wall_sec);
}

struct change {
	struct engine *engine;
	const struct board *board;
};

static void
on_ground_changed(void *arg, size_t egress, enum standing_state from)
{
	const struct change *change = arg;

	report_standing(change->board, egress, from);
	if (from == STANDING_LISTED)
		nudge_want(change->engine->nudge);
}

static void
on_domain_changed(
    void *arg, const struct board_domain *domain, enum standing_state from)
{
	const struct change *change = arg;

	report_domain(change->board, domain, from);
	listings_keep(change->engine->store, domain);
}

static void
on_receiver_changed(
    void *arg, const struct board_receiver *receiver, enum receiver_state from)
{
	const struct change *change = arg;

	reception_report(change->board, receiver, from);
	if (receptions_are_gated(change->engine->config, from) &&
	    !receiver->is_gated)
		nudge_want(change->engine->nudge);
}

static void
on_probe_changed(void *arg, const struct board_receiver *receiver,
    enum probe_stage from, enum probe_stage to)
{
	reception_report_probe(arg, receiver, from, to);
}

static void
on_heard(void *arg, const struct sighted_reply *reply, const char *to)
{
	struct engine *engine = arg;

	if (to)
		exchanges_learn(
		    board_exchanges(engine->slot), to, reply->receiver);
	if (reply->qid && reply->status == ATTEMPT_DEFERRED)
		backlog_add(engine->backlog, reply->egress, reply->receiver,
		    reply->qid);
	else if (reply->qid)
		backlog_remove(engine->backlog, reply->egress, reply->receiver,
		    reply->qid);
	if (reply->class == REPLY_IP_BLOCKED ||
	    reply->class == REPLY_IP_THROTTLED)
		watch_ask_named(engine->watch, reply->list, clock_now_ms());
	if (receptions_see(engine->receptions, reply, clock_wall_sec()))
		event_active(engine->renew, EV_TIMEOUT, 0);
}

static void
on_share_changed(void *arg, size_t egress)
{
	const struct change *change = arg;

	report_standing(
	    change->board, egress, change->board->egresses[egress].state);
	nudge_want(change->engine->nudge);
}

/* Steps all standings, publishes the new picture, and only then tells: who
   reads the line finds the gate already acting on it. */
static void
renew_board(struct engine *engine, int64_t now_ms)
{
	struct board *board = board_create(engine->config);
	struct change change = {engine, board};

	grounds_step(engine->grounds, engine->watch, engine->store, now_ms);
	grounds_fill(engine->grounds, board, now_ms);
	comebacks_fill(engine->comebacks, board, now_ms, clock_wall_sec());
	ways_step(engine->ways, engine->watch, now_ms);
	ways_fill(engine->ways, board, now_ms, clock_wall_sec());
	receptions_fill(engine->receptions, board, now_ms);
	domains_fill(engine->domains, board);
	board_publish(engine->slot, board_ref(board));
	exchanges_need(
	    board_exchanges(engine->slot), gate_wants_receivers(board));
	grounds_tell(engine->grounds, on_ground_changed, &change);
	comebacks_tell(engine->comebacks, board, on_share_changed, &change);
	domains_tell(engine->domains, on_domain_changed, &change);
	if (ways_tell(engine->ways, board, on_route_changed, NULL))
		nudge_want(engine->nudge);
	receptions_keep(engine->receptions, now_ms, clock_wall_sec());
	receptions_tell(
	    engine->receptions, board, on_receiver_changed, &change);
	probes_step(engine->probes, &engine->config->probe, board->receivers,
	    board->receiver_count, now_ms, on_probe_changed, board);
	board_unref(board);
}

static void
on_answered(void *arg, const struct subject *subject,
    const struct finding *finding, const struct answer *before)
{
	struct engine *engine = arg;
	struct board *board;
	struct clocks clocks;

	board = board_current(engine->slot);
	report_answer(board, subject, finding, before);
	board_unref(board);
	clock_read(&clocks);
	memory_keep_answer(engine->store, subject, finding, &clocks);
	/* Many answers of one turn of the loop share one new board. Domains,
	   of which there may be thousands, are stepped with the tick. */
	if (!subject->domain)
		event_active(engine->renew, EV_TIMEOUT, 0);
}

static void
on_list_changed(void *arg, const struct tested *tested)
{
	struct engine *engine = arg;

	report_list(tested);
	if (tested->fitness.state == FITNESS_UNFIT)
		selftest_doubt(engine->selftest);
	event_active(engine->renew, EV_TIMEOUT, 0);
}

static void
on_resolver_changed(void *arg, const struct diagnosis *diagnosis)
{
	(void)arg;
	report_resolver(diagnosis);
}

static void
on_renew(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	renew_board(arg, clock_now_ms());
}

/* Mail that a receiver has put off leaves the other way at once. */
static void
nudge_backlog(struct engine *engine, int64_t now_ms)
{
	const struct strings *command = &engine->config->on_block;
	struct board *board;
	char qid[BACKLOG_QID_MAX];

	if (command->count == 0 || engine->config->mode != MODE_ENFORCE)
		return;
	board = board_current(engine->slot);
	for (int i = 0; i < BACKLOG_TURNS_A_SECOND &&
			backlog_take(engine->backlog, board, now_ms, qid) == 0;
	     i++)
		command_run("on_block", command, qid);
	board_unref(board);
}

static void
step_held(struct engine *engine)
{
	size_t lost = held_step(board_held(engine->slot), clock_wall_sec());

	if (lost > 0)
		log_warning("held: %zu messages are held and not remembered; "
			    "see the gate: lines",
		    lost);
}

static char *
tell_held(struct engine *engine)
{
	struct board *board = board_current(engine->slot);
	char *json;

	step_held(engine);
	json = held_json(board_held(engine->slot), board, clock_wall_sec());
	board_unref(board);
	return json;
}

static char *
forget_held(struct engine *engine, const char *qid)
{
	int result;

	step_held(engine);
	result = held_forget(board_held(engine->slot), qid);
	return alloc_string(result == 0 ? "{\"ok\": true}" : "{\"ok\": false}");
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct engine *engine = arg;
	int64_t now_ms = clock_now_ms();

	(void)fd, (void)what;
	board_beat(engine->slot, now_ms);
	supervisor_alive();
	selftest_tick(engine->selftest, now_ms);
	watch_tick(engine->watch, now_ms);
	discovery_tick(engine->discovery, now_ms);
	scout_tick(engine->scout, now_ms);
	domains_step(engine->domains, now_ms, clock_wall_sec());
	receptions_step(engine->receptions, now_ms, clock_wall_sec());
	exchanges_ask(board_exchanges(engine->slot));
	renew_board(engine, now_ms);
	logbook_tick(engine->logbook);
	step_held(engine);
	nudge_tick(engine->nudge, &engine->config->on_clear, now_ms);
	nudge_backlog(engine, now_ms);
}

static void
on_replied(void *arg, const struct board *board, const struct map_reply *reply,
    char answer[MAP_ANSWER_MAX])
{
	struct engine *engine = arg;

	witness_hear(engine->witness, board, reply, clock_now_ms(), answer);
}

/* Once it is open it stays: without a map in the configuration it answers
   NOTFOUND. */
static int
open_map(struct engine *engine, const struct config *config, char **reason)
{
	if (engine->map || (!config->map_socket && !supervisor_has("map")))
		return 0;
	user_raise();
	engine->map =
	    map_create(engine->base, config->map_socket, engine->slot, reason);
	user_lower();
	if (!engine->map)
		return -1;
	map_listen(engine->map, on_replied, engine);
	map_probe(engine->map, engine->probes);
	return 0;
}

static void
add_address(struct addresses *addresses, const struct address *address)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (address_equal(&addresses->items[i], address))
			return;
	addresses->items = alloc_resize(
	    addresses->items, addresses->count + 1, sizeof *addresses->items);
	addresses->items[addresses->count++] = *address;
}

/* What is to be watched beside the addresses that egresses are given. */
static void
watch_more(
    struct engine *engine, const struct address *known, size_t known_count)
{
	const struct addresses *routes = ways_addresses(engine->ways);
	struct addresses more = {0};

	for (size_t i = 0; i < known_count; i++)
		add_address(&more, &known[i]);
	for (size_t i = 0; i < routes->count; i++)
		add_address(&more, &routes->items[i]);
	watch_add_addresses(engine->watch, more.items, more.count);
	free(more.items);
}

/* Puts together what each egress sends from, and has all of it watched. The
   configuration is shared and does not change, so this lies beside it. */
static void
watch_grounds(struct engine *engine)
{
	const struct config *config = engine->config;
	struct address known[DISCOVERY_ADDRESSES_MAX];
	struct clocks clocks;
	size_t count = discovery_known(engine->discovery, known);

	grounds_take_addresses(engine->grounds, known, count);
	watch_more(engine, known, count);
	watch_configure(engine->watch, config, engine->resolver);
	clock_read(&clocks);
	memory_recall_answers(engine->store, engine->watch, config, &clocks);
}

static void
on_address(
    void *arg, const struct sighting *sighting, const struct address *from)
{
	struct engine *engine = arg;

	report_address(
	    egresses_find_auto(engine->config)->name, sighting, from);
	if (!from)
		return;
	memory_keep_address(engine->store, &sighting->known);
	watch_grounds(engine);
	renew_board(engine, clock_now_ms());
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
	char *reason = NULL;

	preflight_destroy(&engine->preflight);
	engine->preflight = preflight_start(engine->base, engine->config,
	    &engine->config->dns, NULL, on_preflight, engine, &reason);
	free(reason);
}

static void
on_scouted(void *arg, bool has_moved)
{
	struct engine *engine = arg;

	if (has_moved)
		watch_grounds(engine);
	event_active(engine->renew, EV_TIMEOUT, 0);
}

/* What is to be watched since it was before the process. */
static void
see(struct engine *engine)
{
	struct clocks clocks;

	clock_read(&clocks);
	memory_recall_addresses(engine->store, engine->discovery);
	listings_see(engine->store, engine->domains, &clocks);
}

/* And what there is to know of it. */
static void
recall(struct engine *engine)
{
	struct clocks clocks;

	clock_read(&clocks);
	memory_forget(engine->store, engine->config, &clocks);
	grounds_recall(engine->grounds, engine->watch, engine->store);
	listings_recall(engine->store, engine->domains, &clocks);
}

/* 0, or -1 with *reason set and everything as it was. Takes the reference to
   config if it returns 0. */
static int
take_config(struct engine *engine, struct config *config, char **reason)
{
	struct config *old_config = engine->config;
	struct resolver *old_resolver = engine->resolver;
	struct resolver *resolver =
	    resolver_create(engine->base, &config->dns, reason);

	if (!resolver)
		return -1;
	if (open_map(engine, config, reason) != 0) {
		resolver_destroy(&resolver);
		return -1;
	}
	grounds_configure(engine->grounds, config);
	comebacks_configure(
	    engine->comebacks, config, clock_now_ms(), clock_wall_sec());
	engine->config = config;
	engine->resolver = resolver;
	selftest_configure(engine->selftest, config, resolver);
	discovery_configure(engine->discovery, config);
	domains_configure(engine->domains, config);
	scout_configure(engine->scout, config, resolver);
	ways_configure(engine->ways, config);
	receptions_configure(engine->receptions, config);
	if (!old_config)
		receptions_recall(
		    engine->receptions, clock_now_ms(), clock_wall_sec());
	exchanges_configure(board_exchanges(engine->slot),
	    config->directory->receivers, resolver);
	witness_configure(engine->witness, config);
	logbook_configure(engine->logbook, config);
	if (!old_config)
		see(engine);
	watch_grounds(engine);
	if (!old_config)
		recall(engine);
	renew_board(engine, clock_now_ms());
	resolver_destroy(&old_resolver);
	start_preflight(engine);
	if (old_config && old_config != config)
		config_unref(old_config);
	return 0;
}

static int
on_loaded(void *arg, struct config *config, char **reason)
{
	struct engine *engine = arg;

	reload_compare(engine->config, config);
	return take_config(engine, config, reason);
}

static void
take_notes(struct engine *engine)
{
	char domain[DOMAIN_MAX];

	while (notes_take(board_notes(engine->slot), domain) == 0)
		domains_see(engine->domains, domain, clock_now_ms());
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct engine *engine = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof count) < 0)
		return;
	take_notes(engine);
	exchanges_ask(board_exchanges(engine->slot));
	if (atomic_load(&engine->stop_wanted))
		event_base_loopbreak(engine->base);
	else
		reload_step(engine->reload);
}

/* A status of many addresses is made of a million small pieces, which would
   stay with the process for ever. */
static void
give_back(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static void
on_asked(void *arg, struct control_client *client, enum control_verb verb)
{
	struct engine *engine = arg;

	switch (verb) {
	case CONTROL_STATUS: {
		struct report_view view = {
		    .config = engine->config,
		    .watch = engine->watch,
		    .resolver = engine->resolver,
		    .diagnosis = selftest_diagnosis(engine->selftest),
		    .board = board_current(engine->slot),
		    .probes = engine->probes,
		    .budgets = board_budgets(engine->slot),
		    .map = engine->map,
		    .logbook = engine->logbook,
		    .domain_count = domains_count(engine->domains),
		    .now_ms = clock_now_ms(),
		    .started_ms = engine->started_ms,
		};
		control_answer(client, report_status_json(&view));
		give_back();
		board_unref((struct board *)view.board);
		break;
	}
	case CONTROL_RELOAD:
		reload_ask(engine->reload, client);
		break;
	case CONTROL_HELD:
		control_answer(client, tell_held(engine));
		break;
	case CONTROL_FORGET:
		control_answer(
		    client, forget_held(engine, control_argument(client)));
		break;
	case CONTROL_INVALID:
		control_answer(
		    client, alloc_string("{\"error\": \"unknown request\"}"));
		break;
	}
}

void
engine_reload(struct engine *engine)
{
	reload_want(engine->reload);
}

static void
destroy(struct engine *engine)
{
	step_held(engine);
	notes_listen(board_notes(engine->slot), NULL, NULL);
	exchanges_listen(board_exchanges(engine->slot), NULL, NULL);
	reload_destroy(&engine->reload);
	control_destroy(&engine->control);
	map_destroy(&engine->map);
	nudge_destroy(&engine->nudge);
	preflight_destroy(&engine->preflight);
	scout_destroy(&engine->scout);
	resolver_destroy(&engine->resolver);
	domains_destroy(&engine->domains);
	grounds_destroy(&engine->grounds);
	budgets_save(board_budgets(engine->slot), engine->store, clock_now_ms(),
	    clock_wall_sec());
	ways_destroy(&engine->ways);
	logbook_destroy(&engine->logbook);
	comebacks_destroy(&engine->comebacks);
	receptions_destroy(&engine->receptions);
	probes_destroy(&engine->probes);
	backlog_destroy(&engine->backlog);
	witness_destroy(&engine->witness);
	watch_destroy(&engine->watch);
	selftest_destroy(&engine->selftest);
	discovery_destroy(&engine->discovery);
	if (engine->tick)
		event_free(engine->tick);
	if (engine->wake)
		event_free(engine->wake);
	if (engine->renew)
		event_free(engine->renew);
	if (engine->base)
		event_base_free(engine->base);
	if (engine->wake_fd >= 0)
		close(engine->wake_fd);
	config_unref(engine->config);
	free(engine);
}

/* Of any thread. */
static void
on_note(void *arg)
{
	wake(arg);
}

struct engine *
engine_create(struct config *config, const char *config_path,
    struct board_slot *slot, struct store *store, char **reason)
{
	struct engine *engine = alloc_zeroed(1, sizeof *engine);

	engine->reload = reload_create(config_path, on_loaded, on_note, engine);
	engine->slot = slot;
	engine->store = store;
	engine->started_ms = clock_now_ms();
	engine->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	engine->base = event_base_new();
	if (engine->wake_fd < 0 || !engine->base) {
		*reason = alloc_string("no event loop could be made");
		goto failed;
	}
	engine->tick = event_new(engine->base, -1, EV_PERSIST, on_tick, engine);
	engine->renew = event_new(engine->base, -1, 0, on_renew, engine);
	engine->wake = event_new(engine->base, engine->wake_fd,
	    EV_READ | EV_PERSIST, on_wake, engine);
	engine->comebacks = comebacks_create(store);
	engine->scout = scout_create(engine->base, on_scouted, engine);
	engine->grounds = grounds_create();
	engine->ways = ways_create(engine->scout, board_budgets(slot), store);
	engine->nudge = nudge_create();
	engine->watch = watch_create(on_answered, on_list_changed, engine);
	engine->selftest = selftest_create(on_resolver_changed, engine);
	engine->domains = domains_create(engine->watch);
	engine->receptions = receptions_create(store);
	engine->probes = probes_create();
	engine->backlog = backlog_create();
	engine->witness = witness_create(engine->receptions, on_heard, engine);
	engine->logbook =
	    logbook_create(engine->base, slot, store, on_heard, engine);
	notes_listen(board_notes(slot), on_note, engine);
	exchanges_listen(board_exchanges(slot), on_note, engine);
	held_open(board_held(slot), store);
	engine->discovery = discovery_create(engine->base, on_address, engine);
	user_raise();
	engine->control = control_create(
	    engine->base, config->control_socket, on_asked, engine, reason);
	user_lower();
	if (!engine->control || take_config(engine, config, reason) != 0)
		goto failed;
	return engine;
failed:
	destroy(engine);
	config_unref(config);
	return NULL;
}

static void *
run(void *arg)
{
	struct engine *engine = arg;
	sigset_t reload;

	logbook_start(engine->logbook);
	/* The daemon blocks it everywhere else, where it might interrupt
	   libmilter. */
	sigemptyset(&reload);
	sigaddset(&reload, SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &reload, NULL);
	on_tick(-1, 0, engine);
	event_add(engine->tick, &tick_interval);
	event_add(engine->wake, NULL);
	event_base_dispatch(engine->base);
	return NULL;
}

int
engine_start(struct engine *engine)
{
	return pthread_create(&engine->thread, NULL, run, engine) == 0 ? 0 : -1;
}

void
engine_stop(struct engine **engine_r)
{
	struct engine *engine = *engine_r;

	if (!engine)
		return;
	*engine_r = NULL;
	atomic_store(&engine->stop_wanted, true);
	wake(engine);
	pthread_join(engine->thread, NULL);
	destroy(engine);
}
