/*
 * witness -- hears from Postfix, by the map's name "reply", how each attempt
 * to deliver ended, and turns the bounce of mail that was refused because of
 * our address into a delay, where a rule would have it go another way. So with
 * that of mail which a route would not take from us. Engine thread only; the
 * clock is given.
 *
 * On any doubt the answer is none, so that Postfix does as it would without
 * us.
 */
#ifndef DAEMON_WITNESS_H
#define DAEMON_WITNESS_H

#include "doors/map.h"

#include <stdint.h>

struct board;
struct config;
struct receptions;
struct sighted_reply;
struct witness;

/* Called for each reply of a receiver, before it is answered: brings it to the
   receptions. The reply is borrowed; to is NULL, since Postfix does not say. */
typedef void witness_heard(
    void *arg, const struct sighted_reply *, const char *to);

/* Borrows the receptions until it is destroyed. */
struct witness *witness_create(
    const struct receptions *, witness_heard *, void *arg);
void witness_destroy(struct witness **);

/* Borrowed until the next call has returned. */
void witness_configure(struct witness *, const struct config *);

/* answer as map.h has it. */
void witness_hear(struct witness *, const struct board *,
    const struct map_reply *, int64_t now_ms, char answer[MAP_ANSWER_MAX]);

#endif
