#include "standing/records.h"

#include "base/alloc.h"
#include "standing/store.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define BUCKETS 8192

/* Far more than there are; what a file of another version has may come on
   top. */
#define KINDS_MAX 32

/* There is one for each answer of each list, so it is kept small. */
struct record {
	struct record *next; /* of the bucket */
	TAILQ_ENTRY(record) entry;
	char *value;	 /* NULL: forgotten, and the file may not know yet */
	uint8_t kind;	 /* in records.kinds */
	bool is_waiting; /* in records.waiting */
	char key[];
};

TAILQ_HEAD(waiting, record);

struct records {
	struct record *buckets[BUCKETS];
	char *kinds[KINDS_MAX];
	size_t kind_count;
	struct waiting waiting; /* for the file, the longest first */
	size_t count, waiting_count, under_way;
};

/* FNV-1a */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash * UINT64_C(0x100000001b3);
}

static struct record *const *
find(const struct records *records, const char *kind, const char *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	struct record *const *place;

	hash = hash_text(hash_text(hash, kind), key);
	place = &records->buckets[(hash ^ hash >> 32) % BUCKETS];
	while (*place && (strcmp((*place)->key, key) != 0 ||
			     strcmp(records->kinds[(*place)->kind], kind) != 0))
		place = &(*place)->next;
	return place;
}

/* Where it is, or is to be. */
static struct record **
place_of(struct records *records, const char *kind, const char *key)
{
	return (struct record **)find(records, kind, key);
}

/* 0, or -1 if there are too many. */
static int
number_of(struct records *records, const char *kind, uint8_t *number)
{
	size_t i = 0;

	while (i < records->kind_count && strcmp(records->kinds[i], kind) != 0)
		i++;
	if (i == KINDS_MAX)
		return -1;
	if (i == records->kind_count)
		records->kinds[records->kind_count++] = alloc_string(kind);
	*number = i;
	return 0;
}

static void
free_record(struct record *record)
{
	free(record->value);
	free(record);
}

static void
await(struct records *records, struct record *record)
{
	if (record->is_waiting)
		return;
	record->is_waiting = true;
	TAILQ_INSERT_TAIL(&records->waiting, record, entry);
	records->waiting_count++;
}

static void
await_all(struct records *records)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct record *record = records->buckets[i]; record;
		     record = record->next)
			await(records, record);
}

/* NULL if there is no room. */
static struct record *
find_or_add(struct records *records, const char *kind, const char *key)
{
	struct record **place = place_of(records, kind, key), *record = *place;
	uint8_t number;

	if (record)
		return record;
	if (records->count == STORE_RECORDS_MAX ||
	    number_of(records, kind, &number) != 0)
		return NULL;
	record =
	    alloc_zeroed(1, offsetof(struct record, key) + strlen(key) + 1);
	record->kind = number;
	strcpy(record->key, key);
	*place = record;
	records->count++;
	return record;
}

static void
set(struct record *record, const char *value)
{
	free(record->value);
	record->value = value ? alloc_string(value) : NULL;
}

int
records_load(struct records *records, const char *kind, const char *key,
    const char *value)
{
	struct record *record = find_or_add(records, kind, key);

	if (!record)
		return -1;
	set(record, value);
	return 0;
}

int
records_put(struct records *records, const char *kind, const char *key,
    const char *value)
{
	struct record *record = find_or_add(records, kind, key);

	if (!record)
		return -1;
	if (record->value && strcmp(record->value, value) == 0)
		return 0;
	set(record, value);
	await(records, record);
	return 0;
}

void
records_forget(struct records *records, const char *kind, const char *key)
{
	struct record *record = *place_of(records, kind, key);

	if (!record || !record->value)
		return;
	set(record, NULL);
	await(records, record);
}

const char *
records_get(const struct records *records, const char *kind, const char *key)
{
	const struct record *record = *find(records, kind, key);

	return record ? record->value : NULL;
}

void
records_each(const struct records *records, const char *kind,
    void (*each)(void *arg, const char *key, const char *value), void *arg)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct record *record = records->buckets[i]; record;
		     record = record->next)
			if (record->value &&
			    strcmp(records->kinds[record->kind], kind) == 0)
				each(arg, record->key, record->value);
}

size_t
records_count(const struct records *records)
{
	return records->count;
}

size_t
records_waiting(const struct records *records)
{
	return records->waiting_count;
}

size_t
records_unwritten(const struct records *records)
{
	return records->waiting_count + records->under_way;
}

void
records_take(struct records *records, struct records_batch *batch)
{
	struct record *record;

	batch->count = 0;
	while (batch->count < RECORDS_BATCH_MAX &&
	       (record = TAILQ_FIRST(&records->waiting))) {
		TAILQ_REMOVE(&records->waiting, record, entry);
		records->waiting_count--;
		records->under_way++;
		record->is_waiting = false;
		batch->records[batch->count] = record;
		batch->changes[batch->count++] = (struct state_change){
		    .kind = records->kinds[record->kind],
		    .key = record->key,
		    .value = record->value ? alloc_string(record->value) : NULL,
		};
	}
}

static void
drop(struct records *records, struct record *record)
{
	struct record **place =
	    place_of(records, records->kinds[record->kind], record->key);

	*place = record->next;
	records->count--;
	free_record(record);
}

void
records_settle(
    struct records *records, struct records_batch *batch, bool is_written)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct record *record = batch->records[i];

		free((char *)batch->changes[i].value);
		if (!is_written)
			await(records, record);
		if (!record->value && !record->is_waiting)
			drop(records, record);
	}
	records->under_way = 0;
	if (!is_written)
		await_all(records);
}

struct records *
records_create(void)
{
	struct records *records = alloc_zeroed(1, sizeof *records);

	TAILQ_INIT(&records->waiting);
	return records;
}

void
records_destroy(struct records **records_r)
{
	struct records *records = *records_r;

	if (!records)
		return;
	*records_r = NULL;
	for (size_t i = 0; i < BUCKETS; i++)
		while (records->buckets[i]) {
			struct record *record = records->buckets[i];

			records->buckets[i] = record->next;
			free_record(record);
		}
	for (size_t i = 0; i < records->kind_count; i++)
		free(records->kinds[i]);
	free(records);
}
