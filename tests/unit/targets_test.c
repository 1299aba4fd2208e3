#include "evidence/targets.h"

#include "config/config.h"
#include "dns_server.h"
#include "evidence/resolver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char script[] = "smart.test A a 60 192.0.2.1 192.0.2.2\n"
			     "smart.test AAAA aaaa 60 2001:db8::1\n"
			     "four.test A a 60 192.0.2.4\n"
			     "four.test AAAA nodata 60 60\n"
			     "mail.test MX mx 60 20 far.test 10 near.test\n"
			     "near.test A a 60 192.0.2.10\n"
			     "near.test AAAA nodata 60 60\n"
			     "far.test A a 60 192.0.2.20\n"
			     "far.test AAAA nodata 60 60\n"
			     "four.test MX nodata 60 60\n"
			     "nomail.test MX mx 60 0 .\n"
			     "half.test A a 60 192.0.2.5\n"
			     "half.test AAAA servfail\n"
			     "broken.test * servfail\n"
			     "none.test * nxdomain 60 60\n";

/* want: addresses and ports, and then whether that is sure. */
static const struct {
	const char *nexthop, *want;
} cases[] = {
    {"smtp:[192.0.2.9]:26", "192.0.2.9:26 sure"},
    {"smtp:[four.test]:587", "192.0.2.4:587 sure"},
    {"smtp:mail.test", "192.0.2.10:25 192.0.2.20:25 sure"},
    {"smtp:four.test", "192.0.2.4:25 sure"}, /* no MX: the domain itself */
    {"smtp:[four.test],[192.0.2.9],[four.test]",
	"192.0.2.4:25 192.0.2.9:25 sure"},
    {"smtp:nomail.test", "sure"},
    {"smtp:[none.test]", "sure"},
    {"smtp:none.test", "sure"},
    {"smtp:[half.test]", "192.0.2.5:25 not"},
    {"smtp:[broken.test]", "not"},
    {"smtp:broken.test", "not"},
};

struct fixture {
	struct event_base *base;
	int ended;
	char got[512];
};

static void
on_found(void *arg, const struct targets *targets)
{
	struct fixture *fixture = arg;
	char address[ADDRESS_TEXT_MAX];
	size_t used = 0;

	fixture->ended++;
	for (size_t i = 0; i < targets->count; i++)
		used += snprintf(fixture->got + used,
		    sizeof fixture->got - used, "%s:%u ",
		    address_format(address, &targets->items[i].address),
		    targets->items[i].port);
	snprintf(fixture->got + used, sizeof fixture->got - used, "%s",
	    targets->is_sure ? "sure" : "not");
	event_base_loopbreak(fixture->base);
}

static struct resolver *
make_resolver(struct event_base *base, struct dns_server *server)
{
	struct dns_settings settings = {
	    .servers = (char *)dns_server_address(server),
	    .timeout_ms = 2000,
	    .tries = 1};
	char *reason = NULL;
	struct resolver *resolver = resolver_create(base, &settings, &reason);

	assert_non_null(resolver);
	return resolver;
}

static void
finds(void **state)
{
	struct dns_server *server = dns_server_start(script);
	struct event_base *base = event_base_new();
	struct resolver *resolver = make_resolver(base, server);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture = {.base = base};
		struct destinations nexthop;

		print_message("%s\n", cases[i].nexthop);
		destinations_parse(cases[i].nexthop, &nexthop);
		if (targets_find(resolver, &nexthop, on_found, &fixture))
			event_base_dispatch(base);
		assert_int_equal(fixture.ended, 1);
		assert_string_equal(fixture.got, cases[i].want);
	}
	resolver_destroy(&resolver);
	event_base_free(base);
	dns_server_stop(&server);
}

/* The order of A and AAAA is that of the answers. */
static void
finds_both_families(void **state)
{
	struct dns_server *server = dns_server_start(script);
	struct event_base *base = event_base_new();
	struct resolver *resolver = make_resolver(base, server);
	struct fixture fixture = {.base = base};
	struct destinations nexthop;

	(void)state;
	destinations_parse("smtp:[smart.test]:25", &nexthop);
	targets_find(resolver, &nexthop, on_found, &fixture);
	event_base_dispatch(base);
	assert_non_null(strstr(fixture.got, "192.0.2.1:25 192.0.2.2:25 "));
	assert_non_null(strstr(fixture.got, "2001:db8::1:25 "));
	resolver_destroy(&resolver);
	event_base_free(base);
	dns_server_stop(&server);
}

/* The resolver goes while questions are open. */
static void
is_forgotten(void **state)
{
	struct dns_server *server = dns_server_start("smart.test * drop\n");
	struct event_base *base = event_base_new();
	struct resolver *resolver = make_resolver(base, server);
	struct fixture fixture = {.base = base};
	struct destinations nexthop;
	struct search *search;

	(void)state;
	destinations_parse("smtp:[smart.test]:25", &nexthop);
	search = targets_find(resolver, &nexthop, on_found, &fixture);
	event_base_loop(base, EVLOOP_NONBLOCK);
	targets_forget(&search);
	resolver_destroy(&resolver);
	assert_int_equal(fixture.ended, 0);
	event_base_free(base);
	dns_server_stop(&server);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds),
	    cmocka_unit_test(finds_both_families),
	    cmocka_unit_test(is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
