/*
 * budgets -- how much mail each route may still take, for all doors together.
 * Any thread; a lock is held for some additions.
 *
 * Messages and recipients are counted over a sliding hour and a sliding day
 * (span.h), so that at no time more than the budget was taken within that time.
 *
 * The map is asked about a message several times and is not told which one. So
 * a door may leave a pledge: a question with that key to come is paid for.
 */
#ifndef STANDING_BUDGETS_H
#define STANDING_BUDGETS_H

#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>

struct budgets;
struct store;

/* What waits longer is paid for anew: a pledge that is left over, because the
   MTA remembered the answer, must not let other mail through for ever. */
#define BUDGETS_PLEDGE_MS INT64_C(300000)
/* Keys that are remembered; when there are more the oldest are forgotten,
   which counts too much and never too little. */
#define BUDGETS_PLEDGES_MAX 16384

struct budgets *budgets_create(void);
void budgets_destroy(struct budgets **);

/* Whether anything is to be counted for a route. */
bool budgets_has(const struct route *);

/* Counts and returns 0, or -1 with nothing counted if it would be more than the
   route's budget. */
int budgets_take(struct budgets *, const struct route *, uint32_t messages,
    uint32_t recipients, int64_t now_ms);
/* A message with so many recipients, of which so many questions have
   been counted before: in their place counts it once. 0, or -1 with all as it was. */
int budgets_settle(struct budgets *, const struct route *, uint32_t charged,
    uint32_t recipients, int64_t now_ms);
/* What was counted and did not come to it. */
void budgets_give_back(struct budgets *, const struct route *,
    uint32_t messages, uint32_t recipients);

/* Whether one more would be taken. */
bool budgets_has_room(struct budgets *, const struct route *, int64_t now_ms);

/* What is left of each; BUDGET_NONE where there is no limit. */
#define BUDGET_NONE INT64_C(-1)
void budgets_left(struct budgets *, const struct route *, int64_t now_ms,
    int64_t left[BUDGET_KINDS]);

/* So many questions with that key are paid for. */
void budgets_pledge(struct budgets *, const struct route *, const char *key,
    uint32_t count, int64_t now_ms);
/* Whether one was, which is then used up. */
bool budgets_use_pledge(
    struct budgets *, const struct route *, const char *key, int64_t now_ms);
/* A question with that key was counted as one message and one recipient, since
   nobody had said that it would come. */
void budgets_note_charge(
    struct budgets *, const struct route *, const char *key, int64_t now_ms);
/* How many of these there are, up to max; they are forgotten. */
uint32_t budgets_take_charges(struct budgets *, const struct route *,
    const char *key, uint32_t max, int64_t now_ms);

/* Brings what is counted to the store, and back after a restart. Only what has
   changed since is written. */
void budgets_save(
    struct budgets *, struct store *, int64_t now_ms, int64_t wall_sec);
void budgets_load(
    struct budgets *, struct store *, int64_t now_ms, int64_t wall_sec);

#endif
