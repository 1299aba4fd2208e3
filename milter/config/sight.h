/*
 * sight -- which door can see what a rule looks at. The milter sees all of a
 * message; Postfix asks the map with nothing but a sender, or nothing but a
 * recipient, Sendmail with both, or with nothing but the domain of one. Pure;
 * any thread.
 */
#ifndef CONFIG_SIGHT_H
#define CONFIG_SIGHT_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct rule;

enum door {
	DOOR_MILTER,
	DOOR_SENDER,
	DOOR_RECIPIENT,
	DOOR_MAILERTABLE, /* Sendmail: the domain of a recipient or a sender */
	DOOR_DELIVERY	  /* Sendmail: a sender and a recipient */
};

/* "milter", "sender", "recipient", "mailertable", "delivery". */
const char *door_name(enum door);

/* Whether a door is told all that the conditions of the rule are about. */
bool sight_sees(enum door, const struct rule *);

/* Whether the door that would have to do what the rule says sees it: with
   reroute_by = "map" that is the map for reroute and wait, else the milter. */
bool sight_can_act(const struct config *, const struct rule *);

/* Whether an answer about a recipient could differ by its sender. */
bool sight_needs_sender(const struct config *);

/* Whether the map knows the recipient of mail that is to come back in steps:
   then the answer about the recipient decides about it, else that about the
   sender. */
bool sight_returns_by_recipient(const struct config *);

/* Whether a rule of the configuration makes the MTA keep mail waiting, and
   whether one can move mail by what the map knows of its recipient: by its
   address, or because its receiver blocks us. */
bool sight_uses_wait(const struct config *);
/* The longest that one lets mail wait. */
int64_t sight_longest_wait_ms(const struct config *);
bool sight_uses_recipient(const struct config *);

/* Whether a rule is about some recipients only, by address or by receiver. */
bool sight_chooses(const struct rule *);

/* Whether a rule chooses by receiver. */
bool sight_uses_receivers(const struct config *);

/* Whether the rule takes mail off its usual way while it is in the queue. */
bool sight_moves(const struct rule *);

#endif
