#include "evidence/selftest.h"

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "dns_world.h"
#include "evidence/resolver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MIN (60 * CLOCK_SEC)
#define START (1000 * CLOCK_SEC)
#define PUBLIC UINT32_C(0x7ffffffe)

#define ENTRY                           \
	{                               \
		.result = RESULT_LISTED \
	}
#define NONE                           \
	{                              \
		.result = RESULT_CLEAN \
	}
#define ALL                             \
	{                               \
		.result = RESULT_LISTED \
	}
#define ELSEWHERE                                             \
	{                                                     \
		.cause = CAUSE_OUTSIDE, .address = 0xc6336450 \
	}
#define REFUSES                                           \
	{                                                 \
		.cause = CAUSE_REFUSED, .address = PUBLIC \
	}
#define BUSY                                                  \
	{                                                     \
		.cause = CAUSE_REFUSED, .address = PUBLIC + 1 \
	}
#define FAILS(how)                                   \
	{                                            \
		.cause = CAUSE_DNS, .dns = DNS_##how \
	}

static const struct {
	const char *name;
	struct finds finds;
	enum health want;
	const char *want_cause;
} cases[] = {
    {"well", {.list_count = 2, .absent = {NONE, NONE}, .entry = {ENTRY, ENTRY}},
	HEALTH_OK, ""},
    {"no lists, .invalid is not there", {.list_count = 0}, HEALTH_OK, ""},
    {"no lists, and a server that knows nothing of .invalid",
	{.invalid = DNS_REFUSED}, HEALTH_OK, ""},
    {".invalid fails, the lists do not",
	{.invalid = DNS_SERVFAIL,
	    .list_count = 1,
	    .absent = {NONE},
	    .entry = {ENTRY}},
	HEALTH_OK, ""},
    {"a list that is silent",
	{.list_count = 2,
	    .absent = {FAILS(TIMEOUT), NONE},
	    .entry = {FAILS(TIMEOUT), ENTRY}},
	HEALTH_OK, ""},
    {"all lists are silent, .invalid is not",
	{.list_count = 1,
	    .absent = {FAILS(TIMEOUT)},
	    .entry = {FAILS(TIMEOUT)}},
	HEALTH_OK, ""},
    {"all is silent",
	{.invalid = DNS_TIMEOUT,
	    .list_count = 2,
	    .absent = {FAILS(TIMEOUT), FAILS(UNREACHABLE)},
	    .entry = {FAILS(TIMEOUT), FAILS(TIMEOUT)}},
	HEALTH_SILENT, "timed out"},
    {"nobody is there",
	{.invalid = DNS_UNREACHABLE,
	    .list_count = 1,
	    .absent = {FAILS(UNREACHABLE)},
	    .entry = {FAILS(UNREACHABLE)}},
	HEALTH_SILENT, "no server could be reached"},
    {"all is refused",
	{.invalid = DNS_REFUSED,
	    .list_count = 1,
	    .absent = {FAILS(REFUSED)},
	    .entry = {FAILS(REFUSED)}},
	HEALTH_FAILING, "REFUSED"},
    {"all fails",
	{.invalid = DNS_TIMEOUT,
	    .list_count = 1,
	    .absent = {FAILS(SERVFAIL)},
	    .entry = {FAILS(SERVFAIL)}},
	HEALTH_FAILING, "SERVFAIL"},
    {".invalid is there",
	{.is_invalid_found = true,
	    .invalid_address = 0xc6336407,
	    .list_count = 1,
	    .absent = {NONE},
	    .entry = {ENTRY}},
	HEALTH_REWRITING,
	"it answers 198.51.100.7 for names that do not exist"},
    {"one list, and it may be parked",
	{.list_count = 1, .absent = {ELSEWHERE}, .entry = {ELSEWHERE}},
	HEALTH_OK, ""},
    {"one list of two, and it may be parked",
	{.list_count = 2,
	    .absent = {ELSEWHERE, NONE},
	    .entry = {ELSEWHERE, ENTRY}},
	HEALTH_OK, ""},
    {"all lists",
	{.list_count = 2,
	    .absent = {ELSEWHERE, ELSEWHERE},
	    .entry = {ENTRY, ENTRY}},
	HEALTH_REWRITING,
	"it answers 198.51.100.80 for names that do not exist"},
    {"lists that list everyone",
	{.list_count = 2, .absent = {ALL, ALL}, .entry = {ENTRY, ENTRY}},
	HEALTH_OK, ""},
    {"a public resolver",
	{.list_count = 2,
	    .absent = {NONE, REFUSES},
	    .entry = {ENTRY, REFUSES},
	    .providers = {"One", "Two"}},
	HEALTH_PUBLIC, "Two refuses it as a public resolver"},
    {"a busy one", {.list_count = 1, .absent = {BUSY}, .entry = {BUSY}},
	HEALTH_OK, ""},
    {"one empty list", {.list_count = 1, .absent = {NONE}, .entry = {NONE}},
	HEALTH_OK, ""},
    {"empty lists",
	{.list_count = 2, .absent = {NONE, NONE}, .entry = {NONE, NONE}},
	HEALTH_FILTERING,
	"no list has its test entry: answers in 127.0.0.0/8 do not get "
	"through"},
    {"all but one are empty",
	{.list_count = 3,
	    .absent = {NONE, NONE, NONE},
	    .entry = {NONE, NONE, ENTRY}},
	HEALTH_OK, ""},
};

static void
finds_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct diagnosis got;

		print_message("%s\n", cases[i].name);
		selftest_judge(&cases[i].finds, &got);
		assert_int_equal(got.health, cases[i].want);
		assert_string_equal(got.cause, cases[i].want_cause);
		assert_int_equal(got.fix[0] == '\0', got.health == HEALTH_OK);
	}
}

/* ---- with a server ------------------------------------------------------ */

static struct list_code codes[] = {
    {.low = 0x7f000002, .high = 0x7f000002, .name = "SPAM"}};
static struct list_refusal refusals[] = {{PUBLIC, PUBLIC, "public"}};
static struct list lists[2];
static struct list_use uses[2];
static const struct config config = {.lists = uses, .list_count = 2};

struct fixture {
	struct dns_world world;
	struct selftest *selftest;
	int64_t now_ms;
	int changes;
	struct diagnosis last;
};

static void
on_changed(void *arg, const struct diagnosis *diagnosis)
{
	struct fixture *fixture = arg;

	fixture->changes++;
	fixture->last = *diagnosis;
}

static void
make_list(int i, char *zone)
{
	lists[i] = (struct list){
	    .id = zone,
	    .provider = i == 0 ? "First" : "Second",
	    .zone = zone,
	    .knows_ip4 = true,
	    .codes = codes,
	    .code_count = COUNT(codes),
	    .refusals = refusals,
	    .refusal_count = i, /* the second only */
	    .test4 = {{4, {127, 0, 0, 2}}, {4, {127, 0, 0, 1}}},
	};
	uses[i] = (struct list_use){.list = &lists[i], .zone = zone};
}

/* Of those that the server leaves without an answer; all others come in time,
   whatever else the machine does. */
#define TIMEOUT_MS 2000

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	make_list(0, "one.test");
	make_list(1, "two.test");
	dns_world_open(&fixture->world, TIMEOUT_MS);
	fixture->selftest = selftest_create(on_changed, fixture);
	fixture->now_ms = START;
	selftest_configure(fixture->selftest, &config, fixture->world.resolver);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	selftest_destroy(&fixture->selftest);
	dns_world_close(&fixture->world);
	free(fixture);
	return 0;
}

#define TEST_ENTRY "2.0.0.127.one.test"

#define GOOD                                    \
	"2.0.0.127.one.test A a 60 127.0.0.2\n" \
	"2.0.0.127.two.test A a 60 127.0.0.2\n" \
	"* A nxdomain 60 60"

/* What the server says from a time on (in minutes), and whether the test is
   due by then; one line is logged for each change. */
static const struct {
	int minute;
	const char *script;
	bool want_test;
	int want_changes;
	enum health want;
} steps[] = {
    {0, GOOD, true, 0, HEALTH_OK},
    {59, "* A a 60 198.51.100.80", false, 0, HEALTH_OK},
    {60, "* A a 60 198.51.100.80", true, 1, HEALTH_REWRITING},
    {61, "*.invalid A a 60 198.51.100.80\n" GOOD, true, 1, HEALTH_REWRITING},
    {62, GOOD, false, 1, HEALTH_REWRITING},
    {63, "* A drop", true, 2, HEALTH_SILENT},
    {67, "* A refused", true, 3, HEALTH_FAILING},
    {75, "*.two.test A a 60 127.255.255.254\n" GOOD, true, 4, HEALTH_PUBLIC},
    {91, "* A nxdomain 60 60", true, 5, HEALTH_FILTERING},
    {123, GOOD, true, 6, HEALTH_OK},
    {182, GOOD, false, 6, HEALTH_OK},
    {183, "*.invalid A refused\n" GOOD, true, 6, HEALTH_OK},
    {243, "* A drop", true, 7, HEALTH_SILENT},
    {244, GOOD, true, 8, HEALTH_OK},
};

static void
changes_are_told_once(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(steps); i++) {
		uint64_t asked = resolver_asked(fixture->world.resolver);
		int64_t now_ms = START + steps[i].minute * MIN;

		print_message("minute %d\n", steps[i].minute);
		dns_server_script(fixture->world.server, steps[i].script);
		selftest_tick(fixture->selftest, now_ms);
		dns_world_settle(&fixture->world);
		assert_int_equal(
		    resolver_asked(fixture->world.resolver) - asked,
		    steps[i].want_test ? 5 : 0);
		assert_int_equal(fixture->changes, steps[i].want_changes);
		assert_int_equal(selftest_diagnosis(fixture->selftest)->health,
		    steps[i].want);
		if (fixture->changes > 0)
			assert_int_equal(fixture->last.health, steps[i].want);
	}
}

static uint64_t
asked_at(struct fixture *fixture, int64_t now_ms)
{
	uint64_t before = resolver_asked(fixture->world.resolver);

	selftest_tick(fixture->selftest, now_ms);
	dns_world_settle(&fixture->world);
	return resolver_asked(fixture->world.resolver) - before;
}

static void
doubt_brings_the_test_forward(void **state)
{
	struct fixture *fixture = *state;

	dns_server_script(fixture->world.server, GOOD);
	selftest_doubt(fixture->selftest);
	assert_int_equal(asked_at(fixture, START), 5);
	selftest_doubt(fixture->selftest);
	assert_int_equal(asked_at(fixture, START + MIN - 1), 0);
	assert_int_equal(asked_at(fixture, START + MIN), 5);
	assert_int_equal(asked_at(fixture, START + 10 * MIN), 0);
	selftest_doubt(fixture->selftest);
	assert_int_equal(asked_at(fixture, START + 10 * MIN), 5);
	assert_int_equal(asked_at(fixture, START + 70 * MIN - 1), 0);
	assert_int_equal(asked_at(fixture, START + 70 * MIN), 5);
}

/* Ended, or given another configuration, with a test under way. */
static void
ends_in_any_order(void **state)
{
	struct fixture *fixture = *state;

	dns_server_script(fixture->world.server, "* A drop");
	selftest_tick(fixture->selftest, START);
	dns_world_wait(&fixture->world, TEST_ENTRY, DNS_TYPE_A, 1);
	resolver_destroy(&fixture->world.resolver);
	fixture->world.resolver = dns_world_resolver(&fixture->world);
	selftest_configure(fixture->selftest, &config, fixture->world.resolver);
	selftest_tick(fixture->selftest, START);
	selftest_configure(fixture->selftest, &config, fixture->world.resolver);
	selftest_tick(fixture->selftest, START);
	dns_world_wait(&fixture->world, TEST_ENTRY, DNS_TYPE_A, 2);
	selftest_destroy(&fixture->selftest);
	selftest_destroy(&fixture->selftest);
	dns_world_settle(&fixture->world);
	assert_int_equal(fixture->changes, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_are_judged),
	    cmocka_unit_test_setup_teardown(
		changes_are_told_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		doubt_brings_the_test_forward, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		ends_in_any_order, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
