/* Whose line it is, and whether our own route took the mail. */
#include "config/config.h"
#include "config/maillogs.h"
#include "config/nexthop.h"
#include "scratch_config.h"

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

static void
reads_maillogs(void **state)
{
	static const char two[] =
	    "providers = \"p.conf\"; lists = ( { list = \"alpha\"; } ); "
	    "egress = ( { name = \"news\"; addresses = \"192.0.2.2\"; "
	    "senders = \"@n.test\"; }, "
	    "{ name = \"main\"; addresses = \"192.0.2.1\"; } ); " ROUTES
	    "maillog = ( { file = \"/a\"; egress = \"main\"; }, "
	    "{ file = \"/a\"; syslog_name = \"x/y\"; route = \"two\"; }%s );";
	char text[2048];
	struct config *config;

	(void)state;
	snprintf(text, sizeof text, two, "");
	config = load(text);
	print_problems();
	assert_non_null(config);
	assert_int_equal(problems_count(problems), 0);
	assert_int_equal(config->maillog_count, 2);
	assert_string_equal(config->maillogs[0].file, "/a");
	assert_null(config->maillogs[0].syslog_name);
	assert_int_equal(config->maillogs[0].egress, 1);
	assert_null(config->maillogs[0].route);
	assert_string_equal(config->maillogs[1].syslog_name, "x/y");
	assert_ptr_equal(config->maillogs[1].route, &config->routes[1]);
	config_unref(config);
	snprintf(text, sizeof text, two, ", { file = \"/b\"; }");
	assert_null(load(text));
	assert_string_equal(text_at(0),
	    "r.conf:2: error: maillog.egress: it is missing; expected the "
	    "name of the egress that this mail leaves by, since there are "
	    "several");
}

static void
warns_of_a_log_that_nobody_understands(void **state)
{
	struct config *config;

	(void)state;
	scratch_write("p.conf", "lists = ( " SCRATCH_LIST("alpha") " );\n");
	config = load(LEAST "\nmaillog = ( { file = \"/a\"; } );");
	assert_non_null(config);
	assert_int_equal(problems_count(problems), 1);
	assert_non_null(strstr(text_at(0), "warning: maillog: the providers"));
	config_unref(config);
}

/* Each has one warning, of line 2, or none. */
static void
warns_of_a_log_that_is_missing(void **state)
{
	static const struct {
		const char *text, *want;
	} logless[] = {
	    {"on_block = \"/x {qid}\";", "on_block: it is never run: "},
	    {"probe: { transport = \"p:\"; };", "probe: nothing is learned "},
	    {"probe: { transport = \"p:\"; serve = \"throttled\"; };", NULL},
	    {"on_block = \"/x {qid}\"; probe: { transport = \"p:\"; }; "
	     "maillog = ( { file = \"/a\"; } );",
		NULL},
	    {"receivers: { keep = \"15m\"; }; probe: { transport = \"p:\"; }; "
	     "maillog = ( { file = \"/a\"; } );",
		"probe: it does nothing: receivers.keep is over before "},
	    {"receivers: { keep = \"16m\"; }; probe: { transport = \"p:\"; }; "
	     "maillog = ( { file = \"/a\"; } );",
		NULL},
	    {"reroute_by = \"header\"; probe: { transport = \"p:\"; }; "
	     "maillog = ( { file = \"/a\"; } );",
		"probe: it does nothing: probes are up to the map; "},
	    {"mta = \"sendmail\"; probe: { transport = \"p:\"; }; "
	     "maillog = ( { file = \"/a\"; } );",
		"probe: it does nothing: Sendmail has no such transport"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof logless / sizeof logless[0]; i++) {
		size_t known = problems_count(problems);
		char text[2048], want[256];
		struct config *config;

		snprintf(text, sizeof text, LEAST "\n%s%s",
		    strstr(logless[i].text, "header") ? "" : BY_MAP,
		    logless[i].text);
		config = load(text);
		assert_non_null(config);
		assert_int_equal(
		    problems_count(problems) - known, logless[i].want ? 1 : 0);
		config_unref(config);
		if (!logless[i].want)
			continue;
		snprintf(want, sizeof want, "r.conf:2: warning: %s",
		    logless[i].want);
		assert_int_equal(
		    strncmp(text_at(known), want, strlen(want)), 0);
	}
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_whose_line_it_is),
	    cmocka_unit_test(knows_our_own_routes),
	    WITH_FILES(reads_maillogs),
	    WITH_FILES(warns_of_a_log_that_nobody_understands),
	    WITH_FILES(warns_of_a_log_that_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
