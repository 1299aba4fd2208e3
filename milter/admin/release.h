/*
 * release -- repgate held: lists the messages that repgate had the mail server
 * hold, and lets go these and no others. One thread.
 *
 * The mail server's own program does it, which wants root; then the daemon
 * forgets them. A message that somebody let go or deleted by hand meanwhile is
 * forgotten as well.
 */
#ifndef ADMIN_RELEASE_H
#define ADMIN_RELEASE_H

#include <stdbool.h>
#include <stddef.h>

struct release_options {
	bool release;
	bool only_cleared;	   /* where what it was held for is clean now */
	const char *mta_directory; /* NULL: the mail server's usual one */
};

/* qids: only these; none: all. config_path: for the daemon's socket and the
   mail server's name. The exit status. */
int release_run(const struct release_options *, const char *config_path,
    bool json, char **qids, size_t count);

#endif
