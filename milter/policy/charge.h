/*
 * charge -- a verdict that the budgets of the routes allow: what the gate says,
 * counted, and where a route has nothing left, what it says without that one.
 * Doors call this in the place of the gate. Any thread.
 *
 * A message is counted when it has been taken in: with reroute_by = "header"
 * with all its recipients, as the MTA moves all of them. With "map" only those
 * that the map will answer with the route, and a pledge is left for each, so
 * that the map's questions about them at delivery cost nothing more. What the
 * map was asked about before the message was taken in was counted then, and is
 * given back. A question that nobody has paid for counts as one message with
 * one recipient: mail that was queued before, and each further attempt.
 *
 * Postfix asks about the null sender for each MAIL FROM, incoming ones too, to
 * see where the address itself would go; Sendmail asks the mailertable about
 * senders' domains. So these are let through while there is something left, and
 * not counted.
 */
#ifndef POLICY_CHARGE_H
#define POLICY_CHARGE_H

#include "config/sight.h"

#include <stdbool.h>
#include <stdint.h>

struct board;
struct budgets;
struct facts;
struct verdict;

/* As gate_decide. In monitor mode nothing is counted. */
void charge_message(struct budgets *, const struct board *,
    const struct facts *, int64_t now_ms, struct verdict *out);

/* The MTA did not do what the verdict of charge_message says. */
void charge_undo(struct budgets *, const struct board *, const struct facts *,
    const struct verdict *);

/* What was last paid for on a connection to the map: the MTA asks about the
   sender, and right after that about the recipient, and means one thing. */
struct slip {
	uint64_t route;	     /* a hash of its name; 0: nothing */
	bool is_null_sender; /* was asked about last */
};

/* As gate_answer_facts. */
void charge_answer(struct budgets *, const struct board *, enum door,
    const struct facts *, int64_t now_ms, struct slip *, struct verdict *out);

#endif
