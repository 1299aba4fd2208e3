/*
 * terms -- parts of patterns that have a name: %us% in a pattern stands for the
 * term "us". One thread at a time.
 */
#ifndef CONFIG_TERMS_H
#define CONFIG_TERMS_H

#include <stddef.h>

struct terms;

#define TERM_NAME_MAX 33

struct terms *terms_create(void);
void terms_destroy(struct terms **);

/* Both are copied. A pattern holds no terms itself: see terms_expand. */
void terms_add(struct terms *, const char *name, const char *pattern);

/* The pattern with its terms filled in, each a group of its own; to be freed.
   NULL if there is one that nobody added: unknown has its name. A % that begins
   no %name% stays. */
char *terms_expand(
    const struct terms *, const char *pattern, char unknown[TERM_NAME_MAX]);

#endif
