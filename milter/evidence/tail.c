#include "evidence/tail.h"

#include "base/alloc.h"
#include "evidence/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (64 * 1024)

struct tail {
	char *path;
	struct splitter *splitter;
	int fd; /* -1: none is open */
	bool is_fifo;
	bool has_writer;    /* of the FIFO, when last read */
	bool is_from_end;   /* where the first file is begun */
	bool is_leaving;    /* another has the name; one more look into this */
	int64_t offset;	    /* of the next byte to read */
	struct place place; /* of a file: where this tail began in it */
	struct tail_state state;
	char problem[128];
	char piece[PIECE];
};

static void
set_problem(struct tail *tail, const char *text)
{
	size_t length = strlen(text);

	if (length >= sizeof tail->problem)
		length = sizeof tail->problem - 1;
	memcpy(tail->problem, text, length);
	tail->problem[length] = '\0';
	tail->state.problem = tail->problem;
}

static void
leave(struct tail *tail)
{
	if (tail->fd >= 0)
		close(tail->fd);
	tail->fd = -1;
	tail->is_leaving = false;
	splitter_reset(tail->splitter);
}

/* Goes on in an open file, which becomes the tail's. */
static void
enter(struct tail *tail, int fd, int64_t offset)
{
	leave(tail);
	tail->fd = fd;
	tail->offset = offset;
	tail->is_fifo = false;
	tail->is_from_end = false;
	if (place_take(fd, offset, &tail->place) != 0)
		leave(tail); /* it was cut short meanwhile: look again */
}

/* ---- opening ------------------------------------------------------------ */

static void
enter_new(struct tail *tail, int fd)
{
	struct stat about;

	if (fstat(fd, &about) != 0 ||
	    (!S_ISREG(about.st_mode) && !S_ISFIFO(about.st_mode))) {
		set_problem(tail, "it is neither a file nor a FIFO");
		close(fd);
		return;
	}
	tail->state.problem = NULL;
	if (S_ISREG(about.st_mode)) {
		enter(tail, fd, tail->is_from_end ? about.st_size : 0);
		return;
	}
	tail->fd = fd;
	tail->is_fifo = true;
}

/* What has that name now. A FIFO without a writer would make open wait. */
static void
open_path(struct tail *tail)
{
	int fd = open(tail->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	tail->state.is_missing = fd < 0 && errno == ENOENT;
	if (fd >= 0) {
		enter_new(tail, fd);
		return;
	}
	set_problem(tail, strerror(errno));
	/* What comes into being later is new from its first line on. */
	if (tail->state.is_missing)
		tail->is_from_end = false;
}

static void
take_up(struct tail *tail, const struct place *from)
{
	int fd = place_find(from, tail->path);

	tail->is_from_end = false;
	if (fd >= 0)
		enter(tail, fd, from->offset);
	else if (from->offset > 0)
		tail->state.gaps++;
}

/* After the last line. */
static void
here(const struct tail *tail, struct place *out)
{
	*out = tail->place;
	out->offset += splitter_consumed(tail->splitter);
}

/* ---- reading ------------------------------------------------------------ */

/* Where the first bytes are few, more have come by now. */
static void
know_head(struct tail *tail)
{
	struct place place;

	if (tail->place.head_length < PLACE_HEAD_MAX &&
	    place_take(tail->fd, tail->place.offset, &place) == 0)
		tail->place = place;
}

static int
read_piece(struct tail *tail)
{
	ssize_t count = pread(tail->fd, tail->piece, PIECE, tail->offset);

	if (count <= 0)
		return -1;
	tail->offset += count;
	splitter_feed(tail->splitter, tail->piece, count);
	return 0;
}

/* The rest of what was here before may be in a copy. */
static void
follow_cut(struct tail *tail)
{
	struct place place;
	int fd;

	here(tail, &place);
	fd = place_find(&place, tail->path);
	leave(tail);
	if (fd >= 0) {
		enter(tail, fd, place.offset);
		return;
	}
	tail->state.gaps += place.offset > 0;
	open_path(tail);
}

/* Whether another file has the name, and something in it: then who writes has
   gone over to it. */
static bool
is_replaced(struct tail *tail)
{
	struct stat there, here;

	if (stat(tail->path, &there) != 0 || fstat(tail->fd, &here) != 0) {
		tail->state.is_missing = errno == ENOENT;
		return false;
	}
	tail->state.is_missing = false;
	if (there.st_ino == here.st_ino && there.st_dev == here.st_dev)
		return false;
	return there.st_size > 0 || !S_ISREG(there.st_mode);
}

static bool
read_at_end(struct tail *tail)
{
	if (!is_replaced(tail))
		return false;
	if (tail->is_leaving) {
		leave(tail);
		open_path(tail);
	} else {
		tail->is_leaving = true;
	}
	return true;
}

static bool
read_file(struct tail *tail)
{
	struct place place;
	struct stat about;

	if (fstat(tail->fd, &about) != 0) {
		set_problem(tail, strerror(errno));
		leave(tail);
		return false;
	}
	tail->state.lag = about.st_size - tail->offset;
	here(tail, &place);
	if (tail->state.lag < 0 || !place_is_in(&place, tail->fd)) {
		follow_cut(tail);
		return tail->fd >= 0;
	}
	if (tail->state.lag == 0)
		return read_at_end(tail);
	know_head(tail);
	if (read_piece(tail) != 0) {
		set_problem(tail, strerror(errno));
		return false;
	}
	tail->state.problem = NULL;
	tail->state.lag = about.st_size - tail->offset;
	return true;
}

static bool
read_fifo(struct tail *tail)
{
	ssize_t count = read(tail->fd, tail->piece, PIECE);

	tail->has_writer = count != 0;
	if (count > 0)
		splitter_feed(tail->splitter, tail->piece, count);
	if (count != 0)
		return count > 0;
	splitter_reset(tail->splitter);
	if (!is_replaced(tail))
		return false;
	leave(tail);
	open_path(tail);
	return true;
}

bool
tail_read(struct tail *tail)
{
	if (tail->fd < 0)
		open_path(tail);
	if (tail->fd < 0)
		return false;
	return tail->is_fifo ? read_fifo(tail) : read_file(tail);
}

/* ---- the outside -------------------------------------------------------- */

struct tail *
tail_create(const char *path, const struct place *from, size_t longest,
    splitter_line *on_line, void *arg)
{
	struct tail *tail = alloc_zeroed(1, sizeof *tail);

	tail->path = alloc_string(path);
	tail->splitter = splitter_create(longest, on_line, arg);
	tail->fd = -1;
	tail->is_from_end = true;
	if (from)
		take_up(tail, from);
	return tail;
}

void
tail_destroy(struct tail **tail_r)
{
	struct tail *tail = *tail_r;

	if (!tail)
		return;
	leave(tail);
	splitter_destroy(&tail->splitter);
	free(tail->path);
	free(tail);
	*tail_r = NULL;
}

int
tail_place(const struct tail *tail, struct place *out)
{
	if (tail->fd < 0 || tail->is_fifo)
		return -1;
	here(tail, out);
	return 0;
}

int
tail_waits_at(const struct tail *tail)
{
	return tail->fd >= 0 && tail->is_fifo && tail->has_writer ? tail->fd
								  : -1;
}

void
tail_look(const struct tail *tail, struct tail_state *out)
{
	*out = tail->state;
	out->offset = tail->fd >= 0 && !tail->is_fifo ? tail->offset : 0;
}
