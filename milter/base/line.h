/*
 * line -- builds one log line: an event word, a colon, then key=value pairs
 * in the order they are added.
 *
 * A value comes from anywhere, so it is only text: bytes outside printable
 * ASCII become \xHH, a quote or backslash gets a backslash, and a value that
 * is empty or holds a space, an equals sign or any escaped byte is quoted. So
 * no value can end the line, forge a key or reach a terminal as an escape.
 * Long values end in "..."; a line that has no room for a pair ends in " ..."
 * without it. Pure; one thread at a time.
 */
#ifndef BASE_LINE_H
#define BASE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line stays under the 2,000 bytes of Postfix's own; one value under
   512, so that no single one can push out those after it. */
#define LINE_MAX_BYTES 1900
#define LINE_VALUE_MAX 512
/* Event words and keys are our own and short. */
#define LINE_KEY_MAX 48

struct line {
	size_t length; /* of text */
	bool is_full;  /* a pair was left out; so is all that follows */
	char text[LINE_MAX_BYTES + 8]; /* NUL-terminated, no newline */
};

void line_start(struct line *, const char *event);
/* NULL adds nothing: a key whose value is not known is left out. */
void line_add(struct line *, const char *key, const char *value);
void line_add_bytes(
    struct line *, const char *key, const char *bytes, size_t length);
void line_add_number(struct line *, const char *key, int64_t number);
/* As line_add, with the mail address between < and >. */
void line_add_mailbox(struct line *, const char *key, const char *address);

/* Escapes as a quoted value would be, without quotes; always terminates. What
   does not fit is cut, never within an escape, and "..." put in its place.
   Returns the length written, less than `size`, which is at least 1. */
size_t line_escape(char *to, size_t size, const char *from, size_t length);
/* The same of all of it; to be freed. */
char *line_escaped(const char *from, size_t length);

#endif
