/*
 * hearsay -- what the MTA tells of the receivers, by its log (logbook) and by
 * the map (witness), and what follows of each reply: the receptions count it,
 * the list that it names is asked, and mail that was put off has another turn
 * once its receiver is gated. Engine thread only.
 */
#ifndef DAEMON_HEARSAY_H
#define DAEMON_HEARSAY_H

#include "doors/map.h"

#include <stdint.h>

struct board_slot;
struct config;
struct event_base;
struct hearsay;
struct logbook;
struct publisher;
struct receptions;
struct store;
struct watch;

/* All are borrowed until hearsay_destroy. */
struct hearsay_terms {
	struct board_slot *slot;       /* who is gated; who takes mail in */
	struct store *store;	       /* as of logbook_create */
	struct receptions *receptions; /* count */
	struct watch *watch;	       /* asks the list */
	struct publisher *publisher;   /* renews the board */
};

struct hearsay *hearsay_create(
    struct event_base *, const struct hearsay_terms *);
/* NULL-safe. */
void hearsay_destroy(struct hearsay **);

/* Borrowed until the next call has returned. */
void hearsay_configure(struct hearsay *, const struct config *);

/* To be called once, in the thread of the loop, after any fork. */
void hearsay_start(struct hearsay *);

/* Once a second, after the board was renewed. */
void hearsay_tick(struct hearsay *, int64_t now_ms);

/* As map_replied has it; the hearsay is its arg. */
void hearsay_reply(void *hearsay, const struct board *,
    const struct map_reply *, char answer[MAP_ANSWER_MAX]);

/* For status. Borrowed. */
struct logbook *hearsay_logbook(const struct hearsay *);

#endif
