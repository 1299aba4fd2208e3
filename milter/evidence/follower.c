#include "evidence/follower.h"

#include "base/alloc.h"
#include "evidence/maillog.h"
#include "evidence/tail.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY_MS 1000

/* What goes to the engine: an attempt, or nothing but a place. */
struct item {
	bool is_attempt, has_place;
	struct place place;
	struct sighted sighted;
};

struct file {
	struct follower *follower;
	char *path; /* set once, before the file is counted */

	/* under the mutex */
	bool is_followed, has_from;
	struct place from;
	struct tail_state state; /* without the problem */
	char problem[128];
	uint64_t lines, attempts;

	/* the thread's own */
	struct tail *tail;
	struct place sent; /* with the last item */
	uint64_t lines_read, attempts_read;

	/* the engine's own */
	bool has_taken;
	struct place taken;
};

struct follower {
	void (*woken)(void *arg);
	void *arg;
	pthread_t thread;
	bool may_run, is_running; /* the engine's own */
	int wake_fd; /* eventfd: the thread has something else to do */

	pthread_mutex_t mutex; /* held for copies */
	pthread_cond_t has_room;
	bool is_stopping;
	size_t file_count;
	struct file files[FOLLOWER_FILES_MAX];
	size_t first, count;
	struct item queue[FOLLOWER_QUEUE_MAX]; /* a ring */

	struct item next; /* the thread's own */
};

/* Waits for room. Once told to stop it drops the item: its place is not taken
   then, so the line comes again. */
static void
push(struct follower *follower)
{
	bool was_empty = false;

	pthread_mutex_lock(&follower->mutex);
	while (follower->count == FOLLOWER_QUEUE_MAX && !follower->is_stopping)
		pthread_cond_wait(&follower->has_room, &follower->mutex);
	if (!follower->is_stopping) {
		size_t last = follower->first + follower->count++;

		follower->queue[last % FOLLOWER_QUEUE_MAX] = follower->next;
		was_empty = follower->count == 1;
	}
	pthread_mutex_unlock(&follower->mutex);
	if (was_empty)
		follower->woken(follower->arg);
}

static void
send_place(struct file *file)
{
	struct item *next = &file->follower->next;

	next->sighted.file = file - file->follower->files;
	next->has_place = tail_place(file->tail, &next->place) == 0;
	if (next->has_place)
		file->sent = next->place;
	push(file->follower);
}

static void
on_line(void *arg, const char *line, size_t length)
{
	struct file *file = arg;
	struct attempt attempt;

	file->lines_read++;
	if (!maillog_read(line, length, &attempt) &&
	    !maillog_read_host(line, length, &attempt))
		return;
	file->attempts_read++;
	sighted_copy(&file->follower->next.sighted, &attempt, time(NULL));
	file->follower->next.is_attempt = true;
	send_place(file);
}

/* ---- the thread --------------------------------------------------------- */

/* Opens or closes what the engine asked for since. */
static void
obey(struct file *file)
{
	struct place from;
	bool is_followed, has_from;

	pthread_mutex_lock(&file->follower->mutex);
	is_followed = file->is_followed;
	has_from = file->has_from;
	from = file->from;
	pthread_mutex_unlock(&file->follower->mutex);
	if (is_followed && !file->tail)
		file->tail = tail_create(file->path, has_from ? &from : NULL,
		    MAILLOG_LINE_MAX, on_line, file);
	else if (!is_followed)
		tail_destroy(&file->tail);
}

static void
show(struct file *file)
{
	struct tail_state state;

	tail_look(file->tail, &state);
	pthread_mutex_lock(&file->follower->mutex);
	snprintf(file->problem, sizeof file->problem, "%s",
	    state.problem ? state.problem : "");
	file->state = state;
	file->state.problem = NULL;
	file->lines = file->lines_read;
	file->attempts = file->attempts_read;
	pthread_mutex_unlock(&file->follower->mutex);
}

/* Whether there may be more at once. */
static bool
read_on(struct file *file)
{
	struct place place;
	bool is_busy;

	obey(file);
	if (!file->tail)
		return false;
	is_busy = tail_read(file->tail);
	show(file);
	if (tail_place(file->tail, &place) == 0 &&
	    (place.offset != file->sent.offset ||
		place.inode != file->sent.inode ||
		place.head_length != file->sent.head_length)) {
		file->follower->next.is_attempt = false;
		send_place(file);
	}
	return is_busy;
}

static void
wait_for_more(struct follower *follower, size_t file_count)
{
	struct pollfd fds[FOLLOWER_FILES_MAX + 1];
	uint64_t ignored;

	fds[0] = (struct pollfd){follower->wake_fd, POLLIN, 0};
	for (size_t i = 0; i < file_count; i++) {
		struct tail *tail = follower->files[i].tail;

		fds[i + 1] =
		    (struct pollfd){tail ? tail_waits_at(tail) : -1, POLLIN, 0};
	}
	if (poll(fds, file_count + 1, LOOK_EVERY_MS) > 0 && fds[0].revents &&
	    read(follower->wake_fd, &ignored, sizeof ignored) < 0)
		return;
}

static void *
follow(void *arg)
{
	struct follower *follower = arg;

	for (;;) {
		bool is_busy = false, is_stopping;
		size_t file_count;

		pthread_mutex_lock(&follower->mutex);
		is_stopping = follower->is_stopping;
		file_count = follower->file_count;
		pthread_mutex_unlock(&follower->mutex);
		if (is_stopping)
			return NULL;
		for (size_t i = 0; i < file_count; i++)
			is_busy |= read_on(&follower->files[i]);
		if (!is_busy)
			wait_for_more(follower, file_count);
	}
}

static void
poke(struct follower *follower)
{
	uint64_t one = 1;

	if (write(follower->wake_fd, &one, sizeof one) < 0)
		return;
}

/* ---- the engine --------------------------------------------------------- */

struct follower *
follower_create(void (*woken)(void *arg), void *arg)
{
	struct follower *follower = alloc_zeroed(1, sizeof *follower);

	follower->woken = woken;
	follower->arg = arg;
	pthread_mutex_init(&follower->mutex, NULL);
	pthread_cond_init(&follower->has_room, NULL);
	follower->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return follower;
}

void
follower_destroy(struct follower **follower_r)
{
	struct follower *follower = *follower_r;

	if (!follower)
		return;
	pthread_mutex_lock(&follower->mutex);
	follower->is_stopping = true;
	pthread_cond_signal(&follower->has_room);
	pthread_mutex_unlock(&follower->mutex);
	poke(follower);
	if (follower->is_running)
		pthread_join(follower->thread, NULL);
	for (size_t i = 0; i < follower->file_count; i++) {
		tail_destroy(&follower->files[i].tail);
		free(follower->files[i].path);
	}
	close(follower->wake_fd);
	pthread_cond_destroy(&follower->has_room);
	pthread_mutex_destroy(&follower->mutex);
	free(follower);
	*follower_r = NULL;
}

/* A follower of nothing needs no thread. */
static void
run(struct follower *follower)
{
	if (!follower->may_run || follower->is_running ||
	    follower->file_count == 0)
		return;
	follower->is_running =
	    pthread_create(&follower->thread, NULL, follow, follower) == 0;
}

void
follower_start(struct follower *follower)
{
	follower->may_run = true;
	run(follower);
}

static struct file *
find(struct follower *follower, const char *path)
{
	for (size_t i = 0; i < follower->file_count; i++)
		if (strcmp(follower->files[i].path, path) == 0)
			return &follower->files[i];
	return NULL;
}

/* NULL if there is no room. */
static struct file *
add(struct follower *follower, const char *path)
{
	struct file *file = &follower->files[follower->file_count];

	if (follower->file_count == FOLLOWER_FILES_MAX)
		return NULL;
	file->follower = follower;
	file->path = alloc_string(path);
	return file;
}

int
follower_follow(
    struct follower *follower, const char *path, const struct place *from)
{
	struct file *file = find(follower, path);
	bool is_new = !file;

	if (is_new)
		file = add(follower, path);
	if (!file)
		return -1;
	pthread_mutex_lock(&follower->mutex);
	if (!file->is_followed) {
		file->has_taken = false;
		file->is_followed = true;
		file->has_from = from != NULL;
		if (from)
			file->from = *from;
	}
	follower->file_count += is_new;
	pthread_mutex_unlock(&follower->mutex);
	run(follower);
	poke(follower);
	return file - follower->files;
}

void
follower_leave(struct follower *follower, size_t index)
{
	pthread_mutex_lock(&follower->mutex);
	follower->files[index].is_followed = false;
	pthread_mutex_unlock(&follower->mutex);
	poke(follower);
}

int
follower_take(struct follower *follower, struct sighted *out)
{
	int result = -1;

	pthread_mutex_lock(&follower->mutex);
	while (result != 0 && follower->count > 0) {
		const struct item *item = &follower->queue[follower->first];
		struct file *file = &follower->files[item->sighted.file];

		file->has_taken = item->has_place;
		file->taken = item->place;
		if (item->is_attempt) {
			*out = item->sighted;
			result = 0;
		}
		follower->first = (follower->first + 1) % FOLLOWER_QUEUE_MAX;
		follower->count--;
	}
	pthread_cond_signal(&follower->has_room);
	pthread_mutex_unlock(&follower->mutex);
	return result;
}

int
follower_place(const struct follower *follower, size_t index, struct place *out)
{
	if (!follower->files[index].has_taken)
		return -1;
	*out = follower->files[index].taken;
	return 0;
}

int
follower_look(
    struct follower *follower, size_t index, struct follower_view *out)
{
	const struct file *file = &follower->files[index];

	if (index >= follower->file_count)
		return -1;
	pthread_mutex_lock(&follower->mutex);
	snprintf(out->path, sizeof out->path, "%s", file->path);
	snprintf(out->problem, sizeof out->problem, "%s", file->problem);
	out->is_followed = file->is_followed;
	out->is_missing = file->state.is_missing;
	out->offset = file->state.offset;
	out->lag = file->state.lag;
	out->lines = file->lines;
	out->attempts = file->attempts;
	out->gaps = file->state.gaps;
	pthread_mutex_unlock(&follower->mutex);
	return 0;
}
