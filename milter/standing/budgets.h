/*
 * budgets -- how much mail each route may still take, for all doors together.
 * Any thread; a lock is held for some additions.
 *
 * Messages and recipients are counted over a sliding hour and a sliding day
 * (span.h), so that at no time more than the budget was taken within that time.
 */
#ifndef STANDING_BUDGETS_H
#define STANDING_BUDGETS_H

#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>

struct budgets;
struct pledges;
struct store;

struct budgets *budgets_create(void);
void budgets_destroy(struct budgets **);

/* Whether anything is to be counted for a route. */
bool budgets_has(const struct route *);

/* Counts and returns 0, or -1 with nothing counted if it would be more than the
   route's budget. */
int budgets_take(struct budgets *, const struct route *, uint32_t messages,
    uint32_t recipients, int64_t now_ms);
/* A message with so many recipients, of which so many questions have been
   counted before: in their place counts it once. 0, or -1 with all as it
   was. */
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

/* The questions that are paid for. Borrowed until budgets_destroy. */
struct pledges *budgets_pledges(struct budgets *);

/* Brings what is counted to the store, and back after a restart. Only what has
   changed since is written. */
void budgets_save(
    struct budgets *, struct store *, int64_t now_ms, int64_t wall_sec);
void budgets_load(
    struct budgets *, struct store *, int64_t now_ms, int64_t wall_sec);

#endif
