/*
 * replay -- reads existing mail logs and tells who blocked or throttled us.
 * Of `repgate replay`; needs no daemon.
 */
#ifndef ADMIN_REPLAY_H
#define ADMIN_REPLAY_H

#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>

struct replay_options {
	const char *providers; /* path */
	struct addresses ours; /* none: those that replies quote */
	bool json;
	bool each; /* one object for each attempt instead of the sum */
};

/* Prints to standard output, and what is wrong to standard error. The exit
   status: 0, or 1 if a file could not be read, or not to its end. */
int replay(const struct replay_options *, char *const *files, size_t count);

#endif
