/*
 * backlog -- the queue ids of mail that receivers put off: once such a receiver
 * is gated, each of them is worth another attempt at once, which goes another
 * way. Pure: the clock is given. Engine thread only.
 *
 * Bounded: the oldest makes room.
 */
#ifndef DAEMON_BACKLOG_H
#define DAEMON_BACKLOG_H

#include <stddef.h>
#include <stdint.h>

struct backlog;
struct board;
struct config;

#define BACKLOG_MAX 20000
/* Postfix's queue ids have up to 16 letters and digits, Sendmail's 14. */
#define BACKLOG_QID_MAX 32

/* Each is a process; a queue of a thousand messages is through in a minute. */
#define BACKLOG_TURNS_A_SECOND 20

/* Postfix's resolver keeps its last answer for 30 seconds, so that an attempt
   before may go the old way. A message that is put off after its turn has
   another, this much later, up to so many. */
#define BACKLOG_AGAIN_MS 35000
#define BACKLOG_TURNS_MAX 3

struct backlog *backlog_create(void);
void backlog_destroy(struct backlog **);

/* To be called before any is added, and for each configuration after that: the
   messages stay with the egress of the same name, and those whose egress is
   gone are forgotten. Borrowed until the next call has returned. */
void backlog_configure(struct backlog *, const struct config *);

/* The message with that queue id was put off by that receiver; egress is an
   index of the configuration. One that no queue has, by its form, is
   ignored. */
void backlog_add(
    struct backlog *, size_t egress, const char *receiver, const char *qid);
/* It was delivered there, or given up. */
void backlog_remove(
    struct backlog *, size_t egress, const char *receiver, const char *qid);

/* Takes the turn of the oldest message that is due and whose receiver is gated
   on the board. 0, or -1 if there is none. */
int backlog_take(struct backlog *, const struct board *, int64_t now_ms,
    char qid[BACKLOG_QID_MAX]);

size_t backlog_count(const struct backlog *);

#endif
