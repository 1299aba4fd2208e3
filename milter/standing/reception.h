/*
 * reception -- how one receiver takes the mail of one egress: what it replied,
 * and what follows from that (receptions.h says which way). Pure: the clock is
 * given.
 */
#ifndef STANDING_RECEPTION_H
#define STANDING_RECEPTION_H

#include "config/config.h"
#include "standing/probing.h"
#include "standing/reception_record.h"
#include "standing/refusals.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sighted_reply;

enum charge { CHARGE_THROTTLE, CHARGE_BLOCK, CHARGES };

struct reception {
	struct refusals refusals[CHARGES];
	int64_t refusing_ms; /* the first block of the run */
	uint64_t delivered_message;
	int64_t delivered_ms;
	int delivered;
	enum receiver_state state;
	int64_t since_ms, since_wall_sec;
	char *list, *removal; /* of the last refusal; never NULL */
	char *lists[RECEPTION_LISTS_MAX];
	size_t list_count;
	struct probing probing; /* of use while reception_is_probed */
	bool is_kept;		/* nothing has changed since reception_write */
};

void reception_init(struct reception *);
void reception_clear(struct reception *);

/* A reply that is_refusal, or a delivery. Returns whether the state changed, or
   a trial of the direct way ended. */
bool reception_is_refusal(const struct sighted_reply *);
bool reception_see(struct reception *, const struct config *,
    const struct sighted_reply *, int64_t wall_sec);

/* What time alone changes. */
void reception_step(struct reception *, const struct config *, int64_t now_ms,
    int64_t wall_sec);

/* Whether its mail goes another way; and whether some of that tries the direct
   one, so that only its success opens the receiver. */
bool reception_is_gated(const struct reception *, const struct config *);
bool reception_is_probed(const struct reception *, const struct config *);

/* Whether there is nothing to know of it. */
bool reception_is_blank(const struct reception *);

/* The record borrows the texts. Reading is for one that was just initialised,
   and copies them. */
void reception_write(struct reception *, struct reception_record *out,
    int64_t now_ms, int64_t wall_sec);
void reception_read(struct reception *, const struct reception_record *,
    int64_t now_ms, int64_t wall_sec);

#endif
