/*
 * probing -- how far mail for a receiver that blocks us tries the direct way
 * again, to find out whether it still does. Of one receiver. Pure: the clock
 * is given.
 *
 * Such mail goes by a transport in which a block costs nothing, since the same
 * attempt goes on to the smarthost. It begins with one message now and then,
 * and only what the receiver itself took widens it:
 *
 *   rest -> one                  the pause is over: `after`, twice as long
 *                                after each trial that was refused, but no
 *                                longer than a quarter of `keep`, so that there
 *                                are trials before the block is forgotten
 *   one -> few -> some -> all    the receiver took a message in this stage, and
 *                                the stage is `every` old
 *   all -> the receiver is open  it took `clear_after` of them, likewise
 *   any -> rest                  it refused one
 */
#ifndef STANDING_PROBING_H
#define STANDING_PROBING_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct probe_settings;

enum probe_stage { PROBE_REST, PROBE_ONE, PROBE_FEW, PROBE_SOME, PROBE_ALL };

/* Percent of the addresses in the stage; besides, every stage but PROBE_REST
   lets one address through in each `every`, so that little mail goes on too. */
int probe_share(enum probe_stage);
const char *probe_stage_name(enum probe_stage); /* "rest" ... */
/* 0, or -1 with *out untouched. */
int probe_stage_parse(const char *name, enum probe_stage *out);

/* The MTA asks twice for a message, when it is taken in and at delivery, and
   is told the same if it does so within this time (or `every`, if that is
   less). */
#define PROBE_AGAIN_MS INT64_C(60000)

struct probing {
	enum probe_stage stage;
	int64_t since_ms; /* of the stage; at rest of the last refusal */
	int refused;	  /* trials, since the receiver was open */
	int delivered;	  /* messages, in this stage */
	/* The one address that was let through, and when. */
	uint64_t taken;
	int64_t taken_ms; /* CLOCK_NEVER: none */
};

/* At rest; also for a receiver that is open. */
void probing_init(struct probing *, int64_t now_ms);

/* What the receiver did with a message. Returns whether a trial ended. */
bool probing_refuse(struct probing *, int64_t at_ms);
void probing_deliver(struct probing *);

/* What time changes. Returns whether the last stage is over, and the receiver
   open. */
bool probing_step(struct probing *, const struct config *, int64_t now_ms);

/* How long it rests from a refusal on. */
int64_t probing_pause_ms(const struct probing *, const struct config *);

/* Whether mail for that address is to try the direct way now. Lower case or not
   is not the same address. */
bool probing_take(struct probing *, const struct probe_settings *,
    const char *address, int64_t now_ms);

#endif
