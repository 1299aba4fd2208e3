/*
 * outcome -- what became of a message that the milter was asked about: its line
 * in the log, the counters, and word left for the engine. Any thread; waits for
 * nothing but a short lock.
 */
#ifndef DOORS_OUTCOME_H
#define DOORS_OUTCOME_H

#include "config/config.h"

#include <stdint.h>

struct board;
struct board_slot;
struct facts;
struct verdict;

/* All borrowed. */
struct outcome {
	const struct facts *facts;
	const struct verdict *verdict; /* what was done */
	enum mode mode;
	const char *queue_id; /* or NULL */
	const char *cause;    /* why it is not what was to be done; or NULL */
};

/* The board may be NULL: then nothing could be decided. */
void outcome_record(
    struct board_slot *, const struct board *, const struct outcome *);

/* A message that passed as any other would have. */
void outcome_record_unseen(void);

/* For status; counted since the start. */
struct outcome_counters {
	uint64_t messages, passed, rerouted, waiting, held, deferred, monitored,
	    failed;
};
void outcome_count(struct outcome_counters *out);

#endif
