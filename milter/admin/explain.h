/*
 * explain -- what would become of a message: its egress and how that stands,
 * the receiver and how that takes our mail, each rule and why it does not hold,
 * and the exact answer of each door.
 *
 * It asks the same gate as the doors do. One thread at a time.
 */
#ifndef ADMIN_EXPLAIN_H
#define ADMIN_EXPLAIN_H

#include "base/address.h"
#include "config/sight.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct board;

/* One message with one recipient. Borrowed; NULL where nothing is given. */
struct explain_message {
	const char *from, *to; /* without < and >; "" is the null sender */
	const char *user, *mailer;
	const char *receiver;  /* of the recipient, by its name */
	struct address client; /* family 0: not given */
};

/* What a door makes of it; the caller owns it. */
json_t *explain_door(
    const struct board *, const struct explain_message *, enum door);

/* The same for people. */
void explain_print(const json_t *door, FILE *);

#endif
