/* What becomes of mail whose sender's domain is listed. */
#include "gate_scene.h"

#define RECIPIENTS_MAX 4
#define RULES_MAX 3

static struct egress egress = {.name = "main"};
static const struct route smarthost = {.name = "smarthost"};

static const struct config settings = {
    .egresses = &egress,
    .egress_count = 1,
    .outbound_mailers = STRINGS("smtp"),
    .local_domains = STRINGS("example.com"),
};

#define TO_BOB .recipients = {{"bob@example.net", "smtp", NULL}}
#define ALL                                                                 \
	{                                                                   \
		.name = "all", .then = ACTION_REROUTE,                      \
		.via = (const struct route *[]){&smarthost}, .via_count = 1 \
	}
#define LISTED_DOMAIN(...)                                     \
	{                                                      \
		.name = "domain", .wants_listed_domain = true, \
		.then = ACTION_HOLD, __VA_ARGS__               \
	}

/* "ours.test" is listed and "news.ours.test" by it, "clean.test" is not. */
static const struct domain_case {
	const char *name;
	bool is_listed; /* the egress */
	const char *sender;
	struct recipient recipients[RECIPIENTS_MAX];
	struct rule rules[RULES_MAX];
	enum action want;
	const char *want_rule;
	bool want_gated, want_domain;
	size_t want_count;
} domain_cases[] = {
    {"a listed domain, a clean egress", false, "a@ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_HOLD, "domain", true, true, 1},
    {"in other letters", false, "a@Ours.TEST", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_HOLD, "domain", true, true, 1},
    {"a subdomain that was seen", false, "a@news.ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_HOLD, "domain", true, true, 1},
    {"a subdomain that was not", false, "a@other.ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_PASS},
    {"a clean domain", false, "a@clean.test", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_PASS},
    {"the null sender", false, "", TO_BOB, .rules = {LISTED_DOMAIN()},
	ACTION_PASS},
    {"a sender without a domain", false, "ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_PASS},
    {"mail that stays", false, "a@ours.test",
	.recipients = {{"bob@example.com", NULL, NULL}},
	.rules = {LISTED_DOMAIN()}, ACTION_PASS},
    {"all that leave are counted", false, "a@ours.test",
	.recipients = {{"bob@example.net", NULL, NULL},
	    {"bob@example.com", NULL, NULL}, {"eve@example.net", NULL, NULL}},
	.rules = {LISTED_DOMAIN()}, ACTION_HOLD, "domain", true, true, 2},
    {"no rule for it", false, "a@ours.test", TO_BOB, .rules = {ALL},
	ACTION_PASS, NULL, true, true, 1},
    {"another condition that does not hold", false, "a@ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN(.senders = STRINGS("b@ours.test"))},
	ACTION_PASS, NULL, true, true, 1},
    {"both listed, the domain's rule first", true, "a@ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN(), ALL}, ACTION_HOLD, "domain", true, true, 1},
    {"both listed, the egress's rule first", true, "a@ours.test", TO_BOB,
	.rules = {ALL, LISTED_DOMAIN()}, ACTION_REROUTE, "all", true, false, 1},
    {"both listed, no rule", true, "a@ours.test", TO_BOB, .rules = {{0}},
	ACTION_PASS, NULL, true, false, 1},
    {"only the egress listed", true, "a@clean.test", TO_BOB,
	.rules = {LISTED_DOMAIN(), ALL}, ACTION_REROUTE, "all", true, false, 1},
};

static struct board_domain domains[] = {
    {.name = "clean.test", .subject = "clean.test", .state = STANDING_CLEAN},
    {.name = "news.ours.test",
	.subject = "ours.test",
	.blocked_by = "Spamhaus DBL",
	.removal = "",
	.state = STANDING_LISTED},
    {.name = "ours.test",
	.subject = "ours.test",
	.blocked_by = "Spamhaus DBL",
	.removal = "",
	.state = STANDING_LISTED},
};

static void
test_listed_domain(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(domain_cases); i++) {
		const struct domain_case *c = &domain_cases[i];
		struct facts facts = {
		    .sender = c->sender,
		    .recipients = c->recipients,
		    .recipient_count =
			recipients_given(c->recipients, RECIPIENTS_MAX),
		};
		struct gate_scene scene;
		struct blame blame;
		struct verdict got;

		print_message("%s\n", c->name);
		gate_scene_set(&scene, &settings, c->rules, RULES_MAX);
		scene.board.domains = domains;
		scene.board.domain_count = COUNT(domains);
		if (c->is_listed)
			gate_scene_list(&scene, 0);
		gate_decide(&scene.board, &facts, &got);
		assert_int_equal(got.action, c->want);
		assert_same_name(
		    got.rule ? got.rule->name : NULL, c->want_rule);
		assert_int_equal(got.is_gated, c->want_gated);
		assert_int_equal(got.domain != NULL, c->want_domain);
		assert_int_equal(got.outbound_count, c->want_count);
		assert_false(gate_is_open(&scene.board));
		if (!got.domain)
			continue;
		verdict_blame(&got, &blame);
		assert_string_equal(blame.subject, "ours.test");
		assert_string_equal(blame.blocked_by, "Spamhaus DBL");
	}
}

static void
test_usual_of_a_domain(void **state)
{
	struct rule rules[] = {
	    ALL,
	    LISTED_DOMAIN(.users = STRINGS("bob")),
	    {.name = "later",
		.wants_listed_domain = true,
		.then = ACTION_DEFER},
	};
	struct gate_scene scene;
	struct verdict got;

	(void)state;
	gate_scene_set(&scene, &settings, rules, COUNT(rules));
	gate_usual_domain(&scene.board, &domains[2], &got);
	assert_int_equal(got.action, ACTION_DEFER);
	gate_usual_domain(&scene.board, &domains[0], &got);
	assert_int_equal(got.action, ACTION_PASS);
	assert_false(got.is_gated);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_listed_domain),
	    cmocka_unit_test(test_usual_of_a_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
