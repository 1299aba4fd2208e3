/*
 * explain -- what would become of a message: its egress and how that stands,
 * the receiver and how that takes our mail, each rule and why it does not hold,
 * and the exact answer of each door.
 *
 * It asks the same gate as the doors do. One thread at a time.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "base/address.h"
#include "config/sight.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct board;
struct config;

/* One message with one recipient. Borrowed; NULL where nothing is given. */
struct explain_message {
	const char *from, *to; /* without < and >; "" is the null sender */
	const char *user, *mailer;
	const char *receiver;  /* of the recipient, by its name */
	struct address client; /* family 0: not given */
};

/* Standings as the daemon's status has them; an egress that it does not know
   is unknown. The caller owns the board. */
struct board *explain_board_of_status(
    struct config *, const json_t *status, int64_t now_wall_sec);

/* "EGRESS=STATE" or "domain:DOMAIN=STATE": puts that standing in. Likewise
   "receiver:NAME=STATE" (addressee.h) and "ROUTE=unusable". 0, or -1 with
   *reason set (to be freed). */
int explain_assume(struct board *, const char *text, char **reason);

/* What a door makes of it; the caller owns it. */
json_t *explain_door(
    const struct board *, const struct explain_message *, enum door);

/* The same for people. */
void explain_print(const json_t *door, FILE *);

#endif
