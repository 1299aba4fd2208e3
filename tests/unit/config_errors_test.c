/* What is wrong with one key, and what is not. */
#include "config/config.h"

#include "scratch_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* What follows LEAST, and the one problem it is, after the directory. */
static const struct {
	const char *text, *want;
} cases[] = {
    {"listed_att = 1;", "r.conf:2: error: unknown key \"listed_att\": the "
			"nearest known key is \"listed_at\""},
    {"dns: {\n timeout = \"3x\"; };",
	"r.conf:3: error: dns.timeout: found \"3x\", expected a duration such "
	"as \"30s\", \"10m\", \"2h\" or \"1d\""},
    {"dns: { timeout = 3; };",
	"r.conf:2: error: dns.timeout: found the number 3, expected a "
	"duration such as \"30s\", \"10m\", \"2h\" or \"1d\""},
    {"dns: { timeout = \"99ms\"; };",
	"r.conf:2: error: dns.timeout: found \"99ms\", expected a duration "
	"from \"100ms\" to \"30s\""},
    {"dns: { timeout = \"31s\"; };",
	"r.conf:2: error: dns.timeout: found \"31s\", expected a duration "
	"from \"100ms\" to \"30s\""},
    {"dns: { tries = 0; };",
	"r.conf:2: error: dns.tries: found the number 0, expected a whole "
	"number from 1 to 5, without quotes"},
    {"dns: { tries = 6; };",
	"r.conf:2: error: dns.tries: found the number 6, expected a whole "
	"number from 1 to 5, without quotes"},
    {"dns: { tries = 2.0; };",
	"r.conf:2: error: dns.tries: found the number 2, expected a whole "
	"number from 1 to 5, without quotes"},
    {"dns: { tries = 4294967297L; };",
	"r.conf:2: error: found the number 4294967297L, expected one up to "
	"2147483647"},
    {"dns: { tries = 4294967297; };",
	"r.conf:2: error: found the number 4294967297, expected one up to "
	"2147483647"},
    {"dns: { tries = 0x100000001; };",
	"r.conf:2: error: found the number 0x100000001, expected one up to "
	"2147483647"},
    {"dns: { tries = true; };",
	"r.conf:2: error: dns.tries: found true, expected a whole number "
	"from 1 to 5, without quotes"},
    {"dns: { check_every = \"30s\"; check_min = \"31s\"; };",
	"r.conf:2: error: dns.check_min: found \"31s\", expected a duration "
	"from \"1s\" to \"30s\""},
    {"dns: { servers = [ \"127.0.0.1\",\n\"ns.test\" ]; };",
	"r.conf:3: error: dns.servers: found \"ns.test\", expected "
	"\"ADDRESS\", \"ADDRESS:PORT\" or \"[IPV6]:PORT\""},
    {"dns: { servers = \"127.0.0.1:0\"; };",
	"r.conf:2: error: dns.servers: found \"127.0.0.1:0\", expected "
	"\"ADDRESS\", \"ADDRESS:PORT\" or \"[IPV6]:PORT\""},
    {"dns = 3;", "r.conf:2: error: dns: found the number 3, expected a group "
		 "{ key = value; }"},
    {"mode = \"enforced\";", "r.conf:2: error: mode: found \"enforced\", "
			     "expected \"monitor\" or \"enforce\""},
    {"mode = [ \"monitor\" ];", "r.conf:2: error: mode: found an array [ ], "
				"expected \"monitor\" or \"enforce\""},
    {"confirm = 0;", "r.conf:2: error: confirm: found the number 0, expected "
		     "a whole number from 1 to 100, without quotes"},
    {"coverage = 101;", "r.conf:2: error: coverage: found the number 101, "
			"expected a whole number from 0 to 100, without "
			"quotes"},
    {"listed_at = 3;", "r.conf:2: error: listed_at: found 3, but all weights "
		       "together are 2: nothing could ever be listed"},
    {"syslog: { facility = \"main\"; };",
	"r.conf:2: error: syslog.facility: found \"main\", expected \"mail\", "
	"\"daemon\", \"local0\", \"local1\", \"local2\", \"local3\", "
	"\"local4\", \"local5\", \"local6\" or \"local7\""},
    {"milter: { socket = \"unix:relative\"; };",
	"r.conf:2: error: milter.socket: found \"unix:relative\", expected "
	"\"unix:/PATH\" with a path of up to 107 bytes, \"inet:PORT@HOST\" or "
	"\"inet6:PORT@HOST\""},
    {"milter: { socket = \"inet:65536@h\"; };",
	"r.conf:2: error: milter.socket: found \"inet:65536@h\", expected "
	"\"unix:/PATH\" with a path of up to 107 bytes, \"inet:PORT@HOST\" or "
	"\"inet6:PORT@HOST\""},
    {"store = \"state.db\";",
	"r.conf:2: error: store: found \"state.db\", expected the path of a "
	"file, from the root on, of up to 255 bytes; or \"\" for none"},
    {"control: { socket = \"inet:1@h\"; };",
	"r.conf:2: error: control.socket: found \"inet:1@h\", expected "
	"\"unix:/PATH\" with a path of up to 107 bytes"},
    {"map: { socket = \"map.sock\"; };",
	"r.conf:2: error: map.socket: found \"map.sock\", expected "
	"\"unix:/PATH\" with a path of up to 107 bytes, \"inet:PORT@HOST\" or "
	"\"inet6:PORT@HOST\""},
    {"reroute_by = \"maps\";", "r.conf:2: error: reroute_by: found \"maps\", "
			       "expected \"header\" or \"map\""},
    {"receivers: { block_after = 0; };",
	"r.conf:2: error: receivers.block_after: found the number 0, expected "
	"a whole number from 1 to 32, without quotes"},
    {"receivers: { within = 3600; };",
	"r.conf:2: error: receivers.within: found the number 3600, expected "
	"a duration such as \"30s\", \"10m\", \"2h\" or \"1d\""},
    {"receivers: { act_on = \"all\"; };",
	"r.conf:2: error: receivers.act_on: found \"all\", expected "
	"\"blocked\" or \"throttled\""},
    {"receivers: { clear_afer = 2; };",
	"r.conf:2: error: unknown key \"clear_afer\": the nearest known key "
	"is \"clear_after\""},
    {"maillog = ( { syslog_name = \"postfix\"; } );",
	"r.conf:2: error: maillog.file: it is missing, and has no default"},
    {"maillog = ( { file = \"mail.log\"; } );",
	"r.conf:2: error: maillog.file: found \"mail.log\", expected the "
	"path of a file, from the root on"},
    {"maillog = ( { file = \"/a\"; syslog_name = \"a b\"; } );",
	"r.conf:2: error: maillog.syslog_name: found \"a b\", expected a "
	"name without spaces, as the log has it before /smtp[1]:"},
    {"maillog = ( { file = \"/a\"; egress = \"x\"; } );",
	"r.conf:2: error: maillog.egress: found \"x\", expected the name "
	"of an egress"},
    {"maillog = ( { file = \"/a\"; route = \"x\"; } );",
	"r.conf:2: error: maillog.route: found \"x\", expected the name of "
	"a route"},
    {"maillog = ( { file = \"/a\"; },\n { file = \"/a\"; } );",
	"r.conf:3: error: maillog: /a with no syslog_name stands there "
	"already; expected each part of a log once"},
    {"mta = \"exim\";", "r.conf:2: error: mta: found \"exim\", expected "
			"\"postfix\" or \"sendmail\""},
    {"mta = \"sendmail\"; reroute_by = \"header\";",
	"r.conf:2: error: reroute_by: found \"header\", expected \"map\": no "
	"header makes Sendmail take another way"},
    {"mta = \"sendmail\"; routes = ( { name = \"a\"; nexthop = "
     "\"smtp-a:\"; } );",
	"r.conf:2: error: routes.nexthop: Sendmail has no word for "
	"\"smtp-a:\"; expected \"smtp:[HOST]\" or \"smtp:[HOST]:PORT\", or "
	"mailertable beside it"},
    {"routes = ( { name = \"a\"; nexthop = \"smtp-a:\";\n"
     "mailertable = \"error:5.7.1:550\"; } );",
	"r.conf:3: error: routes.mailertable: found \"error:5.7.1:550\", "
	"expected Sendmail's mailer:host, such as "
	"\"relay:[smarthost.example.net]\""},
    {"on_clear = \"postqueue -f\";",
	"r.conf:2: error: on_clear: found \"postqueue\", expected the path of "
	"a program, from the root on"},
    {"on_clear = [];", "r.conf:2: error: on_clear: found an empty array, "
		       "expected at least one item; or leave the key out"},
    {"local_domains = [ \"a b\" ];",
	"r.conf:2: error: local_domains: found \"a b\", expected a domain "
	"such as \"example.com\""},
    {"local_domains = [ \"\" ];",
	"r.conf:2: error: local_domains: found \"\", expected a domain such "
	"as \"example.com\""},
    {"outbound_mailers = [];",
	"r.conf:2: error: outbound_mailers: found an empty array, expected at "
	"least one item; or leave the key out"},
    {"outbound_mailers = [ 1 ];",
	"r.conf:2: error: outbound_mailers: found the number 1, expected a "
	"string in double quotes"},
    {"outbound_mailers = [ \"a\\nb\" ];",
	"r.conf:2: error: outbound_mailers: found \"a\\x0ab\", expected text "
	"without control characters"},
    {"outbound_mailers = [ \"\" ];",
	"r.conf:2: error: outbound_mailers: found \"\", expected text that "
	"is not empty"},
    {"routes = \"x\";", "r.conf:2: error: routes: found \"x\", expected a "
			"list of groups ( { ... }, { ... } )"},
    {"routes = ( { name = \"a b\"; nexthop = \"smtp:\"; } );",
	"r.conf:2: error: routes.name: found \"a b\", expected a name of up "
	"to 64 letters, digits, \"-\", \"_\" and \".\""},
    {"routes = ( { name = \"a\"; nexthop = \":h\"; } );",
	"r.conf:2: error: routes.nexthop: found \":h\", expected Postfix's "
	"transport:nexthop, such as \"smtp:[smarthost.example.net]:587\""},
    {"routes = ( { name = \"a\"; nexthop = \"smtp:[h.test]\"; probe = 5; } );",
	"r.conf:2: error: routes.probe: found the number 5, expected a string "
	"in double quotes"},
    {"routes = ( { name = \"a\"; nexthop = \"smtp:[h.test]\";"
     " probe = \"0s\"; } );",
	"r.conf:2: error: routes.probe: found \"0s\", expected a duration from "
	"\"1s\" to \"1d\", or \"never\""},
    {"routes = ( { name = \"a\"; nexthop = \"smtp:[h.test]\";"
     " probe_failures = 0; } );",
	"r.conf:2: error: routes.probe_failures: found the number 0, expected "
	"a whole number from 1 to 10, without quotes"},
    {"routes = ( { name = \"a\"; nexthop = \"smtp:[h.test]\";"
     " tls = \"on\"; } );",
	"r.conf:2: error: routes.tls: found \"on\", expected \"may\", "
	"\"required\" or \"wrapped\""},
    {"return_steps = ( { share = 100; for = \"1h\"; } );",
	"r.conf:2: error: return_steps.share: found the number 100, expected "
	"a whole number from 1 to 99, without quotes"},
    {"return_steps = ( { share = 5; } );",
	"r.conf:2: error: return_steps.for: it is missing, and has no "
	"default"},
    {"return_steps = ( { share = 25; for = \"1h\"; },\n"
     " { share = 5; for = \"1h\"; } );",
	"r.conf:3: error: return_steps.share: found 5 after a step of 25, "
	"expected no less than that"},
    {"routes = ( { name = \"a\"; nexthop = \"smtp-a:\"; per_hour = 0; } );",
	"r.conf:2: error: routes.per_hour: found the number 0, expected a "
	"whole number from 1 to 10000000, without quotes"},
    {"routes = ( { name = \"a\"; nexthop = \"smtp-a:\";"
     " recipients_per_day = \"1k\"; } );",
	"r.conf:2: error: routes.recipients_per_day: found \"1k\", expected a "
	"whole number from 1 to 10000000, without quotes"},
    {"routes = ( { name = \"a\"; nexthop = \"smtp-a:\"; probe = \"1m\"; } );",
	"r.conf:2: warning: routes.probe: nothing is probed: the nexthop "
	"names no host"},
    {"routes = ( { name = \"a\"; nexthop = \"smtp:h h\"; } );",
	"r.conf:2: error: routes.nexthop: found \"smtp:h h\", expected "
	"Postfix's transport:nexthop, such as "
	"\"smtp:[smarthost.example.net]:587\""},
    {"routes = ( { name = \"a\"; nexthop = \"smtp:\"; },\n"
     "{ name = \"a\"; nexthop = \"smtp:\"; } );",
	"r.conf:3: error: routes.name: \"a\" is used already; expected each "
	"name once"},
    {"policy = ( { name = \"r\";\n then = \"wait\"; } );",
	"r.conf:3: error: policy.then: \"wait\" needs reroute_by = \"map\", "
	"since only the map can keep mail in the queue"},
    {"map: { }; policy = ( { name = \"r\"; then = \"wait\"; } );",
	"r.conf:2: error: policy.then: \"wait\" needs reroute_by = \"map\", "
	"since only the map can keep mail in the queue"},
    {"policy = ( { name = \"r\"; then = \"hold\"; wait_at_most = \"1h\"; } );",
	"r.conf:2: error: policy.wait_at_most: found without a wait, expected "
	"only with then = \"wait\""},
    {"reroute_by = \"map\";\n"
     "policy = ( { name = \"r\"; then = \"wait\"; then_after = \"hold\"; } );",
	"r.conf:3: error: policy.then_after: found \"hold\", expected "
	"\"pass\" or \"reroute\""},
    {"reroute_by = \"map\";\n"
     "policy = ( { name = \"r\"; then = \"wait\";"
     " then_after = \"reroute\"; } );",
	"r.conf:3: error: policy.via: it is missing, and has no default"},
    {"reroute_by = \"map\";\n"
     "policy = ( { name = \"r\"; then = \"wait\"; wait_at_most = \"31d\"; } "
     ");",
	"r.conf:3: error: policy.wait_at_most: found \"31d\", expected a "
	"duration from \"1s\" to \"30d\""},
    {ROUTES "reroute_by = \"map\"; policy = ( { name = \"r\";"
	    " then = \"reroute\"; via = \"one\"; otherwise = \"wait\";"
	    " then_after = \"reroute\"; } );",
	"r.conf:3: error: policy.then_after: \"reroute\" after otherwise = "
	"\"wait\", which waits because no route is usable; expected "
	"\"pass\""},
    {"policy = ( { name = \"r\"; then = \"drop\"; } );",
	"r.conf:2: error: policy.then: found \"drop\", expected \"pass\", "
	"\"reroute\", \"wait\", \"hold\" or \"defer\""},
    {"policy = ( { name = \"r\"; } );",
	"r.conf:2: error: policy.then: it is missing, and has no default"},
    {"policy = ( { then = \"pass\"; } );",
	"r.conf:2: error: policy.name: it is missing, and has no default"},
    {"policy = ( { name = \"r\"; then = \"reroute\"; } );",
	"r.conf:2: error: policy.via: it is missing, and has no default"},
    {"policy = ( { name = \"r\"; then = \"pass\"; receivers = \"x\"; } );",
	"r.conf:2: error: policy.receivers: unknown receiver \"x\": the "
	"providers file has none; expected a domain"},
    {"policy = ( { name = \"r\"; then = \"pass\"; receivers = []; } );",
	"r.conf:2: error: policy.receivers: found an empty array, expected at "
	"least one item; or leave the key out"},
    {LOG "on_block = \"/usr/sbin/postqueue -f\";",
	"r.conf:2: error: on_block: found no {qid}, expected it among the "
	"arguments, such as \"/usr/sbin/postqueue -i {qid}\""},
    {BY_MAP "probe: { after = \"1m\"; };",
	"r.conf:2: error: probe.transport: it is missing, and has no default"},
    {BY_MAP "probe: { transport = \"egress-probe\"; };",
	"r.conf:2: error: probe.transport: found \"egress-probe\", expected "
	"Postfix's transport:nexthop, such as "
	"\"smtp:[smarthost.example.net]:587\""},
    {BY_MAP LOG "probe: { transport = \"egress-probe:\"; every = \"0s\"; };",
	"r.conf:2: error: probe.every: found \"0s\", expected a duration "
	"from \"1s\" to \"7d\""},
    {"policy = ( { name = \"r\"; then = \"reroute\"; via = \"x\"; } );",
	"r.conf:2: error: policy.via: unknown route \"x\": there are no "
	"routes"},
    {ROUTES "policy = ( { name = \"r\"; then = \"reroute\"; via = []; } );",
	"r.conf:3: error: policy.via: found an empty array, expected at least "
	"one item; or leave the key out"},
    {ROUTES "policy = ( { name = \"r\"; then = \"reroute\";"
	    " via = [ \"two\",\n\"ome\" ]; } );",
	"r.conf:4: error: policy.via: unknown route \"ome\": the nearest "
	"known route is \"one\""},
    {ROUTES "policy = ( { name = \"r\"; then = \"reroute\";"
	    " via = [ \"two\", \"two\" ]; } );",
	"r.conf:3: error: policy.via: \"two\" is given twice; expected each "
	"route once"},
    {ROUTES "policy = ( { name = \"r\"; then = \"hold\"; via = \"one\"; } );",
	"r.conf:3: error: policy.via: found without a reroute, expected only "
	"with then = \"reroute\""},
    {"policy = ( { name = \"r\"; then = \"hold\"; otherwise = \"pass\"; } );",
	"r.conf:2: error: policy.otherwise: found without a reroute, expected "
	"only with then = \"reroute\""},
    {ROUTES "policy = ( { name = \"r\"; then = \"reroute\"; via = \"one\";"
	    " otherwise = \"reroute\"; } );",
	"r.conf:3: error: policy.otherwise: found \"reroute\", expected "
	"\"pass\", \"wait\", \"hold\" or \"defer\""},
    {"policy = ( { name = \"r\"; then = \"hold\"; users = []; } );",
	"r.conf:2: error: policy.users: found an empty array, expected at "
	"least one item; or leave the key out"},
    {"policy = ( { name = \"r\"; then = \"hold\"; egress = \"maim\"; } );",
	"r.conf:2: error: policy.egress: unknown egress \"maim\": the nearest "
	"known egress is \"main\""},
    {"policy = ( { name = \"r\"; then = \"hold\"; egress = \"m\267in\"; } );",
	"r.conf:2: error: policy.egress: unknown egress \"m\\xb7in\": the "
	"nearest known egress is \"main\""},
    {"policy = ( { name = \"r\"; then = \"hold\"; senders = \"a.test\"; } );",
	"r.conf:2: error: policy.senders: found \"a.test\", expected "
	"\"user@example.com\", \"@example.com\", \"@.example.com\", "
	"\"user@\", \"<>\" or \"*\""},
    {"policy = ( { name = \"r\"; then = \"hold\";"
     " clients = \"192.0.2.1/24\"; } );",
	"r.conf:2: error: policy.clients: found \"192.0.2.1/24\", expected an "
	"IP address, or a network such as \"192.0.2.0/24\" with no bit set "
	"after its prefix"},
    {"policy = ( { name = \"r\"; then = \"hold\"; users = \"u\"; },\n"
     "{ name = \"r\"; then = \"hold\"; } );",
	"r.conf:3: error: policy.name: \"r\" is used already; expected each "
	"name once"},
    {"policy = ( { name = \"r\"; then = \"hold\"; },\n"
     "{ name = \"s\"; then = \"hold\"; } );",
	"r.conf:3: warning: policy: it is never reached: rule \"r\" before it "
	"has no conditions"},
    {"mode = \"monitor\";\nmode = \"monitor\";",
	"r.conf:3: error: duplicate setting name"},
    {"\n\nmode = ;", "r.conf:4: error: syntax error"},
    {"/* never\n", "r.conf:2: error: found a comment without its end"},
    {"mode = \"never\n", "r.conf:2: error: found a string without its "
			 "closing quote"},
    {"mode = \"monitor\\x00\";", "r.conf:2: error: found \\x00, expected text"},
};

static void
names_each_problem(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[2048];
		struct config *config;

		snprintf(text, sizeof text, "%s\n%s\n", LEAST, cases[i].text);
		config = load(text);
		if (problems_count(problems) != 1 ||
		    strcmp(text_at(0), cases[i].want) != 0) {
			print_message("of: %s\n", cases[i].text);
			print_problems();
			fail_msg("want: %s", cases[i].want);
		}
		assert_int_equal(
		    config == NULL, problems_error_count(problems) == 1);
		config_unref(config);
		problems_destroy(&problems);
		problems = problems_create();
	}
}

/* Good texts that look like the bad ones above. */
static void
lets_good_text_be(void **state)
{
	static const char *const texts[] = {
	    "# mode = ; 99999999999\n// \"\n/* \" 99999999999 */",
	    "syslog: { facility = \"mail\"; } # \"",
	    "outbound_mailers = [ \"99999999999 /* # //\" ];",
	    "outbound_mailers = [ \"a\\\\x00\" ];",
	    "outbound_mailers = ( \"a\", \"b\" );",
	    "confirm = 0x10;",
	    "confirm = 2L;",
	    "routes = ();",
	    "local_domains = [];",
	    "milter: { socket = \"inet6:8899@::1\"; };",
	    "milter: { socket = \"local:/x\"; };",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char text[2048];
		struct config *config;

		snprintf(text, sizeof text, "%s\n%s\n", LEAST, texts[i]);
		config = load(text);
		print_problems();
		assert_int_equal(problems_count(problems), 0);
		assert_non_null(config);
		config_unref(config);
	}
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FILES(names_each_problem),
	    WITH_FILES(lets_good_text_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
