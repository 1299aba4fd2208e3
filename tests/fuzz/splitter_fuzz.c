/* Any bytes in pieces of any size: the lines are those of the whole, cut, and
   without the NUL bytes before them. The first byte gives the sizes. */
#include "base/splitter.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 16

static const uint8_t *next, *end;

static void
on_line(void *arg, const char *line, size_t length)
{
	const uint8_t *newline = memchr(next, '\n', end - next);
	size_t whole;

	(void)arg;
	must(newline != NULL);
	while (next < newline && *next == '\0')
		next++;
	whole = newline - next;
	must(length == (whole < LONGEST ? whole : LONGEST));
	must(memcmp(line, next, length) == 0);
	next = newline + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct splitter *splitter = splitter_create(LONGEST, on_line, NULL);
	unsigned seed = size ? *bytes : 0;

	next = bytes;
	end = bytes + size;
	for (size_t at = 0; at < size;) {
		size_t piece = 1 + (seed = seed * 1103515245 + 12345) / 65536 %
				       (bytes[0] + 1);
		char *copy;

		piece = piece < size - at ? piece : size - at;
		copy = malloc(piece);
		must(copy != NULL);
		memcpy(copy, bytes + at, piece);
		splitter_feed(splitter, copy, piece);
		free(copy);
		at += piece;
	}
	must(memchr(next, '\n', end - next) == NULL);
	must(splitter_consumed(splitter) == next - bytes);
	splitter_destroy(&splitter);
	return 0;
}
