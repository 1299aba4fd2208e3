/*
 * comeback -- how an egress comes back after a listing: in steps, each with a
 * share of its mail that goes directly again, while the rest goes the way it
 * went while listed. Pure: the clock is given. Any thread.
 */
#ifndef STANDING_COMEBACK_H
#define STANDING_COMEBACK_H

#include "standing/standing.h"

#include <stdbool.h>
#include <stdint.h>

struct config;

struct comeback {
	int64_t listed_ms;  /* when the last listing began; CLOCK_NEVER */
	int64_t cleared_ms; /* and ended; CLOCK_NEVER: it is not over */
};

void comeback_init(struct comeback *);

/* To be called after each step of the egress's standing. Returns whether a
   listing began or ended. */
bool comeback_step(struct comeback *, enum standing_state, int64_t now_ms);

/* Percent of the mail that goes directly: 100 where no comeback is under way,
   also while it is listed. */
int comeback_share(
    const struct config *, const struct comeback *, int64_t now_ms);

/* Whether mail with that key (a domain, an address) is of the share. The same
   key always has the same place, so that one who goes directly at 5 percent
   does at 25. Letters without case. */
bool comeback_is_direct(int share, const char *key);

/* JSON, to be freed: it goes on after a restart. */
char *comeback_write(const struct comeback *, int64_t now_ms, int64_t wall_sec);
/* 0, or -1 with *out untouched for what is no such text. */
int comeback_read(
    const char *text, int64_t now_ms, int64_t wall_sec, struct comeback *out);

#endif
