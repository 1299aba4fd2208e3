/*
 * offer -- what the server of a route offers, against what the MTA is set to
 * use with it. Pure; any thread.
 */
#ifndef MTA_OFFER_H
#define MTA_OFFER_H

#include "mta/demands.h"
#include "evidence/probe.h"
#include "mta/preflight.h"

#include <stdbool.h>

struct route;

struct offer {
	const struct route *route;
	struct demand demand;
	struct probe_offer said;
	const char *cause; /* why there was no good talk; NULL: there was */
};

/* Whether it is looked at at all. */
bool offer_needs_tls(const struct offer *);
bool offer_needs_auth(const struct offer *);

/* How the server is talked to: TLS from the first byte on. */
bool offer_is_wrapped(const struct offer *);

/* *text: why, for people, to be freed; NULL where it is well. */
enum preflight_result offer_judge_tls(const struct offer *, char **text);
enum preflight_result offer_judge_auth(const struct offer *, char **text);

#endif
