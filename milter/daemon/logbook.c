#include "daemon/logbook.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/maillogs.h"
#include "config/nexthop.h"
#include "evidence/follower.h"
#include "evidence/receiver.h"
#include "evidence/senses.h"
#include "standing/store.h"

#include <event2/event.h>

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STORE_KIND "follower"

/* So many attempts, and the loop turns to something else. */
#define AT_ONCE 128

struct log_file {
	char *path;	   /* NULL: not followed */
	char *kept;	   /* what the store has; or NULL */
	char problem[128]; /* that was told */
	uint64_t gaps, heard, stale;
};

struct logbook {
	struct board_slot *slot;
	struct store *store;
	logbook_heard *on_heard;
	void *arg;
	int wake_fd; /* eventfd: the follower has something */
	struct event *wake;
	struct follower *follower; /* NULL: there was never a log */
	bool has_started;
	const struct config *config;
	struct receiver_book *book;
	struct senses *senses;
	struct log_file files[FOLLOWER_FILES_MAX];
};

/* ---- one attempt -------------------------------------------------------- */

/* Whether our own MTA handed it to one of our routes, so that no receiver said
   anything. */
static bool
went_by_route(const struct config *config, const struct sighted *seen)
{
	struct nexthop nexthop;

	for (size_t i = 0; i < config->route_count; i++)
		if (nexthop_parse(config->routes[i].nexthop, &nexthop) == 0 &&
		    nexthop_is(
			&nexthop, seen->relay, &seen->address, seen->port))
			return true;
	return false;
}

/* Whether it tells what a receiver thinks of our address. What our own MTA
   says of a failure does not, and that has the reply map's own words too. */
static bool
is_telling(const struct sighted *seen)
{
	if (seen->host[0] == '\0' || seen->address.family == 0)
		return false;
	return seen->status == ATTEMPT_SENT ||
	       (seen->status != ATTEMPT_OTHER && seen->is_reply);
}

static void
read_meaning(struct logbook *logbook, const struct sighted *seen,
    const struct receiver *receiver, size_t egress, struct meaning *out)
{
	struct board *board = board_current(logbook->slot);
	const struct reply reply = {
	    .text = seen->text,
	    .length = seen->text_length,
	    .stage = seen->stage,
	    .receiver = receiver,
	    .ours = board->egresses[egress].addresses,
	    .our_count = board->egresses[egress].address_count,
	};

	senses_read(logbook->senses, &reply, out);
	board_unref(board);
}

static void
tell(struct logbook *logbook, const struct sighted *seen, size_t egress,
    int64_t age_sec)
{
	size_t length = strlen(seen->host);
	const struct receiver *receiver =
	    receiver_find(logbook->book, seen->host, length);
	char name[RECEIVER_NAME_MAX];
	struct meaning meaning = {.class = REPLY_UNRELATED};
	struct sighted_reply reply = {
	    .egress = egress,
	    .receiver = name,
	    .status = seen->status,
	    .list = meaning.list,
	    .removal = meaning.removal,
	    .qid = seen->qid[0] ? seen->qid : NULL,
	    .at_ms = clock_now_ms() - age_sec * CLOCK_SEC,
	};

	if (receiver)
		snprintf(name, sizeof name, "%s", receiver->name);
	else
		receiver_name(seen->host, length, name);
	if (seen->status != ATTEMPT_SENT)
		read_meaning(logbook, seen, receiver, egress, &meaning);
	reply.class = meaning.class;
	logbook->on_heard(logbook->arg, &reply, seen->to);
}

static void
hear(struct logbook *logbook, const struct sighted *seen)
{
	struct log_file *file = &logbook->files[seen->file];
	int64_t now_sec = clock_wall_sec(), age_sec = now_sec - seen->wall_sec;
	const struct maillog *maillog =
	    file->path
		? maillogs_find(logbook->config, file->path, seen->program)
		: NULL;

	if (!maillog || maillog->route || !is_telling(seen) ||
	    went_by_route(logbook->config, seen))
		return;
	if (seen->wall_sec == 0 || age_sec < 0)
		age_sec = 0;
	if (age_sec > LOGBOOK_STALE_SEC) {
		file->stale++;
		return;
	}
	file->heard++;
	tell(logbook, seen, maillog->egress, age_sec);
}

/* ---- what is kept ------------------------------------------------------- */

static void
keep(struct logbook *logbook, size_t index)
{
	struct log_file *file = &logbook->files[index];
	struct place place;
	char *text;

	if (follower_place(logbook->follower, index, &place) != 0)
		return;
	text = place_write(&place);
	if (!file->kept || strcmp(file->kept, text) != 0)
		store_put(logbook->store, STORE_KIND, file->path, text);
	free(file->kept);
	file->kept = text;
}

static void
keep_all(struct logbook *logbook)
{
	for (size_t i = 0; i < FOLLOWER_FILES_MAX; i++)
		if (logbook->files[i].path)
			keep(logbook, i);
}

/* Of the follower's thread too. */
static void
on_woken(void *arg)
{
	struct logbook *logbook = arg;
	uint64_t one = 1;

	if (write(logbook->wake_fd, &one, sizeof one) < 0)
		return;
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct logbook *logbook = arg;
	struct sighted seen;
	uint64_t count;
	int i;

	(void)what;
	if (read(fd, &count, sizeof count) < 0)
		return;
	for (i = 0; i < AT_ONCE; i++) {
		if (follower_take(logbook->follower, &seen) != 0)
			break;
		hear(logbook, &seen);
	}
	if (i == AT_ONCE)
		on_woken(logbook);
	/* At once, so that who is killed hears little twice. */
	keep_all(logbook);
}

/* ---- which files -------------------------------------------------------- */

struct wanted {
	const char *path;
	struct place *place;
	bool is_found;
};

static void
find_place(void *arg, const char *key, const char *value)
{
	struct wanted *wanted = arg;

	if (strcmp(key, wanted->path) == 0)
		wanted->is_found = place_read(value, wanted->place) == 0;
}

static void
follow(struct logbook *logbook, const char *path)
{
	struct place place;
	struct wanted wanted = {path, &place, false};
	struct log_file *file;
	int index;

	store_each(logbook->store, STORE_KIND, find_place, &wanted);
	index = follower_follow(
	    logbook->follower, path, wanted.is_found ? &place : NULL);
	if (index < 0) {
		log_warning("maillog: %s: too many files since the start: this "
			    "takes a restart",
		    path);
		return;
	}
	file = &logbook->files[index];
	if (!file->path)
		file->path = alloc_string(path);
}

static void
forget(struct logbook *logbook, struct log_file *file)
{
	follower_leave(logbook->follower, file - logbook->files);
	store_forget(logbook->store, STORE_KIND, file->path);
	free(file->path);
	free(file->kept);
	*file = (struct log_file){0};
}

void
logbook_configure(struct logbook *logbook, const struct config *config)
{
	receiver_book_destroy(&logbook->book);
	senses_destroy(&logbook->senses);
	logbook->config = config;
	if (config->maillog_count == 0 && !logbook->follower)
		return;
	logbook->book = receiver_book_create(config->directory->receivers);
	logbook->senses = senses_create(config->directory->receivers);
	if (!logbook->follower)
		logbook->follower = follower_create(on_woken, logbook);
	for (size_t i = 0; i < FOLLOWER_FILES_MAX; i++)
		if (logbook->files[i].path &&
		    !maillogs_has(config, logbook->files[i].path))
			forget(logbook, &logbook->files[i]);
	for (size_t i = 0; i < config->maillog_count; i++)
		follow(logbook, config->maillogs[i].file);
	if (logbook->has_started)
		follower_start(logbook->follower);
}

/* ---- what is told ----------------------------------------------------- */

static void
warn(struct logbook *logbook, size_t index)
{
	struct log_file *file = &logbook->files[index];
	struct follower_view view;

	if (follower_look(logbook->follower, index, &view) != 0)
		return;
	if (strcmp(view.problem, file->problem) != 0) {
		if (view.problem[0])
			log_warning("maillog: %s: %s", view.path, view.problem);
		else
			log_info("maillog: %s: it can be read now", view.path);
		memcpy(file->problem, view.problem, sizeof file->problem);
	}
	if (view.gaps > file->gaps)
		log_warning("maillog: %s: what was written last before it was "
			    "rotated or cut short is gone; no file beside it "
			    "has it",
		    view.path);
	file->gaps = view.gaps;
}

void
logbook_tick(struct logbook *logbook)
{
	if (!logbook->follower)
		return;
	keep_all(logbook);
	for (size_t i = 0; i < FOLLOWER_FILES_MAX; i++)
		if (logbook->files[i].path)
			warn(logbook, i);
}

static json_t *
file_json(struct logbook *logbook, size_t index)
{
	const struct log_file *file = &logbook->files[index];
	json_t *json = json_object();
	struct follower_view view;

	follower_look(logbook->follower, index, &view);
	json_object_set_new(json, "file", json_string(view.path));
	/* During a rotation that is as it should be. */
	if (view.is_missing && !view.problem[0])
		strcpy(view.problem, "it is missing; its predecessor is read");
	json_object_set_new(json, "problem",
	    view.problem[0] ? json_string(view.problem) : json_null());
	json_object_set_new(json, "position", json_integer(view.offset));
	json_object_set_new(json, "lag", json_integer(view.lag));
	json_object_set_new(json, "lines", json_integer(view.lines));
	json_object_set_new(json, "attempts", json_integer(view.attempts));
	json_object_set_new(json, "counted", json_integer(file->heard));
	json_object_set_new(json, "stale", json_integer(file->stale));
	json_object_set_new(json, "gaps", json_integer(view.gaps));
	return json;
}

json_t *
logbook_json(struct logbook *logbook)
{
	json_t *json = json_array();

	for (size_t i = 0; i < FOLLOWER_FILES_MAX; i++)
		if (logbook->files[i].path)
			json_array_append_new(json, file_json(logbook, i));
	return json;
}

/* ---- its life ----------------------------------------------------------- */

struct logbook *
logbook_create(struct event_base *base, struct board_slot *slot,
    struct store *store, logbook_heard *on_heard, void *arg)
{
	struct logbook *logbook = alloc_zeroed(1, sizeof *logbook);

	logbook->slot = slot;
	logbook->store = store;
	logbook->on_heard = on_heard;
	logbook->arg = arg;
	logbook->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	logbook->wake = event_new(
	    base, logbook->wake_fd, EV_READ | EV_PERSIST, on_wake, logbook);
	return logbook;
}

void
logbook_start(struct logbook *logbook)
{
	logbook->has_started = true;
	event_add(logbook->wake, NULL);
	if (logbook->follower)
		follower_start(logbook->follower);
}

void
logbook_destroy(struct logbook **logbook_r)
{
	struct logbook *logbook = *logbook_r;

	if (!logbook)
		return;
	if (logbook->follower)
		keep_all(logbook);
	follower_destroy(&logbook->follower);
	event_free(logbook->wake);
	close(logbook->wake_fd);
	receiver_book_destroy(&logbook->book);
	senses_destroy(&logbook->senses);
	for (size_t i = 0; i < FOLLOWER_FILES_MAX; i++) {
		free(logbook->files[i].path);
		free(logbook->files[i].kept);
	}
	free(logbook);
	*logbook_r = NULL;
}
