/*
 * logbook -- what the logs of the MTA say of the receivers: follows them, reads
 * what each attempt means, and tells the receptions. Engine thread only.
 */
#ifndef DAEMON_LOGBOOK_H
#define DAEMON_LOGBOOK_H

#include "standing/receptions.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>

struct board_slot;
struct config;
struct event_base;
struct store;
struct logbook;

/* An attempt older than this is old news: after repgated was down for long, or
   where the clock or the zone of the log is wrong. */
#define LOGBOOK_STALE_SEC 3600

/* Called for each attempt that says something; the reply is borrowed, as is
   what it has. to: the recipient. */
typedef void logbook_heard(
    void *arg, const struct sighted_reply *, const char *to);

/* All but arg are borrowed until logbook_destroy; the store may be NULL. The
   current board tells our addresses. */
struct logbook *logbook_create(struct event_base *, struct board_slot *,
    struct store *, logbook_heard *, void *arg);
/* Keeps the places of what was heard. */
void logbook_destroy(struct logbook **);

/* Takes over a configuration: borrowed until the next call has returned. */
void logbook_configure(struct logbook *, const struct config *);

/* To be called once, in the thread of the loop, after any fork. */
void logbook_start(struct logbook *);

/* Keeps the places in the store, and warns of a file that cannot be read. Once
   a second. */
void logbook_tick(struct logbook *);

/* "maillogs" of status; the caller owns it. */
json_t *logbook_json(struct logbook *);

#endif
