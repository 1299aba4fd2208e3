#include "standing/comebacks.h"

#include "base/alloc.h"
#include "config/config.h"
#include "standing/board.h"
#include "standing/comeback.h"
#include "standing/store.h"

#include <stdlib.h>
#include <string.h>

#define KIND "return"
enum { WHOLE = 100 };

/* Of one egress. */
struct way_back {
	char *name;
	struct comeback comeback;
	int share;
	bool has_told;
	int told; /* share */
	enum standing_state told_state;
};

struct comebacks {
	struct store *store;
	const struct config *config;
	struct way_back *items; /* one for each egress */
	size_t count;
};

struct loading {
	struct comebacks *comebacks;
	int64_t now_ms, wall_sec;
};

static struct way_back *
find(struct way_back *items, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(items[i].name, name) == 0)
			return &items[i];
	return NULL;
}

static void
load(void *arg, const char *key, const char *value)
{
	const struct loading *loading = arg;
	struct way_back *item =
	    find(loading->comebacks->items, loading->comebacks->count, key);

	if (item)
		comeback_read(
		    value, loading->now_ms, loading->wall_sec, &item->comeback);
}

static void
free_items(struct way_back *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(items[i].name);
	free(items);
}

void
comebacks_configure(struct comebacks *comebacks, const struct config *config,
    int64_t now_ms, int64_t wall_sec)
{
	struct loading loading = {comebacks, now_ms, wall_sec};
	struct way_back *old = comebacks->items;
	size_t old_count = comebacks->count;

	comebacks->config = config;
	comebacks->count = config->egress_count;
	comebacks->items = alloc_zeroed(config->egress_count, sizeof *old);
	for (size_t i = 0; i < comebacks->count; i++) {
		struct way_back *item = &comebacks->items[i];

		item->name = alloc_string(config->egresses[i].name);
		item->share = item->told = WHOLE;
		comeback_init(&item->comeback);
	}
	store_each(comebacks->store, KIND, load, &loading);
	for (size_t i = 0; i < old_count; i++) {
		struct way_back *item =
		    find(comebacks->items, comebacks->count, old[i].name);

		if (!item)
			continue;
		item->comeback = old[i].comeback;
		item->has_told = old[i].has_told;
		item->told = old[i].told;
		item->told_state = old[i].told_state;
	}
	free_items(old, old_count);
}

static void
save(struct comebacks *comebacks, const struct way_back *item, int64_t now_ms,
    int64_t wall_sec)
{
	char *text = comeback_write(&item->comeback, now_ms, wall_sec);

	store_put(comebacks->store, KIND, item->name, text);
	free(text);
}

void
comebacks_fill(struct comebacks *comebacks, struct board *board, int64_t now_ms,
    int64_t wall_sec)
{
	for (size_t i = 0; i < comebacks->count; i++) {
		struct way_back *item = &comebacks->items[i];
		struct board_egress *entry = &board->egresses[i];

		if (comeback_step(&item->comeback, entry->state, now_ms))
			save(comebacks, item, now_ms, wall_sec);
		item->share =
		    comeback_share(comebacks->config, &item->comeback, now_ms);
		entry->direct_share = item->share;
		entry->is_returning = item->share < WHOLE;
		if (entry->is_returning)
			entry->listed_for_ms =
			    now_ms - item->comeback.listed_ms;
	}
}

void
comebacks_tell(struct comebacks *comebacks, const struct board *board,
    comebacks_changed *tell, void *arg)
{
	for (size_t i = 0; i < comebacks->count; i++) {
		struct way_back *item = &comebacks->items[i];
		bool is_news =
		    item->told != item->share &&
		    (!item->has_told ||
			item->told_state == board->egresses[i].state);

		item->has_told = true;
		item->told = item->share;
		item->told_state = board->egresses[i].state;
		if (is_news)
			tell(arg, i);
	}
}

struct comebacks *
comebacks_create(struct store *store)
{
	struct comebacks *comebacks = alloc_zeroed(1, sizeof *comebacks);

	comebacks->store = store;
	return comebacks;
}

void
comebacks_destroy(struct comebacks **comebacks)
{
	if (!*comebacks)
		return;
	free_items((*comebacks)->items, (*comebacks)->count);
	free(*comebacks);
	*comebacks = NULL;
}
