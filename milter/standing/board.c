#include "standing/board.h"

#include "base/alloc.h"
#include "config/config.h"
#include "evidence/exchanges.h"
#include "standing/budgets.h"
#include "standing/held.h"
#include "standing/notes.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Readers see the board alone; the count is nobody's business but ours. */
struct counted_board {
	struct board board; /* first, so that one pointer is both */
	atomic_size_t refs;
};

struct board_slot {
	pthread_mutex_t mutex; /* of current; held for a pointer copy */
	struct board *current;
	struct notes *notes;
	struct budgets *budgets;
	struct exchanges *exchanges;
	struct held *held;
	_Atomic int64_t beat_ms;
};

/* INT64_MIN is no time at all, so the first beat can be told from none. */
#define BEAT_NEVER INT64_MIN

static struct counted_board *
counted(struct board *board)
{
	return (struct counted_board *)board;
}

struct board *
board_create(struct config *config)
{
	struct counted_board *made = alloc_zeroed(1, sizeof *made);
	struct board *board = &made->board;

	atomic_init(&made->refs, 1);
	board->config = config_ref(config);
	board->egresses =
	    alloc_zeroed(config->egress_count, sizeof *board->egresses);
	for (size_t i = 0; i < config->egress_count; i++) {
		board_egress_blame(&board->egresses[i], "", "");
		board->egresses[i].direct_share = 100;
	}
	board->routes =
	    alloc_zeroed(config->route_count, sizeof *board->routes);
	for (size_t i = 0; i < config->route_count; i++)
		board_route_judge(&board->routes[i], "");
	return board;
}

struct board *
board_ref(struct board *board)
{
	size_t before = atomic_fetch_add(&counted(board)->refs, 1);

	assert(before > 0);
	(void)before;
	return board;
}

static void
free_domain(struct board_domain *domain)
{
	free(domain->name);
	free(domain->subject);
	free(domain->blocked_by);
	free(domain->removal);
}

static void
free_receiver(struct board_receiver *receiver)
{
	free(receiver->name);
	free(receiver->blocked_by);
	free(receiver->list);
	free(receiver->removal);
	free(receiver->acts_on);
}

static void
free_route(struct board_route *route)
{
	free(route->cause);
	free(route->addresses);
}

void
board_unref(struct board *board)
{
	if (!board || atomic_fetch_sub(&counted(board)->refs, 1) > 1)
		return;
	for (size_t i = 0; i < board->config->egress_count; i++) {
		free(board->egresses[i].blocked_by);
		free(board->egresses[i].removal);
		free(board->egresses[i].addresses);
	}
	for (size_t i = 0; i < board->config->route_count; i++)
		free_route(&board->routes[i]);
	for (size_t i = 0; i < board->domain_count; i++)
		free_domain(&board->domains[i]);
	for (size_t i = 0; i < board->receiver_count; i++)
		free_receiver(&board->receivers[i]);
	free(board->receivers);
	free(board->domains);
	free(board->routes);
	free(board->egresses);
	config_unref(board->config);
	free(counted(board));
}

void
board_egress_blame(
    struct board_egress *egress, const char *blocked_by, const char *removal)
{
	/* Copied before the old ones go: they may be what is passed in. */
	char *blame = alloc_string(blocked_by), *url = alloc_string(removal);

	free(egress->blocked_by);
	free(egress->removal);
	egress->blocked_by = blame;
	egress->removal = url;
}

void
board_route_judge(struct board_route *route, const char *cause)
{
	char *copy = alloc_string(cause);

	free(route->cause);
	route->cause = copy;
	route->is_usable = !copy[0];
}

bool
board_route_is_open(const struct board_route *route)
{
	return route->is_usable && !route->is_spent;
}

uint64_t
board_spent_routes(const struct board *board)
{
	uint64_t routes = 0;

	for (size_t i = 0; board->routes && i < board->config->route_count; i++)
		if (board->routes[i].is_spent)
			routes |= UINT64_C(1) << i;
	return routes;
}

const struct board_route *
board_find_route(const struct board *board, const struct route *route)
{
	for (size_t i = 0; board->routes && i < board->config->route_count; i++)
		if (&board->config->routes[i] == route)
			return &board->routes[i];
	return NULL;
}

struct board_domain *
board_add_domain(struct board *board, const char *name, const char *subject,
    const char *blocked_by, const char *removal)
{
	struct board_domain *domain;

	board->domains = alloc_resize(
	    board->domains, board->domain_count + 1, sizeof *board->domains);
	domain = &board->domains[board->domain_count++];
	*domain = (struct board_domain){
	    .name = alloc_string(name),
	    .subject = alloc_string(subject),
	    .blocked_by = alloc_string(blocked_by),
	    .removal = alloc_string(removal),
	};
	return domain;
}

static int
compare_domains(const void *a, const void *b)
{
	const struct board_domain *left = a, *right = b;

	return strcmp(left->name, right->name);
}

void
board_add_receiver(struct board *board, const struct board_receiver *receiver)
{
	struct board_receiver *copy;

	board->receivers = alloc_resize(board->receivers,
	    board->receiver_count + 1, sizeof *board->receivers);
	copy = &board->receivers[board->receiver_count++];
	*copy = *receiver;
	copy->name = alloc_string(receiver->name);
	copy->blocked_by = alloc_string(receiver->blocked_by);
	copy->list = alloc_string(receiver->list);
	copy->removal = alloc_string(receiver->removal);
	copy->acts_on = alloc_string(receiver->acts_on);
}

static int
compare_receivers(const void *a, const void *b)
{
	const struct board_receiver *left = a, *right = b;

	if (left->egress != right->egress)
		return left->egress < right->egress ? -1 : 1;
	return strcmp(left->name, right->name);
}

void
board_sort(struct board *board)
{
	if (board->receiver_count > 0)
		qsort(board->receivers, board->receiver_count,
		    sizeof *board->receivers, compare_receivers);
	if (board->domain_count > 0)
		qsort(board->domains, board->domain_count,
		    sizeof *board->domains, compare_domains);
}

const struct board_domain *
board_find_domain(const struct board *board, const char *name)
{
	const struct board_domain key = {.name = (char *)name};

	if (board->domain_count == 0)
		return NULL;
	return bsearch(&key, board->domains, board->domain_count,
	    sizeof *board->domains, compare_domains);
}

const struct board_receiver *
board_find_receiver(const struct board *board, size_t egress, const char *name)
{
	const struct board_receiver key = {
	    .egress = egress, .name = (char *)name};

	if (board->receiver_count == 0)
		return NULL;
	return bsearch(&key, board->receivers, board->receiver_count,
	    sizeof *board->receivers, compare_receivers);
}

const char *
receiver_state_name(enum receiver_state state)
{
	static const char *const names[] = {
	    [RECEIVER_OPEN] = "open",
	    [RECEIVER_THROTTLED] = "throttled",
	    [RECEIVER_BLOCKED] = "blocked",
	};

	return names[state];
}

struct board_slot *
board_slot_create(void)
{
	struct board_slot *slot = alloc_zeroed(1, sizeof *slot);

	pthread_mutex_init(&slot->mutex, NULL);
	slot->notes = notes_create();
	slot->budgets = budgets_create();
	slot->exchanges = exchanges_create();
	slot->held = held_create();
	atomic_init(&slot->beat_ms, BEAT_NEVER);
	return slot;
}

void
board_slot_destroy(struct board_slot **slot)
{
	if (!*slot)
		return;
	board_unref((*slot)->current);
	pthread_mutex_destroy(&(*slot)->mutex);
	notes_destroy(&(*slot)->notes);
	budgets_destroy(&(*slot)->budgets);
	exchanges_destroy(&(*slot)->exchanges);
	held_destroy(&(*slot)->held);
	free(*slot);
	*slot = NULL;
}

struct budgets *
board_budgets(struct board_slot *slot)
{
	return slot->budgets;
}

struct notes *
board_notes(struct board_slot *slot)
{
	return slot->notes;
}

struct held *
board_held(struct board_slot *slot)
{
	return slot->held;
}

struct exchanges *
board_exchanges(struct board_slot *slot)
{
	return slot->exchanges;
}

void
board_publish(struct board_slot *slot, struct board *board)
{
	struct board *old;

	assert(board);
	pthread_mutex_lock(&slot->mutex);
	old = slot->current;
	slot->current = board;
	pthread_mutex_unlock(&slot->mutex);
	/* Outside the lock: the last reference may free a configuration. */
	board_unref(old);
}

struct board *
board_current(struct board_slot *slot)
{
	struct board *board;

	pthread_mutex_lock(&slot->mutex);
	board = slot->current ? board_ref(slot->current) : NULL;
	pthread_mutex_unlock(&slot->mutex);
	return board;
}

void
board_beat(struct board_slot *slot, int64_t now_ms)
{
	atomic_store(&slot->beat_ms, now_ms);
}

int64_t
board_silence_ms(struct board_slot *slot, int64_t now_ms)
{
	int64_t beat_ms = atomic_load(&slot->beat_ms);

	if (beat_ms == BEAT_NEVER)
		return INT64_MAX;
	/* A beat may come in between the caller's look at the clock and ours
	   at the beat. */
	return beat_ms < now_ms ? now_ms - beat_ms : 0;
}
