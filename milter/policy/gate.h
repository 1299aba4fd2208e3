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
 *
 * What a door does not know is NULL: a condition on it does not hold.
 */
#ifndef POLICY_GATE_H
#define POLICY_GATE_H

#include "base/address.h"
#include "base/domain.h"
#include "config/config.h"
#include "config/sight.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct board_domain;
struct board_egress;
struct board_receiver;
struct line;

struct recipient {
	const char *address; /* without < and >; NULL: not known */
	const char *mailer;  /* what the MTA will use; NULL: it did not say */
	/* Who takes in its mail, as exchanges.h has it; NULL: not known. */
	const char *receiver;
};

/* Text is borrowed and may hold any byte but NUL. */
struct facts {
	/* Without < and >; "" for the null sender; NULL: not known. */
	const char *sender;
	const char *user;      /* SASL login name, or NULL */
	struct address client; /* family 0: not known */
	const struct recipient *recipients;
	size_t recipient_count;
	/* Routes that are not to be taken, beside those that are unusable: bit
	   i is config.routes[i]. */
	uint64_t shut;
};

/* Pointers lead into the board and its configuration. */
struct verdict {
	enum action action;
	const struct route *route;	     /* of ACTION_REROUTE */
	const struct rule *rule;	     /* NULL: none held */
	const struct egress *egress;	     /* the one that decided, or NULL */
	const struct board_egress *standing; /* of that egress */
	/* The sender's, if that is why, and not the egress; else NULL. */
	const struct board_domain *domain;
	/* Likewise the recipient's. */
	const struct board_receiver *receiver;
	/* What is known of the receiver of the one recipient that the map was
	   asked about, if it is not the egress that is listed; or NULL. */
	const struct board_receiver *reception;
	/* The map's: the transport by which this recipient's mail tries the
	   direct way all the same; or NULL. */
	const char *probe;
	size_t outbound_count; /* recipients that leave by a listed egress;
				  with domain all that leave */
	/* Whether a listed egress or domain is concerned: such a message has
	   a line. */
	bool is_gated;
	bool leaves; /* some recipient leaves by an egress */
};

/* A message, for the milter. With reroute_by = "map" a verdict to reroute or
   to wait is what the map will answer: the first for any recipient. */
void gate_decide(
    const struct board *, const struct facts *, struct verdict *out);

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
enum condition gate_failing(const struct board *, const struct rule *,
    const struct facts *, const struct recipient *, const char *egress_name);
const char *condition_name(enum condition); /* "senders" ... */

/* The egress that a recipient leaves by, or NULL. */
const struct egress *gate_egress(
    const struct config *, const struct facts *, const struct recipient *);

/* What is listed, for people: the domain or the address of the verdict; who
   lists it; where to ask for removal, or "". */
struct blame {
	char subject[DOMAIN_MAX];
	const char *blocked_by, *removal;
};
void gate_blame(const struct verdict *, struct blame *out);

/* What happens to a message of which nothing is known but its egress: the
   first rule without conditions on the message. For the standing: line. Routes
   with nothing left of their budget are passed over. */
void gate_usual(const struct board *, size_t egress_index, struct verdict *out);
/* The same of a message of which nothing is known but its sender's domain. */
void gate_usual_domain(
    const struct board *, const struct board_domain *, struct verdict *out);

/* Whether a recipient leaves this host: the MTA's mailer where it said (those
   of an egress leave as well, and those that the map answers with), else the
   domain. An address without a domain stays; one that is not known leaves. */
bool gate_is_outbound(const struct config *, const struct recipient *);

/* The contract's gate: line. queue_id may be NULL; cause is NULL or why the
   verdict could not be had or done. */
void gate_line(struct line *, const struct verdict *, const struct facts *,
    enum mode, const char *queue_id, const char *cause);

/* The same for an answer of the map. */
void gate_line_of_answer(struct line *, const struct verdict *, enum door,
    const char *address, enum mode);

#endif
