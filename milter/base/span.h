/*
 * span -- how much was counted within the last hour or day: a sliding sum over
 * slots of time. Pure: the clock is given.
 *
 * The oldest slot leaves whole, and not before all of it is too old. So the sum
 * is never less than what was counted within the span; it may be more by what
 * came in one slot.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdint.h>

/* Of an hour a minute each, of a day a quarter of an hour; and the one that
   is not over. */
#define SPAN_SLOTS_MAX 97

struct span {
	int64_t slot_ms;
	int slots;
	int64_t last;			 /* the newest slot */
	uint32_t counts[SPAN_SLOTS_MAX]; /* slot n is at n % slots */
	uint64_t sum;
};

void span_init(struct span *, int64_t slot_ms, int slots);

/* A clock that went back counts into the newest slot. */
uint64_t span_sum(struct span *, int64_t now_ms);
void span_add(struct span *, uint32_t count, int64_t now_ms);
/* Takes back, from the newest on; no more than there is. */
void span_subtract(struct span *, uint32_t count);

/* For keeping it elsewhere: each slot with a count, by when it ends. */
typedef void span_visit(void *arg, int64_t end_ms, uint32_t count);
void span_each(const struct span *, span_visit *, void *arg);
/* Puts one back into a span that is new. What is too old is left out. */
void span_restore(
    struct span *, int64_t end_ms, uint32_t count, int64_t now_ms);

#endif
