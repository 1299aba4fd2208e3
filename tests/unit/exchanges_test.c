#include "evidence/exchanges.h"

#include "base/clock.h"
#include "config/config.h"
#include "config/receivers.h"
#include "dns_server.h"
#include "evidence/resolver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char script[] =
    "hosted.test MX mx 3600 10 a.mail.protection.outlook.com "
    "20 mx.backup.example\n"
    "upper.test MX mx 60 10 B.Mail.Protection.OUTLOOK.com\n"
    "alias.test MX mx 60 5 ASPMX.L.GOOGLE.COM 10 alt1.aspmx.l.google.com\n"
    "unsorted.test MX mx 60 30 mx.other.example 10 aspmx.l.google.com "
    "20 mx.third.example\n"
    "own.test MX mx 60 10 mail.own.example 10 mail2.own.example\n"
    "mixed.test MX mx 60 10 aspmx.l.google.com "
    "10 a.mail.protection.outlook.com\n"
    "mixed-behind.test MX mx 60 10 aspmx.l.google.com 20 mx.b.example "
    "20 mx.c.example\n"
    "forged.test MX mx 60 10 mail.protection.outlook.com.evil.example\n"
    "null.test MX mx 60 0 .\n"
    "implicit.example MX nodata 60 60\n"
    "gone.test MX nxdomain 60 60\n"
    "broken.test MX servfail\n"
    "silent.test MX drop\n"
    "*.many.test MX mx 60 10 aspmx.l.google.com\n";

static char *microsoft_mx[] = {"*.mail.protection.outlook.com"};
static char *google_mx[] = {"*.google.com", "*.googlemail.com"};

static struct receiver known[] = {
    {.id = "microsoft-365",
	.name = "Microsoft 365",
	.mx = {microsoft_mx, COUNT(microsoft_mx)}},
    {.id = "google", .name = "Google", .mx = {google_mx, COUNT(google_mx)}},
};
static const struct receivers receivers = {
    .items = known, .count = COUNT(known)};

struct fixture {
	struct dns_server *server;
	struct event_base *base;
	struct resolver *resolver;
	struct exchanges *exchanges;
	int woken;
};

static void
open_resolver(struct fixture *fixture)
{
	struct dns_settings settings = {
	    .servers = (char *)dns_server_address(fixture->server),
	    .timeout_ms = 300,
	    .tries = 1};
	char *reason = NULL;

	fixture->resolver = resolver_create(fixture->base, &settings, &reason);
	if (!fixture->resolver)
		fail_msg("%s", reason);
	exchanges_configure(fixture->exchanges, &receivers, fixture->resolver);
}

static void
on_woken(void *arg)
{
	struct fixture *fixture = arg;

	fixture->woken++;
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	assert_non_null(fixture);
	fixture->server = dns_server_start(script);
	fixture->base = event_base_new();
	fixture->exchanges = exchanges_create();
	exchanges_listen(fixture->exchanges, on_woken, fixture);
	open_resolver(fixture);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	resolver_destroy(&fixture->resolver);
	exchanges_destroy(&fixture->exchanges);
	event_base_free(fixture->base);
	dns_server_stop(&fixture->server);
	free(fixture);
	return 0;
}

static const char *
recall_at(struct fixture *fixture, const char *domain, int64_t now_ms)
{
	static char name[RECEIVER_NAME_MAX];

	return exchanges_recall(fixture->exchanges, domain, now_ms, name) == 0
		   ? name
		   : NULL;
}

static const char *
recall(struct fixture *fixture, const char *domain)
{
	return recall_at(fixture, domain, clock_now_ms());
}

static void
run_for(struct fixture *fixture, int ms)
{
	const struct timeval span = {.tv_usec = ms * 1000L};

	exchanges_ask(fixture->exchanges);
	event_base_loopexit(fixture->base, &span);
	event_base_dispatch(fixture->base);
}

static unsigned
asked(struct fixture *fixture, const char *domain)
{
	return dns_server_count(fixture->server, domain, DNS_TYPE_MX);
}

/* Until the server has seen the question so often, and its answer is here. */
static void
run_until(struct fixture *fixture, const char *domain, unsigned times)
{
	for (int i = 0; i < 100 && asked(fixture, domain) < times; i++)
		run_for(fixture, 50);
	run_for(fixture, 100);
	assert_int_equal(asked(fixture, domain), times);
}

static void
assert_name(const char *domain, const char *got, const char *want)
{
	if ((got == NULL) != (want == NULL) || (got && strcmp(got, want) != 0))
		fail_msg("%s: got %s, want %s", domain, got ? got : "none",
		    want ? want : "none");
}

static const struct {
	const char *domain, *want;
} domains[] = {
    {"hosted.test", "Microsoft 365"},
    {"upper.test", "Microsoft 365"},
    {"alias.test", "Google"},
    {"unsorted.test", "Google"},
    {"own.test", "own.example"},
    {"mixed.test", NULL},
    {"mixed-behind.test", "Google"},
    {"forged.test", "evil.example"},
    {"null.test", NULL},
    {"implicit.example", "implicit.example"},
    {"gone.test", NULL},
    {"broken.test", NULL},
    {"silent.test", NULL},
};

static void
knows_receivers_by_mx(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(domains); i++)
		assert_null(recall(fixture, domains[i].domain));
	for (size_t i = 0; i < COUNT(domains); i++)
		run_until(fixture, domains[i].domain, 1);
	for (size_t i = 0; i < COUNT(domains); i++)
		assert_name(domains[i].domain,
		    recall(fixture, domains[i].domain), domains[i].want);
	assert_int_equal(exchanges_count(fixture->exchanges), COUNT(domains));
}

/* What is known or was asked for a moment ago is not asked for again. */
static void
asks_once(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 3; i++) {
		recall(fixture, "hosted.test");
		recall(fixture, "gone.test");
		recall(fixture, "broken.test");
		recall(fixture, "null.test");
	}
	assert_int_equal(fixture->woken, 1);
	run_until(fixture, "hosted.test", 1);
	run_until(fixture, "broken.test", 1);
	for (int i = 0; i < 3; i++) {
		recall(fixture, "hosted.test");
		recall(fixture, "gone.test");
		recall(fixture, "broken.test");
		recall(fixture, "null.test");
		run_for(fixture, 50);
	}
	assert_int_equal(asked(fixture, "hosted.test"), 1);
	assert_int_equal(asked(fixture, "gone.test"), 1);
	assert_int_equal(asked(fixture, "broken.test"), 1);
	assert_int_equal(asked(fixture, "null.test"), 1);
	assert_int_equal(fixture->woken, 1);
}

/* The TTL decides, within bounds; while it is asked again the old name is
   good. */
static void
asks_again_in_time(void **state)
{
	static const struct {
		const char *domain;
		int64_t after_ms;
		unsigned want;
	} spans[] = {
	    {"broken.test", EXCHANGES_RETRY_MS - 5000, 1},
	    {"broken.test", EXCHANGES_RETRY_MS + 1000, 2},
	    {"alias.test", EXCHANGES_KEEP_MIN_MS - 5000, 1},
	    {"alias.test", EXCHANGES_KEEP_MIN_MS + 1000, 2},
	    {"hosted.test", 3595000, 1},
	    {"hosted.test", 3601000, 2},
	};
	struct fixture *fixture = *state;

	recall(fixture, "alias.test");
	recall(fixture, "broken.test");
	recall(fixture, "hosted.test");
	run_until(fixture, "hosted.test", 1);
	run_until(fixture, "broken.test", 1);
	run_until(fixture, "alias.test", 1);
	for (size_t i = 0; i < COUNT(spans); i++) {
		recall_at(fixture, spans[i].domain,
		    clock_now_ms() + spans[i].after_ms);
		run_until(fixture, spans[i].domain, spans[i].want);
	}
	dns_server_script(fixture->server, "* * servfail\n");
	assert_string_equal(recall_at(fixture, "hosted.test",
				clock_now_ms() + 2 * EXCHANGES_KEEP_MAX_MS),
	    "Microsoft 365");
	run_until(fixture, "hosted.test", 3);
	assert_string_equal(recall(fixture, "hosted.test"), "Microsoft 365");
}

/* What a delivery showed will do until DNS says it, and no longer. */
static void
learns_from_deliveries(void **state)
{
	struct fixture *fixture = *state;

	exchanges_learn(fixture->exchanges, "a@Own.test", "Google");
	exchanges_learn(fixture->exchanges, "a@alias.test", "small.example");
	exchanges_learn(fixture->exchanges, "postmaster", "Google");
	assert_string_equal(recall(fixture, "own.test"), "Google");
	assert_string_equal(recall(fixture, "alias.test"), "small.example");
	run_until(fixture, "own.test", 1);
	run_until(fixture, "alias.test", 1);
	assert_string_equal(recall(fixture, "own.test"), "own.example");
	exchanges_learn(fixture->exchanges, "a@own.test", "Google");
	assert_string_equal(recall(fixture, "own.test"), "own.example");
	assert_string_equal(recall(fixture, "alias.test"), "Google");
	assert_int_equal(exchanges_count(fixture->exchanges), 2);
}

/* Of use or not is for the engine to say. */
static void
is_silent_unless_needed(void **state)
{
	struct fixture *fixture = *state;
	char name[RECEIVER_NAME_MAX];

	exchanges_learn(fixture->exchanges, "a@own.test", "Google");
	assert_int_equal(exchanges_receiver_of(fixture->exchanges, "b@own.test",
			     clock_now_ms(), name),
	    -1);
	run_for(fixture, 100);
	assert_int_equal(asked(fixture, "own.test"), 0);
	exchanges_need(fixture->exchanges, true);
	assert_int_equal(exchanges_receiver_of(fixture->exchanges, "b@own.test",
			     clock_now_ms(), name),
	    0);
	assert_string_equal(name, "Google");
	assert_int_equal(exchanges_receiver_of(fixture->exchanges,
			     "b@[192.0.2.1]", clock_now_ms(), name),
	    -1);
	run_until(fixture, "own.test", 1);
}

static void
makes_room(void **state)
{
	struct fixture *fixture = *state;
	char domain[64];

	recall(fixture, "alias.test");
	run_until(fixture, "alias.test", 1);
	exchanges_configure(fixture->exchanges, &receivers, NULL);
	for (int i = 0; i < EXCHANGES_MAX; i++) {
		snprintf(domain, sizeof domain, "%d.many.test", i);
		recall(fixture, domain);
		if (i == EXCHANGES_MAX / 2)
			assert_non_null(recall(fixture, "alias.test"));
	}
	assert_int_equal(exchanges_count(fixture->exchanges), EXCHANGES_MAX);
	assert_non_null(recall(fixture, "alias.test"));
	for (int i = 0; i < EXCHANGES_MAX; i++) {
		snprintf(domain, sizeof domain, "%d.more.test", i);
		recall(fixture, domain);
	}
	assert_null(recall(fixture, "alias.test"));
	assert_int_equal(exchanges_count(fixture->exchanges), EXCHANGES_MAX);
}

/* More than may be open at a time: the rest follows by itself. */
static void
asks_all_in_turns(void **state)
{
	struct fixture *fixture = *state;
	char domain[64];

	for (int i = 0; i < 3 * EXCHANGES_OPEN_MAX; i++) {
		snprintf(domain, sizeof domain, "%d.many.test", i);
		recall(fixture, domain);
	}
	run_until(fixture, domain, 1);
	for (int i = 0; i < 3 * EXCHANGES_OPEN_MAX; i++) {
		snprintf(domain, sizeof domain, "%d.many.test", i);
		assert_name(domain, recall(fixture, domain), "Google");
	}
}

/* A reload comes between question and answer. */
static void
survives_a_new_resolver(void **state)
{
	struct fixture *fixture = *state;
	struct resolver *old = fixture->resolver;

	recall(fixture, "hosted.test");
	exchanges_ask(fixture->exchanges);
	open_resolver(fixture);
	resolver_destroy(&old);
	assert_null(recall(fixture, "hosted.test"));
	run_until(fixture, "hosted.test", 1);
	assert_name(
	    "hosted.test", recall(fixture, "hosted.test"), "Microsoft 365");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		knows_receivers_by_mx, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(asks_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		asks_again_in_time, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		learns_from_deliveries, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		is_silent_unless_needed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(makes_room, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		asks_all_in_turns, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		survives_a_new_resolver, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
