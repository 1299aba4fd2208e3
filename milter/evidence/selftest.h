/*
 * selftest -- whether the resolver tells the truth about lists at all, and
 * what to do if it does not. Engine thread only; the clock is given.
 *
 * Each test asks for names that cannot be there (one under .invalid, RFC 6761,
 * section 6.4, and one under each of a few lists) and for the test entries of
 * these lists. It is repeated every hour; while something is wrong after a
 * minute, then each time after twice as long, up to an hour. When a list failed
 * it comes sooner, but not within a minute of the last.
 */
#ifndef EVIDENCE_SELFTEST_H
#define EVIDENCE_SELFTEST_H

#include "evidence/dnsbl.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct resolver;
struct selftest;

enum health {
	HEALTH_UNTESTED,
	HEALTH_OK,
	HEALTH_SILENT,	  /* no DNS at all */
	HEALTH_FAILING,	  /* it answers everything with an error */
	HEALTH_REWRITING, /* it invents addresses */
	HEALTH_FILTERING, /* it takes 127/8 out of answers */
	HEALTH_PUBLIC	  /* lists refuse it as a public resolver */
};

/* Two lists can be wrong by themselves; of three it is no chance. */
#define SELFTEST_LISTS 3

/* What the questions of one test came to. */
struct finds {
	/* The name under .invalid. */
	enum dns_status invalid;
	bool is_invalid_found;
	uint32_t invalid_address; /* if it was found */
	/* Of each list asked: a name that is not there, and the test entry. */
	size_t list_count;
	struct answer absent[SELFTEST_LISTS], entry[SELFTEST_LISTS];
	const char *providers[SELFTEST_LISTS];
};

struct diagnosis {
	enum health health;
	char cause[DNSBL_CAUSE_MAX]; /* "" while there is none */
	char fix[256];	  /* what an administrator does about it; or "" */
	int64_t since_ms; /* of this health; CLOCK_NEVER */
};

/* Pure. since_ms is left alone. */
void selftest_judge(const struct finds *, struct diagnosis *out);

/* Called when the health became another; not for a first HEALTH_OK. */
typedef void selftest_changed(void *arg, const struct diagnosis *);

struct selftest *selftest_create(selftest_changed *, void *arg);
void selftest_destroy(struct selftest **);

/* Makes a test due. Config and resolver are borrowed as by watch. */
void selftest_configure(
    struct selftest *, const struct config *, struct resolver *);

/* Starts a test that is due. */
void selftest_tick(struct selftest *, int64_t now_ms);

/* A list failed, and that may be the resolver: the next test comes soon. */
void selftest_doubt(struct selftest *);

/* Borrowed. */
const struct diagnosis *selftest_diagnosis(const struct selftest *);

const char *health_name(enum health); /* "ok", "silent" ... */

#endif
