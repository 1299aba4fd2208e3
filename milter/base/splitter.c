#include "base/splitter.h"

#include "base/alloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct splitter {
	splitter_line *on_line;
	void *arg;
	size_t longest, length; /* of the line that has begun */
	int64_t came, consumed;
	char buffer[];
};

struct splitter *
splitter_create(size_t longest, splitter_line *on_line, void *arg)
{
	struct splitter *splitter = alloc_zeroed(1, sizeof *splitter + longest);

	splitter->on_line = on_line;
	splitter->arg = arg;
	splitter->longest = longest;
	return splitter;
}

void
splitter_destroy(struct splitter **splitter)
{
	free(*splitter);
	*splitter = NULL;
}

/* How many bytes at the front are NUL. */
static size_t
count_nuls(const char *bytes, size_t length)
{
	size_t count = 0;

	while (count < length && bytes[count] == '\0')
		count++;
	return count;
}

static void
keep(struct splitter *splitter, const char *bytes, size_t length)
{
	size_t nuls = splitter->length == 0 ? count_nuls(bytes, length) : 0;
	size_t room = splitter->longest - splitter->length;
	size_t kept = length - nuls < room ? length - nuls : room;

	memcpy(splitter->buffer + splitter->length, bytes + nuls, kept);
	splitter->length += kept;
	splitter->came += length;
}

/* The whole line is in bytes, which is nearly always so. */
static void
give_at_once(struct splitter *splitter, const char *bytes, size_t length)
{
	size_t nuls = count_nuls(bytes, length);

	length -= nuls;
	splitter->on_line(splitter->arg, bytes + nuls,
	    length < splitter->longest ? length : splitter->longest);
}

/* bytes: the end of a line, without its newline. */
static void
give(struct splitter *splitter, const char *bytes, size_t length)
{
	bool has_begun = splitter->came > splitter->consumed;

	if (has_begun)
		keep(splitter, bytes, length);
	else
		splitter->came += length;
	splitter->consumed = ++splitter->came;
	if (!has_begun) {
		give_at_once(splitter, bytes, length);
		return;
	}
	splitter->on_line(splitter->arg, splitter->buffer, splitter->length);
	splitter->length = 0;
}

void
splitter_feed(struct splitter *splitter, const char *bytes, size_t length)
{
	const char *end = bytes + length, *newline;

	while (bytes < end && (newline = memchr(bytes, '\n', end - bytes))) {
		give(splitter, bytes, newline - bytes);
		bytes = newline + 1;
	}
	if (bytes < end)
		keep(splitter, bytes, end - bytes);
}

int64_t
splitter_consumed(const struct splitter *splitter)
{
	return splitter->consumed;
}

void
splitter_reset(struct splitter *splitter)
{
	splitter->length = 0;
	splitter->came = splitter->consumed = 0;
}
