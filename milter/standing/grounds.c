#include "standing/grounds.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/egresses.h"
#include "evidence/watch.h"
#include "standing/board.h"
#include "standing/ground.h"
#include "standing/memory.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct grounds {
	const struct config *config;
	struct ground *items; /* one for each egress */
	size_t count;
};

struct grounds *
grounds_create(void)
{
	return alloc_zeroed(1, sizeof(struct grounds));
}

static void
free_items(struct grounds *grounds)
{
	for (size_t i = 0; i < grounds->count; i++)
		addresses_free(&grounds->items[i].addresses);
	free(grounds->items);
}

void
grounds_destroy(struct grounds **grounds)
{
	if (!*grounds)
		return;
	free_items(*grounds);
	free(*grounds);
	*grounds = NULL;
}

void
grounds_configure(struct grounds *grounds, const struct config *config)
{
	const struct config *old = grounds->config;
	struct ground *items =
	    alloc_zeroed(config->egress_count, sizeof *items);

	for (size_t i = 0; i < config->egress_count; i++) {
		const struct egress *before =
		    old ? egresses_find(old, config->egresses[i].name) : NULL;

		standing_init(&items[i].standing);
		if (before)
			items[i] = grounds->items[before - old->egresses];
		items[i].addresses = (struct addresses){0};
	}
	free_items(grounds);
	grounds->config = config;
	grounds->items = items;
	grounds->count = config->egress_count;
}

void
grounds_take_addresses(
    struct grounds *grounds, const struct address *seen, size_t count)
{
	for (size_t i = 0; i < grounds->count; i++) {
		const struct egress *egress = &grounds->config->egresses[i];
		struct addresses *addresses = &grounds->items[i].addresses;

		addresses_free(addresses);
		addresses_add(addresses, egress->addresses.items,
		    egress->addresses.count);
		if (egress->is_auto)
			addresses_add(addresses, seen, count);
	}
}

static void
read_ground(const struct grounds *grounds, const struct ground *ground,
    const struct watch *watch, int64_t now_ms, struct reading *reading)
{
	const struct addresses *addresses = &ground->addresses;
	const struct subject **subjects =
	    alloc_zeroed(addresses->count, sizeof *subjects);

	for (size_t i = 0; i < addresses->count; i++) {
		subjects[i] = watch_subject(watch, &addresses->items[i]);
		assert(subjects[i]);
	}
	standing_read(
	    grounds->config, subjects, addresses->count, now_ms, reading);
	free(subjects);
}

void
grounds_recall(
    struct grounds *grounds, const struct watch *watch, struct store *store)
{
	struct clocks clocks;

	clock_read(&clocks);
	for (size_t i = 0; i < grounds->count; i++) {
		struct ground *ground = &grounds->items[i];
		struct reading reading;

		read_ground(grounds, ground, watch, clocks.now_ms, &reading);
		if (reading.known_weight > 0 &&
		    memory_recall_ground(store,
			grounds->config->egresses[i].name, ground,
			&clocks) == 0)
			ground->told = ground->standing.state;
	}
}

/* The blame stays that of the last time the weight was enough. */
static void
blame(struct ground *ground, const struct config *config,
    const struct reading *reading, int64_t now_ms)
{
	if (ground->standing.state == STANDING_LISTED &&
	    reading->weight < config->listed_at)
		return;
	if (!reading->worst) {
		ground->address.family = 0;
		return;
	}
	ground->address = reading->worst->address;
	standing_blame(config, reading->worst, now_ms, ground->blocked_by,
	    sizeof ground->blocked_by, ground->removal, sizeof ground->removal);
}

/* In what is kept. */
static bool
differ(const struct ground *a, const struct ground *b)
{
	return a->standing.state != b->standing.state ||
	       a->standing.since_ms != b->standing.since_ms ||
	       a->standing.below_since_ms != b->standing.below_since_ms ||
	       !address_equal(&a->address, &b->address) ||
	       strcmp(a->blocked_by, b->blocked_by) != 0 ||
	       strcmp(a->removal, b->removal) != 0;
}

void
grounds_step(struct grounds *grounds, const struct watch *watch,
    struct store *store, int64_t now_ms)
{
	const struct config *config = grounds->config;
	struct clocks clocks;

	clock_read(&clocks);
	for (size_t i = 0; i < grounds->count; i++) {
		struct ground *ground = &grounds->items[i], before = *ground;
		struct reading reading;

		read_ground(grounds, ground, watch, now_ms, &reading);
		if (standing_step(&ground->standing, config, &reading, now_ms))
			ground->since_wall_sec = clocks.wall_ms / CLOCK_SEC;
		blame(ground, config, &reading, now_ms);
		if (differ(ground, &before))
			memory_keep_ground(
			    store, config->egresses[i].name, ground, &clocks);
	}
}

static void
copy_addresses(const struct addresses *from, struct board_egress *entry)
{
	entry->address_count = from->count;
	entry->addresses = alloc_zeroed(from->count, sizeof *entry->addresses);
	if (from->count > 0)
		memcpy(entry->addresses, from->items,
		    from->count * sizeof *entry->addresses);
}

void
grounds_fill(const struct grounds *grounds, struct board *board, int64_t now_ms)
{
	for (size_t i = 0; i < grounds->count; i++) {
		const struct ground *ground = &grounds->items[i];
		const struct standing *standing = &ground->standing;
		struct board_egress *entry = &board->egresses[i];

		entry->state = standing->state;
		entry->weight = standing->reading.weight;
		entry->answered = standing->reading.answered;
		entry->of = standing->reading.of;
		if (standing->state == STANDING_LISTED)
			entry->listed_for_ms = now_ms - standing->since_ms;
		entry->since_wall_sec = ground->since_wall_sec;
		entry->address = ground->address;
		board_egress_blame(entry, ground->blocked_by, ground->removal);
		copy_addresses(&ground->addresses, entry);
	}
}

void
grounds_tell(struct grounds *grounds, grounds_changed *tell, void *arg)
{
	for (size_t i = 0; i < grounds->count; i++) {
		struct ground *ground = &grounds->items[i];
		enum standing_state from = ground->told;

		ground->told = ground->standing.state;
		if (from != ground->told)
			tell(arg, i, from);
	}
}
