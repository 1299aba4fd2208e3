#include "policy/verdict.h"

#include "base/line.h"
#include "policy/facts.h"
#include "standing/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct route smarthost = {.name = "smarthost"};
static const struct rule all = {.name = "all"};
static const struct egress news_egress = {.name = "news"};
static const struct egress main_egress = {.name = "main"};
static const struct board_domain domain = {
    .name = "news.ours.test",
    .subject = "ours.test",
    .blocked_by = "Spamhaus DBL",
    .removal = "",
};

struct line_case {
	const char *name;
	struct verdict verdict;
	struct board_egress standing; /* of the verdict, if it has an egress */
	const char *sender, *user, *queue_id, *cause;
	enum mode mode;
	const char *want;
};

#define LISTED_MAIN   \
	.standing = { \
	    .address = {4, {203, 0, 113, 5}}, .blocked_by = "Spamhaus SBL"}

static const struct line_case line_cases[] = {
    {"the contract's",
	.verdict = {ACTION_REROUTE, &smarthost, &all, &main_egress,
	    .outbound_count = 2, .is_gated = true},
	LISTED_MAIN, .sender = "b@example.com", .user = "bob",
	.queue_id = "4F232A72072", .mode = MODE_ENFORCE,
	.want = "gate: qid=4F232A72072 action=reroute via=smarthost "
		"egress=main address=203.0.113.5 blocked-by=\"Spamhaus SBL\" "
		"rule=all from=<b@example.com> rcpts=2 user=bob mode=enforce"},
    {"monitor, no user, no rule",
	.verdict = {ACTION_PASS, NULL, NULL, &main_egress, .outbound_count = 1,
	    .is_gated = true},
	LISTED_MAIN, .sender = "b@example.com", .queue_id = "4F232A72072",
	.want = "gate: qid=4F232A72072 action=pass egress=main "
		"address=203.0.113.5 blocked-by=\"Spamhaus SBL\" "
		"from=<b@example.com> rcpts=1 mode=monitor"},
    {"the null sender, an IPv6 address, one word of blame",
	.verdict = {ACTION_HOLD, NULL, &all, &news_egress, .outbound_count = 1,
	    .is_gated = true},
	.standing = {.address = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 5}},
	    .blocked_by = "SpamCop"},
	.sender = "", .queue_id = "4F232A72072", .mode = MODE_ENFORCE,
	.want = "gate: qid=4F232A72072 action=hold egress=news "
		"address=2001:db8::5 blocked-by=SpamCop rule=all from=<> "
		"rcpts=1 mode=enforce"},
    {"a listed domain",
	.verdict = {ACTION_HOLD, NULL, &all, &main_egress, .domain = &domain,
	    .outbound_count = 1, .is_gated = true},
	LISTED_MAIN, .sender = "b@news.ours.test", .queue_id = "4F232A72072",
	.mode = MODE_ENFORCE,
	.want = "gate: qid=4F232A72072 action=hold egress=main "
		"domain=ours.test blocked-by=\"Spamhaus DBL\" rule=all "
		"from=<b@news.ours.test> rcpts=1 mode=enforce"},
    {"no verdict but its cause", .verdict = {.action = ACTION_PASS},
	.sender = "b@example.com", .user = "bob", .queue_id = "4F232A72072",
	.cause = "no sign of life", .mode = MODE_ENFORCE,
	.want = "gate: qid=4F232A72072 action=pass from=<b@example.com> "
		"user=bob mode=enforce cause=\"no sign of life\""},
    {"nothing known", .verdict = {.action = ACTION_PASS},
	.want = "gate: action=pass mode=monitor"},
    {"empty is not known",
	.verdict = {ACTION_DEFER, NULL, &all, &main_egress, .outbound_count = 1,
	    .is_gated = true},
	.standing = {.blocked_by = ""}, .sender = "b@example.com", .user = "",
	.queue_id = "", .cause = "",
	.want = "gate: action=defer egress=main rule=all "
		"from=<b@example.com> rcpts=1 mode=monitor"},
    {"foreign text is only text",
	.verdict = {ACTION_PASS, NULL, NULL, &main_egress, .outbound_count = 1,
	    .is_gated = true},
	.standing = {.blocked_by = "a \"b\"\n"},
	.sender = "x> action=hold\r\ngate: <y", .user = "bob mode=enforce",
	.queue_id = "A\033[2J", .cause = "c\td",
	.want = "gate: qid=\"A\\x1b[2J\" action=pass egress=main "
		"blocked-by=\"a \\\"b\\\"\\x0a\" "
		"from=\"<x> action=hold\\x0d\\x0agate: <y>\" rcpts=1 "
		"user=\"bob mode=enforce\" mode=monitor cause=\"c\\x09d\""},
};

static void
test_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(line_cases); i++) {
		const struct line_case *c = &line_cases[i];
		struct facts facts = {.sender = c->sender, .user = c->user};
		struct verdict verdict = c->verdict;
		struct line line;

		print_message("%s\n", c->name);
		if (verdict.egress)
			verdict.standing = &c->standing;
		verdict_line(
		    &line, &verdict, &facts, c->mode, c->queue_id, c->cause);
		assert_string_equal(line.text, c->want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
