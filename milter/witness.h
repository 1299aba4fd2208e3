/*
 * witness -- hears from Postfix, by the map's name "reply", how each attempt
 * to deliver ended: brings the refusals that are about our address to the
 * receptions, and turns the bounce of such a one into a delay where a rule
 * would have the mail go another way. Engine thread only; the clock is given.
 *
 * On any doubt the answer is none, so that Postfix does as it would without
 * us.
 */
#ifndef WITNESS_H
#define WITNESS_H

#include "doors/map.h"

#include <stdbool.h>
#include <stdint.h>

struct board;
struct config;
struct receptions;
struct witness;

/* Borrows the receptions until it is destroyed. */
struct witness *witness_create(struct receptions *);
void witness_destroy(struct witness **);

/* Borrowed until the next call has returned. */
void witness_configure(struct witness *, const struct config *);

/* answer as map.h has it. Returns whether the state of a receiver changed:
   then the board is to be renewed. */
bool witness_hear(struct witness *, const struct board *,
    const struct map_reply *, int64_t now_ms, char answer[MAP_ANSWER_MAX]);

#endif
