#include "policy/gate.h"

#include "base/line.h"
#include "standing/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define ITEMS(type, ...)                                              \
	{                                                             \
		.items = (type[]){__VA_ARGS__},                       \
		.count = sizeof((type[]){__VA_ARGS__}) / sizeof(type) \
	}
#define STRINGS(...) ITEMS(char *, __VA_ARGS__)
#define NETWORKS(...) ITEMS(struct network, __VA_ARGS__)

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
decide(const struct gate_case *c, struct config *config, struct board *board,
    struct verdict *verdict)
{
	struct facts facts = {
	    .sender = c->sender,
	    .user = c->user,
	    .client = c->client ? *c->client : no_client,
	    .recipients = c->recipients,
	};

	while (facts.recipient_count < RECIPIENTS_MAX &&
	       c->recipients[facts.recipient_count].address)
		facts.recipient_count++;
	config->rules = (struct rule *)c->rules;
	while (
	    config->rule_count < RULES_MAX && c->rules[config->rule_count].name)
		config->rule_count++;
	list(board->egresses, c->listed);
	gate_decide(board, &facts, verdict);
}

static void
assert_same(const char *got, const char *want)
{
	assert_string_equal(got ? got : "none", want ? want : "none");
}

static void
test_decide(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(gate_cases); i++) {
		const struct gate_case *c = &gate_cases[i];
		struct config config = settings;
		struct board_egress standings[EGRESSES] = {0};
		struct board board = {.config = &config, .egresses = standings};
		struct verdict got;

		print_message("%s\n", c->name);
		memset(&got, 0xff, sizeof got);
		decide(c, &config, &board, &got);
		assert_int_equal(got.action, c->want);
		assert_same(got.rule ? got.rule->name : NULL, c->want_rule);
		assert_ptr_equal(got.route, c->want_route);
		assert_same(
		    got.egress ? got.egress->name : NULL, c->want_egress);
		assert_ptr_equal(got.standing,
		    got.egress ? &standings[got.egress - egresses] : NULL);
		assert_int_equal(got.outbound_count, c->want_count);
		assert_int_equal(got.is_gated, c->want_egress != NULL);
		assert_int_equal(gate_is_open(&board), c->listed == 0);
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
	struct board_egress standings[EGRESSES] = {0};
	struct board board = {.config = &config, .egresses = standings};
	struct verdict got;

	(void)state;
	config.egress_count = MAIN;
	decide(&c, &config, &board, &got);
	assert_false(got.is_gated);
	assert_int_equal(got.action, ACTION_PASS);
	assert_int_equal(got.outbound_count, 0);
}

#define LISTED_DOMAIN(...)                                     \
	{                                                      \
		.name = "domain", .wants_listed_domain = true, \
		.then = ACTION_HOLD, __VA_ARGS__               \
	}

/* "ours.test" is listed and "news.ours.test" by it, "clean.test" is not. */
static const struct domain_case {
	const char *name;
	unsigned listed; /* egresses */
	const char *sender;
	struct recipient recipients[RECIPIENTS_MAX];
	struct rule rules[RULES_MAX];
	enum action want;
	const char *want_rule;
	bool want_gated, want_domain;
	size_t want_count;
} domain_cases[] = {
    {"a listed domain, a clean egress", 0, "a@ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_HOLD, "domain", true, true, 1},
    {"in other letters", 0, "a@Ours.TEST", TO_BOB, .rules = {LISTED_DOMAIN()},
	ACTION_HOLD, "domain", true, true, 1},
    {"a subdomain that was seen", 0, "a@news.ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_HOLD, "domain", true, true, 1},
    {"a subdomain that was not", 0, "a@other.ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_PASS},
    {"a clean domain", 0, "a@clean.test", TO_BOB, .rules = {LISTED_DOMAIN()},
	ACTION_PASS},
    {"the null sender", 0, "", TO_BOB, .rules = {LISTED_DOMAIN()}, ACTION_PASS},
    {"a sender without a domain", 0, "ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN()}, ACTION_PASS},
    {"mail that stays", 0, "a@ours.test",
	.recipients = {{"bob@example.com", NULL, NULL}},
	.rules = {LISTED_DOMAIN()}, ACTION_PASS},
    {"all that leave are counted", 0, "a@ours.test",
	.recipients = {{"bob@example.net", NULL, NULL},
	    {"bob@example.com", NULL, NULL}, {"eve@example.net", NULL, NULL}},
	.rules = {LISTED_DOMAIN()}, ACTION_HOLD, "domain", true, true, 2},
    {"no rule for it", 0, "a@ours.test", TO_BOB, .rules = {ALL}, ACTION_PASS,
	NULL, true, true, 1},
    {"another condition that does not hold", 0, "a@ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN(.senders = STRINGS("b@ours.test"))},
	ACTION_PASS, NULL, true, true, 1},
    {"both listed, the domain's rule first", BIT(MAIN), "a@ours.test", TO_BOB,
	.rules = {LISTED_DOMAIN(), ALL}, ACTION_HOLD, "domain", true, true, 1},
    {"both listed, the egress's rule first", BIT(MAIN), "a@ours.test", TO_BOB,
	.rules = {ALL, LISTED_DOMAIN()}, ACTION_REROUTE, "all", true, false, 1},
    {"both listed, no rule", BIT(MAIN), "a@ours.test", TO_BOB, .rules = {{0}},
	ACTION_PASS, NULL, true, false, 1},
    {"only the egress listed", BIT(MAIN), "a@clean.test", TO_BOB,
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
		struct gate_case as = {
		    .listed = c->listed, .sender = c->sender};
		struct config config = settings;
		struct board_egress standings[EGRESSES] = {0};
		struct board board = {.config = &config,
		    .egresses = standings,
		    .domains = domains,
		    .domain_count = COUNT(domains)};
		struct blame blame;
		struct verdict got;

		print_message("%s\n", c->name);
		memcpy(as.recipients, c->recipients, sizeof as.recipients);
		memcpy(as.rules, c->rules, sizeof as.rules);
		decide(&as, &config, &board, &got);
		assert_int_equal(got.action, c->want);
		assert_same(got.rule ? got.rule->name : NULL, c->want_rule);
		assert_int_equal(got.is_gated, c->want_gated);
		assert_int_equal(got.domain != NULL, c->want_domain);
		assert_int_equal(got.outbound_count, c->want_count);
		assert_false(gate_is_open(&board));
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
	    {.name = "all", VIA(&smarthost)},
	    LISTED_DOMAIN(.users = STRINGS("bob")),
	    {.name = "later",
		.wants_listed_domain = true,
		.then = ACTION_DEFER},
	};
	struct config config = settings;
	struct board board = {.config = &config};
	struct verdict got;

	(void)state;
	config.rules = rules;
	config.rule_count = COUNT(rules);
	gate_usual_domain(&board, &domains[2], &got);
	assert_int_equal(got.action, ACTION_DEFER);
	gate_usual_domain(&board, &domains[0], &got);
	assert_int_equal(got.action, ACTION_PASS);
	assert_false(got.is_gated);
}

static const struct rule all = {.name = "all"};

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
	.verdict = {ACTION_REROUTE, &smarthost, &all, &egresses[MAIN],
	    .outbound_count = 2, .is_gated = true},
	LISTED_MAIN, .sender = "b@example.com", .user = "bob",
	.queue_id = "4F232A72072", .mode = MODE_ENFORCE,
	.want = "gate: qid=4F232A72072 action=reroute via=smarthost "
		"egress=main address=203.0.113.5 blocked-by=\"Spamhaus SBL\" "
		"rule=all from=<b@example.com> rcpts=2 user=bob mode=enforce"},
    {"monitor, no user, no rule",
	.verdict = {ACTION_PASS, NULL, NULL, &egresses[MAIN],
	    .outbound_count = 1, .is_gated = true},
	LISTED_MAIN, .sender = "b@example.com", .queue_id = "4F232A72072",
	.want = "gate: qid=4F232A72072 action=pass egress=main "
		"address=203.0.113.5 blocked-by=\"Spamhaus SBL\" "
		"from=<b@example.com> rcpts=1 mode=monitor"},
    {"the null sender, an IPv6 address, one word of blame",
	.verdict = {ACTION_HOLD, NULL, &all, &egresses[NEWS],
	    .outbound_count = 1, .is_gated = true},
	.standing = {.address = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 5}},
	    .blocked_by = "SpamCop"},
	.sender = "", .queue_id = "4F232A72072", .mode = MODE_ENFORCE,
	.want = "gate: qid=4F232A72072 action=hold egress=news "
		"address=2001:db8::5 blocked-by=SpamCop rule=all from=<> "
		"rcpts=1 mode=enforce"},
    {"a listed domain",
	.verdict = {ACTION_HOLD, NULL, &all, &egresses[MAIN],
	    .domain = &domains[1], .outbound_count = 1, .is_gated = true},
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
	.verdict = {ACTION_DEFER, NULL, &all, &egresses[MAIN],
	    .outbound_count = 1, .is_gated = true},
	.standing = {.blocked_by = ""}, .sender = "b@example.com", .user = "",
	.queue_id = "", .cause = "",
	.want = "gate: action=defer egress=main rule=all "
		"from=<b@example.com> rcpts=1 mode=monitor"},
    {"foreign text is only text",
	.verdict = {ACTION_PASS, NULL, NULL, &egresses[MAIN],
	    .outbound_count = 1, .is_gated = true},
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
	    cmocka_unit_test(test_outbound),
	    cmocka_unit_test(test_decide),
	    cmocka_unit_test(test_recipient_of_no_egress_is_not_gated),
	    cmocka_unit_test(test_listed_domain),
	    cmocka_unit_test(test_usual_of_a_domain),
	    cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
