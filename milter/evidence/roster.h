/*
 * roster -- the lists in use and whether each is fit: tests them in time, each
 * family by itself. Engine thread only; the clock is given.
 */
#ifndef EVIDENCE_ROSTER_H
#define EVIDENCE_ROSTER_H

#include "evidence/fitness.h"

#include <stdbool.h>
#include <stdint.h>

struct addresses;
struct config;
struct list;
struct list_use;
struct resolver;
struct roster;
struct trial;

/* A list in one family. */
struct tested {
	const struct list *list; /* that of use */
	const struct list_use *use;
	uint8_t family; /* 4, 6 or FAMILY_DOMAIN */
	struct fitness fitness;
	/* Tests are counted from 1. */
	unsigned ended; /* the last that ended */
	/* roster's own from here on */
	struct roster *roster;
	struct trial *trial; /* the one that runs, or NULL */
	unsigned started;
	bool is_wanted; /* another, once this one has ended */
};

/* A test ended. has_changed: another state, or unfit for another cause. */
typedef void roster_ended(
    void *arg, const struct tested *, const struct flaw *, bool has_changed);

/* The test that runs and those wanted will never end. */
typedef void roster_cancelled(void *arg, const struct tested *);

struct roster *roster_create(roster_ended *, roster_cancelled *, void *arg);
void roster_destroy(struct roster **);

/* Takes over the lists of a configuration, for the families that its egresses
   and more addresses of ours have. The fitness of a list that stays is kept,
   and a test of it due. Tests that run are forgotten without a call. Config and resolver are borrowed as
   by watch. */
void roster_configure(struct roster *, const struct config *,
    const struct addresses *more, struct resolver *);

/* Starts the tests that are due. */
void roster_tick(struct roster *, int64_t now_ms);

/* NULL if it is not in use. Borrowed until the next roster_configure. */
const struct tested *roster_find(
    const struct roster *, const struct list *, uint8_t family);

/* "ip4", "ip6" or "domain". */
const char *roster_family_name(const struct tested *);

/* Has the list tested from now on: a test that runs already may have asked
   too early. Returns the number of the test to wait for. */
unsigned roster_demand(const struct tested *);

/* An ordinary question to it got no proper answer. */
void roster_doubt(const struct tested *);

#endif
