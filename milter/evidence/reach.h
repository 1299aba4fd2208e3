/*
 * reach -- whether a server is to be counted on, by the probes of it: several
 * failures in a row speak against it, one success for it. Pure: the clock is
 * given.
 */
#ifndef EVIDENCE_REACH_H
#define EVIDENCE_REACH_H

#include <stdbool.h>
#include <stdint.h>

#define REACH_CAUSE_MAX 384

/* After a failure it is probed again so soon, doubling up to the usual
   interval while it fails. */
#define REACH_AGAIN_MS 30000

struct reach {
	int failures; /* in a row */
	bool is_down;
	char cause[REACH_CAUSE_MAX]; /* of the last failure */
	int64_t due_ms;		     /* the next probe */
};

/* The first probe is due at once; nothing speaks against it. */
void reach_init(struct reach *);

/* A probe ended: cause NULL: well. failures_max: so many in a row take it
   down. */
void reach_take(struct reach *, const char *cause, int failures_max,
    int64_t every_ms, int64_t now_ms);

#endif
