/*
 * lookout -- has all asked about that mail leaves by: the lists (watch), the
 * resolver (selftest), the network (discovery) and the routes (scout); and
 * brings what they say to the log, the store and the publisher. These four and
 * the resolver are its parts. Engine thread only.
 */
#ifndef DAEMON_LOOKOUT_H
#define DAEMON_LOOKOUT_H

#include <stdint.h>

struct event_base;
struct parts;
struct resolver;

/* The parts are borrowed until lookout_destroy. */
void lookout_create(struct parts *, struct event_base *);
/* With the resolver. Half built is fine. */
void lookout_destroy(struct parts *);

/* Takes over the configuration in force, and the resolver for it; the one
   before may go once lookout_watch has returned. */
void lookout_configure(struct parts *, struct resolver *);

/* Puts together what mail leaves by, once grounds and ways are configured, and
   has all of it watched; what is known of it is recalled. */
void lookout_watch(const struct parts *);

/* Once a second. */
void lookout_tick(const struct parts *, int64_t now_ms);

#endif
