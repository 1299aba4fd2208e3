#include "standing/store.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "standing/state_file.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#define BUCKETS 8192

/* Of one transaction. */
#define BATCH_MAX 256

/* Until the disk is tried again; doubled each time. */
#define RETRY_MIN_MS (1 * CLOCK_SEC)
#define RETRY_MAX_MS (60 * CLOCK_SEC)

/* Far more than there are; what a file of another version has may come on
   top. */
#define KINDS_MAX 32

/* There is one for each answer of each list, so it is kept small. */
struct record {
	struct record *next; /* of the bucket */
	TAILQ_ENTRY(record) entry;
	char *value;	 /* NULL: forgotten, and the file may not know yet */
	uint8_t kind;	 /* in store.kinds */
	bool is_waiting; /* in store.waiting */
	char key[];
};

TAILQ_HEAD(records, record);

struct store {
	char *path;
	pthread_t writer;

	/* Recursive, since a record may put. It guards what follows; never
	   held while the disk is waited for. */
	pthread_mutex_t mutex;
	pthread_cond_t changed, ended;
	struct record *buckets[BUCKETS];
	char *kinds[KINDS_MAX];
	size_t kind_count;
	struct records waiting; /* for the file, the longest first */
	size_t count, waiting_count, under_way;
	bool is_started, is_stopping, has_ended;
	bool has_warned_of_size;

	/* The writer's own, and store_open's before it. */
	struct state_file *file;
	bool is_failing;
	int64_t retry_ms, pause_ms;
};

/* What the writer takes along to the disk. */
struct batch {
	struct record *records[BATCH_MAX];
	struct state_change changes[BATCH_MAX];
	size_t count;
};

/* FNV-1a */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash * UINT64_C(0x100000001b3);
}

static struct record **
place_of(struct store *store, const char *kind, const char *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	struct record **place;

	hash = hash_text(hash_text(hash, kind), key);
	place = &store->buckets[(hash ^ hash >> 32) % BUCKETS];
	while (*place && (strcmp((*place)->key, key) != 0 ||
			     strcmp(store->kinds[(*place)->kind], kind) != 0))
		place = &(*place)->next;
	return place;
}

/* 0, or -1 if there are too many. */
static int
number_of(struct store *store, const char *kind, uint8_t *number)
{
	size_t i = 0;

	while (i < store->kind_count && strcmp(store->kinds[i], kind) != 0)
		i++;
	if (i == KINDS_MAX)
		return -1;
	if (i == store->kind_count)
		store->kinds[store->kind_count++] = alloc_string(kind);
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
await(struct store *store, struct record *record)
{
	if (record->is_waiting)
		return;
	record->is_waiting = true;
	TAILQ_INSERT_TAIL(&store->waiting, record, entry);
	store->waiting_count++;
	pthread_cond_signal(&store->changed);
}

static void
await_all(struct store *store)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct record *record = store->buckets[i]; record;
		     record = record->next)
			await(store, record);
}

/* NULL if there is no room. */
static struct record *
add(struct store *store, struct record **place, const char *kind,
    const char *key)
{
	struct record *record;
	uint8_t number;

	if (store->count == STORE_RECORDS_MAX ||
	    number_of(store, kind, &number) != 0) {
		if (!store->has_warned_of_size)
			log_warning("store: %d records are kept; what is "
				    "more is lost at a restart",
			    STORE_RECORDS_MAX);
		store->has_warned_of_size = true;
		return NULL;
	}
	record =
	    alloc_zeroed(1, offsetof(struct record, key) + strlen(key) + 1);
	record->kind = number;
	strcpy(record->key, key);
	*place = record;
	store->count++;
	return record;
}

static void
take(void *arg, const char *kind, const char *key, const char *value)
{
	struct store *store = arg;
	struct record **place = place_of(store, kind, key);
	struct record *record = *place;

	if (!record)
		record = add(store, place, kind, key);
	if (!record)
		return;
	free(record->value);
	record->value = alloc_string(value);
}

void
store_put(
    struct store *store, const char *kind, const char *key, const char *value)
{
	struct record **place, *record;

	if (!store)
		return;
	pthread_mutex_lock(&store->mutex);
	place = place_of(store, kind, key);
	record = *place ? *place : add(store, place, kind, key);
	if (record && (!record->value || strcmp(record->value, value) != 0)) {
		free(record->value);
		record->value = alloc_string(value);
		await(store, record);
	}
	pthread_mutex_unlock(&store->mutex);
}

/* The record goes when the file has heard of it. */
void
store_forget(struct store *store, const char *kind, const char *key)
{
	struct record *record;

	if (!store)
		return;
	pthread_mutex_lock(&store->mutex);
	record = *place_of(store, kind, key);
	if (record && record->value) {
		free(record->value);
		record->value = NULL;
		await(store, record);
	}
	pthread_mutex_unlock(&store->mutex);
}

char *
store_get(struct store *store, const char *kind, const char *key)
{
	const struct record *record;
	char *value = NULL;

	if (!store)
		return NULL;
	pthread_mutex_lock(&store->mutex);
	record = *place_of(store, kind, key);
	if (record && record->value)
		value = alloc_string(record->value);
	pthread_mutex_unlock(&store->mutex);
	return value;
}

void
store_each(struct store *store, const char *kind, store_record *each, void *arg)
{
	if (!store)
		return;
	pthread_mutex_lock(&store->mutex);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct record *record = store->buckets[i]; record;
		     record = record->next)
			if (record->value &&
			    strcmp(store->kinds[record->kind], kind) == 0)
				each(arg, record->key, record->value);
	pthread_mutex_unlock(&store->mutex);
}

size_t
store_count(struct store *store)
{
	size_t count;

	if (!store)
		return 0;
	pthread_mutex_lock(&store->mutex);
	count = store->count;
	pthread_mutex_unlock(&store->mutex);
	return count;
}

size_t
store_waiting(struct store *store)
{
	size_t count;

	if (!store)
		return 0;
	pthread_mutex_lock(&store->mutex);
	count = store->waiting_count + store->under_way;
	pthread_mutex_unlock(&store->mutex);
	return count;
}

/* ---- the file ----------------------------------------------------------- */

static enum state_result
set_aside(struct store *store, char **reason)
{
	char *damage = *reason;

	*reason = NULL;
	if (state_file_set_aside(store->path, reason) != 0) {
		free(damage);
		return STATE_FAILED;
	}
	log_warning("store: %s is damaged (%s); it is %s.corrupt now, and a "
		    "new one is begun",
	    store->path, damage, store->path);
	free(damage);
	return STATE_MOVED;
}

/* Any result but STATE_GOOD is a failure to be tried again, and a file that was
   moved one without a word: either its end was told, or the next succeeds. */
static void
note_result(struct store *store, enum state_result result, char *reason)
{
	if (result == STATE_GOOD) {
		if (store->is_failing)
			log_info("store: %s is written again", store->path);
		store->is_failing = false;
		store->pause_ms = 0;
		return;
	}
	state_file_close(&store->file);
	if (result == STATE_DAMAGED)
		result = set_aside(store, &reason);
	if (result == STATE_FAILED && !store->is_failing) {
		log_warning("store: %s: %s; until that is mended a restart "
			    "forgets what is known",
		    store->path, reason);
		store->is_failing = true;
	}
	store->pause_ms *= 2;
	if (store->pause_ms < RETRY_MIN_MS)
		store->pause_ms = RETRY_MIN_MS;
	if (store->pause_ms > RETRY_MAX_MS)
		store->pause_ms = RETRY_MAX_MS;
	store->retry_ms = clock_now_ms() + store->pause_ms;
	free(reason);
}

static void
load(struct store *store)
{
	char *reason = NULL;
	enum state_result result =
	    state_file_open(&store->file, store->path, &reason);

	if (result == STATE_GOOD)
		result = state_file_each(store->file, take, store, &reason);
	note_result(store, result, reason);
	/* It is opened again behind the fork, and at once. */
	state_file_close(&store->file);
	store->retry_ms = CLOCK_NEVER;
}

static void
collect(struct store *store, struct batch *batch)
{
	struct record *record;

	batch->count = 0;
	while (batch->count < BATCH_MAX &&
	       (record = TAILQ_FIRST(&store->waiting))) {
		TAILQ_REMOVE(&store->waiting, record, entry);
		store->waiting_count--;
		store->under_way++;
		record->is_waiting = false;
		batch->records[batch->count] = record;
		batch->changes[batch->count++] = (struct state_change){
		    .kind = store->kinds[record->kind],
		    .key = record->key,
		    .value = record->value ? alloc_string(record->value) : NULL,
		};
	}
}

/* Only the writer removes records, so that those of its batch are there. */
static void
settle(struct store *store, struct batch *batch, bool is_written)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct record *record = batch->records[i], **place;

		free((char *)batch->changes[i].value);
		if (!is_written)
			await(store, record);
		if (record->value || record->is_waiting)
			continue;
		place =
		    place_of(store, store->kinds[record->kind], record->key);
		*place = record->next;
		store->count--;
		free_record(record);
	}
	store->under_way = 0;
	if (!is_written)
		await_all(store);
}

static enum state_result
write_out(struct store *store, const struct batch *batch, char **reason)
{
	enum state_result result = STATE_GOOD;

	if (!store->file)
		result = state_file_open(&store->file, store->path, reason);
	if (result == STATE_GOOD)
		result = state_file_write(
		    store->file, batch->changes, batch->count, reason);
	return result;
}

static void
write_batch(struct store *store)
{
	struct batch batch;
	char *reason = NULL;
	enum state_result result;

	collect(store, &batch);
	pthread_mutex_unlock(&store->mutex);
	result = write_out(store, &batch, &reason);
	note_result(store, result, reason);
	pthread_mutex_lock(&store->mutex);
	/* The next file may know nothing, so it gets all. */
	settle(store, &batch, result == STATE_GOOD);
}

static void
wait_until_ms(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t ms)
{
	struct timespec until = {
	    .tv_sec = ms / CLOCK_SEC,
	    .tv_nsec = ms % CLOCK_SEC * 1000000,
	};

	pthread_cond_timedwait(condition, mutex, &until);
}

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * CLOCK_SEC + now.tv_nsec / 1000000;
}

static void
rest(struct store *store)
{
	int64_t left_ms = store->retry_ms - clock_now_ms();

	if (store->waiting_count == 0)
		pthread_cond_wait(&store->changed, &store->mutex);
	else
		wait_until_ms(
		    &store->changed, &store->mutex, monotonic_ms() + left_ms);
}

static bool
may_write(const struct store *store)
{
	return store->waiting_count > 0 &&
	       (store->pause_ms == 0 || store->retry_ms <= clock_now_ms());
}

static void *
write_changes(void *arg)
{
	struct store *store = arg;

	pthread_mutex_lock(&store->mutex);
	while (!store->is_stopping)
		if (may_write(store))
			write_batch(store);
		else
			rest(store);
	/* Once more, whatever the pause says, and on while that works. */
	do
		if (store->waiting_count > 0)
			write_batch(store);
	while (store->waiting_count > 0 && store->pause_ms == 0);
	pthread_mutex_unlock(&store->mutex);
	state_file_close(&store->file);
	pthread_mutex_lock(&store->mutex);
	store->has_ended = true;
	pthread_cond_signal(&store->ended);
	pthread_mutex_unlock(&store->mutex);
	return NULL;
}

/* ---- from open to close ------------------------------------------------- */

struct store *
store_open(const char *path)
{
	pthread_mutexattr_t recursive;
	pthread_condattr_t monotonic;
	struct store *store;

	if (!path)
		return NULL;
	store = alloc_zeroed(1, sizeof *store);
	store->path = alloc_string(path);
	TAILQ_INIT(&store->waiting);
	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&store->mutex, &recursive);
	pthread_mutexattr_destroy(&recursive);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&store->changed, &monotonic);
	pthread_cond_init(&store->ended, &monotonic);
	pthread_condattr_destroy(&monotonic);
	load(store);
	return store;
}

void
store_start(struct store *store)
{
	if (!store)
		return;
	assert(!store->is_started);
	store->is_started =
	    pthread_create(&store->writer, NULL, write_changes, store) == 0;
	if (!store->is_started)
		log_warning("store: cannot start a thread; a restart forgets "
			    "what is known");
}

/* Whether the writer is gone. */
static bool
stop_writer(struct store *store)
{
	int64_t until_ms = monotonic_ms() + STORE_CLOSE_MS;
	bool has_ended;

	pthread_mutex_lock(&store->mutex);
	store->is_stopping = true;
	pthread_cond_signal(&store->changed);
	while (!store->has_ended && monotonic_ms() < until_ms)
		wait_until_ms(&store->ended, &store->mutex, until_ms);
	has_ended = store->has_ended;
	pthread_mutex_unlock(&store->mutex);
	if (has_ended)
		pthread_join(store->writer, NULL);
	return has_ended;
}

static void
free_store(struct store *store)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (store->buckets[i]) {
			struct record *record = store->buckets[i];

			store->buckets[i] = record->next;
			free_record(record);
		}
	for (size_t i = 0; i < store->kind_count; i++)
		free(store->kinds[i]);
	pthread_mutex_destroy(&store->mutex);
	pthread_cond_destroy(&store->changed);
	pthread_cond_destroy(&store->ended);
	free(store->path);
	free(store);
}

void
store_close(struct store **store_r)
{
	struct store *store = *store_r;

	if (!store)
		return;
	*store_r = NULL;
	if (!store->is_started || stop_writer(store)) {
		free_store(store);
		return;
	}
	/* It is the writer's, for as long as the disk keeps that. */
	log_warning("store: %s is left without its last changes: the disk "
		    "does not answer",
	    store->path);
	pthread_detach(store->writer);
}
