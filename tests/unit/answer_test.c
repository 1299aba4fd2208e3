/* What the map is answered, and what the milter foresees of it. */
#include "gate_scene.h"

#include "base/line.h"
#include "policy/wording.h"

#include <string.h>

#define RULES_MAX 3

static struct route routes[] = {
    {.name = "smarthost", .nexthop = "smtp:[smart.test]:587"},
    {.name = "second", .nexthop = "smtp-second:"},
};

#define BY(n) .via = (const struct route *[]){&routes[n]}, .via_count = 1
#define VIA(n) .then = ACTION_REROUTE, BY(n)
#define ALL                           \
	{                             \
		.name = "all", VIA(0) \
	}
#define TO_X(...)                                                          \
	{                                                                  \
		.name = "x", .recipients = STRINGS("@x.test"), __VA_ARGS__ \
	}
#define WAIT(...)                                                \
	{                                                        \
		.name = "wait", .then = ACTION_WAIT, __VA_ARGS__ \
	}
#define BOB STRINGS("bob")

static struct egress one_egress[] = {{.name = "main"}};
static struct egress two_egresses[] = {
    {.name = "news", .senders = STRINGS("@news.test", "<>")},
    {.name = "main"},
};

enum listed { NOBODY, FIRST, LAST };

static const struct strings local = STRINGS("local.test");

#define OK_SMART "OK smtp:[smart.test]:587"
#define OK_SECOND "OK smtp-second:"
#define OK_WAIT "OK egress-wait:4.7.1 192.0.2.1 is blocked by P \\\"A\\\""
#define OK_RETURNING                                                    \
	"OK egress-wait:4.7.1 192.0.2.1 was blocked until lately, and " \
	"comes back in steps"
#define NONE "NOTFOUND "

static const struct answer_case {
	const char *name;
	enum listed listed;
	bool has_two_egresses, has_no_local_domains;
	enum door door;
	const char *key;
	struct rule rules[RULES_MAX];
	const char *want;
	int64_t listed_for_ms;
} cases[] = {
    {"nothing is listed", NOBODY, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {ALL}, .want = NONE},
    {"a sender", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {ALL}, .want = OK_SMART},
    {"a sender with a quoted local part", FIRST, .door = DOOR_SENDER,
	.key = "\"a @ b\"@ours.test", .rules = {ALL}, .want = OK_SMART},
    {"the null sender", FIRST, .door = DOOR_SENDER, .key = "", .rules = {ALL},
	.want = OK_SMART},
    {"no policy", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.want = NONE},
    {"a recipient", FIRST, .door = DOOR_RECIPIENT, .key = "b@x.test",
	.rules = {ALL}, .want = OK_SMART},
    {"a recipient of ours", FIRST, .door = DOOR_RECIPIENT,
	.key = "b@LOCAL.test", .rules = {ALL}, .want = NONE},
    {"a recipient without a domain", FIRST, .door = DOOR_RECIPIENT, .key = "*",
	.rules = {ALL}, .want = NONE},
    {"who is local is not known", FIRST, .has_no_local_domains = true,
	.door = DOOR_RECIPIENT, .key = "b@x.test", .rules = {TO_X(VIA(0))},
	.want = NONE},
    {"that is no matter to a sender", FIRST, .has_no_local_domains = true,
	.door = DOOR_SENDER, .key = "a@ours.test", .rules = {ALL},
	.want = OK_SMART},

    /* egresses */
    {"the sender's egress", FIRST, true, .door = DOOR_SENDER,
	.key = "a@news.test", .rules = {ALL}, .want = OK_SMART},
    {"the null sender's egress", FIRST, true, .door = DOOR_SENDER, .key = "",
	.rules = {ALL}, .want = OK_SMART},
    {"not the sender's egress", FIRST, true, .door = DOOR_SENDER,
	.key = "a@ours.test", .rules = {ALL}, .want = NONE},
    {"a recipient leaves by the egress without senders", FIRST, true,
	.door = DOOR_RECIPIENT, .key = "b@x.test", .rules = {TO_X(VIA(0))},
	.want = NONE},
    {"and that is listed", LAST, true, .door = DOOR_RECIPIENT,
	.key = "b@x.test", .rules = {TO_X(VIA(0))}, .want = OK_SMART},
    {"senders matter, so theirs is the answer", LAST, true,
	.door = DOOR_RECIPIENT, .key = "b@x.test", .rules = {ALL},
	.want = NONE},

    /* conditions */
    {"senders that hold", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {{.name = "a", .senders = STRINGS("a@"), VIA(1)}, ALL},
	.want = OK_SECOND},
    {"senders that do not", FIRST, .door = DOOR_SENDER, .key = "b@ours.test",
	.rules = {{.name = "a", .senders = STRINGS("a@"), VIA(1)}, ALL},
	.want = OK_SMART},
    {"recipients are not seen", FIRST, .door = DOOR_SENDER,
	.key = "a@ours.test", .rules = {TO_X(VIA(1)), ALL}, .want = OK_SMART},
    {"recipients that hold", FIRST, .door = DOOR_RECIPIENT, .key = "b@x.test",
	.rules = {TO_X(VIA(1)), ALL}, .want = OK_SECOND},
    {"senders are not seen, not even any", FIRST, .door = DOOR_RECIPIENT,
	.key = "b@x.test",
	.rules = {{.name = "a", .senders = STRINGS("*"), VIA(0)}},
	.want = NONE},
    {"users are not seen", FIRST, .door = DOOR_SENDER, .key = "bob",
	.rules = {{.name = "a", .users = BOB, VIA(0)}}, .want = NONE},

    /* actions */
    {"pass before all", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {{.name = "let", .then = ACTION_PASS}, ALL}, .want = NONE},
    {"hold is the milter's", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {{.name = "h", .then = ACTION_HOLD}, ALL}, .want = NONE},
    {"defer is the milter's", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {{.name = "h", .then = ACTION_DEFER}, ALL}, .want = NONE},
    {"wait", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {WAIT(.wait_at_most_ms = 1000)}, .want = OK_WAIT,
	.listed_for_ms = 999},
    {"waited for long enough", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {WAIT(.wait_at_most_ms = 1000)}, .want = NONE,
	.listed_for_ms = 1000},
    {"then another way", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {{.name = "wait",
	    BY(1),
	    .then = ACTION_WAIT,
	    .wait_at_most_ms = 1000,
	    .then_after = ACTION_REROUTE}},
	.want = OK_SECOND, .listed_for_ms = 1000},
    {"no route, so wait", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {{.name = "r",
	    .then = ACTION_REROUTE,
	    .otherwise = ACTION_WAIT,
	    .wait_at_most_ms = 1000}},
	.want = OK_WAIT},
    {"no route, and waited", FIRST, .door = DOOR_SENDER, .key = "a@ours.test",
	.rules = {{.name = "r",
	    .then = ACTION_REROUTE,
	    .otherwise = ACTION_WAIT,
	    .wait_at_most_ms = 1000}},
	.want = NONE, .listed_for_ms = 1000},
};

static void
prepare(struct gate_scene *scene, const struct answer_case *c)
{
	struct config config = {
	    .reroute_by = REROUTE_BY_MAP,
	    .egresses = c->has_two_egresses ? two_egresses : one_egress,
	    .egress_count = c->has_two_egresses ? 2 : 1,
	    .routes = routes,
	    .route_count = COUNT(routes),
	};
	size_t listed = c->listed == LAST ? config.egress_count - 1 : 0;

	if (!c->has_no_local_domains)
		config.local_domains = local;
	gate_scene_set(scene, &config, c->rules, RULES_MAX);
	if (c->listed == NOBODY)
		return;
	gate_scene_list(scene, listed);
	scene->standings[listed].listed_for_ms = c->listed_for_ms;
}

static void
answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct answer_case *c = &cases[i];
		struct gate_scene scene;

		print_message("%s\n", c->name);
		prepare(&scene, c);
		gate_scene_answers(&scene, c->door, c->key, NULL, c->want);
	}
}

/* The first usable route of via, else what otherwise says; what the map cannot
   do with mail in the queue it makes wait. */
static const struct {
	const char *name;
	const char *causes[2]; /* why a route is not usable; NULL: it is */
	enum action otherwise;
	int64_t listed_for_ms;
	const char *want;
} passed_over[] = {
    {"both usable", {NULL, NULL}, ACTION_WAIT, 0, OK_SMART},
    {"the first is not", {"listed", NULL}, ACTION_WAIT, 0, OK_SECOND},
    {"the second is not", {NULL, "down"}, ACTION_WAIT, 0, OK_SMART},
    {"none is: wait", {"listed", "down"}, ACTION_WAIT, 0, OK_WAIT},
    {"none is: pass", {"listed", "down"}, ACTION_PASS, 0, NONE},
    {"hold what is queued", {"a", "b"}, ACTION_HOLD, 0, OK_WAIT},
    {"defer what is queued", {"a", "b"}, ACTION_DEFER, 0, OK_WAIT},
    {"but not for ever", {"a", "b"}, ACTION_HOLD, 1000, NONE},
};

static void
passes_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(passed_over); i++) {
		struct answer_case c = {.listed = FIRST,
		    .rules = {{.name = "all",
			.then = ACTION_REROUTE,
			.via = (const struct route *[]){&routes[0], &routes[1]},
			.via_count = 2,
			.otherwise = passed_over[i].otherwise,
			.wait_at_most_ms = 1000}},
		    .listed_for_ms = passed_over[i].listed_for_ms};
		struct board_route entries[COUNT(routes)] = {0};
		struct gate_scene scene;

		print_message("%s\n", passed_over[i].name);
		prepare(&scene, &c);
		scene.board.routes = entries;
		for (size_t k = 0; k < COUNT(routes); k++)
			entries[k].is_usable = !passed_over[i].causes[k];
		gate_scene_answers(&scene, DOOR_SENDER, "a@ours.test", NULL,
		    passed_over[i].want);
	}
}

/* After a listing. Of 30 percent "b.test" is one and "a.test" is not. */
static const struct {
	const char *name;
	enum door door;
	const char *key;
	int share;
	struct rule rule;
	const char *want;
} returning[] = {
    {"of the share", DOOR_RECIPIENT, "x@b.test", 30, ALL, NONE},
    {"of the rest", DOOR_RECIPIENT, "x@a.test", 30, ALL, OK_SMART},
    {"whoever it is there", DOOR_RECIPIENT, "\"y z\"@A.TEST", 30, ALL,
	OK_SMART},
    {"a larger share", DOOR_RECIPIENT, "x@a.test", 99, ALL, NONE},
    {"the recipient decides", DOOR_SENDER, "x@a.test", 30, ALL, NONE},
    {"the rest waits on", DOOR_RECIPIENT, "x@a.test", 30,
	WAIT(.wait_at_most_ms = 0), OK_RETURNING},
    {"where senders matter they decide", DOOR_SENDER, "x@a.test", 30,
	{.name = "s", .senders = STRINGS("x@a.test"), VIA(0)}, OK_SMART},
    {"and not the recipient", DOOR_RECIPIENT, "x@a.test", 30,
	{.name = "s", .senders = STRINGS("x@a.test"), VIA(0)}, NONE},
};

static void
comes_back(void **state)
{
	static struct return_step steps[] = {{30, 1000}};

	(void)state;
	for (size_t i = 0; i < COUNT(returning); i++) {
		struct answer_case c = {
		    .listed = NOBODY, .rules = {returning[i].rule}};
		struct gate_scene scene;

		print_message("%s\n", returning[i].name);
		prepare(&scene, &c);
		scene.config.return_steps = steps;
		scene.config.return_step_count = COUNT(steps);
		scene.standings[0].is_returning = true;
		scene.standings[0].direct_share = returning[i].share;
		gate_scene_answers(&scene, returning[i].door, returning[i].key,
		    NULL, returning[i].want);
	}
}

/* The milter says of a message what the map will do with it. */
static const struct {
	const char *name;
	struct recipient recipients[2];
	size_t recipient_count;
	const char *user;
	struct rule rules[RULES_MAX];
	enum action want;
	const char *want_rule, *want_route;
	size_t want_count;
} foreseen[] = {
    {"a reroute", {{"b@x.test", "smtp", NULL}}, 1, NULL, {ALL}, ACTION_REROUTE,
	"all", "smarthost", 1},
    {"the mailer is already that of the map",
	{{"b@x.test", "smtp-second", NULL}}, 1, NULL, {ALL}, ACTION_REROUTE,
	"all", "smarthost", 1},
    {"or waits already", {{"b@x.test", "egress-wait", NULL}}, 1, NULL,
	{WAIT(.wait_at_most_ms = 0)}, ACTION_WAIT, "wait", NULL, 1},
    {"a rule that only the milter sees reroutes nothing",
	{{"b@x.test", "smtp", NULL}}, 1, "bob",
	{{.name = "u", .users = BOB, VIA(0)}}, ACTION_PASS, NULL, NULL, 1},
    {"but holds", {{"b@x.test", "smtp", NULL}}, 1, "bob",
	{{.name = "u", .users = BOB, .then = ACTION_HOLD}, ALL}, ACTION_HOLD,
	"u", NULL, 1},
    {"a pass is no shield for another recipient",
	{{"b@x.test", "smtp", NULL}, {"c@y.test", "smtp", NULL}}, 2, NULL,
	{TO_X(.then = ACTION_PASS), ALL}, ACTION_REROUTE, "all", "smarthost",
	2},
    {"the recipient's answer comes first", {{"b@x.test", "smtp", NULL}}, 1,
	NULL, {TO_X(VIA(1)), ALL}, ACTION_REROUTE, "x", "second", 1},
    {"for any recipient",
	{{"c@y.test", "smtp", NULL}, {"b@x.test", "smtp", NULL}}, 2, NULL,
	{TO_X(VIA(1))}, ACTION_REROUTE, "x", "second", 2},
    {"local mail is nobody's concern", {{"c@local.test", "virtual", NULL}}, 1,
	NULL, {ALL}, ACTION_PASS, NULL, NULL, 0},
};

static void
foresees(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(foreseen); i++) {
		struct answer_case c = {.listed = FIRST};
		struct facts facts = {.sender = "a@ours.test",
		    .user = foreseen[i].user,
		    .recipients = foreseen[i].recipients,
		    .recipient_count = foreseen[i].recipient_count};
		struct gate_scene scene;
		struct verdict verdict;

		print_message("%s\n", foreseen[i].name);
		memcpy(c.rules, foreseen[i].rules, sizeof c.rules);
		prepare(&scene, &c);
		scene.config.outbound_mailers = (struct strings)STRINGS("smtp");
		gate_decide(&scene.board, &facts, &verdict);
		assert_int_equal(verdict.action, foreseen[i].want);
		assert_int_equal(
		    verdict.outbound_count, foreseen[i].want_count);
		assert_same_name(verdict.rule ? verdict.rule->name : NULL,
		    foreseen[i].want_rule);
		assert_same_name(verdict.route ? verdict.route->name : NULL,
		    foreseen[i].want_route);
	}
}

static void
tells_of_an_answer(void **state)
{
	struct gate_scene scene;
	struct verdict verdict;
	struct line line;

	(void)state;
	prepare(&scene, &cases[1]);
	gate_answer(&scene.board, DOOR_SENDER, "a\n@ours.test", NULL, &verdict);
	verdict_line_of_answer(
	    &line, &verdict, DOOR_SENDER, "a\n@ours.test", MODE_ENFORCE);
	assert_string_equal(line.text,
	    "gate: door=sender action=reroute via=smarthost egress=main "
	    "address=192.0.2.1 blocked-by=\"P \\\"A\\\"\" rule=all "
	    "from=\"<a\\x0a@ours.test>\" mode=enforce");
	verdict_line_of_answer(
	    &line, &verdict, DOOR_RECIPIENT, "b@x.test", MODE_ENFORCE);
	assert_non_null(strstr(line.text, " to=<b@x.test> "));
}

/* However long the names are, the answer is whole and fits. */
static void
cuts_long_reasons(void **state)
{
	char blame[2000], text[WORDING_MAX];
	struct board_egress standing = {.blocked_by = blame, .removal = ""};
	struct verdict verdict = {.action = ACTION_WAIT, .standing = &standing};

	(void)state;
	memset(blame, '\n', sizeof blame - 1);
	blame[sizeof blame - 1] = '\0';
	wording_map(text, &verdict);
	assert_true(strlen(text) < WORDING_MAX);
	assert_memory_equal(text, "OK egress-wait:4.7.1 ", 21);
	for (const char *p = text; *p; p++)
		assert_true(*p >= ' ' && *p <= '~');
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(passes_over),
	    cmocka_unit_test(comes_back),
	    cmocka_unit_test(foresees),
	    cmocka_unit_test(tells_of_an_answer),
	    cmocka_unit_test(cuts_long_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
