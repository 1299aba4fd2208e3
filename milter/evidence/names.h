/*
 * names -- from a name to addresses: those of a host, of a domain's mail
 * servers, or those that its SPF record authorises (RFC 7208). Engine thread
 * only.
 *
 * What cannot be turned into addresses, and why, is told in notes: names that
 * do not exist or whose servers do not answer, networks of more than
 * NAMES_NETWORK_MAX addresses, terms that depend on the message.
 */
#ifndef EVIDENCE_NAMES_H
#define EVIDENCE_NAMES_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>

struct names;
struct resolver;

#define NAMES_ADDRESSES_MAX 256
#define NAMES_NETWORK_MAX 8
#define NAMES_POLICY_NETWORKS_MAX 512

enum names_how { NAMES_HOST, NAMES_MX, NAMES_SPF };

struct named {
	struct address address;
	char *via; /* the host or the term it came from */
};

typedef void names_done(void *arg);

/* Asks at once; done is called once when all is known, also if the resolver
   is destroyed, and never from inside this call. */
struct names *names_start(struct resolver *, enum names_how, const char *name,
    names_done *done, void *arg);

/* Only after done was called. NULL-safe. */
void names_destroy(struct names **);

/* Each address once; borrowed. */
const struct named *names_addresses(const struct names *, size_t *count);
/* Sentences for people, foreign bytes escaped; borrowed. */
const char *const *names_notes(const struct names *, size_t *count);
/* Whether the SPF record authorises an address. */
enum names_cover {
	NAMES_COVERED,
	NAMES_NOT_COVERED,
	NAMES_BROKEN,	 /* receivers fail the record itself */
	NAMES_NO_POLICY, /* the domain has none */
	NAMES_UNSURE	 /* for want of answers, or it depends on the mail */
};

/* Of NAMES_SPF. Unlike names_addresses this knows networks of any size. What
   speaks against an address before one that authorises it is not looked at. */
enum names_cover names_covers(const struct names *, const struct address *);
/* Why it is NAMES_BROKEN or NAMES_UNSURE; borrowed. */
const char *names_doubt(const struct names *);

/* Whether some question was answered, be it with "no such name". */
bool names_has_response(const struct names *);

#endif
