#include "config/sight.h"

#include "scratch_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* On line 1; the policy follows on line 2. */
#define MAP_MODE                                                         \
	"providers = \"p.conf\"; reroute_by = \"map\"; "                 \
	"egress = ( { name = \"main\"; addresses = \"192.0.2.1\"; } ); " \
	"lists = ( { list = \"alpha\"; } ); "                            \
	"routes = ( { name = \"one\"; nexthop = \"smtp:[h.test]\"; } );"
#define LOCAL " local_domains = \"ours.test\";"
#define REROUTE "then = \"reroute\"; via = \"one\"; }"

/* wants: the one warning behind "FILE:LINE: warning: policy: ", or NULL. */
static const struct {
	const char *text, *want;
} cases[] = {
    {MAP_MODE LOCAL "\npolicy = ( { name = \"a\"; " REROUTE " );", NULL},
    {MAP_MODE LOCAL
	"\npolicy = ( { name = \"a\"; recipients = \"x.test\"; " REROUTE " );",
	NULL},
    {MAP_MODE "\npolicy = ( { name = \"a\"; recipients = \"x.test\"; " REROUTE
	      " );",
	"it never holds: without local_domains the map cannot tell which "
	"recipients leave"},
    {MAP_MODE LOCAL "\npolicy = ( { name = \"a\"; users = \"bob\"; " REROUTE
		    " );",
	"it never holds: with reroute_by = \"map\" a reroute is up to the "
	"map, which sees no users"},
    {MAP_MODE LOCAL "\npolicy = ( { name = \"a\"; clients = \"192.0.2.7\"; "
		    "then = \"wait\"; } );",
	"it never holds: with reroute_by = \"map\" a wait is up to the map, "
	"which sees no clients"},
    {MAP_MODE LOCAL "\npolicy = ( { name = \"a\"; senders = \"a@b.test\";"
		    " recipients = \"x.test\"; " REROUTE " );",
	"it never holds: with reroute_by = \"map\" a reroute is up to the "
	"map, which sees no senders together with recipients"},
    {MAP_MODE LOCAL "\npolicy = ( { name = \"a\"; receivers = "
		    "\"x.example\"; " REROUTE " );",
	NULL},
    {MAP_MODE "\npolicy = ( { name = \"a\"; receivers = \"*\"; " REROUTE " );",
	"it never holds: without local_domains the map cannot tell which "
	"recipients leave"},
    {MAP_MODE LOCAL "\npolicy = ( { name = \"a\"; senders = \"a@b.test\";"
		    " receivers = \"x.example\"; " REROUTE " );",
	"it never holds: with reroute_by = \"map\" a reroute is up to the "
	"map, which sees no senders together with receivers"},
    {MAP_MODE LOCAL "\npolicy = ( { name = \"let\"; receivers = \"*\"; "
		    "then = \"pass\"; }, { name = \"all\"; " REROUTE " );",
	"it also moves mail that rule \"let\" passes: the map's name "
	"\"sender\" does not see all conditions of that"},
    /* The milter does these, and sees all. */
    {MAP_MODE LOCAL
	"\npolicy = ( { name = \"a\"; users = \"bob\"; "
	"then = \"hold\"; }, { name = \"b\"; clients = "
	"\"192.0.2.7\"; then = \"defer\"; }, { name = \"c\"; " REROUTE " );",
	NULL},
    {MAP_MODE LOCAL "\npolicy = ( { name = \"let\"; users = \"bob\"; "
		    "then = \"pass\"; }, { name = \"all\"; " REROUTE " );",
	"it also moves mail that rule \"let\" passes: the map's name "
	"\"sender\" does not see all conditions of that"},
    {MAP_MODE LOCAL "\npolicy = ( { name = \"let\"; recipients = \"x.test\"; "
		    "then = \"pass\"; }, { name = \"all\"; " REROUTE " );",
	"it also moves mail that rule \"let\" passes: the map's name "
	"\"sender\" does not see all conditions of that"},
    {MAP_MODE LOCAL
	"\npolicy = ( { name = \"let\"; senders = \"a@b.test\"; "
	"then = \"pass\"; }, { name = \"x\"; recipients = \"x.test\"; " REROUTE
	" );",
	"it also moves mail that rule \"let\" passes: the map's name "
	"\"recipient\" does not see all conditions of that"},
    {MAP_MODE LOCAL "\npolicy = ( { name = \"let\"; senders = \"a@b.test\"; "
		    "then = \"pass\"; }, { name = \"all\"; " REROUTE " );",
	NULL},
    /* With the header the milter does it all. */
    {"providers = \"p.conf\"; "
     "egress = ( { name = \"main\"; addresses = \"192.0.2.1\"; } ); "
     "lists = ( { list = \"alpha\"; } ); "
     "routes = ( { name = \"one\"; nexthop = \"smtp:[h.test]\"; } );"
     "\npolicy = ( { name = \"a\"; users = \"bob\"; " REROUTE " );",
	NULL},
};

static void
warns_of_rules_that_no_door_sees(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct config *config = load(cases[i].text);
		const char *found;

		print_message("%s\n", strchr(cases[i].text, '\n'));
		assert_non_null(config);
		assert_int_equal(
		    problems_count(problems), cases[i].want ? 1 : 0);
		if (cases[i].want) {
			found = strstr(problems_text(problems, 0), ":2: ");
			assert_non_null(found);
			found = strstr(found, "policy: ");
			assert_non_null(found);
			assert_string_equal(
			    found + strlen("policy: "), cases[i].want);
		}
		config_unref(config);
		problems_destroy(&problems);
		problems = problems_create();
	}
}

static void
warns_of_mailers(void **state)
{
	struct config *config =
	    load("providers = \"p.conf\"; reroute_by = \"map\"; egress = ( { "
		 "name = \"news\"; addresses = \"192.0.2.1\";\nmailers = "
		 "\"smtp-news\"; } ); lists = ( { list = \"alpha\"; } );");

	(void)state;
	assert_non_null(config);
	assert_int_equal(problems_count(problems), 1);
	assert_non_null(strstr(problems_text(problems, 0),
	    "r.conf:2: warning: egress.mailers: the map is not told the "
	    "mailer"));
	config_unref(config);
}

static void
reads_the_keys(void **state)
{
	struct config *config = load(
	    MAP_MODE LOCAL " map: { socket = \"inet:10030@127.0.0.1\"; };"
			   " on_clear = \"/usr/sbin/postqueue -f\";"
			   " policy = ( { name = \"a\"; then = \"wait\";"
			   " wait_at_most = \"36h\"; then_after = \"reroute\";"
			   " via = \"one\"; } );");

	(void)state;
	assert_non_null(config);
	assert_int_equal(problems_count(problems), 0);
	assert_string_equal(config->map_socket, "inet:10030@127.0.0.1");
	assert_int_equal(config->reroute_by, REROUTE_BY_MAP);
	assert_int_equal(config->on_clear.count, 2);
	assert_string_equal(config->on_clear.items[0], "/usr/sbin/postqueue");
	assert_string_equal(config->on_clear.items[1], "-f");
	assert_int_equal(config->rules[0].wait_at_most_ms, 36 * 3600 * 1000);
	assert_int_equal(config->rules[0].then_after, ACTION_REROUTE);
	assert_int_equal(config->rules[0].via_count, 1);
	assert_true(sight_uses_wait(config));
	assert_true(sight_uses_recipient(config));
	config_unref(config);
}

/* wants: whether Postfix is to ask about recipients. */
static const struct {
	const char *text;
	bool want;
} asks[] = {
    {MAP_MODE LOCAL "policy = ( { name = \"a\"; " REROUTE " );", true},
    {MAP_MODE "policy = ( { name = \"a\"; " REROUTE " );", false},
    {MAP_MODE LOCAL "policy = ( { name = \"a\"; then = \"hold\"; } );", false},
    {MAP_MODE LOCAL "policy = ( { name = \"s\"; senders = \"a@b.test\"; then = "
		    "\"pass\"; }, "
		    "{ name = \"a\"; " REROUTE " );",
	false},
    {MAP_MODE LOCAL "policy = ( { name = \"s\"; senders = \"a@b.test\"; then = "
		    "\"pass\"; }, "
		    "{ name = \"a\"; receivers = \"*\"; " REROUTE " );",
	true},
};

static const struct {
	const char *text;
	bool want;
} waits[] = {
    {MAP_MODE "policy = ( { name = \"a\"; " REROUTE " );", false},
    {MAP_MODE "policy = ( { name = \"a\"; otherwise = \"hold\"; " REROUTE " );",
	true},
    {MAP_MODE "policy = ( { name = \"a\"; then = \"hold\"; } );", false},
};

static void
knows_when_mail_waits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		struct config *config = load(waits[i].text);

		print_message("%s\n", waits[i].text);
		assert_int_equal(sight_uses_wait(config), waits[i].want);
		config_unref(config);
	}
}

/* Mail that comes back in steps is told apart by its recipient. */
static void
knows_when_recipients_come_back(void **state)
{
	static const char steps[] =
	    MAP_MODE "return_steps = ( { share = 5; for = \"1h\"; } ); ";
	char text[1024];
	struct config *config;

	(void)state;
	snprintf(text, sizeof text,
	    "%s%spolicy = ( { name = \"a\"; then = \"wait\"; } );", steps,
	    LOCAL);
	config = load(text);
	assert_true(sight_returns_by_recipient(config));
	assert_true(sight_uses_recipient(config));
	config_unref(config);
	snprintf(text, sizeof text,
	    "%spolicy = ( { name = \"a\"; then = \"wait\"; } );", steps);
	config = load(text);
	assert_false(sight_returns_by_recipient(config));
	config_unref(config);
}

static void
knows_when_recipients_matter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
		struct config *config = load(asks[i].text);

		print_message("%s\n", asks[i].text);
		assert_non_null(config);
		assert_int_equal(sight_uses_recipient(config), asks[i].want);
		config_unref(config);
	}
}

/* An argument with a space in it needs an array. */
static void
keeps_arguments_apart(void **state)
{
	struct config *config =
	    load(MAP_MODE " on_clear = [ \"/bin/x\", \"a b\", \"$HOME\" ];");

	(void)state;
	assert_non_null(config);
	assert_int_equal(config->on_clear.count, 3);
	assert_string_equal(config->on_clear.items[1], "a b");
	assert_string_equal(config->on_clear.items[2], "$HOME");
	config_unref(config);
}

static void
opens_no_map_unasked(void **state)
{
	static const char header[] =
	    "providers = \"p.conf\"; lists = ( { list = \"alpha\"; } ); "
	    "egress = ( { name = \"main\"; addresses = \"192.0.2.1\"; } );";
	struct config *config = load(header);

	(void)state;
	assert_int_equal(config->reroute_by, REROUTE_BY_HEADER);
	assert_null(config->map_socket);
	assert_int_equal(config->on_clear.count, 0);
	config_unref(config);
	config = load(MAP_MODE);
	assert_string_equal(
	    config->map_socket, "unix:/var/spool/postfix/repgate/map.sock");
	config_unref(config);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	    TEST(warns_of_rules_that_no_door_sees),
	    TEST(warns_of_mailers),
	    TEST(reads_the_keys),
	    TEST(knows_when_recipients_matter),
	    TEST(knows_when_mail_waits),
	    TEST(knows_when_recipients_come_back),
	    TEST(keeps_arguments_apart),
	    TEST(opens_no_map_unasked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
