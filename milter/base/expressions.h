/*
 * expressions -- an ordered set of regular expressions (PCRE2), compiled once
 * and then only read: any thread.
 *
 * The first that matches is found. One pass over the text tells which of them
 * can match at all, by the words that they need; only these are tried. Letters
 * match without case, a dot matches everything, only named groups capture.
 * Limits end a search that would not end by itself: then it does not match.
 */
#ifndef BASE_EXPRESSIONS_H
#define BASE_EXPRESSIONS_H

#include <stddef.h>

struct expressions;

struct expressions *expressions_create(void);
void expressions_destroy(struct expressions **);

/* 0, or -1 with *reason set (to be freed): what PCRE2 says, and at which
   offset. The index of the pattern is the number of those added before. */
int expressions_add(struct expressions *, const char *pattern, char **reason);

/* To be called once, after the last of them was added. */
void expressions_close(struct expressions *);

/* What the named group "list" matched; borrowed from the text. */
struct capture {
	const char *start;
	size_t length; /* 0: nothing */
};

/* The index of the first pattern that matches, or -1. */
int expressions_find(const struct expressions *, const char *text,
    size_t length, struct capture *);

#endif
