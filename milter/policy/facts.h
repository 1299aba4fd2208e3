/*
 * facts -- what a door knows of a message and of its recipients, and what the
 * configuration and the board say of them. Pure; any thread.
 *
 * What a door does not know is NULL: a condition on it does not hold.
 */
#ifndef POLICY_FACTS_H
#define POLICY_FACTS_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct board_domain;
struct board_receiver;
struct config;

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

/* The sender's domain, if it is listed; else NULL. */
const struct board_domain *facts_listed_domain(
    const struct board *, const char *sender);

/* Whether a recipient leaves this host: the MTA's mailer where it said (those
   of an egress leave as well, and those that the map answers with), else the
   domain. An address without a domain stays; one that is not known leaves. */
bool recipient_is_outbound(const struct config *, const struct recipient *);

/* What is known of a recipient's receiver, where it could matter: the egress
   itself is not listed. Else NULL. */
const struct board_receiver *recipient_reception(
    const struct board *, size_t egress, const struct recipient *);

#endif
