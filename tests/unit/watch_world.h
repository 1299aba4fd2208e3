/*
 * watch_world -- a watch, the DNS world that it asks, and configurations for
 * it: what the tests of watch need.
 */
#ifndef TESTS_WATCH_WORLD_H
#define TESTS_WATCH_WORLD_H

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "dns_world.h"
#include "evidence/resolver.h"
#include "evidence/roster.h"
#include "evidence/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MIN_MS (60 * CLOCK_SEC)
#define EVERY_MS (600 * CLOCK_SEC)

/* 192.0.2.1 and 2001:db8::1 at the lists one.test and two.test. */
#define ONE "1.2.0.192.one.test"
#define TWO "1.2.0.192.two.test"
#define OTHER "2.2.0.192.one.test"
#define SIX                                                                \
	"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2." \
	"two.test"

/* What a good list says of its control entries. Our addresses are in
   192.0.2.0/24, so no stranger is. */
#define CONTROLS_OF(zone)                          \
	"2.0.0.127." zone " A a 60 127.0.0.2\n"    \
	"1.0.0.127." zone " A nxdomain 60 60\n"    \
	"*.100.51.198." zone " A nxdomain 60 60\n" \
	"*.113.0.203." zone " A nxdomain 60 60\n"

/* What a test's configuration is made of; two, so that a second one can come
   while the first is still there. */
struct setting {
	struct list lists[2];
	struct address addresses[2];
	struct egress egresses[2];
	struct list_use uses[2];
	struct config config;
};

struct watch_world {
	struct dns_world dns;
	struct watch *watch;
	struct setting first, second;
	int64_t now_ms;
	int changes; /* of lists */
	int answers;
	struct answer before, after; /* of the last one */
	char text[64];		     /* and its text */
	struct address address;
};

/* Of cmocka: *state is the world, with a watch that has no configuration and
   two settings that are the same. */
int watch_world_open(void **state);
int watch_world_close(void **state);
#define WATCH_TEST(name)                 \
	cmocka_unit_test_setup_teardown( \
	    name, watch_world_open, watch_world_close)

/* 192.0.2.1 at one.test: one pair. Tests add to it. */
void setting_fill(struct setting *);
/* one.test is asked by that key from now on; zone has it. */
void setting_give_key(struct setting *, const char *key, const char *zone);

/* Gives the watch the first setting. */
void configure(struct watch_world *);
/* The same to a watch that knows nothing yet. */
void begin_anew(struct watch_world *);
/* Gives the watch the second setting and a resolver of its own, and spoils and
   frees what it had before. */
void reconfigure(struct watch_world *);

/* The answers of good lists, as the script has it for our own addresses. */
void say(struct watch_world *, const char *script);
/* What every name gets, in place of a good list's answers. */
void say_of_all(struct watch_world *, const char *script);

/* One tick, and all that follows of it. */
void tick(struct watch_world *);
/* The same, which is to bring that many answers. */
void tick_for(struct watch_world *, int answers);
/* The same by the time that everything is due. */
void tick_late_for(struct watch_world *, int answers);

/* Of the first address at the first list. */
const struct finding *first_finding(const struct watch_world *);
const struct fitness *fitness_of(const struct watch_world *);
/* It is due in that time, or up to a tenth before. */
void check_due(const struct watch_world *, int64_t want_ms);

/* Questions that the server got. */
unsigned count(struct watch_world *, const char *name, uint16_t type);

#endif
