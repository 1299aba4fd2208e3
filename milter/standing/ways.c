#include "standing/ways.h"

#include "base/alloc.h"
#include "config/config.h"
#include "evidence/scout.h"
#include "evidence/watch.h"
#include "standing/board.h"
#include "standing/budgets.h"
#include "standing/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAUSE_MAX 640

struct way {
	struct standing standing;
	struct address address; /* the worst one; family 0: none is known */
	char blocked_by[512];

	char cause[CAUSE_MAX];	/* "" while it is usable */
	int64_t since_wall_sec; /* of being usable or not; 0: the start */
	/* As ways_tell told it last. */
	char told[CAUSE_MAX];
	int64_t told_since_wall_sec;
};

struct ways {
	const struct scout *scout;
	struct budgets *budgets;
	struct store *store;
	bool has_loaded;
	const struct config *config;
	struct way *items; /* one for each route */
	size_t count;
	char **names; /* of the routes that items are about */
	struct addresses addresses;
};

static void
free_items(struct way *items, char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	free(items);
}

void
ways_configure(struct ways *ways, const struct config *config)
{
	struct way *items = alloc_zeroed(config->route_count, sizeof *items);
	char **names = alloc_zeroed(config->route_count, sizeof *names);

	for (size_t i = 0; i < config->route_count; i++) {
		names[i] = alloc_string(config->routes[i].name);
		standing_init(&items[i].standing);
		for (size_t j = 0; j < ways->count; j++)
			if (strcmp(names[i], ways->names[j]) == 0)
				items[i] = ways->items[j];
	}
	free_items(ways->items, ways->names, ways->count);
	ways->config = config;
	ways->items = items;
	ways->names = names;
	ways->count = config->route_count;
}

static const struct addresses *
addresses_of(const struct ways *ways, size_t index)
{
	const struct addresses *given = &ways->config->routes[index].addresses;

	return given->count > 0 ? given : scout_addresses(ways->scout, index);
}

const struct addresses *
ways_addresses(struct ways *ways)
{
	addresses_free(&ways->addresses);
	for (size_t i = 0; i < ways->count; i++) {
		const struct addresses *more = addresses_of(ways, i);

		addresses_add(&ways->addresses, more->items, more->count);
	}
	return &ways->addresses;
}

/* Those that are watched by now. */
static size_t
collect(const struct watch *watch, const struct addresses *addresses,
    const struct subject **subjects)
{
	size_t count = 0;

	for (size_t i = 0; i < addresses->count; i++) {
		subjects[count] = watch_subject(watch, &addresses->items[i]);
		count += subjects[count] != NULL;
	}
	return count;
}

/* The blame is that of the last time its weight was enough, as of an egress. */
static void
blame(struct way *way, const struct config *config,
    const struct reading *reading, int64_t now_ms)
{
	char ignored[512];

	if (way->standing.state == STANDING_LISTED &&
	    reading->weight < config->listed_at)
		return;
	way->address.family = 0;
	if (!reading->worst)
		return;
	way->address = reading->worst->address;
	standing_blame(config, reading->worst, now_ms, way->blocked_by,
	    sizeof way->blocked_by, ignored, sizeof ignored);
}

static void
step(struct ways *ways, size_t index, const struct watch *watch, int64_t now_ms)
{
	const struct addresses *addresses = addresses_of(ways, index);
	const struct subject **subjects =
	    alloc_zeroed(addresses->count + 1, sizeof *subjects);
	size_t count = collect(watch, addresses, subjects);
	struct way *way = &ways->items[index];
	struct reading reading;

	standing_read(ways->config, subjects, count, now_ms, &reading);
	standing_step(&way->standing, ways->config, &reading, now_ms);
	blame(way, ways->config, &reading, now_ms);
	free(subjects);
}

void
ways_step(struct ways *ways, const struct watch *watch, int64_t now_ms)
{
	for (size_t i = 0; i < ways->count; i++)
		step(ways, i, watch, now_ms);
}

static void
write_cause(
    const struct way *way, const char *unreachable, char cause[CAUSE_MAX])
{
	char address[ADDRESS_TEXT_MAX];

	snprintf(cause, CAUSE_MAX, "%s", unreachable);
	if (way->standing.state == STANDING_LISTED)
		snprintf(cause, CAUSE_MAX, "%s is listed by %s",
		    address_format(address, &way->address), way->blocked_by);
}

static void
settle(struct way *way, const char *cause, int64_t wall_sec)
{
	if (!way->cause[0] != !cause[0])
		way->since_wall_sec = wall_sec;
	snprintf(way->cause, sizeof way->cause, "%s", cause);
}

static void
write_spent(
    const struct route *route, enum budget_kind kind, char cause[CAUSE_MAX])
{
	bool is_daily =
	    kind == BUDGET_PER_DAY || kind == BUDGET_RECIPIENTS_PER_DAY;
	bool is_of_messages = kind == BUDGET_PER_HOUR || kind == BUDGET_PER_DAY;

	snprintf(cause, CAUSE_MAX, "its budget of %d %s %s is used up",
	    route->budget[kind], is_of_messages ? "messages" : "recipients",
	    is_daily ? "a day" : "an hour");
}

/* Leaves cause alone where there is something left. */
static bool
look_for_spent(struct ways *ways, const struct route *route, int64_t now_ms,
    char cause[CAUSE_MAX])
{
	int64_t left[BUDGET_KINDS];

	budgets_left(ways->budgets, route, now_ms, left);
	for (int i = 0; i < BUDGET_KINDS; i++) {
		if (left[i] != 0)
			continue;
		write_spent(route, i, cause);
		return true;
	}
	return false;
}

/* What speaks against it for all mail comes first. */
static void
judge(struct ways *ways, size_t index, int64_t now_ms, int64_t wall_sec,
    struct board_route *entry)
{
	struct way *way = &ways->items[index];
	char cause[CAUSE_MAX] = "";

	write_cause(way, scout_cause(ways->scout, index), cause);
	entry->is_spent =
	    !cause[0] &&
	    look_for_spent(ways, &ways->config->routes[index], now_ms, cause);
	settle(way, cause, wall_sec);
	board_route_judge(entry, way->cause);
	entry->is_usable |= entry->is_spent;
}

static void
copy_addresses(const struct addresses *from, struct board_route *entry)
{
	entry->address_count = from->count;
	entry->addresses =
	    alloc_zeroed(from->count + 1, sizeof *entry->addresses);
	for (size_t i = 0; i < from->count; i++)
		entry->addresses[i] = from->items[i];
}

void
ways_fill(
    struct ways *ways, struct board *board, int64_t now_ms, int64_t wall_sec)
{
	if (!ways->has_loaded)
		budgets_load(ways->budgets, ways->store, now_ms, wall_sec);
	ways->has_loaded = true;
	budgets_save(ways->budgets, ways->store, now_ms, wall_sec);
	for (size_t i = 0; i < ways->count; i++) {
		struct way *way = &ways->items[i];
		struct board_route *entry = &board->routes[i];

		copy_addresses(addresses_of(ways, i), entry);
		judge(ways, i, now_ms, wall_sec, entry);
		entry->since_wall_sec = way->since_wall_sec;
		entry->state = way->standing.state;
		entry->weight = way->standing.reading.weight;
		entry->answered = way->standing.reading.answered;
		entry->of = way->standing.reading.of;
	}
}

bool
ways_tell(
    struct ways *ways, const struct board *board, ways_changed *tell, void *arg)
{
	bool has_returned = false;

	for (size_t i = 0; i < ways->count; i++) {
		struct way *way = &ways->items[i];

		if (strcmp(way->told, way->cause) == 0)
			continue;
		has_returned |= !way->cause[0];
		memcpy(way->told, way->cause, sizeof way->told);
		tell(arg, board, i, way->told_since_wall_sec);
		way->told_since_wall_sec = way->since_wall_sec;
	}
	return has_returned;
}

struct ways *
ways_create(
    const struct scout *scout, struct budgets *budgets, struct store *store)
{
	struct ways *ways = alloc_zeroed(1, sizeof *ways);

	ways->budgets = budgets;
	ways->store = store;
	ways->scout = scout;
	return ways;
}

void
ways_destroy(struct ways **ways_r)
{
	struct ways *ways = *ways_r;

	if (!ways)
		return;
	*ways_r = NULL;
	free_items(ways->items, ways->names, ways->count);
	addresses_free(&ways->addresses);
	free(ways);
}
