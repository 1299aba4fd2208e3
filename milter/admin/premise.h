/*
 * premise -- the board that "repgate explain" reasons from: how all stands by
 * the daemon's status, and what is assumed instead. One thread at a time.
 */
#ifndef ADMIN_PREMISE_H
#define ADMIN_PREMISE_H

#include <jansson.h>
#include <stdint.h>

struct board;
struct config;

/* Standings as the daemon's status has them; an egress that it does not know
   is unknown. The caller owns the board. */
struct board *premise_of_status(
    struct config *, const json_t *status, int64_t now_wall_sec);

/* "EGRESS=STATE" or "domain:DOMAIN=STATE": puts that standing in. Likewise
   "receiver:NAME=STATE" (addressee.h) and "ROUTE=unusable". 0, or -1 with
   *reason set (to be freed). */
int premise_assume(struct board *, const char *text, char **reason);

#endif
