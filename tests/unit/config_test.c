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
