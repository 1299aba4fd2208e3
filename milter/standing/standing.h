/*
 * standing -- from findings to clean, listed or unknown, with damping.
 * Pure: the clock is given. Any thread.
 *
 * A list counts as listing an address after `confirm` LISTED answers with no
 * CLEAN between them. A list that stops answering keeps its last word for
 * keep_unknown, then has none. An egress is as bad as its worst address.
 *
 *   unknown, clean -> listed   the weight reaches listed_at
 *   listed -> clean            the weight stayed below listed_at for
 *                              clear_after, and enough lists have a word
 *   unknown -> clean           enough lists have a word (coverage), and none
 *                              waits for a confirmation that would make it
 *                              listed
 *   clean -> unknown           fewer do, and the weight is below listed_at
 *   listed -> unknown          the same, for clear_after
 */
#ifndef STANDING_STANDING_H
#define STANDING_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct subject;

enum standing_state { STANDING_UNKNOWN, STANDING_CLEAN, STANDING_LISTED };

/* What all findings of one egress say at one moment. */
struct reading {
	int weight;    /* of the worst address */
	int suspected; /* the most of one address, unconfirmed ones too */
	const struct subject *worst;   /* that address; NULL: there is none */
	int answered, of;	       /* findings that answer now; all */
	int known_weight, full_weight; /* of lists with a word; of all */
};

struct standing {
	enum standing_state state;
	int64_t since_ms; /* of the state; CLOCK_NEVER before the first step */
	/* While LISTED: since when the weight is below, or CLOCK_NEVER. */
	int64_t below_since_ms;
	struct reading reading; /* of the last step; its subject is borrowed */
};

/* subjects: of one egress. Without any nothing has a word. */
void standing_read(const struct config *, const struct subject *const *subjects,
    size_t count, int64_t now_ms, struct reading *out);

void standing_init(struct standing *);

/* Returns whether the state changed. Settings are taken from config. */
bool standing_step(struct standing *, const struct config *,
    const struct reading *, int64_t now_ms);

/* "Spamhaus SBL, SpamCop": the lists whose word makes up the weight of a
   subject, provider and code names, heaviest first; "" if none. removal gets
   the removal URL of the first, or "". Both are cut to size. */
void standing_blame(const struct config *, const struct subject *,
    int64_t now_ms, char *blocked_by, size_t size, char *removal,
    size_t removal_size);

const char *standing_name(enum standing_state); /* "clean" ... */

#endif
