#include "config/config.h"

#include "config/directory.h"
#include "scratch_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>
#include <cmocka.h>

/* From the root of the source. */
#ifndef CONF_DIR
#define CONF_DIR "conf"
#endif

/* What every configuration needs, on line 1; each test's own follows. */
#define LEAST                                                            \
	"providers = \"p.conf\"; "                                       \
	"egress = ( { name = \"main\"; addresses = \"192.0.2.1\"; } ); " \
	"lists = ( { list = \"alpha\"; weight = 2; } ); "
#define ROUTES                                                             \
	"routes = ( { name = \"one\"; nexthop = \"smtp:[h.test]:587\"; }," \
	" { name = \"two\"; nexthop = \"second:\"; } );\n"

/* A text without the directory of this run before it. */
static const char *
text_at(size_t index)
{
	const char *text = problems_text(problems, index);
	size_t length = strlen(scratch);

	if (strncmp(text, scratch, length) == 0)
		return text + length + 1;
	return text;
}

static void
print_problems(void)
{
	for (size_t i = 0; i < problems_count(problems); i++)
		print_message("%s\n", text_at(i));
}

static void
takes_what_is_shipped(void **state)
{
	struct config *config = config_load(CONF_DIR "/repgate.conf", problems);

	(void)state;
	print_problems();
	assert_int_equal(problems_count(problems), 0);
	assert_non_null(config);
	assert_int_equal(config->mode, MODE_MONITOR);
	assert_true(config->list_count >= 8);
	assert_true(config->directory->list_count > config->list_count);
	for (size_t i = 0; i < config->list_count; i++) {
		assert_non_null(config->lists[i].list->lookup);
		assert_non_null(config->lists[i].list->removal);
	}
	config_unref(config);
}

static void
speaks_sendmail(void **state)
{
	struct config *config =
	    load(LEAST "mta = \"sendmail\"; routes = ("
		       " { name = \"a\"; nexthop = \"smtp:[h.test]:587\"; },"
		       " { name = \"b\"; nexthop = \"smtp-b:\"; mailertable = "
		       "\"uucp:h\"; } );");

	(void)state;
	print_problems();
	assert_non_null(config);
	assert_int_equal(config->mta, MTA_SENDMAIL);
	assert_int_equal(config->reroute_by, REROUTE_BY_MAP);
	assert_string_equal(
	    config->milter_socket, "unix:/run/repgate/milter.sock");
	assert_string_equal(config->map_socket, "unix:/run/repgate/map.sock");
	assert_string_equal(
	    config->routes[0].mailertable, "repgate-587:[h.test]");
	assert_string_equal(config->routes[1].mailertable, "uucp:h");
	config_unref(config);
}

static void
has_defaults(void **state)
{
	struct config *config = load(LEAST);

	(void)state;
	print_problems();
	assert_int_equal(problems_count(problems), 0);
	assert_int_equal(config->mode, MODE_MONITOR);
	assert_string_equal(config->milter_socket,
	    "unix:/var/spool/postfix/repgate/milter.sock");
	assert_string_equal(
	    config->control_socket, "/run/repgate/control.sock");
	assert_string_equal(config->store, "/var/lib/repgate/state.db");
	assert_int_equal(config->syslog_facility, LOG_MAIL);
	assert_null(config->dns.servers);
	assert_int_equal(config->dns.timeout_ms, 3000);
	assert_int_equal(config->dns.tries, 2);
	assert_int_equal(config->dns.check_every_ms, 600000);
	assert_int_equal(config->receivers.block_after, 3);
	assert_int_equal(config->receivers.throttle_after, 10);
	assert_int_equal(config->receivers.within_ms, 3600000);
	assert_int_equal(config->receivers.clear_after, 5);
	assert_int_equal(config->receivers.keep_ms, 6 * 3600000);
	assert_int_equal(config->receivers.soften_at_most_ms, 24 * 3600000);
	assert_false(config->receivers.acts_on_throttled);
	assert_int_equal(config->dns.check_min_ms, 60000);
	assert_int_equal(config->listed_at, 1);
	assert_int_equal(config->confirm, 2);
	assert_int_equal(config->clear_after_ms, 1800000);
	assert_int_equal(config->keep_unknown_ms, 21600000);
	assert_int_equal(config->coverage, 50);
	assert_int_equal(config->outbound_mailers.count, 3);
	assert_string_equal(config->outbound_mailers.items[0], "smtp");
	assert_string_equal(config->outbound_mailers.items[1], "relay");
	assert_string_equal(config->outbound_mailers.items[2], "esmtp");
	assert_int_equal(config->local_domains.count, 0);
	assert_int_equal(config->route_count, 0);
	assert_int_equal(config->rule_count, 0);
	config_unref(config);
}

static void
may_have_no_store(void **state)
{
	struct config *config = load(LEAST "store = \"\";");

	(void)state;
	print_problems();
	assert_non_null(config);
	assert_null(config->store);
	config_unref(config);
}

static void
checks_no_rarer_than_told(void **state)
{
	struct config *config = load(LEAST "dns: { check_every = \"10s\"; };");

	(void)state;
	assert_int_equal(problems_count(problems), 0);
	assert_int_equal(config->dns.check_every_ms, 10000);
	assert_int_equal(config->dns.check_min_ms, 10000);
	config_unref(config);
}

#define LOG "maillog = ( { file = \"/a\"; } ); "
#define BY_MAP "reroute_by = \"map\"; local_domains = \"ours.test\"; "

static const char whole[] =
    "mode = \"enforce\"; providers = \"p.conf\";\n"
    "milter: { socket = \"inet:8899@127.0.0.1\"; };\n"
    "control: { socket = \"unix:/run/x.sock\"; };\n"
    "syslog: { facility = \"local3\"; };\n"
    "dns: { servers = [ \"127.0.0.1\", \"192.0.2.3:54\", \"::1\",\n"
    " \"[2001:DB8::1]:5353\", \"[::2]\" ]; timeout = \"250ms\"; tries = 5;\n"
    " check_every = \"30s\"; check_min = \"5s\"; };\n"
    "receivers: { block_after = 32; act_on = \"throttled\";"
    " soften_at_most = \"0s\"; };\n"
    "egress = (\n"
    " { name = \"news\"; addresses = [ \"192.0.2.6\", \"2001:db8::6\" ];\n"
    "   senders = [ \"@news.example.com\" ]; mailers = \"smtp-news\"; },\n"
    " { name = \"main\"; addresses = [ \"192.0.2.5\" ]; } );\n"
    "lists = ( { list = \"beta\"; weight = 3; }, { list = \"alpha\"; } );\n"
    "listed_at = 4; confirm = 1; clear_after = \"1m\";\n"
    "keep_unknown = \"1d\"; coverage = 75; reroute_by = \"header\";\n"
    "outbound_mailers = [ \"smtp\" ]; local_domains = [ \"example.com\" ];\n"
    "routes = (\n"
    " { name = \"one\"; nexthop = \"smtp:[h.test]:587\";\n"
    "   addresses = [ \"198.51.100.7\" ]; },\n"
    " { name = \"two\"; nexthop = \"smtp-second:\"; } );\n"
    "policy = (\n"
    " { name = \"some\"; senders = \"<>\"; users = [ \"*\" ];\n"
    "   recipients = [ \"example.org\", \"a@\" ];\n"
    "   clients = [ \"198.51.100.0/24\" ]; egress = [ \"main\" ];\n"
    "   then = \"hold\"; },\n"
    " { name = \"all\"; then = \"reroute\"; via = [ \"two\", \"one\" ];\n"
    "   otherwise = \"defer\"; } );\n";

static void
check_whole_rules(const struct config *config)
{
	const struct rule *some = &config->rules[0];
	const struct rule *all = &config->rules[1];

	assert_int_equal(config->rule_count, 2);
	assert_string_equal(some->name, "some");
	assert_string_equal(some->senders.items[0], "<>");
	assert_string_equal(some->users.items[0], "*");
	assert_int_equal(some->recipients.count, 2);
	assert_string_equal(some->recipients.items[0], "@example.org");
	assert_string_equal(some->recipients.items[1], "a@");
	assert_int_equal(some->clients.count, 1);
	assert_int_equal(some->clients.items[0].bits, 24);
	assert_string_equal(some->egresses.items[0], "main");
	assert_int_equal(some->then, ACTION_HOLD);
	assert_int_equal(some->via_count, 0);
	assert_int_equal(all->then, ACTION_REROUTE);
	assert_int_equal(all->otherwise, ACTION_DEFER);
	assert_int_equal(all->via_count, 2);
	assert_ptr_equal(all->via[0], &config->routes[1]);
	assert_ptr_equal(all->via[1], &config->routes[0]);
}

static void
reads_every_key(void **state)
{
	struct config *config = load(whole);

	(void)state;
	print_problems();
	assert_int_equal(problems_count(problems), 0);
	assert_int_equal(config->mode, MODE_ENFORCE);
	assert_string_equal(config->milter_socket, "inet:8899@127.0.0.1");
	assert_string_equal(config->control_socket, "/run/x.sock");
	assert_int_equal(config->syslog_facility, LOG_LOCAL3);
	assert_string_equal(config->dns.servers,
	    "127.0.0.1:53,192.0.2.3:54,[::1]:53,[2001:db8::1]:5353,[::2]:53");
	assert_int_equal(config->dns.timeout_ms, 250);
	assert_int_equal(config->dns.tries, 5);
	assert_int_equal(config->dns.check_every_ms, 30000);
	assert_int_equal(config->receivers.block_after, 32);
	assert_true(config->receivers.acts_on_throttled);
	assert_int_equal(config->receivers.soften_at_most_ms, 0);
	assert_int_equal(config->dns.check_min_ms, 5000);
	assert_int_equal(config->egress_count, 2);
	assert_string_equal(config->egresses[0].name, "news");
	assert_int_equal(config->egresses[0].addresses.count, 2);
	assert_int_equal(config->egresses[0].addresses.items[1].family, 6);
	assert_string_equal(
	    config->egresses[0].senders.items[0], "@news.example.com");
	assert_int_equal(config->egresses[0].mailers.count, 1);
	assert_int_equal(config->egresses[1].mailers.count, 0);
	assert_int_equal(config->list_count, 2);
	assert_string_equal(config->lists[0].list->id, "beta");
	assert_int_equal(config->lists[0].weight, 3);
	assert_int_equal(config->lists[1].weight, 1);
	assert_int_equal(config->listed_at, 4);
	assert_int_equal(config->confirm, 1);
	assert_int_equal(config->clear_after_ms, 60000);
	assert_int_equal(config->keep_unknown_ms, 86400000);
	assert_int_equal(config->coverage, 75);
	assert_int_equal(config->outbound_mailers.count, 1);
	assert_string_equal(config->local_domains.items[0], "example.com");
	assert_int_equal(config->route_count, 2);
	assert_string_equal(config->routes[0].nexthop, "smtp:[h.test]:587");
	assert_int_equal(config->routes[0].addresses.count, 1);
	check_whole_rules(config);
	config_unref(config);
}

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

static void
expect(const char *const wants[], size_t count)
{
	if (problems_count(problems) != count)
		print_problems();
	assert_int_equal(problems_count(problems), count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(text_at(i), wants[i]);
}

#define EXPECT(wants) expect(wants, sizeof wants / sizeof wants[0])

static void
checks_egresses(void **state)
{
	static const char *const wants[] = {
	    "r.conf:3: error: egress.addresses: found \"foo\", expected an IP "
	    "address or \"auto\"",
	    "r.conf:3: error: egress.addresses: 192.0.2.1 is given twice; "
	    "expected each address once",
	    "r.conf:4: error: egress.name: \"a\" is used already; expected "
	    "each name once",
	    "r.conf:4: warning: egress: no mail reaches it: egress \"a\" "
	    "before it has no conditions and takes all",
	    "r.conf:4: error: egress.addresses: 192.0.2.1 belongs to egress "
	    "\"a\" already; expected each address once",
	    "r.conf:5: warning: egress: no mail reaches it: egress \"a\" "
	    "before it has no conditions and takes all",
	    "r.conf:5: error: egress.addresses: \"auto\" is given twice; "
	    "expected it once",
	    "r.conf:6: error: egress.name: it is missing, and has no default",
	    "r.conf:6: warning: egress: no mail reaches it: egress \"a\" "
	    "before it has no conditions and takes all",
	    "r.conf:6: error: egress.addresses: found an empty array, expected "
	    "at least one address",
	    "r.conf:7: error: egress.name: it is missing, and has no default",
	    "r.conf:7: warning: egress: no mail reaches it: egress \"a\" "
	    "before it has no conditions and takes all",
	    "r.conf:7: error: egress.addresses: \"auto\" stands in egress "
	    "\"b\" already; expected it once: the network sees one address "
	    "of each family",
	};

	(void)state;
	assert_null(load("providers = \"p.conf\"; lists = ( { list = "
			 "\"alpha\"; } );\negress = ( { name = \"a\";\n"
			 "addresses = [ \"192.0.2.1\", \"foo\", "
			 "\"192.0.2.1\" ]; },\n"
			 "{ name = \"a\"; addresses = \"::ffff:192.0.2.1\"; "
			 "},\n{ name = \"b\"; addresses = [ \"auto\", "
			 "\"auto\" ]; },\n{ addresses = []; },\n"
			 "{ addresses = \"auto\"; } );\n"));
	EXPECT(wants);
}

static struct config *
load_auto(const char *addresses, const char *discovery)
{
	char text[2048];

	snprintf(text, sizeof text,
	    "providers = \"p.conf\"; lists = ( { list = \"alpha\"; } ); "
	    "egress = ( { name = \"main\"; addresses = %s; } );\n%s",
	    addresses, discovery);
	return load(text);
}

static void
takes_auto_beside_addresses(void **state)
{
	struct config *config =
	    load_auto("[ \"192.0.2.1\", \"auto\", \"2001:db8::1\" ]", "");

	(void)state;
	print_problems();
	assert_non_null(config);
	assert_true(config->egresses[0].is_auto);
	assert_int_equal(config->egresses[0].addresses.count, 2);
	assert_int_equal(config->egresses[0].addresses.items[1].family, 6);
	config_unref(config);
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

static void
knows_services(void **state)
{
	struct config *config = load_auto("\"auto\"", "");
	size_t ip6 = 0;

	(void)state;
	print_problems();
	assert_non_null(config);
	assert_int_equal(config->egresses[0].addresses.count, 0);
	assert_int_equal(config->discover_every_ms, 3600000);
	assert_int_equal(config->service_count, 3);
	for (size_t i = 0; i < config->service_count; i++) {
		assert_non_null(config->services[i].server);
		ip6 += config->services[i].server6 != NULL;
	}
	assert_int_equal(ip6, 2);
	config_unref(config);
}

static void
reads_services(void **state)
{
	struct config *config = load_auto("\"auto\"",
	    "discovery: { every = \"5m\"; services = (\n"
	    "{ id = \"one\"; server = \"192.0.2.53\"; name = \"my.test\"; "
	    "type = \"TXT\"; },\n"
	    "{ id = \"two\"; server = \"192.0.2.54:5353\"; "
	    "server6 = \"2001:db8::53\"; name = \"my.test\"; } ); };");
	const struct service *services;

	(void)state;
	print_problems();
	assert_non_null(config);
	services = config->services;
	assert_int_equal(config->service_count, 2);
	assert_int_equal(config->discover_every_ms, 300000);
	assert_string_equal(services[0].id, "one");
	assert_string_equal(services[0].server, "192.0.2.53:53");
	assert_null(services[0].server6);
	assert_true(services[0].is_text);
	assert_string_equal(services[1].server, "192.0.2.54:5353");
	assert_string_equal(services[1].server6, "[2001:db8::53]:53");
	assert_string_equal(services[1].name, "my.test");
	assert_false(services[1].is_text);
	config_unref(config);
}

static void
checks_services(void **state)
{
	static const char *const wants[] = {
	    "r.conf:3: error: discovery.services.server: found "
	    "\"2001:db8::53\", expected an IPv4 address",
	    "r.conf:3: error: discovery.services.server6: found "
	    "\"192.0.2.53\", expected an IPv6 address",
	    "r.conf:4: error: discovery.services.type: found \"AAAA\", "
	    "expected \"A\" or \"TXT\"",
	    "r.conf:4: error: discovery.services.server: it is missing; "
	    "expected server, server6 or both",
	    "r.conf:6: error: discovery.services.id: \"two\" is used already; "
	    "expected each id once",
	    "r.conf:6: error: discovery.services: it asks what \"two\" asks; "
	    "expected a service of its own",
	    "r.conf:7: error: discovery.services.id: it is missing, and has no "
	    "default",
	    "r.conf:7: error: unknown key \"url\": the nearest known key is "
	    "\"id\"",
	};

	(void)state;
	assert_null(load_auto("\"auto\"",
	    "discovery: { services = (\n"
	    "{ id = \"one\"; server6 = \"192.0.2.53\"; "
	    "server = \"2001:db8::53\"; name = \"my.test\"; },\n"
	    "{ id = \"none\"; name = \"my.test\"; type = \"AAAA\"; },\n"
	    "{ id = \"two\"; server = \"192.0.2.54\"; name = \"my.test\"; "
	    "},\n"
	    "{ id = \"two\"; server = \"192.0.2.54:53\"; name = "
	    "\"my.test\"; },\n"
	    "{ server = \"192.0.2.55\"; name = \"my.test\"; url = \"x\"; } "
	    "); };"));
	EXPECT(wants);
}

static void
watches_domains(void **state)
{
	struct config *config;

	(void)state;
	scratch_write("d.conf",
	    "lists = ( " SCRATCH_LIST(
		"alpha") ", { id = \"dbl\"; provider = \"P\"; "
			 "zone = \"dbl.test\"; subjects = \"domain\"; codes = "
			 "( { answer = "
			 "\"127.0.0.2\"; name = \"A\"; } ); } );");
	config = load("providers = \"d.conf\"; "
		      "egress = ( { name = \"main\"; addresses = "
		      "\"192.0.2.1\"; } ); lists = ( { list = \"alpha\"; }, "
		      "{ list = \"dbl\"; } );\n"
		      "domains = [ \"Example.COM.\", \"example.org\" ];\n"
		      "policy = ( { name = \"all\"; then = \"pass\"; },\n"
		      "{ name = \"d\"; sender_domain = \"listed\"; "
		      "then = \"hold\"; } );");
	print_problems();
	assert_int_equal(problems_count(problems), 0);
	assert_non_null(config);
	assert_true(config->asks_domains);
	assert_int_equal(config->domains.count, 2);
	assert_string_equal(config->domains.items[0], "example.com");
	assert_false(config->rules[0].wants_listed_domain);
	assert_true(config->rules[1].wants_listed_domain);
	config_unref(config);
}

static void
checks_domains(void **state)
{
	static const char *const wants[] = {
	    "r.conf:3: error: domains: found \"localhost\", expected a domain "
	    "such as \"example.com\"",
	    "r.conf:4: error: domains: found \"192.0.2.1\", expected a domain "
	    "such as \"example.com\"",
	    "r.conf:5: error: domains: \"example.com\" is given twice; "
	    "expected each domain once",
	    "r.conf:7: warning: policy.sender_domain: it never holds: none of "
	    "the lists knows domains",
	    "r.conf:7: error: policy.then: \"reroute\" does not help a listed "
	    "domain, which is the same by every route; expected \"hold\", "
	    "\"defer\" or \"pass\"",
	    "r.conf:8: error: policy.sender_domain: found \"clean\", expected "
	    "\"listed\"",
	};

	(void)state;
	assert_null(
	    load(LEAST "\ndomains = [ \"example.com\",\n\"localhost\",\n"
		       "\"192.0.2.1\",\n\"EXAMPLE.com\" ];\n" ROUTES
		       "policy = ( { name = \"a\"; sender_domain = \"listed\"; "
		       "then = \"reroute\"; via = \"one\"; },\n"
		       "{ name = \"b\"; sender_domain = \"clean\"; "
		       "then = \"hold\"; } );"));
	EXPECT(wants);
}

/* With routes their SPF records are of use. */
static void
warns_of_useless_domains(void **state)
{
	static const char *const wants[] = {
	    "r.conf:2: warning: domains: nobody is asked about them: none of "
	    "the lists knows domains",
	};

	(void)state;
	config_unref(load(LEAST "\ndomains = \"example.com\";"));
	EXPECT(wants);
	config_unref(load(LEAST "\ndomains = \"example.com\";" ROUTES));
	EXPECT(wants);
}

static void
wants_two_services(void **state)
{
	static const char *const wants[] = {
	    "r.conf:2: error: discovery.services: found 1 with server and 1 "
	    "with server6, expected at least 2 of one kind: an address is "
	    "believed when they agree",
	};

	(void)state;
	assert_null(load_auto("\"auto\"",
	    "discovery: { services = ( { id = \"one\"; server = \"192.0.2.53\";"
	    " server6 = \"::1\"; name = \"my.test\"; } ); };"));
	EXPECT(wants);
}

static void
warns_of_private_addresses(void **state)
{
	static const char *const wants[] = {
	    "r.conf:2: warning: egress.addresses: 10.1.2.3 is private: lists "
	    "know public addresses only",
	    "r.conf:3: warning: egress.addresses: 172.31.0.1 is private: lists "
	    "know public addresses only",
	    "r.conf:4: warning: egress.addresses: 192.168.0.1 is private: "
	    "lists know public addresses only",
	    "r.conf:5: warning: egress.addresses: fd00::1 is private: lists "
	    "know public addresses only",
	    "r.conf:6: warning: egress.addresses: fe80::1 is private: lists "
	    "know public addresses only",
	};
	struct config *config = load(
	    "providers = \"p.conf\"; lists = ( { list = \"alpha\"; } ); "
	    "egress = ( { name = \"a\"; addresses = [\n\"10.1.2.3\",\n"
	    "\"172.31.0.1\",\n\"192.168.0.1\",\n\"fd00::1\",\n\"fe80::1\",\n"
	    "\"172.32.0.1\", \"11.0.0.1\", \"127.0.0.2\", \"::1\","
	    " \"192.0.2.1\", \"2001:db8::1\", \"fec0::1\" ]; } );");

	(void)state;
	EXPECT(wants);
	assert_non_null(config);
	config_unref(config);
}

static void
checks_lists(void **state)
{
	static const char *const wants[] = {
	    "r.conf:2: error: lists.list: unknown list \"alfa\": the nearest "
	    "known list is \"alpha\"",
	    "r.conf:4: error: lists.list: \"beta\" is given twice; expected "
	    "each list once",
	    "r.conf:5: error: lists.weight: found the number 1001, expected a "
	    "whole number from 1 to 1000, without quotes",
	    "r.conf:5: error: lists.list: it is missing, and has no default",
	};

	(void)state;
	assert_null(load("providers = \"p.conf\"; egress = ( { name = \"a\"; "
			 "addresses = \"192.0.2.1\"; } );\n"
			 "lists = ( { list = \"alfa\"; },\n"
			 "{ list = \"beta\"; },\n{ list = \"beta\"; },\n"
			 "{ weight = 1001; } );"));
	EXPECT(wants);
}

static void
tells_all_at_once(void **state)
{
	static const char *const wants[] = {
	    "r.conf:2: error: mode: found the number 1, expected \"monitor\" "
	    "or \"enforce\"",
	    "p.conf: error: lists: it is missing, and has no default",
	    "p.conf:2: error: unknown key \"listz\": the nearest known key is "
	    "\"lists\"",
	    "r.conf:3: error: confirm: found \"2\", expected a whole number "
	    "from 1 to 100, without quotes",
	};

	(void)state;
	scratch_write("p.conf", "\nlistz = ();\n");
	assert_null(load(LEAST "\nmode = 1;\nconfirm = \"2\";"));
	EXPECT(wants);
}

static void
needs_egresses_and_lists(void **state)
{
	static const char *const wants[] = {
	    "r.conf: error: egress: it is missing, and has no default",
	    "r.conf: error: lists: it is missing, and has no default",
	    "r.conf:2: error: egress: found an empty list, expected at least "
	    "one egress",
	    "r.conf:3: error: lists: found an empty list, expected at least "
	    "one",
	};

	(void)state;
	assert_null(load("providers = \"p.conf\";"));
	assert_null(load("providers = \"p.conf\";\negress = ();\nlists = ();"));
	EXPECT(wants);
}

static void
finds_providers(void **state)
{
	char text[1024];
	struct config *config;

	(void)state;
	snprintf(text, sizeof text,
	    "providers = \"%s/p.conf\"; egress = ( { name = \"main\"; "
	    "addresses = \"192.0.2.1\"; } ); lists = ( { list = \"beta\"; } );",
	    scratch);
	config = load(text);
	print_problems();
	assert_non_null(config);
	config_unref(config);
	config = load("@include \"rest.conf\"\n");
	assert_null(config);
	assert_non_null(
	    strstr(text_at(0), "r.conf:1: error: cannot open include file"));
	problems_destroy(&problems);
	problems = problems_create();
	scratch_write("rest.conf", LEAST "\nmode = 3;");
	assert_null(load("confirm = 3;\n@include \"rest.conf\"\n"));
	assert_int_equal(problems_count(problems), 1);
	assert_string_equal(text_at(0), "rest.conf:2: error: mode: found the "
					"number 3, expected \"monitor\" or "
					"\"enforce\"");
}

static void
survives_bad_files(void **state)
{
	static const char nul[] = LEAST "\nmode = \"mon\0itor\";";
	char want[256];

	(void)state;
	assert_null(config_load(scratch, problems));
	snprintf(want, sizeof want,
	    "%s: error: cannot be read: it is not a regular file", scratch);
	assert_string_equal(problems_text(problems, 0), want);
	assert_null(config_load("/nonexistent/r.conf", problems));
	assert_string_equal(problems_text(problems, 1),
	    "/nonexistent/r.conf: error: cannot be opened: No such file or "
	    "directory");
	assert_null(load("mode = \"monitor\";\n  @include \"/\"\n"));
	assert_non_null(strstr(text_at(2), "r.conf:2: error: @include: found"));
	assert_null(config_load(
	    scratch_write_bytes("r.conf", nul, sizeof nul - 1), problems));
	assert_string_equal(
	    text_at(3), "r.conf:2: error: found a NUL byte, expected text");
	assert_null(load("providers = \"none.conf\";"));
	assert_string_equal(text_at(4), "none.conf: error: cannot be opened: "
					"No such file or directory");
}

/* That the last one frees it, and no earlier one, is for ASAN to see. */
static void
lives_as_long_as_referenced(void **state)
{
	struct config *config = load(LEAST);

	(void)state;
	assert_ptr_equal(config_ref(config), config);
	config_unref(config);
	assert_string_equal(config->egresses[0].name, "main");
	config_unref(config);
	config_unref(NULL);
}

static void
finds_the_control_socket(void **state)
{
	static const struct {
		const char *text, *want;
	} files[] = {
	    {LEAST "control: { socket = \"unix:/a\"; };", "/a"},
	    {"mode = 3; control: { socket = \"unix:/a\"; }; x = 1;", "/a"},
	    {LEAST, "/run/repgate/control.sock"},
	    {"control: { socket = \"a\"; };", "/run/repgate/control.sock"},
	    {"control: { socket = \"unix:/a\"; }; x = ;",
		"/run/repgate/control.sock"},
	};
	char *socket;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		socket = config_control_socket(
		    scratch_write("r.conf", files[i].text));
		assert_string_equal(socket, files[i].want);
		free(socket);
	}
	socket = config_control_socket("/nonexistent/r.conf");
	assert_string_equal(socket, "/run/repgate/control.sock");
	free(socket);
}

static void
names_its_words(void **state)
{
	(void)state;
	assert_string_equal(action_name(ACTION_PASS), "pass");
	assert_string_equal(action_name(ACTION_REROUTE), "reroute");
	assert_string_equal(action_name(ACTION_WAIT), "wait");
	assert_string_equal(action_name(ACTION_HOLD), "hold");
	assert_string_equal(action_name(ACTION_DEFER), "defer");
	assert_string_equal(mode_name(MODE_MONITOR), "monitor");
	assert_string_equal(mode_name(MODE_ENFORCE), "enforce");
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FILES(takes_what_is_shipped),
	    WITH_FILES(speaks_sendmail),
	    WITH_FILES(has_defaults),
	    WITH_FILES(may_have_no_store),
	    WITH_FILES(checks_no_rarer_than_told),
	    WITH_FILES(reads_every_key),
	    WITH_FILES(names_each_problem),
	    WITH_FILES(lets_good_text_be),
	    WITH_FILES(checks_egresses),
	    WITH_FILES(takes_auto_beside_addresses),
	    WITH_FILES(reads_maillogs),
	    WITH_FILES(warns_of_a_log_that_nobody_understands),
	    WITH_FILES(warns_of_a_log_that_is_missing),
	    WITH_FILES(knows_services),
	    WITH_FILES(reads_services),
	    WITH_FILES(checks_services),
	    WITH_FILES(wants_two_services),
	    WITH_FILES(watches_domains),
	    WITH_FILES(checks_domains),
	    WITH_FILES(warns_of_useless_domains),
	    WITH_FILES(warns_of_private_addresses),
	    WITH_FILES(checks_lists),
	    WITH_FILES(tells_all_at_once),
	    WITH_FILES(needs_egresses_and_lists),
	    WITH_FILES(finds_providers),
	    WITH_FILES(survives_bad_files),
	    WITH_FILES(lives_as_long_as_referenced),
	    WITH_FILES(finds_the_control_socket),
	    cmocka_unit_test(names_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
