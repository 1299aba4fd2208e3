#include "evidence/discovery.h"

#include "base/clock.h"
#include "config/config.h"
#include "dns_server.h"
#include "evidence/sighting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <cmocka.h>

#define TXT 16

struct fixture {
	struct dns_server *server;
	struct event_base *base;
	struct discovery *discovery;
	struct service services[3];
	struct egress egress;
	struct config config;
	int64_t now_ms;
	int news;
	char log[4096]; /* of all news */
};

static void
on_news(void *arg, const struct sighting *sighting, const struct address *from)
{
	struct fixture *fixture = arg;
	size_t used = strlen(fixture->log);
	char before[ADDRESS_TEXT_MAX], now[ADDRESS_TEXT_MAX];

	fixture->news++;
	snprintf(fixture->log + used, sizeof fixture->log - used,
	    "%d %s %s %s\n", sighting->family,
	    from ? address_format(before, from) : "?",
	    address_format(now, &sighting->known), sighting->words);
	event_base_loopbreak(fixture->base);
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	char *server;

	assert_non_null(fixture);
	fixture->server = dns_server_start("");
	server = (char *)dns_server_address(fixture->server);
	fixture->base = event_base_new();
	fixture->discovery = discovery_create(fixture->base, on_news, fixture);
	fixture->services[0] =
	    (struct service){"one", server, NULL, "one.test", false};
	fixture->services[1] =
	    (struct service){"two", server, server, "two.test", true};
	fixture->services[2] =
	    (struct service){"three", NULL, server, "three.test", true};
	fixture->egress = (struct egress){.name = "main", .is_auto = true};
	fixture->config = (struct config){
	    .dns = {.timeout_ms = 200, .tries = 1},
	    .egresses = &fixture->egress,
	    .egress_count = 1,
	    .services = fixture->services,
	    .service_count = 3,
	    .discover_every_ms = 3600 * CLOCK_SEC,
	};
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	discovery_destroy(&fixture->discovery);
	event_base_free(fixture->base);
	dns_server_stop(&fixture->server);
	free(fixture);
	return 0;
}

/* One tick, and the loop until so many news came. */
static void
tick(struct fixture *fixture, int64_t now_ms, int news)
{
	const struct timeval second = {.tv_sec = 1};
	int64_t limit_ms = clock_now_ms() + 5 * CLOCK_SEC;

	fixture->log[0] = '\0';
	fixture->news = 0;
	discovery_tick(fixture->discovery, now_ms);
	while (fixture->news < news && clock_now_ms() < limit_ms) {
		event_base_loopexit(fixture->base, &second);
		event_base_dispatch(fixture->base);
	}
	assert_int_equal(fixture->news, news);
}

/* One tick that brings none. */
static void
tick_quietly(struct fixture *fixture, int64_t now_ms)
{
	const struct timeval span = {.tv_usec = 500000};

	fixture->news = 0;
	discovery_tick(fixture->discovery, now_ms);
	event_base_loopexit(fixture->base, &span);
	event_base_dispatch(fixture->base);
	assert_int_equal(fixture->news, 0);
}

static const char both[] = "one.test A a 60 203.0.113.5\n"
			   "two.test TXT txt 60 203.0.113.5\n"
			   "three.test TXT txt 60 203.0.113.5\n";

static void
asks_each_family_by_its_servers(void **state)
{
	struct fixture *fixture = *state;
	struct address known[DISCOVERY_ADDRESSES_MAX];

	dns_server_script(fixture->server, both);
	discovery_configure(fixture->discovery, &fixture->config);
	tick(fixture, 0, 2);
	assert_non_null(strstr(fixture->log, "4 - 203.0.113.5 one, two\n"));
	assert_non_null(strstr(fixture->log,
	    "6 ? - two says 203.0.113.5, which cannot be ours; three says "
	    "203.0.113.5, which cannot be ours\n"));
	assert_int_equal(dns_server_count(fixture->server, "two.test", TXT), 2);
	assert_int_equal(
	    dns_server_count(fixture->server, "three.test", TXT), 1);
	assert_int_equal(discovery_known(fixture->discovery, known), 1);

	dns_server_script(fixture->server,
	    "two.test TXT txt 60 2001:db8::5\n"
	    "three.test TXT txt 60 2001:db8::5\n");
	tick(fixture, SIGHTING_AGAIN_MS, 1);
	assert_string_equal(fixture->log, "6 - 2001:db8::5 two, three\n");
	assert_int_equal(discovery_known(fixture->discovery, known), 2);
	assert_int_equal(known[0].family, 4);
	assert_int_equal(known[1].family, 6);
}

static void
asks_when_due(void **state)
{
	struct fixture *fixture = *state;
	const int64_t every_ms = fixture->config.discover_every_ms;

	fixture->config.service_count = 2;
	dns_server_script(fixture->server, both);
	discovery_configure(fixture->discovery, &fixture->config);
	tick(fixture, 0, 1);
	tick_quietly(fixture, every_ms - 1);
	assert_int_equal(dns_server_count(fixture->server, "two.test", TXT), 1);
	dns_server_script(fixture->server,
	    "one.test A a 60 203.0.113.6\ntwo.test TXT txt 60 203.0.113.6\n");
	tick_quietly(fixture, every_ms);
	assert_int_equal(dns_server_count(fixture->server, "two.test", TXT), 2);
	tick(fixture, every_ms + SIGHTING_AGAIN_MS, 1);
	assert_string_equal(
	    fixture->log, "4 203.0.113.5 203.0.113.6 one, two\n");
}

/* Text that is more than an address, or several addresses, say nothing. */
static void
takes_whole_answers_only(void **state)
{
	struct fixture *fixture = *state;

	dns_server_script(fixture->server,
	    "one.test A a 60 203.0.113.5 203.0.113.5\n"
	    "two.test TXT txt 60 203.0.113.5 edns0-client-subnet\n"
	    "three.test * servfail\n");
	fixture->services[2].server = fixture->services[0].server;
	discovery_configure(fixture->discovery, &fixture->config);
	tick(fixture, 0, 1);
	assert_non_null(strstr(fixture->log,
	    " ? - one gave no address; two gave no address; three: "
	    "SERVFAIL\n"));
}

/* Whoever has no IPv6 is not told so, as long as IPv4 does. */
static void
silence_of_one_family_is_no_news(void **state)
{
	struct fixture *fixture = *state;

	dns_server_script(fixture->server, "one.test A a 60 203.0.113.5\n"
					   "two.test TXT txt 60 203.0.113.5\n"
					   "three.test * drop\n");
	fixture->services[1].server6 = NULL;
	fixture->services[0].server6 = fixture->services[0].server;
	fixture->services[0].name = "one.test";
	discovery_configure(fixture->discovery, &fixture->config);
	tick(fixture, 0, 1);
	assert_string_equal(fixture->log, "4 - 203.0.113.5 one, two\n");
	tick_quietly(fixture, 1);
	assert_true(dns_server_count(fixture->server, "three.test", TXT) > 0);
}

static void
keeps_over_a_reload(void **state)
{
	struct fixture *fixture = *state;
	struct address known[DISCOVERY_ADDRESSES_MAX];

	fixture->config.service_count = 2;
	dns_server_script(fixture->server, both);
	discovery_configure(fixture->discovery, &fixture->config);
	tick(fixture, 0, 1);
	discovery_tick(fixture->discovery, 1);
	discovery_configure(fixture->discovery, &fixture->config);
	assert_int_equal(discovery_known(fixture->discovery, known), 1);
	tick_quietly(fixture, 2);
	assert_int_equal(dns_server_count(fixture->server, "two.test", TXT), 2);

	fixture->egress.is_auto = false;
	discovery_configure(fixture->discovery, &fixture->config);
	assert_int_equal(discovery_known(fixture->discovery, known), 0);
	tick_quietly(fixture, 10 * fixture->config.discover_every_ms);
	assert_int_equal(dns_server_count(fixture->server, "two.test", TXT), 2);
}

/* With questions open. */
static void
ends_at_any_time(void **state)
{
	struct fixture *fixture = *state;

	dns_server_script(fixture->server, "* * drop\n");
	discovery_configure(fixture->discovery, &fixture->config);
	discovery_tick(fixture->discovery, 0);
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	discovery_configure(fixture->discovery, &fixture->config);
	discovery_tick(fixture->discovery, 0);
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	discovery_destroy(&fixture->discovery);
	assert_int_equal(fixture->news, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(asks_each_family_by_its_servers),
	    TEST(asks_when_due),
	    TEST(takes_whole_answers_only),
	    TEST(silence_of_one_family_is_no_news),
	    TEST(keeps_over_a_reload),
	    TEST(ends_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
