/*
 * directory -- the lists and receivers that repgate knows, read from
 * providers.conf. Immutable once read; any thread may read it.
 */
#ifndef CONFIG_DIRECTORY_H
#define CONFIG_DIRECTORY_H

#include "config/list.h"

#include <stddef.h>

struct problems;
struct receivers;

struct directory {
	struct list *lists; /* dead ones too */
	size_t list_count;
	struct receivers *receivers; /* never NULL */
};

/* Reads a file; @include works. NULL if the file cannot be used, with the
   errors in problems. The caller owns the result. */
struct directory *directory_read(const char *path, struct problems *);
void directory_destroy(struct directory **);

/* NULL if there is none. Borrowed. */
const struct list *directory_find(const struct directory *, const char *id);

#endif
