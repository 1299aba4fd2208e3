/*
 * probes -- which mail for a receiver that blocks us tries the direct way, to
 * find out whether it still does. Engine thread only; the clock is given.
 *
 * Such mail goes by a transport in which a block costs nothing, since the same
 * attempt goes on to the smarthost. It begins with one message now and then;
 * each message that the receiver itself took widens it, each refusal ends it
 * for a while:
 *
 *   rest -> one      `after` has passed
 *   one -> few -> some -> all
 *                    the receiver took a message, and the stage is `every` old
 *   any -> rest      it refused one
 *
 * How the mail fared is read off the board, where the witnesses' words come
 * together (receptions.h); there the block ends as well.
 */
#ifndef POLICY_PROBES_H
#define POLICY_PROBES_H

#include "standing/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe_settings;
struct probes;

enum probe_stage { PROBE_REST, PROBE_ONE, PROBE_FEW, PROBE_SOME, PROBE_ALL };

/* Percent of the addresses in the stage; besides, every stage but PROBE_REST
   lets one address through in each `every`, so that little mail goes on too. */
int probe_share(enum probe_stage);
const char *probe_stage_name(enum probe_stage); /* "rest" ... */

/* The MTA asks twice for a message, when it is taken in and at delivery, and
   is told the same if it does so within this time (or `every`, if that is
   less). */
#define PROBE_AGAIN_MS INT64_C(60000)

/* What became of a receiver's stage; before the first it was PROBE_REST. */
typedef void probes_changed(void *arg, const struct board_receiver *,
    enum probe_stage from, enum probe_stage to);

struct probes *probes_create(void);
void probes_destroy(struct probes **);

/* To be called with each new picture. A receiver that is gated no longer is
   forgotten. tell may be NULL. */
void probes_step(struct probes *, const struct probe_settings *,
    const struct board_receiver *, size_t count, int64_t now_ms,
    probes_changed *tell, void *arg);

/* How far that is for a receiver. -1, with *out untouched, for one that no mail
   is tried at: it is not gated, or there are no probes. */
int probes_stage(const struct probes *, const struct board_receiver *,
    enum probe_stage *out);

/* Whether mail for that address, whose receiver this is, is to try the direct
   way now. Lower case or not is not the same address. */
bool probes_take(struct probes *, const struct probe_settings *,
    const struct board_receiver *, const char *address, int64_t now_ms);

#endif
