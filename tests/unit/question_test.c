/* What a request of the map is about, and Sendmail's answers to it. */
#include "doors/question.h"
#include "policy/gate.h"
#include "policy/wording.h"
#include "standing/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int
read_text(const char *name, const char *key, struct question *out)
{
	return question_read(name, strlen(name), key, strlen(key), out);
}

/* want NULL for both: nobody has an answer to it. */
static const struct {
	const char *name, *key, *sender, *recipient;
	enum door door;
	bool is_queue_run;
} questions[] = {
    {"sender", "a@b.test", "a@b.test", NULL, DOOR_SENDER, false},
    {"sender", "<>", "", NULL, DOOR_SENDER, false},
    {"sender", "\"<>\"", "", NULL, DOOR_SENDER, false},
    {"recipient", "a;b@c.test", NULL, "a;b@c.test", DOOR_RECIPIENT, false},
    {"mailertable", "c.test", NULL, "@c.test", DOOR_MAILERTABLE, false},
    {"mailertable", ".test", NULL, NULL, 0, false},
    {"mailertable", ".", NULL, NULL, 0, false},
    {"delivery", "0;a@b.test;c@d.test", "a@b.test", "c@d.test", DOOR_DELIVERY,
	false},
    {"delivery", ";a@b.test;c@d.test", "a@b.test", "c@d.test", DOOR_DELIVERY,
	true},
    {"delivery", ";;c@d.test", "", "c@d.test", DOOR_DELIVERY, true},
    {"delivery", ";MAILER-DAEMON;c@d.test", "", "c@d.test", DOOR_DELIVERY,
	true},
    {"delivery", "3;x y@b.test;u v@d.test", "x y@b.test", "u v@d.test",
	DOOR_DELIVERY, false},
    /* Quotes are gone, so nobody knows where the recipient begins. */
    {"delivery", "0;a;b@b.test;c@d.test", NULL, NULL, 0, false},
    {"delivery", "0;a@b.test;c;e@d.test", NULL, NULL, 0, false},
    {"delivery", "0;a@b.test;", NULL, NULL, 0, false},
    {"delivery", "0;a@b.test", NULL, NULL, 0, false},
    {"delivery", "a@b.test", NULL, NULL, 0, false},
    {"sender", "", NULL, NULL, 0, false},
    {"Sender", "a@b.test", NULL, NULL, 0, false},
    {"senders", "a@b.test", NULL, NULL, 0, false},
    {"milter", "a@b.test", NULL, NULL, 0, false},
    {"", "a@b.test", NULL, NULL, 0, false},
};

static void
check_text(const char *got, const char *want)
{
	assert_int_equal(!got, !want);
	if (want)
		assert_string_equal(got, want);
}

static void
reads(void **state)
{
	struct question question;

	(void)state;
	for (size_t i = 0; i < COUNT(questions); i++) {
		bool is_one = questions[i].sender || questions[i].recipient;

		print_message("%s %s\n", questions[i].name, questions[i].key);
		assert_int_equal(
		    read_text(questions[i].name, questions[i].key, &question),
		    is_one ? 0 : -1);
		if (!is_one)
			continue;
		assert_int_equal(question.door, questions[i].door);
		check_text(question.sender, questions[i].sender);
		check_text(question.recipient, questions[i].recipient);
		assert_int_equal(
		    question.is_queue_run, questions[i].is_queue_run);
	}
}

static void
reads_no_nul(void **state)
{
	struct question question;

	(void)state;
	assert_int_equal(
	    question_read("sender", 6, "a\0b@c.test", 10, &question), -1);
}

/* ---- answers ------------------------------------------------------------ */

static struct route routes[] = {
    {.name = "smart", .nexthop = "x:", .mailertable = "repgate-587:[h.test]"},
    {.name = "mute", .nexthop = "smtp-third:"},
};

static char *partners[] = {"@partner.test"}, *annas[] = {"anna@ours.test"},
	    *locals[] = {"local.test"}, *bobs[] = {"bob"};

#define VIA(n)                                                               \
	.then = ACTION_REROUTE, .via = (const struct route *[]){&routes[n]}, \
	.via_count = 1
#define LONG_BLAME                                                     \
	"P (100% <sure>), \"no\\\" P P P P P P P P P P P P P P P P P " \
	"P P P P P P P P P P P P P P P P P P P P P P P P P P P P P P " \
	"P P P P P P P P P P P P P P P P P P P P P P P P P P P P P P "

static struct rule usual = {.name = "all", VIA(0)};
static struct rule mute = {.name = "mute", VIA(1)};
static struct rule waits = {.name = "wait", .then = ACTION_WAIT};
static struct rule holds = {.name = "hold", .then = ACTION_HOLD};
static struct rule for_bob = {.name = "bob", .users = {bobs, 1}, VIA(0)};
static struct rule for_both = {
    .name = "both", .senders = {annas, 1}, .recipients = {partners, 1}, VIA(0)};
static struct rule for_partner = {
    .name = "partner", .recipients = {partners, 1}, VIA(0)};

#define ERROR(text) "OK error:4.7.1:\"451 4.7.1 192.0.2.1 is blocked by " text
#define REROUTE "OK repgate-587:[h.test]"
#define NONE "NOTFOUND "

static const struct {
	const char *name, *key;
	struct rule *rule;
	const char *blocked_by, *want;
} answers[] = {
    {"delivery", "0;a@ours.test;b@x.test", &usual, "P", REROUTE},
    {"delivery", ";a@ours.test;b@x.test", &usual, "P", REROUTE},
    {"delivery", ";;b@x.test", &usual, "P", REROUTE},
    {"delivery", ";a@ours.test;b@local.test", &usual, "P", NONE},
    {"delivery", ";a@ours.test;b", &usual, "P", NONE},
    {"delivery", ";a@ours.test;b@x.test", &mute, "P", NONE},
    {"delivery", ";a@ours.test;b@x.test", &holds, "P", NONE},
    {"delivery", ";a@ours.test;b@x.test", &for_bob, "P", NONE},
    {"delivery", ";anna@ours.test;b@partner.test", &for_both, "P", REROUTE},
    {"delivery", ";anna@ours.test;b@x.test", &for_both, "P", NONE},
    {"delivery", ";a@ours.test;b@partner.test", &for_both, "P", NONE},
    {"delivery", "0;a@ours.test;b@X.test", &waits, "P", "OK dsmtp:x.test"},
    {"delivery", "0;a@ours.test;b@[192.0.2.9]", &waits, "P", NONE},
    {"delivery", "0;a@ours.test;b@x:y.test", &waits, "P", NONE},
    {"delivery", "0;a@ours.test;b@x y.test", &waits, "P", NONE},
    {"delivery", ";a@ours.test;b@x.test", &waits, "P", ERROR("P\"")},
    {"delivery", ";a@ours.test;b@x.test", &waits, "a \"b\" 5%\x80",
	ERROR("a /'b/' 5%%/x80\"")},
    {"mailertable", "x.test", &usual, "P", REROUTE},
    {"mailertable", "local.test", &usual, "P", NONE},
    {"mailertable", "x.test", &waits, "P", "OK dsmtp:x.test"},
    {"mailertable", "partner.test", &for_partner, "P", REROUTE},
    {"mailertable", "x.test", &for_partner, "P", NONE},
    {"mailertable", "partner.test", &for_both, "P", NONE},
};

static const char *
answer(const char *name, const char *key, struct rule *rule,
    const char *blocked_by, char text[WORDING_MAX])
{
	struct egress egress = {.name = "main"};
	struct config config = {.mta = MTA_SENDMAIL,
	    .reroute_by = REROUTE_BY_MAP,
	    .egresses = &egress,
	    .egress_count = 1,
	    .local_domains = {locals, 1},
	    .routes = routes,
	    .route_count = COUNT(routes),
	    .rules = rule,
	    .rule_count = 1};
	struct board_egress standing = {.state = STANDING_LISTED,
	    .address = {4, {192, 0, 2, 1}},
	    .blocked_by = (char *)blocked_by,
	    .removal = ""};
	struct board board = {.config = &config, .egresses = &standing};
	struct question question;
	struct verdict verdict;

	assert_int_equal(read_text(name, key, &question), 0);
	question_decide(&board, &question, &verdict);
	return question_answer(text, &question, &verdict);
}

static void
answers_sendmail(void **state)
{
	char text[WORDING_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		print_message("%s %s\n", answers[i].name, answers[i].key);
		assert_string_equal(
		    answer(answers[i].name, answers[i].key, answers[i].rule,
			answers[i].blocked_by, text),
		    answers[i].want);
	}
}

/* Of an answer of 256 bytes Sendmail would make a bounce. */
static void
stays_short(void **state)
{
	char text[WORDING_MAX];
	size_t length;

	(void)state;
	answer("delivery", ";a@ours.test;b@x.test", &waits, LONG_BLAME, text);
	length = strlen(text);
	assert_true(length > 150 && length < 200);
	assert_int_equal(text[length - 1], '"');
	answer("delivery", ";a@ours.test;b@x.test", &waits,
	    "%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%"
	    "%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%",
	    text);
	length = strlen(text);
	assert_true(length < 200);
	assert_int_equal((strrchr(text, '%') - strchr(text, '%')) % 2, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads),
	    cmocka_unit_test(reads_no_nul),
	    cmocka_unit_test(answers_sendmail),
	    cmocka_unit_test(stays_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
