/*
 * ruling -- what a rule that holds comes to: its action, and the route that is
 * to be had now. Pure; any thread.
 */
#ifndef POLICY_RULING_H
#define POLICY_RULING_H

#include <stdint.h>

struct board;
struct rule;
struct verdict;

/* Puts rule, action and route into a verdict that has its standing and, if that
   is why, its receiver. shut as in facts.h. Where no route is usable `otherwise`
   is done, and to wait comes to an end. */
void ruling_apply(
    const struct board *, const struct rule *, uint64_t shut, struct verdict *);

/* Nobody can hold or defer what is in the queue already: where no route is
   usable it waits there, which comes to the same. */
void ruling_keep_queued(struct verdict *);

#endif
