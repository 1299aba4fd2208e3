/*
 * moods -- how a blocklist answers from minute to minute, when all is well with
 * it and when it is not, and what it says in each mood. All chance is drawn
 * from one sequence, the same each time.
 */
#ifndef TESTS_MOODS_H
#define TESTS_MOODS_H

#include "evidence/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 127.0.0.d */
#define LOCAL(d) (UINT32_C(0x7f000000) | (d))

enum mood {
	GOOD,
	NODATA,	   /* good, and says "no" as NODATA */
	TWO_CODES, /* good, and lists with two codes */
	WILDCARD,
	WILD_BUT_ONE, /* lists all but 127.0.0.1 */
	EMPTY,
	PARKED_ZONE,
	REFUSAL,	 /* 127.255.255.254 */
	UNNAMED_REFUSAL, /* 127.255.255.250 */
	OWN_REFUSAL,	 /* 127.0.0.255, by the directory */
	NOT_FOR_US,	 /* rcode REFUSED */
	SERVFAIL,
	TIMEOUT,
	MALFORMED,
	UNREACHABLE,
	GONE,	     /* the zone is no name */
	ODD_CODES,   /* good controls; lists us with a code of no meaning */
	TWO_MINDS,   /* the same, beside a code that means a listing */
	REFUSES_SOME /* good controls; refuses to say of us */
};

/* Moods come and go by what a list suffers from. */
enum malady {
	NONE,
	LOSS, /* of packets; no mood */
	SILENT_SPELLS,
	WILD_SPELLS,
	EMPTY_SPELLS,
	FLAPS,
	ANY
};

#define HOURS 60 /* in minutes */
#define WEEK (7 * 24 * HOURS)

/* Not 0. */
void moods_seed(uint64_t);
/* From 0 up to below the limit. */
uint64_t moods_draw(uint64_t limit);

/* A week by the minute: that mood, and what a malady makes of it. All spells
   are over some hours before the week is. */
void moods_fill(uint8_t moods[WEEK], enum mood, enum malady);

/* What a list is asked about. */
struct mood_query {
	const char *name;
	bool is_zone;	/* the name of the list itself */
	bool is_ours;	/* one of our addresses */
	bool is_listed; /* which it is, rightly */
};

/* All lists have the test entries of RFC 5782. *out has no TTL. */
enum dns_status moods_answer(
    enum mood, const struct mood_query *, struct message *out);

#endif
