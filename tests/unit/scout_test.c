#include "evidence/scout.h"

#include "base/clock.h"
#include "config/config.h"
#include "dns_server.h"
#include "evidence/resolver.h"
#include "local_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include <cmocka.h>

struct fixture {
	struct dns_server *server;
	struct event_base *base;
	struct resolver *resolver;
	struct scout *scout;
	struct route route;
	struct config config;
	int64_t now_ms;
	int news, moves;
};

static void
on_news(void *arg, bool has_moved)
{
	struct fixture *fixture = arg;

	fixture->news++;
	fixture->moves += has_moved;
}

static void
use(struct fixture *fixture, const char *nexthop, int64_t probe_every_ms)
{
	fixture->route = (struct route){.name = "smarthost",
	    .nexthop = (char *)nexthop,
	    .probe_every_ms = probe_every_ms,
	    .probe_failures = 2};
	destinations_parse(nexthop, &fixture->route.destination);
	scout_configure(fixture->scout, &fixture->config, fixture->resolver);
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	struct dns_settings settings = {.timeout_ms = 300, .tries = 1};
	char *reason = NULL;

	assert_non_null(fixture);
	fixture->server = dns_server_start("");
	settings.servers = (char *)dns_server_address(fixture->server);
	fixture->base = event_base_new();
	fixture->resolver = resolver_create(fixture->base, &settings, &reason);
	assert_non_null(fixture->resolver);
	fixture->scout = scout_create(fixture->base, on_news, fixture);
	fixture->config =
	    (struct config){.routes = &fixture->route, .route_count = 1};
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	scout_destroy(&fixture->scout);
	resolver_destroy(&fixture->resolver);
	event_base_free(fixture->base);
	dns_server_stop(&fixture->server);
	free(fixture);
	return 0;
}

static void
stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	event_base_loopbreak(arg);
}

/* A tick, a minute after the last, and time for all that follows from it. */
static void
tick(struct fixture *fixture, int for_ms)
{
	struct timeval span = {.tv_usec = for_ms * 1000};

	fixture->now_ms += 60 * CLOCK_SEC;
	scout_tick(fixture->scout, fixture->now_ms);
	event_base_once(
	    fixture->base, -1, EV_TIMEOUT, stop, fixture->base, &span);
	event_base_dispatch(fixture->base);
}

/* As long as it takes on a busy machine. */
static void
tick_until_moved(struct fixture *fixture, int moves)
{
	for (int i = 0; i < 200 && fixture->moves < moves; i++)
		tick(fixture, 50);
	assert_int_equal(fixture->moves, moves);
}

static const char *
tick_until_down(struct fixture *fixture)
{
	for (int i = 0; i < 200 && !scout_cause(fixture->scout, 0)[0]; i++)
		tick(fixture, 50);
	return scout_cause(fixture->scout, 0);
}

static const char *
addresses(const struct fixture *fixture)
{
	const struct addresses *all = scout_addresses(fixture->scout, 0);
	static char text[256];
	char one[ADDRESS_TEXT_MAX];

	text[0] = '\0';
	for (size_t i = 0; i < all->count; i++) {
		strcat(text, address_format(one, &all->items[i]));
		strcat(text, " ");
	}
	return text;
}

/* Private ones and our own machine are known to no list. */
static void
finds_public_addresses(void **state)
{
	struct fixture *fixture = *state;

	dns_server_script(fixture->server,
	    "smart.test A a 60 198.51.100.7 10.0.0.1 127.0.0.1 198.51.100.8\n"
	    "smart.test AAAA aaaa 60 2001:db8::1 fd00::1 ::1\n");
	use(fixture, "smtp:[smart.test]:587", 0);
	assert_string_equal(addresses(fixture), "");
	tick_until_moved(fixture, 1);
	assert_non_null(
	    strstr(addresses(fixture), "198.51.100.7 198.51.100.8 "));
	assert_non_null(strstr(addresses(fixture), "2001:db8::1 "));
	assert_int_equal(scout_addresses(fixture->scout, 0)->count, 3);
	assert_string_equal(scout_cause(fixture->scout, 0), "");
	/* Another order is no news; other addresses are. */
	dns_server_script(fixture->server,
	    "smart.test A a 60 198.51.100.8 198.51.100.7\n"
	    "smart.test AAAA aaaa 60 2001:db8::1\n");
	for (int i = 0; i < 6; i++)
		tick(fixture, 100);
	assert_int_equal(fixture->moves, 1);
	dns_server_script(fixture->server, "smart.test A a 60 198.51.100.9\n"
					   "smart.test AAAA nodata 60 60\n");
	tick_until_moved(fixture, 2);
	assert_string_equal(addresses(fixture), "198.51.100.9 ");
}

static void
counts_failures(void **state)
{
	struct fixture *fixture = *state;
	char nexthop[64], want[96];
	int fd;
	uint16_t port = local_port_open(&fd);

	snprintf(nexthop, sizeof nexthop, "smtp:[127.0.0.1]:%u", port);
	snprintf(
	    want, sizeof want, "127.0.0.1 port %u: Connection refused", port);
	use(fixture, nexthop, 60 * CLOCK_SEC);
	tick(fixture, 100);
	assert_string_equal(scout_cause(fixture->scout, 0), "");
	assert_int_equal(fixture->news, 0);
	assert_string_equal(tick_until_down(fixture), want);
	assert_int_equal(fixture->news, 1);
	tick(fixture, 100);
	assert_int_equal(fixture->news, 1);
	/* A reload forgets nothing, another nexthop everything. */
	use(fixture, nexthop, 120 * CLOCK_SEC);
	assert_string_equal(scout_cause(fixture->scout, 0), want);
	use(fixture, "smtp:[127.0.0.2]:1", 60 * CLOCK_SEC);
	assert_string_equal(scout_cause(fixture->scout, 0), "");
	close(fd);
}

/* Nothing is known of where it is, so nothing is held against it. */
static void
does_not_blame_dns_on_it(void **state)
{
	struct fixture *fixture = *state;

	dns_server_script(fixture->server, "smart.test * servfail\n");
	use(fixture, "smtp:[smart.test]:587", CLOCK_SEC);
	for (int i = 0; i < 4; i++)
		tick(fixture, 50);
	assert_string_equal(scout_cause(fixture->scout, 0), "");
	dns_server_script(fixture->server, "smart.test * nxdomain 60 60\n");
	assert_string_equal(
	    tick_until_down(fixture), "its host has no address");
}

/* At a port of ours, under that name; *fd is to be closed. */
static void
start_listening(const char *host, char nexthop[64], int *fd)
{
	snprintf(nexthop, 64, "smtp:[%s]:%u", host, local_port_open(fd));
	assert_int_equal(listen(*fd, 5), 0);
}

/* The addresses known last are probed on. */
static void
goes_on_without_dns(void **state)
{
	struct fixture *fixture = *state;
	char nexthop[64];
	int fd;

	start_listening("smart.test", nexthop, &fd);
	dns_server_script(fixture->server,
	    "smart.test A a 60 127.0.0.1\nsmart.test AAAA nodata 60 60\n");
	use(fixture, nexthop, CLOCK_SEC);
	fixture->route.tls = ROUTE_TLS_WRAPPED;
	for (int i = 0; i < 5; i++)
		tick(fixture, 100);
	dns_server_script(fixture->server, "smart.test * servfail\n");
	close(fd); /* now it is gone */
	assert_non_null(strstr(tick_until_down(fixture), "Connection refused"));
}

/* While a question and a connection are open. */
static void
may_be_told_anew_at_any_time(void **state)
{
	struct fixture *fixture = *state;
	char nexthop[64];
	int fd;

	start_listening("127.0.0.1", nexthop, &fd);
	dns_server_script(fixture->server, "smart.test * drop\n");
	for (int i = 0; i < 3; i++) {
		use(fixture, "smtp:[smart.test]:587", CLOCK_SEC);
		tick(fixture, 20);
		use(fixture, nexthop, CLOCK_SEC);
		tick(fixture, 20);
	}
	assert_string_equal(scout_cause(fixture->scout, 0), "");
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(finds_public_addresses),
	    TEST(counts_failures),
	    TEST(does_not_blame_dns_on_it),
	    TEST(goes_on_without_dns),
	    TEST(may_be_told_anew_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
