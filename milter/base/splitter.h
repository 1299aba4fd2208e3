/*
 * splitter -- makes lines of bytes that come in pieces of any size. Pure; one
 * thread at a time.
 *
 * A line is given when its newline is there. One that is longer than `longest`
 * is cut to that. NUL bytes before a line, as they stand where a file was cut
 * short under a program that writes on at its old place, are no part of it.
 */
#ifndef BASE_SPLITTER_H
#define BASE_SPLITTER_H

#include <stddef.h>
#include <stdint.h>

struct splitter;

typedef void splitter_line(void *arg, const char *line, size_t length);

struct splitter *splitter_create(
    size_t longest, splitter_line *on_line, void *arg);
void splitter_destroy(struct splitter **);

/* The line that on_line gets is valid until it returns. */
void splitter_feed(struct splitter *, const char *bytes, size_t length);

/* How many bytes came up to the end of the last line; of the one that is being
   given, too. */
int64_t splitter_consumed(const struct splitter *);

/* Forgets the line that has begun, and counts anew. */
void splitter_reset(struct splitter *);

#endif
