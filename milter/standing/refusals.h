/*
 * refusals -- the messages that one receiver refused for one reason, as two
 * witnesses count them. Pure: the clock is given.
 *
 * Both witnesses see the same replies. The log has queue ids, and its number is
 * exact. The map is told a status and the words of the receiver, and neither
 * tells messages apart: a block at the greeting reads the same for all of them,
 * and a reply with a time or an id in it differs with each attempt. Of what the
 * map sees in one second, which may be the recipients of one message, only the
 * first counts; another attempt of that message does count. So the map's number
 * holds only where the log has none.
 */
#ifndef STANDING_REFUSALS_H
#define STANDING_REFUSALS_H

#include "config/config.h"

#include <stddef.h>
#include <stdint.h>

/* Recipients of one message, which the map cannot tell from messages. */
#define REFUSALS_BURST_MS INT64_C(1000)

/* That one message was refused. */
struct mark {
	uint64_t message; /* 0: it is not known which */
	int64_t at_ms;	  /* the last time */
};

/* What one witness says. */
struct run {
	struct mark marks[RECEIVER_AFTER_MAX]; /* the last ones, in a ring */
	size_t next;
	int count; /* since the run began; may be more than the ring has */
};

enum witness { WITNESS_MAP, WITNESS_LOG, WITNESSES };

struct refusals {
	struct run runs[WITNESSES];
	int recalled;	  /* of before the start */
	int64_t heard_ms; /* the last; CLOCK_NEVER: none in this run */
};

/* None; begins a run. */
void refusals_begin(struct refusals *);

/* Which message that is: 0 for NULL, the map's; never 0 for another. */
uint64_t refusals_message(const char *qid);

void refusals_add(struct refusals *, uint64_t message, int64_t at_ms);

/* How many messages it were, after a moment and in the whole run. */
int refusals_since(const struct refusals *, int64_t since_ms);
int refusals_count(const struct refusals *);

#endif
