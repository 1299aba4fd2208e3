/*
 * gate -- one message's facts and the board in, the verdict out. Every door
 * calls it. Pure; any thread.
 *
 * Each recipient that really leaves belongs to an egress: the first whose
 * conditions hold for the sender and the recipient's mailer. Where none of
 * these egresses is listed the verdict is to pass. Else the rules are tried in
 * order, and the first that holds for any recipient whose egress is listed
 * decides for the message; if none does, it passes. A recipient that no egress
 * claims is not gated.
 */
#ifndef POLICY_GATE_H
#define POLICY_GATE_H

#include "base/address.h"
#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>

struct board;
struct board_egress;
struct line;

struct recipient {
	const char *address; /* without < and > */
	const char *mailer;  /* what the MTA will use; NULL: it did not say */
};

/* Text is borrowed and may hold any byte but NUL. */
struct facts {
	const char *sender;    /* without < and >; "" for the null sender */
	const char *user;      /* SASL login name, or NULL */
	struct address client; /* family 0: not known */
	const struct recipient *recipients;
	size_t recipient_count;
};

/* Pointers lead into the board and its configuration. */
struct verdict {
	enum action action;
	const struct route *route;	     /* of ACTION_REROUTE */
	const struct rule *rule;	     /* NULL: none held */
	const struct egress *egress;	     /* the one that decided, or NULL */
	const struct board_egress *standing; /* of that egress */
	size_t outbound_count; /* recipients that leave by a listed egress */
	/* Whether a listed egress is concerned: such a message has a line. */
	bool is_gated;
};

void gate_decide(
    const struct board *, const struct facts *, struct verdict *out);

/* What happens to a message of which nothing is known but its egress: the
   first rule without conditions on the message. For the standing: line. */
void gate_usual(const struct board *, size_t egress_index, struct verdict *out);

/* Whether a recipient leaves this host: the MTA's mailer where it said (those
   of an egress leave as well), else the domain. An address without a domain
   stays. */
bool gate_is_outbound(const struct config *, const struct recipient *);

/* The contract's gate: line. queue_id may be NULL; cause is NULL or why the
   verdict could not be had or done. */
void gate_line(struct line *, const struct verdict *, const struct facts *,
    enum mode, const char *queue_id, const char *cause);

#endif
