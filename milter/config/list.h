/*
 * list -- one list of the directory: where to ask, what its answers mean,
 * where people ask for removal. Immutable once read; any thread may read it.
 */
#ifndef CONFIG_LIST_H
#define CONFIG_LIST_H

#include "base/address.h"
#include "config/code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One bit of struct answer.codes for each, so no more than that. */
#define LIST_CODES_MAX 32

/* Stands in a zone for the personal key. */
#define LIST_KEY_MARK "{key}"

/* Answers by which the list declines to say. */
struct list_refusal {
	uint32_t low, high; /* as in struct run */
	char *cause;
};

enum list_impact {
	IMPACT_NOISE, /* nobody that matters refuses mail by it */
	IMPACT_LOW,
	IMPACT_MEDIUM,
	IMPACT_HIGH /* large receivers refuse mail by it */
};

enum list_terms {
	TERMS_PUBLIC,	  /* anybody may ask, within limits */
	TERMS_REGISTERED, /* the asking address has to be registered */
	TERMS_KEY,	  /* a personal key in the zone */
	TERMS_PAID	  /* subscribers only */
};

/* How an entry ends. */
enum list_how {
	HOW_UNKNOWN,
	HOW_SELF_SERVICE,
	HOW_WAITING, /* by itself, and in no other way */
	HOW_EMAIL,
	HOW_PAID, /* sooner than by itself only for money */
	HOW_ISP,  /* only the owner of the network can ask */
	HOW_NEVER
};

/* RFC 5782, 5: what must be listed and what must not. family 0: the list has
   no such entry. An IPv6 address is IPv4-mapped as a rule and stays IPv6. */
struct list_test {
	struct address listed, clean;
};

struct list_domain_test {
	char *listed, *clean; /* below the zone; NULL: none */
};

struct list {
	char *id; /* what repgate.conf calls it */
	char *provider;
	char *zone;   /* without leading or trailing dot; may have {key} */
	bool is_dead; /* then it is never asked */
	char *since, *reason; /* of a dead list; else NULL */

	bool knows_ip4, knows_ip6, knows_domain;
	bool allows; /* an entry speaks for the subject */
	struct list_code *codes;
	size_t code_count;
	struct run *clean; /* answers that mean "not listed" */
	size_t clean_count;
	struct list_refusal *refusals;
	size_t refusal_count;
	struct list_test test4, test6;
	struct list_domain_test test_domain;

	uint8_t impact; /* enum list_impact */
	uint8_t terms;	/* enum list_terms */
	uint8_t how;	/* enum list_how */
	char *limits;	/* of its public use, in words; or NULL */
	char *advice;	/* how removal works, in words; or NULL */
	char *lookup;	/* URL for people, {subject} replaced; or NULL */
	char *removal;	/* URL for people, {subject} replaced; or NULL */
	char *sources;	/* where we know it from; or NULL */
};

void list_clear(struct list *);

bool list_needs_key(const struct list *);

/* Whether this list may be the one that a receiver names, by its zone, its id
   or the name of who runs it: "bl.spamcop.net", "Spamhaus ZEN", "Spamhaus". */
bool list_is_named(const struct list *, const char *name);

/* Whether an answer read by one definition means the same by the other. */
bool list_equal(const struct list *, const struct list *);

/* Replaces {subject} in a URL; cut to size. Returns its first argument. */
const char *list_url(
    char *text, size_t size, const char *url, const char *subject);
/* Where a subject is taken off, or at least looked up; NULL if the directory
   knows no such place. */
const char *list_removal(
    char *text, size_t size, const struct list *, const char *subject);

const char *list_impact_name(enum list_impact); /* "noise" ... "high" */

#endif
