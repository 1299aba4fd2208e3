/*
 * egress_story -- an egress with an IPv4 and an IPv6 address, and the course of
 * its standing.
 */
#ifndef TESTS_EGRESS_STORY_H
#define TESTS_EGRESS_STORY_H

#include "base/address.h"
#include "standing/standing.h"

#include <stdbool.h>

#define STORY_STATES_MAX 64

struct egress_story {
	struct address addresses[2];
	char names[2][ADDRESS_REVERSED_MAX]; /* as a question begins */
	struct standing standing;
	char states[STORY_STATES_MAX]; /* a letter for each state it was in */
	int changed[STORY_STATES_MAX]; /* the minute in which that began */
};

/* It is unknown at first. */
void egress_story_begin(struct egress_story *, const char *const addresses[2]);

/* Whether the name of a question is about one of its addresses. */
bool egress_story_is_asked(const struct egress_story *, const char *name);

/* That its standing has changed; fails the test if it does so too often. */
void egress_story_note(struct egress_story *, int minute);

#endif
