#include "daemon/witness.h"

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/problems.h"
#include "standing/board.h"
#include "standing/receptions.h"
#include "uncounted_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW (1000 * CLOCK_SEC)
#define DAY (86400 * CLOCK_SEC)
#define MS_HOST "contoso-com.mail.protection.outlook.com"
#define MS_BLOCK                                                             \
	"550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent. " \
	"Please contact your Internet service provider since part of their " \
	"network is on our block list (S3140). (in reply to MAIL FROM "      \
	"command)"
#define BLOCK(host) "5.7.1 host " host "[198.51.100.1] said: " MS_BLOCK

static struct address addresses[2];
static struct egress egresses[] = {
    {.name = "news", .mailers = {(char *[]){"smtp-news"}, 1}},
    {.name = "main"}};
static struct route route = {.name = "smarthost", .nexthop = "smtp:[x]"};
static const struct route *via[] = {&route};
static struct rule rules[] = {
    {.name = "all", .then = ACTION_REROUTE, .via = via, .via_count = 1}};
static struct strings domains = {(char *[]){"example.com"}, 1};
static struct config config; /* of one test */
static struct receptions *receptions;
static struct witness *witness;
static struct board *board;
static int changes;

static int
read_directory(void **state)
{
	struct problems *problems = problems_create();

	*state = directory_read("conf/providers.conf", problems);
	problems_destroy(&problems);
	return *state ? address_parse("192.0.2.10", &addresses[0]) |
			    address_parse("192.0.2.11", &addresses[1])
		      : -1;
}

static int
free_directory(void **state)
{
	directory_destroy((struct directory **)state);
	return 0;
}

static void
fill(size_t index, const struct address *address)
{
	struct board_egress *egress = &board->egresses[index];

	egress->address_count = 1;
	egress->addresses = malloc(sizeof *address);
	assert_non_null(egress->addresses);
	*egress->addresses = *address;
}

static void
on_heard(void *arg, const struct sighted_reply *reply, const char *to)
{
	(void)arg;
	assert_null(to);
	changes += receptions_see(receptions, reply, 0);
}

static int
create(void **state)
{
	config = (struct config){
	    .mode = MODE_ENFORCE,
	    .reroute_by = REROUTE_BY_MAP,
	    .egresses = egresses,
	    .egress_count = 2,
	    .rules = rules,
	    .rule_count = 1,
	    .routes = &route,
	    .route_count = 1,
	    .local_domains = domains,
	    .directory = *state,
	    .receivers = {.block_after = 3,
		.throttle_after = 3,
		.within_ms = 3600 * CLOCK_SEC,
		.clear_after = 3,
		.keep_ms = 6 * 3600 * CLOCK_SEC,
		.soften_at_most_ms = DAY},
	};
	receptions = receptions_create(NULL);
	receptions_configure(receptions, &config);
	witness = witness_create(receptions, on_heard, NULL);
	witness_configure(witness, &config);
	board = board_create(&config);
	fill(0, &addresses[1]);
	fill(1, &addresses[0]);
	return 0;
}

static int
destroy(void **state)
{
	(void)state;
	board_unref(board);
	witness_destroy(&witness);
	receptions_destroy(&receptions);
	return 0;
}

/* The answer, valid until the next question. */
static const char *
hear(const char *egress, const char *key, int64_t now_ms)
{
	static char answer[MAP_ANSWER_MAX];
	const struct map_reply reply = {egress, key, strlen(key)};

	strcpy(answer, "NOTFOUND ");
	witness_hear(witness, board, &reply, now_ms, answer);
	return answer;
}

static bool
is_refused(size_t egress, const char *receiver)
{
	return receptions_refusing_ms(receptions, egress, receiver, NOW + DAY) >
	       0;
}

static void
test_block_is_softened(void **state)
{
	(void)state;
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW),
	    "OK 4.7.1 repgate keeps this, Microsoft 365 blocks 192.0.2.10; "
	    "host " MS_HOST "[198.51.100.1] said: " MS_BLOCK);
	assert_true(is_refused(1, "Microsoft 365"));
	assert_false(is_refused(0, "Microsoft 365"));
}

static void
test_block_after_three(void **state)
{
	(void)state;
	changes = 0;
	for (int i = 0; i < 5; i++) {
		hear(NULL, BLOCK(MS_HOST), NOW + i * 2 * CLOCK_SEC);
		assert_int_equal(changes, i >= 2);
	}
}

/* Each is heard after a block that would be softened. */
static const struct {
	const char *title, *key;
} left_alone[] = {
    {"a deferral stays one",
	"4.7.1 host " MS_HOST "[198.51.100.1] said: 451 4.7.650 The mail "
	"server [192.0.2.10] has been temporarily rate limited due to IP "
	"reputation. (in reply to MAIL FROM command)"},
    {"user unknown",
	"5.1.10 host " MS_HOST "[198.51.100.1] said: 550 5.1.10 "
	"RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address "
	"lookup (in reply to end of DATA command)"},
    {"user unknown, whatever else it says",
	"5.1.1 host mx.example.net[198.51.100.1] said: 550 5.1.1 "
	"<bob@example.net>: Recipient address rejected: User unknown; see "
	"https://www.spamhaus.org/ (in reply to RCPT TO command)"},
    {"another's address",
	"5.7.1 host mx.example.net[198.51.100.1] said: 554 5.7.1 Service "
	"unavailable; Client host [203.0.113.99] blocked using "
	"zen.spamhaus.org (in reply to RCPT TO command)"},
    {"no reply", "5.4.4 Host or domain name not found. Name service error for "
		 "name=example.com type=A: Host not found"},
    {"a success", "2.0.0 250 2.0.0 Ok: queued as 4F232A72072"},
    {"no status", "host " MS_HOST "[198.51.100.1] said: " MS_BLOCK},
    {"nothing", ""},
};

static void
test_left_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof left_alone / sizeof left_alone[0]; i++) {
		print_message("%s\n", left_alone[i].title);
		assert_string_equal(
		    hear(NULL, left_alone[i].key, NOW), "NOTFOUND ");
		assert_false(is_refused(1, "example.net"));
	}
}

/* It is the relay that counts. */
static void
test_forged_text(void **state)
{
	char key[1024];

	(void)state;
	snprintf(key, sizeof key,
	    "5.7.1 host mx.evil.example[198.51.100.1] said: 550 host " MS_HOST
	    "[203.0.113.1] said: %s",
	    MS_BLOCK);
	for (int i = 0; i < 10; i++) {
		hear(NULL, key, NOW + i * 10 * CLOCK_SEC);
		hear(NULL, BLOCK("mx.evil.example"), NOW + i * 10 * CLOCK_SEC);
	}
	assert_true(is_refused(1, "evil.example"));
	assert_false(is_refused(1, "Microsoft 365"));
}

/* What one of our routes says. */
static const struct {
	const char *words;
	bool is_kept;
} of_route[] = {
    {"5.3.0 host smarthost.example.org[198.51.100.7] said: 500 5.3.0 go away "
     "(in reply to MAIL FROM command)",
	true},
    {"5.7.1 host smarthost.example.org[198.51.100.7] said: 554 5.7.1 <a@b.c>: "
     "Relay access denied (in reply to RCPT TO command)",
	true},
    {"5.1.1 host smarthost.example.org[198.51.100.7] said: 550 5.1.1 <a@b.c>: "
     "User unknown (in reply to RCPT TO command)",
	false},
    {"5.7.1 host smarthost.example.org[198.51.100.7] said: 554 5.7.1 this is "
     "spam (in reply to end of DATA command)",
	false},
    {"5.3.0 host mx.example.org[198.51.100.7] said: 500 5.3.0 go away (in "
     "reply to MAIL FROM command)",
	false},
};

static void
test_route(void **state)
{
	struct route routes[] = {
	    {.name = "far", .nexthop = "smtp:[smarthost.example.org]:587"}};

	(void)state;
	config.routes = routes;
	for (size_t i = 0; i < sizeof of_route / sizeof of_route[0]; i++) {
		const char *words = of_route[i].words;
		char want[1024] = "NOTFOUND ";

		if (of_route[i].is_kept)
			snprintf(want, sizeof want,
			    "OK 4.7.1 repgate keeps this, route far refuses "
			    "it; %s",
			    words + 6);
		assert_string_equal(hear(NULL, words, NOW), want);
	}
	assert_false(is_refused(1, "example.org"));
	config.mode = MODE_MONITOR;
	assert_string_equal(hear(NULL, of_route[0].words, NOW), "NOTFOUND ");
}

static void
test_egress(void **state)
{
	(void)state;
	/* by name, whatever the reply quotes */
	assert_memory_equal(hear("news", BLOCK(MS_HOST), NOW), "OK", 2);
	assert_true(is_refused(0, "Microsoft 365"));
	assert_false(is_refused(1, "Microsoft 365"));
	assert_string_equal(hear("gone", BLOCK(MS_HOST), NOW), "NOTFOUND ");
	/* by the address that is quoted */
	hear(NULL,
	    "5.7.1 host mx.example.net[198.51.100.1] said: 554 5.7.1 Service "
	    "unavailable; Client host [192.0.2.11] blocked using "
	    "zen.spamhaus.org (in reply to RCPT TO command)",
	    NOW);
	assert_true(is_refused(0, "example.net"));
	/* else the one that takes what is left */
	hear(NULL,
	    "5.7.1 host mx.example.org[198.51.100.1] said: 554 5.7.1 Your IP "
	    "address is blocked due to its poor reputation (in reply to RCPT "
	    "TO command)",
	    NOW);
	assert_true(is_refused(1, "example.org"));
}

static void
test_not_for_ever(void **state)
{
	(void)state;
	for (int64_t ms = 0; ms < DAY; ms += DAY / 100)
		assert_memory_equal(
		    hear(NULL, BLOCK(MS_HOST), NOW + ms), "OK", 2);
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW + DAY), "NOTFOUND ");
}

static void
test_only_where_a_rule_helps(void **state)
{
	struct rule pass = {.name = "none", .then = ACTION_PASS};
	struct rule wait = {.name = "wait", .then = ACTION_WAIT};
	struct rule news = rules[0];

	(void)state;
	config.mode = MODE_MONITOR;
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW), "NOTFOUND ");
	assert_true(is_refused(1, "Microsoft 365"));
	config.mode = MODE_ENFORCE;
	config.reroute_by = REROUTE_BY_HEADER;
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW), "NOTFOUND ");
	config.reroute_by = REROUTE_BY_MAP;
	config.rules = &pass;
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW), "NOTFOUND ");
	config.rules = &wait;
	assert_memory_equal(hear(NULL, BLOCK(MS_HOST), NOW), "OK", 2);
	news.egresses = (struct strings){(char *[]){"news"}, 1};
	config.rules = &news;
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW), "NOTFOUND ");
	assert_memory_equal(hear("news", BLOCK(MS_HOST), NOW), "OK", 2);
	news = rules[0];
	news.receivers = (struct strings){(char *[]){"Google"}, 1};
	config.rules = &news;
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW), "NOTFOUND ");
	news.receivers.items[0] = "Microsoft 365";
	assert_memory_equal(hear(NULL, BLOCK(MS_HOST), NOW), "OK", 2);
	news.receivers.items[0] = "*";
	assert_memory_equal(hear(NULL, BLOCK(MS_HOST), NOW), "OK", 2);
	/* The gate leaves it to the answer about the sender, which knows no
	   receiver. */
	egresses[0].senders = (struct strings){(char *[]){"@news.test"}, 1};
	assert_memory_equal(hear(NULL, BLOCK(MS_HOST), NOW), "OK", 2);
	config.rules = rules;
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW), "NOTFOUND ");
	egresses[0].senders.count = 0;
	config.local_domains.count = 0;
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW), "NOTFOUND ");
	config.local_domains.count = 1;
	assert_memory_equal(hear(NULL, BLOCK(MS_HOST), NOW), "OK", 2);
	config.receivers.soften_at_most_ms = 0;
	assert_string_equal(hear(NULL, BLOCK(MS_HOST), NOW), "NOTFOUND ");
}

static void
test_foreign_bytes(void **state)
{
	const char *answer;
	char key[4000];

	(void)state;
	memset(key, 0, sizeof key);
	snprintf(key, sizeof key,
	    "5.7.1 host " MS_HOST "[198.51.100.1] said: 550 5.7.1 "
	    "Unfortunately, messages from [192.0.2.10] weren't sent. \001\n"
	    "\303\244 \\ \" (S3140) ");
	memset(key + strlen(key), 'x', 3000);
	answer = hear(NULL, key, NOW);
	assert_memory_equal(answer, "OK 4.7.1 ", 9);
	assert_true(strlen(answer) < MAP_ANSWER_MAX);
	for (; *answer; answer++)
		assert_true(*answer >= ' ' && *answer <= '~');
}

static void
test_flood_of_users_unknown(void **state)
{
	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_string_equal(
		    hear(NULL, left_alone[1].key, NOW + i * CLOCK_SEC),
		    "NOTFOUND ");
	assert_false(is_refused(1, "Microsoft 365"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_block_is_softened, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_block_after_three, create, destroy),
	    cmocka_unit_test_setup_teardown(test_left_alone, create, destroy),
	    cmocka_unit_test_setup_teardown(test_forged_text, create, destroy),
	    cmocka_unit_test_setup_teardown(test_route, create, destroy),
	    cmocka_unit_test_setup_teardown(test_egress, create, destroy),
	    cmocka_unit_test_setup_teardown(test_not_for_ever, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_only_where_a_rule_helps, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_foreign_bytes, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_flood_of_users_unknown, create, destroy),
	};

	return cmocka_run_group_tests(tests, read_directory, free_directory);
}
