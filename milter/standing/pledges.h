/*
 * pledges -- which questions of the MTA are paid for already, or were counted
 * before it was known what they were about. The map is asked about a message
 * several times and is not told which one; so a door leaves word by what will
 * be asked, the key, for each route. Any thread.
 */
#ifndef STANDING_PLEDGES_H
#define STANDING_PLEDGES_H

#include <stdbool.h>
#include <stdint.h>

struct pledges;
struct route;

/* What waits longer is paid for anew: a pledge that is left over, because the
   MTA remembered the answer, must not let other mail through for ever. */
#define PLEDGES_MS INT64_C(300000)
/* Keys that are remembered; when there are more the oldest are forgotten,
   which counts too much and never too little. */
#define PLEDGES_MAX 16384

struct pledges *pledges_create(void);
void pledges_destroy(struct pledges **);

/* So many questions with that key are paid for. */
void pledges_add(struct pledges *, const struct route *, const char *key,
    uint32_t count, int64_t now_ms);
/* Whether one was, which is then used up. */
bool pledges_use(
    struct pledges *, const struct route *, const char *key, int64_t now_ms);
/* A question with that key was counted as one message and one recipient, since
   nobody had said that it would come. */
void pledges_note_charge(
    struct pledges *, const struct route *, const char *key, int64_t now_ms);
/* How many of these there are, up to max; they are forgotten. */
uint32_t pledges_take_charges(struct pledges *, const struct route *,
    const char *key, uint32_t max, int64_t now_ms);

#endif
