/* Whose line it is, and whether our own route took the mail. */
#include "config/config.h"
#include "config/maillogs.h"
#include "config/nexthop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct maillog maillogs[] = {
    {.file = "/log", .syslog_name = "postfix", .egress = 0},
    {.file = "/log", .syslog_name = "postfix/news", .egress = 1},
    {.file = "/log", .syslog_name = "postfix-news", .egress = 2},
    {.file = "/other", .egress = 3},
};

static const struct {
	const char *file, *program;
	int want; /* -1: nobody's */
} lines[] = {
    {"/log", "postfix/smtp", 0},
    {"/log", "postfix", 0},
    {"/log", "postfix/news/smtp", 1},
    {"/log", "postfix/newspaper/smtp", 0},
    {"/log", "postfix-news/smtp", 2},
    {"/log", "postfix-new/smtp", -1},
    {"/log", "sm-mta", -1},
    {"/log", "", -1},
    {"/other", "sm-mta", 3},
    {"/other", "", 3},
    {"/third", "postfix/smtp", -1},
};

static void
knows_whose_line_it_is(void **state)
{
	const struct config config = {.maillogs = maillogs,
	    .maillog_count = sizeof maillogs / sizeof maillogs[0]};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		const struct maillog *found =
		    maillogs_find(&config, lines[i].file, lines[i].program);

		assert_int_equal(
		    found ? (int)found->egress : -1, lines[i].want);
	}
	assert_true(maillogs_has(&config, "/log"));
	assert_false(maillogs_has(&config, "/third"));
}

static const struct {
	const char *nexthop, *host;
	int port;
	bool want;
} hops[] = {
    {"smtp:[smart.example.net]:587", "smart.example.net", 587, true},
    {"smtp:[smart.example.net]:587", "SMART.example.NET", 587, true},
    {"smtp:[smart.example.net]:587", "smart.example.net", 0, true},
    {"smtp:[smart.example.net]:587", "smart.example.net", 25, false},
    {"smtp:[smart.example.net]:587", "a.smart.example.net", 587, false},
    {"smtp:[smart.example.net]", "smart.example.net", 25, true},
    {"smtp:[smart.example.net]", "smart.example.net", 587, false},
    {"smtp:[192.0.2.7]:25", "192.0.2.7", 25, true},
    {"smtp:[ipv6:2001:db8::1]:25", "2001:db8::1", 25, true},
    {"smtp:[2001:db8::1]", "2001:db8::1", 25, true},
    {"smtp:example.net", "mx1.example.net", 25, true},
    {"smtp:example.net", "example.net", 25, true},
    {"smtp:example.net:26", "mx1.example.net", 26, true},
    {"smtp:example.net", "mx1.badexample.net", 25, false},
    {"smtp:example.net", "net", 25, false},
    {"smtp-second:", "mx1.example.net", 25, false},
    {"smtp:", "", 25, false},
};

static void
knows_our_own_routes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof hops / sizeof hops[0]; i++) {
		struct address address = {0};
		struct nexthop nexthop;

		address_parse(hops[i].host, &address);
		assert_int_equal(nexthop_parse(hops[i].nexthop, &nexthop), 0);
		if (nexthop_is(&nexthop, hops[i].host, &address,
			hops[i].port) != hops[i].want)
			fail_msg("%s: %s:%d", hops[i].nexthop, hops[i].host,
			    hops[i].port);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_whose_line_it_is),
	    cmocka_unit_test(knows_our_own_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
