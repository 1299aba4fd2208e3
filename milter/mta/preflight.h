/*
 * preflight -- whether mail would be taken well that goes by a route: for each
 * route and each domain that mail is sent from, whether the SPF record of the
 * domain authorises the addresses of the route; and whether its server offers
 * what the MTA is set to use. No mail is sent.
 *
 * The addresses are those that the route was given, else those that its
 * nexthop has. Engine thread only, or the one of a command.
 */
#ifndef MTA_PREFLIGHT_H
#define MTA_PREFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct dns_settings;
struct event_base;
struct preflight;

enum preflight_result { PREFLIGHT_GOOD, PREFLIGHT_BAD, PREFLIGHT_UNKNOWN };

/* One thing that was looked at. */
struct preflight_item {
	const char *route; /* its name; the configuration's */
	const char *check; /* "SPF", "TLS", "AUTH" */
	char *subject;	   /* of what: a domain, or the nexthop */
	enum preflight_result result;
	char *text; /* for people, foreign bytes escaped; NULL: nothing */
};

struct preflight_terms {
	int64_t probe_timeout_ms; /* for each address of a server */
	bool keeps_root;	  /* asks Postfix as root; demands.h */
};

/* Of sending domains that are looked at. */
#define PREFLIGHT_DOMAINS_MAX 256

typedef void preflight_done(void *arg);

/* Asks the DNS servers of the settings and this machine's Postfix, and talks to
   those servers that Postfix needs something of. done is called once, from the
   loop, not after preflight_destroy. Config and settings are borrowed until the
   latter. NULL with *reason set (to be freed). */
struct preflight *preflight_start(struct event_base *, const struct config *,
    const struct dns_settings *, const struct preflight_terms *,
    preflight_done *done, void *arg, char **reason);

/* What has no answer by now gets none; done is still to be called. */
void preflight_end(struct preflight *);

/* NULL-safe. */
void preflight_destroy(struct preflight **);

/* By route; empty before done was called. Borrowed. */
const struct preflight_item *preflight_items(
    const struct preflight *, size_t *count);

#endif
