/*
 * scout -- goes and looks at the routes: which addresses stand behind the host
 * that one names, and whether a server answers there (probe.h). Each in its
 * own time, more often where it does not. Engine thread only; the clock is
 * given.
 *
 * DNS that does not answer is no evidence against a route: then the last
 * addresses are tried, and where none were ever known, nothing is.
 */
#ifndef EVIDENCE_SCOUT_H
#define EVIDENCE_SCOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addresses;
struct config;
struct event_base;
struct resolver;
struct scout;

/* What is known of a route has changed: has_moved: its addresses. Called from
   the loop; must neither configure nor destroy. */
typedef void scout_news(void *arg, bool has_moved);

struct scout *scout_create(struct event_base *, scout_news *, void *arg);
void scout_destroy(struct scout **);

/* Takes over the routes of a configuration; what is known goes on with a name
   and its nexthop. All are looked at at the next tick. Borrowed until the next
   call or scout_destroy; the resolver of the call before may go after it. */
void scout_configure(struct scout *, const struct config *, struct resolver *);

/* Looks at those that are due. To be called about once a second. */
void scout_tick(struct scout *, int64_t now_ms);

/* Why the route cannot be reached; "" where nothing speaks against it. May hold
   foreign bytes. Borrowed until the next tick. */
const char *scout_cause(const struct scout *, size_t route);

/* The public addresses behind its nexthop, once they are known. Borrowed until
   the next tick. */
const struct addresses *scout_addresses(const struct scout *, size_t route);

#endif
