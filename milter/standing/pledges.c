#include "standing/pledges.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "config/config.h"

#include <pthread.h>
#include <stdlib.h>

/* Keys with the same place; the oldest makes room. */
#define WAYS 4

/* What is known of one route and key. */
struct pledge {
	uint64_t hash;
	int64_t at_ms;
	uint32_t paid, charged;
};

struct pledges {
	pthread_mutex_t mutex;
	struct pledge *items; /* NULL before the first */
};

struct pledges *
pledges_create(void)
{
	struct pledges *pledges = alloc_zeroed(1, sizeof *pledges);

	pthread_mutex_init(&pledges->mutex, NULL);
	return pledges;
}

void
pledges_destroy(struct pledges **pledges)
{
	if (!*pledges)
		return;
	pthread_mutex_destroy(&(*pledges)->mutex);
	free((*pledges)->items);
	free(*pledges);
	*pledges = NULL;
}

/* FNV-1a; letters without case, as addresses compare. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	do {
		unsigned char byte = ascii_lower(*text);

		hash = (hash ^ byte) * UINT64_C(0x100000001b3);
	} while (*text++);
	return hash;
}

/* With the lock held: where the one of that key is, or has to be. */
static struct pledge *
set_of(struct pledges *pledges, const struct route *route, const char *key,
    uint64_t *hash)
{
	*hash = hash_text(
	    hash_text(UINT64_C(0xcbf29ce484222325), route->name), key);
	if (!pledges->items)
		pledges->items =
		    alloc_zeroed(PLEDGES_MAX, sizeof *pledges->items);
	return &pledges->items[*hash % (PLEDGES_MAX / WAYS) * WAYS];
}

/* NULL if there is none, or if it is too old. */
static struct pledge *
find(struct pledges *pledges, const struct route *route, const char *key,
    int64_t now_ms)
{
	uint64_t hash;
	struct pledge *pledge = set_of(pledges, route, key, &hash);

	for (int i = 0; i < WAYS; i++, pledge++)
		if (pledge->hash == hash && now_ms - pledge->at_ms < PLEDGES_MS)
			return pledge;
	return NULL;
}

/* That of the key, else a new one in the place of the oldest. */
static struct pledge *
make(struct pledges *pledges, const struct route *route, const char *key,
    int64_t now_ms)
{
	struct pledge *pledge = find(pledges, route, key, now_ms);
	struct pledge *oldest;
	uint64_t hash;

	if (pledge)
		return pledge;
	pledge = oldest = set_of(pledges, route, key, &hash);
	for (int i = 0; i < WAYS; i++, pledge++)
		if (pledge->at_ms < oldest->at_ms)
			oldest = pledge;
	*oldest = (struct pledge){.hash = hash, .at_ms = now_ms};
	return oldest;
}

void
pledges_add(struct pledges *pledges, const struct route *route, const char *key,
    uint32_t count, int64_t now_ms)
{
	struct pledge *pledge;

	pthread_mutex_lock(&pledges->mutex);
	pledge = make(pledges, route, key, now_ms);
	pledge->paid += count;
	pledge->at_ms = now_ms;
	pthread_mutex_unlock(&pledges->mutex);
}

bool
pledges_use(struct pledges *pledges, const struct route *route, const char *key,
    int64_t now_ms)
{
	struct pledge *pledge;
	bool is_paid;

	pthread_mutex_lock(&pledges->mutex);
	pledge = find(pledges, route, key, now_ms);
	is_paid = pledge && pledge->paid > 0;
	if (is_paid)
		pledge->paid--;
	pthread_mutex_unlock(&pledges->mutex);
	return is_paid;
}

void
pledges_note_charge(struct pledges *pledges, const struct route *route,
    const char *key, int64_t now_ms)
{
	struct pledge *pledge;

	pthread_mutex_lock(&pledges->mutex);
	pledge = make(pledges, route, key, now_ms);
	pledge->charged++;
	pledge->at_ms = now_ms;
	pthread_mutex_unlock(&pledges->mutex);
}

uint32_t
pledges_take_charges(struct pledges *pledges, const struct route *route,
    const char *key, uint32_t max, int64_t now_ms)
{
	struct pledge *pledge;
	uint32_t count;

	pthread_mutex_lock(&pledges->mutex);
	pledge = find(pledges, route, key, now_ms);
	count = !pledge ? 0 : pledge->charged < max ? pledge->charged : max;
	if (pledge)
		pledge->charged -= count;
	pthread_mutex_unlock(&pledges->mutex);
	return count;
}
