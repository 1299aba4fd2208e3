#include "gate_scene.h"

#include <string.h>

enum { NEWS, BULK, BOSS, MAIN, EGRESSES };

static struct egress egresses[EGRESSES] = {
    [NEWS] = {.name = "news", .senders = STRINGS("@news.example.com", "<>")},
    [BULK] = {.name = "bulk", .mailers = STRINGS("smtp-bulk", "smtp-bulk2")},
    [BOSS] = {.name = "boss",
	.senders = STRINGS("boss@example.com"),
	.mailers = STRINGS("smtp")},
    [MAIN] = {.name = "main"},
};

static const struct config settings = {
    .egresses = egresses,
    .egress_count = EGRESSES,
    .outbound_mailers = STRINGS("smtp", "relay"),
    .local_domains = STRINGS("Example.com", "example.org"),
};

struct outbound_case {
	const char *mailer, *address;
	bool want;
};

static const struct outbound_case outbound_cases[] = {
    {"smtp", "bob@example.net", true},
    {"relay", "bob@example.net", true},
    {"local", "bob@example.net", false},
    {"virtual", "bob@example.net", false},
    /* The MTA knows better than the domain does. */
    {"smtp", "bob@example.com", true},
    {"smtp", "bob", true},
    {"SMTP", "bob@example.net", false},
    {"smtp-", "bob@example.net", false},
    /* Of an egress, though no outbound mailer. */
    {"smtp-bulk", "bob@example.net", true},
    {"smtp-bulk2", "bob@example.net", true},
    {"smtp-bulk3", "bob@example.net", false},
    {NULL, "bob@example.net", true},
    {"", "bob@example.net", true},
    {NULL, "bob@example.com", false},
    {"", "bob@EXAMPLE.com", false},
    {NULL, "bob@example.org", false},
    {NULL, "bob@sub.example.com", true},
    {NULL, "bob@example.co", true},
    {NULL, "\"bob@example.com\"@example.net", true},
    {NULL, "bob@[192.0.2.1]", true},
    {NULL, "bob", false},
    {NULL, "bob@", false},
    {NULL, "", false},
};

static void
test_outbound(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(outbound_cases); i++) {
		const struct outbound_case *c = &outbound_cases[i];
		struct recipient recipient = {c->address, c->mailer, NULL};

		print_message(
		    "%s by %s\n", c->address, c->mailer ? c->mailer : "?");
		assert_int_equal(
		    recipient_is_outbound(&settings, &recipient), c->want);
	}
}

static struct route smarthost = {.name = "smarthost"};
static struct route second = {.name = "second"};

#define VIA(...)                                                              \
	.then = ACTION_REROUTE, .via = (const struct route *[]){__VA_ARGS__}, \
	.via_count =                                                          \
	    sizeof((const struct route *[]){__VA_ARGS__}) / sizeof(void *)

#define ALL                                             \
	{                                               \
		.name = "all", VIA(&smarthost, &second) \
	}

static const struct address no_client;
static const struct address office = {4, {192, 0, 2, 77}};
static const struct address office6 = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};

#define OFFICE    \
	NETWORKS( \
	    {{4, {192, 0, 2, 64}}, 26}, {{6, {0x20, 0x01, 0x0d, 0xb8}}, 32})

#define BIT(egress) (1U << (egress))
#define RECIPIENTS_MAX 4
#define RULES_MAX 3

/* Who wants no egress expects none, and no recipients counted. */
struct gate_case {
	const char *name;
	unsigned listed; /* the egresses that are */
	const char *sender, *user;
	const struct address *client; /* NULL: not known */
	struct recipient recipients[RECIPIENTS_MAX];
	struct rule rules[RULES_MAX];
	enum action want;
	const char *want_rule;
	const struct route *want_route;
	const char *want_egress;
	size_t want_count;
};

#define FROM_A .sender = "a@example.com"
#define TO_BOB .recipients = {{"bob@example.net", "smtp", NULL}}
#define REROUTED(n)                                                           \
	.want = ACTION_REROUTE, .want_rule = "all", .want_route = &smarthost, \
	.want_egress = "main", .want_count = (n)
#define HOLD(...)                                                        \
	{                                                                \
		{                                                        \
			.name = "some", .then = ACTION_HOLD, __VA_ARGS__ \
		}                                                        \
	}
#define HELD                                                             \
	.want = ACTION_HOLD, .want_rule = "some", .want_egress = "main", \
	.want_count = 1
#define NO_RULE .want_egress = "main", .want_count = 1

static const struct gate_case gate_cases[] = {
    {"nothing is listed", 0, FROM_A, TO_BOB, .rules = {ALL}},
    {"a listed egress", BIT(MAIN), FROM_A, TO_BOB, .rules = {ALL}, REROUTED(1)},
    {"another egress is listed", BIT(NEWS) | BIT(BULK) | BIT(BOSS), FROM_A,
	TO_BOB, .rules = {ALL}},
    {"no rules", BIT(MAIN), FROM_A, TO_BOB, NO_RULE},
    {"no recipients", BIT(MAIN), FROM_A, .rules = {ALL}},

    /* which egress */
    {"first egress by its sender", BIT(NEWS), .sender = "x@News.Example.com",
	TO_BOB, .rules = {ALL}, .want = ACTION_REROUTE, .want_rule = "all",
	.want_route = &smarthost, .want_egress = "news", .want_count = 1},
    {"its mail is not of the one that takes the rest", BIT(MAIN),
	.sender = "x@news.example.com", TO_BOB, .rules = {ALL}},
    {"the null sender", BIT(NEWS), .sender = "", TO_BOB, .rules = {ALL},
	.want = ACTION_REROUTE, .want_rule = "all", .want_route = &smarthost,
	.want_egress = "news", .want_count = 1},
    {"egress by its mailer", BIT(BULK), FROM_A,
	.recipients = {{"bob@example.net", "smtp-bulk2", NULL}}, .rules = {ALL},
	.want = ACTION_REROUTE, .want_rule = "all", .want_route = &smarthost,
	.want_egress = "bulk", .want_count = 1},
    {"sender before mailer, as configured", BIT(NEWS),
	.sender = "x@news.example.com",
	.recipients = {{"bob@example.net", "smtp-bulk", NULL}}, .rules = {ALL},
	.want = ACTION_REROUTE, .want_rule = "all", .want_route = &smarthost,
	.want_egress = "news", .want_count = 1},
    {"sender and mailer", BIT(BOSS), .sender = "boss@example.com", TO_BOB,
	.rules = {ALL}, .want = ACTION_REROUTE, .want_rule = "all",
	.want_route = &smarthost, .want_egress = "boss", .want_count = 1},
    {"the sender, by another mailer", BIT(BOSS), .sender = "boss@example.com",
	.recipients = {{"bob@example.net", "relay", NULL}}, .rules = {ALL}},
    {"the mailer, from another sender", BIT(BOSS), FROM_A, TO_BOB,
	.rules = {ALL}},
    {"no mailer is not of an egress with mailers", BIT(BULK) | BIT(BOSS),
	.sender = "boss@example.com",
	.recipients = {{"bob@example.net", NULL, NULL},
	    {"eve@example.net", "", NULL}},
	.rules = {ALL}},
    {"no mailer is of one without", BIT(MAIN), .sender = "boss@example.com",
	.recipients = {{"bob@example.net", NULL, NULL},
	    {"eve@example.net", "", NULL}},
	.rules = {ALL}, REROUTED(2)},

    /* which recipients */
    {"local ones stay out of it", BIT(MAIN), FROM_A,
	.recipients = {{"c@example.com", "local", NULL},
	    {"d@example.com", NULL, NULL}},
	.rules = {ALL}},
    {"local ones are not counted", BIT(MAIN), FROM_A,
	.recipients = {{"c@example.com", "local", NULL},
	    {"bob@example.net", "smtp", NULL}, {"d@example.com", NULL, NULL},
	    {"eve@example.net", "relay", NULL}},
	.rules = {ALL}, REROUTED(2)},
    {"nor are those of a clean egress", BIT(MAIN), FROM_A,
	.recipients = {{"c@example.net", "smtp-bulk", NULL},
	    {"bob@example.net", "smtp", NULL}},
	.rules = {ALL}, REROUTED(1)},
    {"two listed egresses: the first recipient's", BIT(MAIN) | BIT(BULK),
	FROM_A,
	.recipients = {{"bob@example.net", "smtp", NULL},
	    {"c@example.net", "smtp-bulk", NULL}},
	.rules = {ALL}, REROUTED(2)},
    {"also where no rule holds", BIT(MAIN) | BIT(BULK), FROM_A,
	.recipients = {{"c@example.net", "smtp-bulk", NULL},
	    {"bob@example.net", "smtp", NULL}},
	.want_egress = "bulk", .want_count = 2},

    /* which rule */
    {"the first rule", BIT(MAIN), FROM_A, TO_BOB,
	.rules = {{.name = "some", .then = ACTION_HOLD}, ALL}, HELD},
    {"the next one", BIT(MAIN), FROM_A, TO_BOB,
	.rules = {{.name = "some",
		      .then = ACTION_HOLD,
		      .senders = STRINGS("b@example.com")},
	    ALL},
	REROUTED(1)},
    {"rules before recipients", BIT(MAIN) | BIT(BULK), FROM_A,
	.recipients = {{"c@example.net", "smtp-bulk", NULL},
	    {"bob@example.net", "smtp", NULL}},
	.rules = {{.name = "some",
		      .then = ACTION_HOLD,
		      .recipients = STRINGS("bob@example.net")},
	    ALL},
	.want = ACTION_HOLD, .want_rule = "some", .want_egress = "main",
	.want_count = 2},
    {"a rule that holds for a local recipient only", BIT(MAIN), FROM_A,
	.recipients = {{"c@example.com", "local", NULL},
	    {"bob@example.net", "smtp", NULL}},
	.rules = HOLD(.recipients = STRINGS("c@example.com")), NO_RULE},
    {"or for one of a clean egress", BIT(MAIN), FROM_A,
	.recipients = {{"c@example.net", "smtp-bulk", NULL},
	    {"bob@example.net", "smtp", NULL}},
	.rules = HOLD(.recipients = STRINGS("c@example.net")), NO_RULE},

    /* each condition */
    {"senders", BIT(MAIN), FROM_A, TO_BOB,
	.rules = HOLD(.senders = STRINGS("<>", "@example.com")), HELD},
    {"other senders", BIT(MAIN), FROM_A, TO_BOB,
	.rules = HOLD(.senders = STRINGS("<>", "@example.org")), NO_RULE},
    {"recipients", BIT(MAIN), FROM_A, TO_BOB,
	.rules = HOLD(.recipients = STRINGS("c@example.net", "@example.net")),
	HELD},
    {"other recipients", BIT(MAIN), FROM_A, TO_BOB,
	.rules = HOLD(.recipients = STRINGS("c@example.net")), NO_RULE},
    {"users", BIT(MAIN), FROM_A, .user = "bob", TO_BOB,
	.rules = HOLD(.users = STRINGS("alice", "bob")), HELD},
    {"other users", BIT(MAIN), FROM_A, .user = "Bob", TO_BOB,
	.rules = HOLD(.users = STRINGS("alice", "bob")), NO_RULE},
    {"no user", BIT(MAIN), FROM_A, TO_BOB,
	.rules = HOLD(.users = STRINGS("alice", "bob")), NO_RULE},
    {"any user", BIT(MAIN), FROM_A, .user = "bob", TO_BOB,
	.rules = HOLD(.users = STRINGS("*")), HELD},
    {"any user, but none", BIT(MAIN), FROM_A, TO_BOB,
	.rules = HOLD(.users = STRINGS("*")), NO_RULE},
    {"any user, but an empty one", BIT(MAIN), FROM_A, .user = "", TO_BOB,
	.rules = HOLD(.users = STRINGS("*", "")), NO_RULE},
    {"clients", BIT(MAIN), FROM_A, .client = &office, TO_BOB,
	.rules = HOLD(.clients = OFFICE), HELD},
    {"clients by IPv6", BIT(MAIN), FROM_A, .client = &office6, TO_BOB,
	.rules = HOLD(.clients = OFFICE), HELD},
    {"other clients", BIT(MAIN), FROM_A, .client = &office, TO_BOB,
	.rules = HOLD(.clients = NETWORKS({{4, {192, 0, 2, 0}}, 26})), NO_RULE},
    {"no client", BIT(MAIN), FROM_A, TO_BOB,
	.rules = HOLD(.clients = NETWORKS({{4, {0}}, 0}, {{6, {0}}, 0})),
	NO_RULE},
    {"egresses", BIT(MAIN), FROM_A, TO_BOB,
	.rules = HOLD(.egresses = STRINGS("news", "main")), HELD},
    {"other egresses", BIT(MAIN), FROM_A, TO_BOB,
	.rules = HOLD(.egresses = STRINGS("news", "bulk")), NO_RULE},
    {"all conditions", BIT(MAIN), FROM_A, .user = "bob", .client = &office,
	TO_BOB,
	.rules = HOLD(.senders = STRINGS("*"), .recipients = STRINGS("*"),
	    .users = STRINGS("*"), .clients = OFFICE,
	    .egresses = STRINGS("main")),
	HELD},
    {"all conditions but one", BIT(MAIN), FROM_A, .user = "bob",
	.client = &office, TO_BOB,
	.rules = HOLD(.senders = STRINGS("*"), .recipients = STRINGS("*"),
	    .users = STRINGS("*"), .clients = OFFICE,
	    .egresses = STRINGS("news")),
	NO_RULE},

    /* each action */
    {"pass", BIT(MAIN), FROM_A, TO_BOB,
	.rules = {{.name = "let", .then = ACTION_PASS}, ALL},
	.want_rule = "let", .want_egress = "main", .want_count = 1},
    {"wait", BIT(MAIN), FROM_A, TO_BOB,
	.rules = {{.name = "wait", .then = ACTION_WAIT}}, .want = ACTION_WAIT,
	.want_rule = "wait", .want_egress = "main", .want_count = 1},
    {"defer", BIT(MAIN), FROM_A, TO_BOB,
	.rules = {{.name = "defer", .then = ACTION_DEFER}},
	.want = ACTION_DEFER, .want_rule = "defer", .want_egress = "main",
	.want_count = 1},
    {"reroute by the first of via", BIT(MAIN), FROM_A, TO_BOB,
	.rules = {{.name = "far",
	    VIA(&second, &smarthost),
	    .otherwise = ACTION_HOLD}},
	.want = ACTION_REROUTE, .want_rule = "far", .want_route = &second,
	.want_egress = "main", .want_count = 1},
    {"otherwise", BIT(MAIN), FROM_A, TO_BOB,
	.rules = {{.name = "far",
	    .then = ACTION_REROUTE,
	    .otherwise = ACTION_HOLD}},
	.want = ACTION_HOLD, .want_rule = "far", .want_egress = "main",
	.want_count = 1},
};

/* What is not listed is clean or unknown; that must make no difference. */
static void
list(struct board_egress *standings, unsigned listed)
{
	for (size_t i = 0; i < EGRESSES; i++) {
		standings[i].state = i % 2 ? STANDING_CLEAN : STANDING_UNKNOWN;
		if (listed & BIT(i))
			standings[i].state = STANDING_LISTED;
	}
}

static void
decide(struct gate_scene *scene, const struct gate_case *c,
    const struct config *config, struct verdict *verdict)
{
	struct facts facts = {
	    .sender = c->sender,
	    .user = c->user,
	    .client = c->client ? *c->client : no_client,
	    .recipients = c->recipients,
	    .recipient_count = recipients_given(c->recipients, RECIPIENTS_MAX),
	};

	gate_scene_set(scene, config, c->rules, RULES_MAX);
	list(scene->standings, c->listed);
	gate_decide(&scene->board, &facts, verdict);
}

static void
test_decide(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(gate_cases); i++) {
		const struct gate_case *c = &gate_cases[i];
		struct gate_scene scene;
		struct verdict got;

		print_message("%s\n", c->name);
		memset(&got, 0xff, sizeof got);
		decide(&scene, c, &settings, &got);
		assert_int_equal(got.action, c->want);
		assert_same_name(
		    got.rule ? got.rule->name : NULL, c->want_rule);
		assert_ptr_equal(got.route, c->want_route);
		assert_same_name(
		    got.egress ? got.egress->name : NULL, c->want_egress);
		assert_ptr_equal(got.standing,
		    got.egress ? &scene.standings[got.egress - egresses]
			       : NULL);
		assert_int_equal(got.outbound_count, c->want_count);
		assert_int_equal(got.is_gated, c->want_egress != NULL);
		assert_int_equal(gate_is_open(&scene.board), c->listed == 0);
	}
}

static void
test_recipient_of_no_egress_is_not_gated(void **state)
{
	const struct gate_case c = {.listed = BIT(NEWS) | BIT(BULK) | BIT(BOSS),
	    FROM_A,
	    TO_BOB,
	    .rules = {ALL}};
	struct config config = settings;
	struct gate_scene scene;
	struct verdict got;

	(void)state;
	config.egress_count = MAIN;
	decide(&scene, &c, &config, &got);
	assert_false(got.is_gated);
	assert_int_equal(got.action, ACTION_PASS);
	assert_int_equal(got.outbound_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_outbound),
	    cmocka_unit_test(test_decide),
	    cmocka_unit_test(test_recipient_of_no_egress_is_not_gated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
