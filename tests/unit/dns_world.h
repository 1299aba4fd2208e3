/*
 * dns_world -- a lying DNS server, an event loop, and a resolver that asks the
 * one from the other: what tests of those need that ask.
 */
#ifndef TESTS_DNS_WORLD_H
#define TESTS_DNS_WORLD_H

#include "dns_server.h"

struct event_base;
struct resolver;

struct dns_world {
	struct dns_server *server;
	struct event_base *base;
	struct resolver *resolver; /* a test may destroy it */
	int timeout_ms;		   /* of its one try */
};

/* The script is empty at first. */
void dns_world_open(struct dns_world *, int timeout_ms);
void dns_world_close(struct dns_world *);

/* Another resolver like the first. */
struct resolver *dns_world_resolver(const struct dns_world *);

/* Runs the loop until each question has ended, however loaded the machine is;
   fails the test if that never happens. */
void dns_world_settle(struct dns_world *);

/* Runs the loop until the server was asked so many questions of that kind. */
void dns_world_wait(
    struct dns_world *, const char *name, uint16_t type, unsigned count);

/* Runs the loop for so long, or until it is broken. */
void dns_world_run(struct dns_world *, int ms);

#endif
