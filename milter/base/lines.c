#include "base/lines.h"

#include "base/alloc.h"

#include <zlib.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Large enough that the calls do not count, small enough for a processor's
   cache. */
#define CHUNK (256 * 1024)

struct lines {
	gzFile file;
	int64_t size, written_sec;
	char *buffer;
	size_t capacity, start, end; /* what is read and not yet given out */
	size_t longest;
	bool is_skipping; /* the rest of a line that was cut */
	bool is_at_end;
	char *reason;
};

static gzFile
open_file(const char *path, struct stat *about)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
					: open(path, O_RDONLY | O_CLOEXEC);
	gzFile file;

	if (fd < 0)
		return NULL;
	errno = EISDIR;
	file = fstat(fd, about) == 0 && !S_ISDIR(about->st_mode)
		   ? gzdopen(fd, "rb")
		   : NULL;
	if (!file)
		close(fd);
	return file;
}

struct lines *
lines_open(const char *path, size_t longest, char **reason)
{
	struct stat about;
	gzFile file = open_file(path, &about);
	struct lines *lines;

	if (!file) {
		*reason = alloc_printf("%s: %s", path, strerror(errno));
		return NULL;
	}
	gzbuffer(file, CHUNK / 2);
	lines = alloc_zeroed(1, sizeof *lines);
	lines->file = file;
	if (S_ISREG(about.st_mode)) {
		lines->size = about.st_size;
		lines->written_sec = about.st_mtime;
	}
	lines->longest = longest;
	lines->capacity = longest + CHUNK;
	lines->buffer = alloc_resize(NULL, lines->capacity, 1);
	return lines;
}

void
lines_close(struct lines **lines)
{
	if (!*lines)
		return;
	gzclose((*lines)->file);
	free((*lines)->buffer);
	free((*lines)->reason);
	free(*lines);
	*lines = NULL;
}

static void
note_error(struct lines *lines)
{
	int code = Z_OK;
	const char *text = gzerror(lines->file, &code);

	if (code == Z_OK || code == Z_STREAM_END)
		return;
	lines->reason = alloc_string(code == Z_ERRNO ? strerror(errno) : text);
}

/* Moves what is left to the front and reads more behind it. */
static void
fill(struct lines *lines)
{
	int count;

	memmove(lines->buffer, lines->buffer + lines->start,
	    lines->end - lines->start);
	lines->end -= lines->start;
	lines->start = 0;
	count = gzread(lines->file, lines->buffer + lines->end,
	    lines->capacity - lines->end);
	if (count > 0) {
		lines->end += count;
		return;
	}
	lines->is_at_end = true;
	note_error(lines);
}

/* Where the line that begins at start ends, or NULL if that is not yet read.
   What was searched before is not searched again. */
static const char *
find_end(struct lines *lines, size_t *searched)
{
	const char *from = lines->buffer + lines->start + *searched;
	const char *end = memchr(from, '\n', lines->buffer + lines->end - from);

	*searched = lines->end - lines->start;
	return end;
}

static bool
give(struct lines *lines, size_t length, const char **line, size_t *out)
{
	*line = lines->buffer + lines->start;
	*out = length > lines->longest ? lines->longest : length;
	return true;
}

/* Drops what is left of a line that was cut. */
static void
skip(struct lines *lines)
{
	while (lines->is_skipping) {
		size_t searched = 0;
		const char *end = find_end(lines, &searched);

		lines->start =
		    end ? (size_t)(end + 1 - lines->buffer) : lines->end;
		lines->is_skipping = !end && !lines->is_at_end;
		if (lines->is_skipping)
			fill(lines);
	}
}

bool
lines_next(struct lines *lines, const char **line, size_t *length)
{
	size_t searched = 0;

	skip(lines);
	for (;;) {
		const char *end = find_end(lines, &searched);
		size_t ready = lines->end - lines->start;

		if (end) {
			size_t size = end - lines->buffer - lines->start;

			give(lines, size, line, length);
			lines->start += size + 1;
			return true;
		}
		if (ready >= lines->longest || lines->is_at_end) {
			if (ready == 0)
				return false;
			lines->is_skipping = !lines->is_at_end;
			give(lines, ready, line, length);
			lines->start = lines->end;
			return true;
		}
		fill(lines);
	}
}

const char *
lines_reason(const struct lines *lines)
{
	return lines->reason;
}

int64_t
lines_position(const struct lines *lines)
{
	return gzoffset(lines->file);
}

int64_t
lines_size(const struct lines *lines)
{
	return lines->size;
}

int64_t
lines_written_sec(const struct lines *lines)
{
	return lines->written_sec;
}
