#include "standing/store.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "standing/records.h"
#include "standing/state_file.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* Until the disk is tried again; doubled each time. */
#define RETRY_MIN_MS (1 * CLOCK_SEC)
#define RETRY_MAX_MS (60 * CLOCK_SEC)

struct store {
	char *path;
	pthread_t writer;

	/* Recursive, since a record may put. It guards what follows; never
	   held while the disk is waited for. */
	pthread_mutex_t mutex;
	pthread_cond_t changed, ended;
	struct records *records;
	bool is_started, is_stopping, has_ended;
	bool has_warned_of_size;

	/* The writer's own, and store_open's before it. */
	struct state_file *file;
	bool is_failing;
	int64_t retry_ms, pause_ms;
};

static void
warn_of_size(struct store *store)
{
	if (!store->has_warned_of_size)
		log_warning("store: %d records are kept; what is more is lost "
			    "at a restart",
		    STORE_RECORDS_MAX);
	store->has_warned_of_size = true;
}

/* The writer sleeps while nothing waits for it. */
static void
unlock(struct store *store)
{
	if (records_waiting(store->records) > 0)
		pthread_cond_signal(&store->changed);
	pthread_mutex_unlock(&store->mutex);
}

void
store_put(
    struct store *store, const char *kind, const char *key, const char *value)
{
	if (!store)
		return;
	pthread_mutex_lock(&store->mutex);
	if (records_put(store->records, kind, key, value) != 0)
		warn_of_size(store);
	unlock(store);
}

void
store_forget(struct store *store, const char *kind, const char *key)
{
	if (!store)
		return;
	pthread_mutex_lock(&store->mutex);
	records_forget(store->records, kind, key);
	unlock(store);
}

char *
store_get(struct store *store, const char *kind, const char *key)
{
	const char *value;
	char *copy;

	if (!store)
		return NULL;
	pthread_mutex_lock(&store->mutex);
	value = records_get(store->records, kind, key);
	copy = value ? alloc_string(value) : NULL;
	pthread_mutex_unlock(&store->mutex);
	return copy;
}

void
store_each(struct store *store, const char *kind, store_record *each, void *arg)
{
	if (!store)
		return;
	pthread_mutex_lock(&store->mutex);
	records_each(store->records, kind, each, arg);
	unlock(store);
}

size_t
store_count(struct store *store)
{
	size_t count;

	if (!store)
		return 0;
	pthread_mutex_lock(&store->mutex);
	count = records_count(store->records);
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
	count = records_unwritten(store->records);
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
take(void *arg, const char *kind, const char *key, const char *value)
{
	struct store *store = arg;

	if (records_load(store->records, kind, key, value) != 0)
		warn_of_size(store);
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

static enum state_result
write_out(struct store *store, const struct records_batch *batch, char **reason)
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
	struct records_batch batch;
	char *reason = NULL;
	enum state_result result;

	records_take(store->records, &batch);
	pthread_mutex_unlock(&store->mutex);
	result = write_out(store, &batch, &reason);
	note_result(store, result, reason);
	pthread_mutex_lock(&store->mutex);
	records_settle(store->records, &batch, result == STATE_GOOD);
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

	if (records_waiting(store->records) == 0)
		pthread_cond_wait(&store->changed, &store->mutex);
	else
		wait_until_ms(
		    &store->changed, &store->mutex, monotonic_ms() + left_ms);
}

static bool
may_write(const struct store *store)
{
	return records_waiting(store->records) > 0 &&
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
		if (records_waiting(store->records) > 0)
			write_batch(store);
	while (records_waiting(store->records) > 0 && store->pause_ms == 0);
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
	store->records = records_create();
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
	records_destroy(&store->records);
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
