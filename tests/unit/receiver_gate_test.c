/* What becomes of mail whose receiver blocks us, by its own list. */
#include "gate_scene.h"

#include "base/line.h"

#define RULES_MAX 2

static struct route routes[] = {
    {.name = "smarthost", .nexthop = "smtp:[smart.test]:587"},
};

#define REROUTE                                                          \
	.then = ACTION_REROUTE, .via = (const struct route *[]){routes}, \
	.via_count = 1
#define ALL                            \
	{                              \
		.name = "all", REROUTE \
	}
#define FOR(...)                                                          \
	{                                                                 \
		.name = "for", .receivers = STRINGS(__VA_ARGS__), REROUTE \
	}

#define OK_SMART "OK smtp:[smart.test]:587"
#define NONE "NOTFOUND "

static struct egress one_egress[] = {{.name = "main"}};
static struct egress two_egresses[] = {
    {.name = "news", .senders = STRINGS("@news.test")},
    {.name = "main"},
};
static const struct strings local = STRINGS("local.test");
static const struct strings outbound = STRINGS("smtp");
static struct board_route ways[] = {{.is_usable = true, .cause = ""}};

static char microsoft[] = "Microsoft 365", google[] = "Google",
	    small[] = "small.test", none[] = "",
	    charge[] = "Microsoft 365 (Own list)";

/* Sorted, as board_sort does it. */
static struct board_receiver receivers[] = {
    {.egress = 0,
	.name = google,
	.blocked_by = google,
	.removal = none,
	.state = RECEIVER_THROTTLED},
    {.egress = 0,
	.name = microsoft,
	.blocked_by = charge,
	.removal = none,
	.state = RECEIVER_BLOCKED,
	.for_ms = 5000,
	.is_gated = true},
};

static const struct gate_case {
	const char *name;
	bool is_listed, has_two_egresses, has_no_local_domains;
	const char *key, *receiver;
	struct rule rules[RULES_MAX];
	const char *want;
} cases[] = {
    {"blocked", .key = "a@x.test", .receiver = microsoft, .rules = {ALL},
	.want = OK_SMART},
    {"throttled only", .key = "a@x.test", .receiver = google, .rules = {ALL},
	.want = NONE},
    {"another receiver", .key = "a@x.test", .receiver = small, .rules = {ALL},
	.want = NONE},
    {"not known", .key = "a@x.test", .rules = {ALL}, .want = NONE},
    {"a name in other letters is another", .key = "a@x.test",
	.receiver = "microsoft 365", .rules = {ALL}, .want = NONE},
    {"stays here", .key = "a@local.test", .receiver = microsoft, .rules = {ALL},
	.want = NONE},
    {"who is local is not known", .has_no_local_domains = true,
	.key = "a@x.test", .receiver = microsoft, .rules = {ALL}, .want = NONE},
    {"without a rule", .key = "a@x.test", .receiver = microsoft, .want = NONE},
    {"a rule for it", .key = "a@x.test", .receiver = microsoft,
	.rules = {FOR("Microsoft 365")}, .want = OK_SMART},
    {"a rule for any", .key = "a@x.test", .receiver = microsoft,
	.rules = {FOR("*")}, .want = OK_SMART},
    {"a rule for another", .key = "a@x.test", .receiver = microsoft,
	.rules = {FOR("Google", "small.test")}, .want = NONE},
    {"let it", .key = "a@x.test", .receiver = microsoft,
	.rules = {{.name = "let",
		      .receivers = STRINGS("Microsoft 365"),
		      .then = ACTION_PASS},
	    ALL},
	.want = NONE},
    {"waits", .key = "a@x.test", .receiver = microsoft,
	.rules = {{.name = "wait",
	    .then = ACTION_WAIT,
	    .wait_at_most_ms = 5001}},
	.want = "OK egress-wait:4.7.1 192.0.2.1 is blocked by Microsoft 365 "
		"(Own list)"},
    {"has waited, by the receiver's clock", .key = "a@x.test",
	.receiver = microsoft,
	.rules = {{.name = "wait",
	    .then = ACTION_WAIT,
	    .wait_at_most_ms = 5000}},
	.want = NONE},

    /* The egress is listed: the condition chooses among its mail. */
    {"listed, and a rule for the receiver", true, .key = "a@x.test",
	.receiver = small, .rules = {FOR("small.test")}, .want = OK_SMART},
    {"listed, and a rule for another", true, .key = "a@x.test",
	.receiver = google, .rules = {FOR("small.test")}, .want = NONE},
    {"listed, and nobody knows", true, .key = "a@x.test", .rules = {FOR("*")},
	.want = NONE},

    /* The block is of the first egress; a recipient is thought to leave by
       the one without senders. */
    {"the egress of others", .has_two_egresses = true, .key = "a@x.test",
	.receiver = microsoft, .rules = {FOR("*")}, .want = NONE},
};

static void
prepare(struct gate_scene *scene, const struct gate_case *c)
{
	struct config config = {
	    .reroute_by = REROUTE_BY_MAP,
	    .egresses = c->has_two_egresses ? two_egresses : one_egress,
	    .egress_count = c->has_two_egresses ? 2 : 1,
	    .outbound_mailers = outbound,
	    .routes = routes,
	    .route_count = COUNT(routes),
	};

	if (!c->has_no_local_domains)
		config.local_domains = local;
	gate_scene_set(scene, &config, c->rules, RULES_MAX);
	for (size_t i = 0; c->is_listed && i < config.egress_count; i++)
		gate_scene_list(scene, i);
	scene->board.routes = ways;
	scene->board.receivers = receivers;
	scene->board.receiver_count = COUNT(receivers);
}

static void
answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct gate_case *c = &cases[i];
		struct gate_scene scene;

		print_message("%s\n", c->name);
		prepare(&scene, c);
		gate_scene_answers(
		    &scene, DOOR_RECIPIENT, c->key, c->receiver, c->want);
	}
}

/* What is known of the sender says nothing of the recipients. */
static void
leaves_senders_alone(void **state)
{
	struct gate_scene scene;
	struct verdict verdict;

	(void)state;
	prepare(&scene, &cases[0]);
	gate_answer(&scene.board, DOOR_SENDER, "a@ours.test", NULL, &verdict);
	assert_int_equal(verdict.action, ACTION_PASS);
	assert_null(verdict.reception);
}

static void
tells_of_the_reception(void **state)
{
	struct gate_scene scene;
	struct verdict verdict;

	(void)state;
	prepare(&scene, &cases[0]);
	gate_answer(&scene.board, DOOR_RECIPIENT, "a@x.test", google, &verdict);
	assert_ptr_equal(verdict.reception, &receivers[0]);
	assert_false(verdict.is_gated);
	gate_answer(
	    &scene.board, DOOR_RECIPIENT, "a@local.test", google, &verdict);
	assert_null(verdict.reception);
	gate_answer(&scene.board, DOOR_RECIPIENT, "a@x.test", small, &verdict);
	assert_null(verdict.reception);
	scene.standings[0].state = STANDING_LISTED;
	gate_answer(&scene.board, DOOR_RECIPIENT, "a@x.test", google, &verdict);
	assert_null(verdict.reception);
}

/* One message for several receivers, at the milter. */
static void
decides_for_a_message(void **state)
{
	const struct recipient recipients[] = {
	    {"a@free.test", "smtp", google},
	    {"b@x.test", "smtp", microsoft},
	    {"c@y.test", "smtp", microsoft},
	    {"d@local.test", "virtual", microsoft},
	    {"e@z.test", "smtp", NULL},
	};
	const struct facts facts = {.sender = "a@ours.test",
	    .recipients = recipients,
	    .recipient_count = COUNT(recipients)};
	struct gate_scene scene;
	struct verdict verdict;
	struct line line;

	(void)state;
	prepare(&scene, &cases[0]);
	for (int by_header = 0; by_header < 2; by_header++) {
		scene.config.reroute_by =
		    by_header ? REROUTE_BY_HEADER : REROUTE_BY_MAP;
		gate_decide(&scene.board, &facts, &verdict);
		verdict_line(
		    &line, &verdict, &facts, MODE_ENFORCE, "4F232A72072", NULL);
		assert_string_equal(line.text,
		    "gate: qid=4F232A72072 action=reroute via=smarthost "
		    "egress=main address=192.0.2.1 "
		    "blocked-by=\"Microsoft 365 (Own list)\" rule=all "
		    "from=<a@ours.test> rcpts=2 mode=enforce");
	}
}

static const struct {
	bool is_listed, has_rule, has_receivers, want;
} wants[] = {
    {false, false, false, false},
    {false, true, false, false},
    {true, false, false, false},
    {true, true, false, true},
    {false, false, true, true},
};

/* Else each recipient's domain would cost a question. */
static void
asks_only_where_it_matters(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wants); i++) {
		struct gate_case c = cases[0];
		struct gate_scene scene;

		c.is_listed = wants[i].is_listed;
		if (wants[i].has_rule)
			c.rules[0] = (struct rule)FOR("*");
		prepare(&scene, &c);
		if (!wants[i].has_receivers)
			scene.board.receiver_count = 0;
		assert_int_equal(
		    gate_wants_receivers(&scene.board), wants[i].want);
	}
}

/* What is known and moves nothing does not close it. */
static void
is_open_while_nothing_is_listed(void **state)
{
	struct board_domain domain = {
	    .name = "ours.test", .state = STANDING_CLEAN};
	struct board_receiver throttled = receivers[0];
	struct gate_case c = {.has_two_egresses = true};
	struct gate_scene scene;

	(void)state;
	prepare(&scene, &c);
	scene.board.domains = &domain;
	scene.board.domain_count = 1;
	scene.board.receivers = &throttled;
	scene.board.receiver_count = 1;
	scene.standings[0].state = STANDING_UNKNOWN;
	assert_true(gate_is_open(&scene.board));

	scene.standings[1].state = STANDING_LISTED;
	assert_false(gate_is_open(&scene.board));
	scene.standings[1].state = STANDING_CLEAN;
	scene.standings[1].is_returning = true;
	assert_false(gate_is_open(&scene.board));
	scene.standings[1].is_returning = false;
	domain.state = STANDING_LISTED;
	assert_false(gate_is_open(&scene.board));
	domain.state = STANDING_CLEAN;
	throttled.is_gated = true;
	assert_false(gate_is_open(&scene.board));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(leaves_senders_alone),
	    cmocka_unit_test(tells_of_the_reception),
	    cmocka_unit_test(decides_for_a_message),
	    cmocka_unit_test(asks_only_where_it_matters),
	    cmocka_unit_test(is_open_while_nothing_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
