#include "admin/explain.h"
#include "admin/premise.h"

#include "base/clock.h"
#include "scratch_config.h"
#include "standing/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define BASE                                                                 \
	"providers = \"p.conf\"; mode = \"enforce\"; "                       \
	"egress = ( { name = \"news\"; addresses = \"192.0.2.6\"; "          \
	"senders = \"@news.test\"; }, "                                      \
	"{ name = \"main\"; addresses = \"192.0.2.5\"; } ); "                \
	"lists = ( { list = \"alpha\"; } ); local_domains = \"ours.test\"; " \
	"routes = ( { name = \"one\"; nexthop = \"smtp:[h.test]\"; } ); "
#define POLICY                                                          \
	"policy = ( { name = \"bobs\"; users = \"bob\"; "               \
	"then = \"hold\"; }, "                                          \
	"{ name = \"office\"; clients = \"192.0.2.64/26\"; "            \
	"then = \"defer\"; }, "                                         \
	"{ name = \"x\"; recipients = \"x.test\"; then = \"reroute\"; " \
	"via = \"one\"; }, "                                            \
	"{ name = \"all\"; egress = \"main\"; then = \"reroute\"; "     \
	"via = \"one\"; } );"
#define DOMAIN_POLICY                                             \
	"policy = ( { name = \"d\"; sender_domain = \"listed\"; " \
	"then = \"hold\"; } );"
#define MAP "reroute_by = \"map\"; "
#define SENDMAIL "mta = \"sendmail\"; "

static struct config *config;

static int
clear(void **state)
{
	config_unref(config);
	return teardown(state);
}

static struct board *
take(const char *text)
{
	struct board *board;

	config_unref(config);
	config = load(text);
	assert_non_null(config);
	board = board_create(config);
	for (size_t i = 0; i < config->egress_count; i++)
		board->egresses[i].state = STANDING_CLEAN;
	return board;
}

static const char *
text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

/* "bobs:users x:recipients all:" */
static void
write_rules(const json_t *door, char *text, size_t size)
{
	size_t i, used = 0;
	json_t *rule;

	text[0] = '\0';
	json_array_foreach(json_object_get(door, "rules"), i, rule) used +=
	    snprintf(text + used, size - used, "%s%s:%s%s", i ? " " : "",
		text_of(rule, "rule"), text_of(rule, "failed"),
		json_is_true(json_object_get(rule, "decides")) ? "!" : "");
}

static const struct {
	const char *conf, *assume;
	enum door door;
	const char *from, *to, *user, *client;
	const char *egress, *rules, *action, *answer;
} cases[] = {
    {BASE POLICY, "main=clean", DOOR_MILTER, "a@ours.test", "b@x.test", NULL,
	NULL, "main", "bobs:users office:clients x: all:", "pass", "accept"},
    {BASE POLICY, "main=listed", DOOR_MILTER, "a@ours.test", "b@x.test", NULL,
	NULL, "main", "bobs:users office:clients x:! all:", "reroute",
	"accept, with X-Repgate-Route: one"},
    {BASE POLICY, "main=listed", DOOR_MILTER, "a@ours.test", "b@y.test", "bob",
	NULL, "main", "bobs:! office:clients x:recipients all:", "hold",
	"accept, and quarantine: repgate: 192.0.2.5 is blocked by an assumed "
	"list"},
    {BASE POLICY, "main=listed", DOOR_MILTER, "a@ours.test", "b@y.test", NULL,
	"192.0.2.65", "main", "bobs:users office:! x:recipients all:", "defer",
	"451 4.7.1 192.0.2.5 is blocked by an assumed list; try again later"},
    {BASE POLICY, "main=listed", DOOR_MILTER, "a@ours.test", "c@ours.test",
	NULL, NULL, "", "bobs:users office:clients x:recipients all:egress",
	"pass", "accept"},
    {BASE POLICY, "news=listed", DOOR_MILTER, "a@news.test", "b@y.test", NULL,
	NULL, "news", "bobs:users office:clients x:recipients all:egress",
	"pass", "accept"},
    {BASE POLICY, "main=listed", DOOR_SENDER, "a@ours.test", "b@y.test", NULL,
	NULL, "main", "bobs:users office:clients x:recipients all:!", "reroute",
	"NOTFOUND "},
    {BASE MAP POLICY, "main=listed", DOOR_MILTER, "a@ours.test", "b@x.test",
	NULL, NULL, "main", "bobs:users office:clients x:! all:", "reroute",
	"accept"},
    {BASE MAP POLICY, "main=listed", DOOR_SENDER, "a@ours.test", "b@y.test",
	"bob", "192.0.2.65", "main",
	"bobs:users office:clients x:recipients all:!", "reroute",
	"OK smtp:[h.test]"},
    {BASE MAP POLICY, "main=listed", DOOR_RECIPIENT, "a@ours.test", "b@x.test",
	NULL, NULL, "main", "bobs:users office:clients x:! all:", "reroute",
	"OK smtp:[h.test]"},
    {BASE MAP POLICY, "main=listed", DOOR_RECIPIENT, "a@ours.test", "b@y.test",
	NULL, NULL, "main", "bobs:users office:clients x:recipients all:!",
	"pass", "NOTFOUND "},
    {BASE SENDMAIL POLICY, "main=listed", DOOR_DELIVERY, "a@ours.test",
	"b@y.test", "bob", "192.0.2.65", "main",
	"bobs:users office:clients x:recipients all:!", "reroute",
	"OK relay:[h.test]"},
    {BASE SENDMAIL "policy = ( { name = \"w\"; senders = \"a@ours.test\"; "
		   "recipients = \"x.test\"; then = \"wait\"; } );",
	"main=listed", DOOR_DELIVERY, "a@ours.test", "b@x.test", NULL, NULL,
	"main", "w:!", "wait",
	"OK error:4.7.1:\"451 4.7.1 192.0.2.5 is blocked by an assumed list\""},
    {BASE SENDMAIL POLICY, "main=listed", DOOR_MAILERTABLE, "a@ours.test",
	"b@x.test", NULL, NULL, "main",
	"bobs:users office:clients x:! all:", "reroute", "OK relay:[h.test]"},
    {BASE SENDMAIL POLICY, "main=listed", DOOR_MAILERTABLE, "a@ours.test",
	"b@y.test", NULL, NULL, "main",
	"bobs:users office:clients x:recipients all:!", "pass", "NOTFOUND "},
    {BASE MAP "policy = ( { name = \"u\"; users = \"bob\"; "
	      "then = \"reroute\"; via = \"one\"; } );",
	"main=listed", DOOR_MILTER, "a@ours.test", "b@x.test", "bob", NULL,
	"main", "u:door", "pass", "accept"},
    {BASE DOMAIN_POLICY, "domain:Bad.Test=listed", DOOR_MILTER, "a@bad.test",
	"b@x.test", NULL, NULL, "main", "d:!", "hold",
	"accept, and quarantine: repgate: bad.test is blocked by an assumed "
	"list"},
    {BASE MAP POLICY, "receiver:y.test=blocked", DOOR_RECIPIENT, "a@ours.test",
	"b@y.test", NULL, NULL, "main",
	"bobs:users office:clients x:recipients all:", "pass", "NOTFOUND "},
    {BASE DOMAIN_POLICY, "domain:bad.test=clean", DOOR_MILTER, "a@bad.test",
	"b@x.test", NULL, NULL, "main", "d:sender_domain", "pass", "accept"},
};

static void
explains(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct board *board = take(cases[i].conf);
		struct explain_message message = {.from = cases[i].from,
		    .to = cases[i].to,
		    .user = cases[i].user};
		char rules[256], *reason = NULL;
		json_t *door;

		print_message("%zu\n", i);
		if (cases[i].client)
			address_parse(cases[i].client, &message.client);
		assert_int_equal(
		    premise_assume(board, cases[i].assume, &reason), 0);
		door = explain_door(board, &message, cases[i].door);
		write_rules(door, rules, sizeof rules);
		assert_string_equal(text_of(door, "egress"), cases[i].egress);
		assert_string_equal(rules, cases[i].rules);
		assert_string_equal(text_of(door, "action"), cases[i].action);
		assert_string_equal(text_of(door, "answer"), cases[i].answer);
		json_decref(door);
		board_unref(board);
	}
}

#define EXPECTED                                          \
	"expected EGRESS=STATE, domain:DOMAIN=STATE, "    \
	"receiver:NAME=blocked or ROUTE=unusable, where " \
	"STATE is listed, clean or unknown"

static void
takes_assumptions(void **state)
{
	static const struct {
		const char *text, *want;
	} wrong[] = {
	    {"main", "found \"main\", " EXPECTED},
	    {"main=bad", "found \"main=bad\", " EXPECTED},
	    {"domain:example.com", "found \"domain:example.com\", " EXPECTED},
	    {"domain:localhost=listed", "\"localhost\" is no domain"},
	    {"domain:=listed", "\"\" is no domain"},
	    {"domain:Twice.test.=clean", "\"twice.test\" is assumed twice"},
	    {"mai=listed", "there is no egress \"mai\""},
	    {"=listed", "there is no egress \"\""},
	    {"receiver:big.test", "found \"receiver:big.test\", " EXPECTED},
	    {"receiver:big.test=listed",
		"found \"listed\" of a receiver, expected open, throttled or "
		"blocked"},
	    {"receiver:big=blocked",
		"found receiver \"big\", expected one of the directory, or a "
		"domain"},
	    {"receiver:big.test@mai=blocked", "there is no egress \"mai\""},
	    {"receiver:twice.test=open", "\"twice.test\" is assumed twice"},
	    {"main=unusable", "there is no route \"main\""},
	};
	struct board *board = take(BASE);
	char *none = NULL;

	(void)state;
	assert_int_equal(
	    premise_assume(board, "domain:twice.test=listed", &none), 0);
	assert_int_equal(
	    premise_assume(board, "receiver:Twice.test@main=blocked", &none),
	    0);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		char *reason = NULL;

		assert_int_equal(
		    premise_assume(board, wrong[i].text, &reason), -1);
		assert_string_equal(reason, wrong[i].want);
		free(reason);
	}
	board_unref(board);
}

/* The route that would have been taken, and why it is not. */
static void
passes_over_a_route(void **state)
{
	struct explain_message message = {
	    .from = "a@ours.test", .to = "b@x.test", .mailer = "smtp"};
	struct board *board =
	    take(BASE "policy = ( { name = \"all\"; then = \"reroute\"; "
		      "via = \"one\"; otherwise = \"hold\"; } );");
	char *reason = NULL;
	json_t *door, *passed_over;

	(void)state;
	assert_int_equal(premise_assume(board, "main=listed", &reason), 0);
	assert_int_equal(premise_assume(board, "one=unusable", &reason), 0);
	door = explain_door(board, &message, DOOR_MILTER);
	assert_string_equal(text_of(door, "action"), "hold");
	assert_string_equal(text_of(door, "note"), "no route of via is usable");
	passed_over = json_object_get(door, "passed_over");
	assert_int_equal(json_array_size(passed_over), 1);
	assert_string_equal(
	    text_of(json_array_get(passed_over, 0), "route"), "one");
	assert_string_equal(
	    text_of(json_array_get(passed_over, 0), "cause"), "assumed");
	json_decref(door);
	board_unref(board);
}

#define RECEIVER_POLICY                                              \
	"policy = ( { name = \"pa\"; receivers = \"slow.test\"; "    \
	"then = \"wait\"; }, { name = \"all\"; then = \"reroute\"; " \
	"via = \"one\"; } );"
#define ALONE                                                             \
	"providers = \"p.conf\"; mode = \"enforce\"; "                    \
	"egress = ( { name = \"main\"; addresses = \"192.0.2.5\"; } ); "  \
	"lists = ( { list = \"alpha\"; } ); local_domains = "             \
	"\"ours.test\"; "                                                 \
	"routes = ( { name = \"one\"; nexthop = \"smtp:[h.test]\"; } ); " \
	"reroute_by = \"map\"; "

/* Mail for a receiver that blocks us moves, and no other. */
static void
knows_receivers(void **state)
{
	static const struct {
		const char *receiver, *assume, *state, *rules, *answer;
		enum door door;
	} moved[] = {
	    {"big.test", "receiver:big.test=blocked", "blocked",
		"pa:receivers all:!", "OK smtp:[h.test]", DOOR_RECIPIENT},
	    {"big.test", "receiver:BIG.test@main=blocked", "blocked",
		"pa:receivers all:!", "OK smtp:[h.test]", DOOR_RECIPIENT},
	    {"slow.test", "receiver:slow.test=blocked", "blocked", "pa:! all:",
		"OK egress-wait:4.7.1 192.0.2.5 is blocked by slow.test",
		DOOR_RECIPIENT},
	    {"else.test", "receiver:big.test=blocked", "open",
		"pa:receivers all:", "NOTFOUND ", DOOR_RECIPIENT},
	    {"big.test", "receiver:big.test=throttled", "throttled",
		"pa:receivers all:", "NOTFOUND ", DOOR_RECIPIENT},
	    {NULL, "receiver:big.test=blocked", NULL,
		"pa:receivers all:", "NOTFOUND ", DOOR_RECIPIENT},
	    {"big.test", "receiver:big.test=blocked", "",
		"pa:receivers all:", "NOTFOUND ", DOOR_SENDER},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(moved); i++) {
		struct board *board = take(ALONE RECEIVER_POLICY);
		struct explain_message message = {.from = "a@ours.test",
		    .to = "b@company.test",
		    .receiver = moved[i].receiver};
		char rules[256], *reason = NULL;
		json_t *door, *receiver;

		print_message("%zu\n", i);
		assert_int_equal(
		    premise_assume(board, moved[i].assume, &reason), 0);
		door = explain_door(board, &message, moved[i].door);
		receiver = json_object_get(door, "receiver");
		write_rules(door, rules, sizeof rules);
		assert_string_equal(rules, moved[i].rules);
		assert_string_equal(text_of(door, "answer"), moved[i].answer);
		if (!moved[i].state)
			assert_true(json_is_null(receiver));
		else
			assert_string_equal(
			    text_of(receiver, "state"), moved[i].state);
		json_decref(door);
		board_unref(board);
	}
}

/* An egress whose address is for the network to tell has none yet. */
static void
assumes_of_an_egress_without_address(void **state)
{
	char *reason = NULL;
	struct board *board =
	    take("providers = \"p.conf\"; lists = ( { list = \"alpha\"; } ); "
		 "egress = ( { name = \"main\"; addresses = \"auto\"; } ); "
		 "policy = ( { name = \"all\"; then = \"hold\"; } );");

	(void)state;
	assert_int_equal(premise_assume(board, "main=listed", &reason), 0);
	assert_int_equal(board->egresses[0].state, STANDING_LISTED);
	assert_int_equal(board->egresses[0].address.family, 0);
	board_unref(board);
}

static void
reads_the_status(void **state)
{
	static const char text[] =
	    "{\"egress\": [{\"name\": \"main\", \"standing\": \"listed\","
	    " \"since\": \"2026-11-21T17:00:00Z\", \"address\": \"192.0.2.7\","
	    " \"blocked_by\": \"P A\", \"removal\": \"https://p.test\"},"
	    " {\"name\": \"gone\", \"standing\": \"listed\"}],"
	    " \"receivers\": [{\"name\": \"Big\", \"egress\": \"main\","
	    " \"state\": \"blocked\", \"since\": \"2026-11-21T17:00:00Z\","
	    " \"blocked_by\": \"Big (P A)\", \"removal\": \"\"},"
	    " {\"name\": \"Big\", \"egress\": \"gone\","
	    " \"state\": \"blocked\"}]}";
	const struct board_receiver *receiver;
	json_t *status = json_loads(text, 0, NULL);
	struct board *board;

	(void)state;
	board_unref(take(BASE));
	board =
	    premise_of_status(config, status, 1795280400 + 90); /* 17:01:30 */
	assert_int_equal(board->egresses[0].state, STANDING_UNKNOWN);
	assert_int_equal(board->egresses[1].state, STANDING_LISTED);
	assert_int_equal(board->egresses[1].listed_for_ms, 90 * CLOCK_SEC);
	assert_int_equal(board->egresses[1].address.bytes[3], 7);
	assert_string_equal(board->egresses[1].blocked_by, "P A");
	assert_int_equal(board->receiver_count, 1);
	receiver = board_find_receiver(board, 1, "Big");
	assert_non_null(receiver);
	assert_true(receiver->is_gated);
	assert_int_equal(receiver->for_ms, 90 * CLOCK_SEC);
	assert_string_equal(receiver->blocked_by, "Big (P A)");
	board_unref(board);
	json_decref(status);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(explains),
	    cmocka_unit_test(takes_assumptions),
	    cmocka_unit_test(assumes_of_an_egress_without_address),
	    cmocka_unit_test(knows_receivers),
	    cmocka_unit_test(passes_over_a_route),
	    cmocka_unit_test(reads_the_status),
	};

	return cmocka_run_group_tests(tests, setup, clear);
}
