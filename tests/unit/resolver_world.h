/*
 * resolver_world -- a resolver, and a server whose names say what it does with
 * questions for them; see the script in resolver_world.c.
 */
#ifndef TESTS_RESOLVER_WORLD_H
#define TESTS_RESOLVER_WORLD_H

#include "dns_server.h"
#include "evidence/resolver.h"

#include <event2/event.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Long beside what a loaded machine makes a question wait, short beside the
   patience of whoever runs the tests. */
#define TIMEOUT_MS 600

extern const char script[];

struct fixture {
	struct dns_server *server;
	struct event_base *base;
	struct resolver *resolver;
	int calls, open;
	bool is_asking; /* inside resolver_ask */
};

struct reply {
	struct fixture *fixture;
	int calls;
	enum dns_status status;
	bool has_message;
	struct message message;
};

/* Of cmocka: *state is the fixture, whose resolver asks the server once. */
int resolver_world_open(void **state);
int resolver_world_close(void **state);
#define RESOLVER_TEST(name)              \
	cmocka_unit_test_setup_teardown( \
	    name, resolver_world_open, resolver_world_close)

/* Another resolver in the place of the one before. */
void open_resolver(struct fixture *, const char *servers, int tries);

/* The reply is filled by the time that run returns. */
void ask(struct fixture *, const char *name, uint16_t type, struct reply *);
/* Until all are answered; fails instead of hanging. */
void run(struct fixture *);

#endif
