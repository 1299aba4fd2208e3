/*
 * receptions -- how each receiver takes the mail of each egress: open,
 * throttled or blocked, by what it replied. Engine thread only; the clock is
 * given.
 *
 *   open, throttled -> blocked   block_after messages were refused because of
 *                                our address within the span
 *   open -> throttled            throttle_after messages were put off because
 *                                of our address within the span
 *   either -> open               clear_after messages in a row were delivered,
 *                                with probes (probing.h) in the last of their
 *                                stages; or nothing was heard for keep
 *                                (blocked), or the span (throttled)
 *
 * What was counted against a receiver is forgotten at each clear_after
 * messages delivered in a row: a farm of a hundred servers of which one
 * refuses us is not blocked. No other reply counts, for or against.
 *
 * There are two witnesses, the map and the log; refusals.h says whose count
 * holds.
 *
 * The name of a receiver is receiver_find's or receiver_name's for the relay's
 * host name, never what a reply claims. Bounded: the one that was quiet for
 * longest makes room.
 */
#ifndef STANDING_RECEPTIONS_H
#define STANDING_RECEPTIONS_H

#include "config/receivers.h"
#include "evidence/maillog.h"
#include "standing/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Far more than ever block or throttle one company. About 2 kB each. */
#define RECEPTIONS_MAX 4000
struct config;
struct receptions;
struct store;

/* How one attempt to deliver ended. Text is borrowed and may hold any byte but
   NUL. */
struct sighted_reply {
	size_t egress; /* in config.egresses */
	const char *receiver;
	enum attempt_status status;
	/* Of those that were not ATTEMPT_SENT; as struct meaning has them, and
	   NULL is "". */
	enum reply_class class;
	const char *list, *removal;
	const char *qid; /* NULL: not known */
	int64_t at_ms;	 /* on the clock of receptions_step; not ahead of it */
};

/* The store is borrowed until receptions_destroy; NULL: nothing is kept. */
struct receptions *receptions_create(struct store *);
void receptions_destroy(struct receptions **);

/* Takes over a configuration; what is known of an egress of the same name goes
   on. Borrowed until the next call has returned. */
void receptions_configure(struct receptions *, const struct config *);

/* Takes up what the store has, once and after the first configuration; and
   brings to it what changed since the last time. */
void receptions_recall(struct receptions *, int64_t now_ms, int64_t wall_sec);
void receptions_keep(struct receptions *, int64_t now_ms, int64_t wall_sec);

/* Returns whether a state changed: then the board is to be renewed. */
bool receptions_see(
    struct receptions *, const struct sighted_reply *, int64_t wall_sec);

/* What time alone changes. */
void receptions_step(struct receptions *, int64_t now_ms, int64_t wall_sec);

/* For how long that receiver has been refusing the egress, by the first reply
   that counts; 0 if it does not. */
int64_t receptions_refusing_ms(const struct receptions *, size_t egress,
    const char *receiver, int64_t now_ms);

/* Whether mail for that address, whose receiver this is, is to try the direct
   way now. */
bool receptions_take(struct receptions *, size_t egress, const char *receiver,
    const char *address, int64_t now_ms);

/* Whether mail to one in that state is to go another way. */
bool receptions_are_gated(const struct config *, enum receiver_state);

/* Adds those that are not open, were not until now, or act on a list; for the
   maker of the board, who sorts it. */
void receptions_fill(const struct receptions *, struct board *, int64_t now_ms);

/* Calls tell for each state that changed since the last time, with its entry
   on a board that receptions_fill filled since the change. */
typedef void receptions_changed(
    void *arg, const struct board_receiver *, enum receiver_state from);
void receptions_tell(struct receptions *, const struct board *,
    receptions_changed *tell, void *arg);

/* The same for each stage of the probes of one that is gated still. */
typedef void receptions_probed(
    void *arg, const struct board_receiver *, enum probe_stage from);
void receptions_tell_probes(struct receptions *, const struct board *,
    receptions_probed *tell, void *arg);

#endif
