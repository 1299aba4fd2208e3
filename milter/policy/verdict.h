/*
 * verdict -- what the gate says of a message: the struct, whom it blames, and
 * the contract's gate: line. Pure; any thread.
 */
#ifndef POLICY_VERDICT_H
#define POLICY_VERDICT_H

#include "base/domain.h"
#include "config/config.h"
#include "config/sight.h"

#include <stdbool.h>
#include <stddef.h>

struct board_domain;
struct board_egress;
struct board_receiver;
struct facts;
struct line;

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

/* What is listed, for people: the domain or the address of the verdict; who
   lists it; where to ask for removal, or "". */
struct blame {
	char subject[DOMAIN_MAX];
	const char *blocked_by, *removal;
};
void verdict_blame(const struct verdict *, struct blame *out);

/* The gate: line of a message. queue_id may be NULL; cause is NULL or why the
   verdict could not be had or done. */
void verdict_line(struct line *, const struct verdict *, const struct facts *,
    enum mode, const char *queue_id, const char *cause);

/* The same for an answer of the map. */
void verdict_line_of_answer(struct line *, const struct verdict *, enum door,
    const char *address, enum mode);

#endif
