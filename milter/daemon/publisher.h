/*
 * publisher -- renews the board: steps all that stands in some way, publishes
 * the new picture, and only then tells what has changed: who reads the line
 * finds the gate already acting on it. Engine thread only.
 */
#ifndef DAEMON_PUBLISHER_H
#define DAEMON_PUBLISHER_H

#include <stdint.h>

struct event_base;
struct parts;
struct publisher;

/* The parts are borrowed until publisher_destroy. */
struct publisher *publisher_create(struct event_base *, const struct parts *);
/* NULL-safe. */
void publisher_destroy(struct publisher **);

void publisher_renew(struct publisher *, int64_t now_ms);

/* Has it renewed in this turn of the loop: many answers share one board. */
void publisher_want(struct publisher *);

#endif
