/*
 * targets -- finds the addresses that stand behind a route: by MX where it
 * has no brackets (RFC 5321, 5.1), else by A and AAAA. Engine thread only.
 */
#ifndef EVIDENCE_TARGETS_H
#define EVIDENCE_TARGETS_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct destinations;
struct resolver;
struct search;

/* What is beyond that is left out; the best preference comes first. */
#define TARGETS_MAX 16

struct target {
	struct address address;
	uint16_t port;
	uint32_t rank; /* the lower the sooner */
};

struct targets {
	struct target items[TARGETS_MAX];
	size_t count;
	/* Every question had an answer. Without it and without an item nothing
	   is known; with it and without an item there is nothing. */
	bool is_sure;
};

/* Called once, from the loop, with what is borrowed until it returns; may start
   another search. */
typedef void targets_done(void *arg, const struct targets *);

/* The destinations are borrowed until the end. One that is made of literals
   alone has an answer at once: then NULL is returned, and done was called. */
struct search *targets_find(struct resolver *, const struct destinations *,
    targets_done *done, void *arg);

/* done will not be called. To be called before the resolver goes, which then
   frees what is left. NULL-safe. */
void targets_forget(struct search **);

#endif
