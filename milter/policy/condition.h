/*
 * condition -- what rules and egresses want of a message. An empty condition
 * holds for everything; one on what is not known (facts.h) does not hold. Pure;
 * any thread.
 */
#ifndef POLICY_CONDITION_H
#define POLICY_CONDITION_H

#include <stdbool.h>

struct board;
struct config;
struct egress;
struct facts;
struct recipient;
struct rule;

/* The first condition of a rule that does not hold for a recipient and its
   egress. CONDITION_DOOR: the door that would have to act cannot see all. */
enum condition {
	CONDITION_NONE,
	CONDITION_DOOR,
	CONDITION_SENDER_DOMAIN, /* it is not listed now */
	CONDITION_SENDERS,
	CONDITION_USERS,
	CONDITION_CLIENTS,
	CONDITION_RECIPIENTS,
	CONDITION_RECEIVERS,
	CONDITION_EGRESS
};
enum condition condition_failing(const struct board *, const struct rule *,
    const struct facts *, const struct recipient *, const char *egress_name);
const char *condition_name(enum condition); /* "senders" ... */

/* Those of them that do not look at the message: whether a rule is about an
   egress and a receiver, which is NULL where it is not known. */
bool condition_is_about(
    const struct rule *, const char *egress_name, const char *receiver);

/* The egress that a recipient leaves by: the first whose conditions hold for
   the sender and the recipient's mailer. NULL where none claims it. */
const struct egress *condition_egress(
    const struct config *, const char *sender, const struct recipient *);

#endif
