/*
 * gate -- facts and the board in, the verdict out. Every door calls it. Pure;
 * any thread.
 *
 * Each recipient that really leaves belongs to an egress: the first whose
 * conditions hold for the sender and the recipient's mailer. Where none of
 * these egresses is listed the verdict is to pass. Else the rules are tried in
 * order, and the first that holds for any recipient whose egress is listed
 * decides for the message; if none does, it passes. A recipient that no egress
 * claims is not gated.
 *
 * Where the receiver of a recipient blocks the egress, that counts as a listed
 * egress for this recipient and no other.
 *
 * A rule that wants a listed domain holds where the sender's domain is listed,
 * whatever the egress; the others hold where the egress is.
 */
#ifndef POLICY_GATE_H
#define POLICY_GATE_H

#include "config/sight.h"
#include "policy/facts.h"
#include "policy/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct board;
struct board_domain;

/* A message, for the milter. With reroute_by = "map" a verdict to reroute or
   to wait is what the map will answer: the first for any recipient. */
void gate_decide(
    const struct board *, const struct facts *, struct verdict *out);

/* Whether every message passes now, whatever it is. */
bool gate_is_open(const struct board *);

/* Whether some verdict now depends on who the receivers are. Where not, nobody
   needs to find out. */
bool gate_wants_receivers(const struct board *);

/* A question of the map, about a sender or a recipient: DOOR_SENDER,
   DOOR_RECIPIENT, or DOOR_MAILERTABLE with "@" and a domain for address; of a
   recipient the receiver may be known. The verdict is to pass, reroute or wait.
   A recipient gets no other answer than to pass while local_domains does not
   say which ones stay, and where a rule without recipients or receivers decides
   but senders matter: then the answer about the sender knows more. Postfix asks
   for that first, and for the recipient after it on the same connection; what
   is said of the recipient overrides what was said of the sender, and to pass
   leaves that as it is. */
void gate_answer(const struct board *, enum door, const char *address,
    const char *receiver, struct verdict *out);

/* The same with both known. */
void gate_answer_delivery(const struct board *, const char *sender,
    const struct recipient *, struct verdict *out);

/* The same of what a door is told: one recipient, whose address is NULL where
   it is not told. */
void gate_answer_facts(
    const struct board *, enum door, const struct facts *, struct verdict *out);

/* What happens to a message of which nothing is known but its egress: the
   first rule without conditions on the message. For the standing: line. Routes
   with nothing left of their budget are passed over. */
void gate_usual(const struct board *, size_t egress_index, struct verdict *out);
/* The same of a message of which nothing is known but its sender's domain. */
void gate_usual_domain(
    const struct board *, const struct board_domain *, struct verdict *out);

#endif
