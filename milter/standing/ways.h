/*
 * ways -- how each configured route stands: whether one of its own addresses
 * is listed, whether it can be reached, and whether there is anything left of
 * its budget. Engine thread only; the clock is
 * given.
 *
 * A route counts as usable while nothing is known against it. Its addresses
 * are those given, else those that stand behind its nexthop; they are weighed
 * as those of an egress are.
 */
#ifndef STANDING_WAYS_H
#define STANDING_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addresses;
struct board;
struct budgets;
struct config;
struct scout;
struct store;
struct watch;
struct ways;

/* All are borrowed until ways_destroy; scout has the same configuration.
   The store keeps the budgets. */
struct ways *ways_create(
    const struct scout *, struct budgets *, struct store *);
void ways_destroy(struct ways **);

/* Takes over the routes of a configuration; what is known of one goes on with
   its name. Borrowed until the next call or ways_destroy. To be called before
   watch_configure. */
void ways_configure(struct ways *, const struct config *);

/* The addresses of all routes at this moment, which are to be watched.
   Borrowed until the next call. */
const struct addresses *ways_addresses(struct ways *);

/* Steps all standings. */
void ways_step(struct ways *, const struct watch *, int64_t now_ms);

/* Settles which routes are usable, and fills that in. What the budgets count
   goes to the store, and at the first call comes from there. */
void ways_fill(struct ways *, struct board *, int64_t now_ms, int64_t wall_sec);

/* Calls tell for each route that turned usable or unusable, or unusable for
   another cause, since the last time. since_wall_sec: of the state before;
   0: since the start. Returns whether any turned usable. */
typedef void ways_changed(
    void *arg, const struct board *, size_t route, int64_t since_wall_sec);
bool ways_tell(
    struct ways *, const struct board *, ways_changed *tell, void *arg);

#endif
