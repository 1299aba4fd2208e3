/*
 * progress -- how far a command has come, in one line that is written again and
 * again while somebody watches a terminal. To standard error; one thread.
 */
#ifndef ADMIN_PROGRESS_H
#define ADMIN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	int64_t started_ms, shown_ms;
	bool is_shown;
};

/* Where it is not wanted, or standard error is no terminal, the others do
   nothing. */
void progress_start(struct progress *, int64_t now_ms, bool is_wanted);
/* "names resolved: 3 of 4, 0.2 s" */
void progress_show(struct progress *, const char *what, size_t done, size_t of);
void progress_clear(const struct progress *);

#endif
