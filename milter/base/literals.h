/*
 * literals -- what a text must hold for a regular expression to match it: at
 * least one of a few plain words. Pure; any thread.
 *
 * Knows the common part of PCRE2's syntax, with letters matching without case.
 * Of an expression with anything else it says nothing, which is always right.
 */
#ifndef BASE_LITERALS_H
#define BASE_LITERALS_H

#include <stddef.h>

#define LITERALS_MAX 64
#define LITERAL_MAX 32 /* longer ones are cut; their start will do */

struct literal {
	char text[LITERAL_MAX + 1]; /* lower case */
	size_t length;
};

struct literals {
	struct literal items[LITERALS_MAX];
	size_t count; /* 0: nothing is known */
};

void literals_of(const char *pattern, struct literals *out);

#endif
