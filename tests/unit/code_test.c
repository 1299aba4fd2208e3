#include "config/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

#define IP(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))
#define LOCAL(d) IP(127, 0, 0, d)

static const struct {
	const char *text;
	int want;
	uint32_t low, high;
} runs[] = {
    {"127.0.0.2", 0, LOCAL(2), LOCAL(2)},
    {"127.0.0.4-7", 0, LOCAL(4), LOCAL(7)},
    {"127.0.0.0-255", 0, LOCAL(0), LOCAL(255)},
    {"127.0.2-20.3", 0, IP(127, 0, 2, 3), IP(127, 0, 20, 3)},
    {"0-1.2-3.4-5.6-7", 0, IP(0, 2, 4, 6), IP(1, 3, 5, 7)},
    {"127.0.0.7-7", 0, LOCAL(7), LOCAL(7)},
    {"127.0.0.7-4", -1, 0, 0},
    {"127.0.0.256", -1, 0, 0},
    {"127.0.0.1-256", -1, 0, 0},
    {"127.0.0.1000", -1, 0, 0},
    {"127.0.0.02", -1, 0, 0},
    {"127.0.0.", -1, 0, 0},
    {"127.0.0", -1, 0, 0},
    {"127.0.0.1.2", -1, 0, 0},
    {"127.0.0.1-", -1, 0, 0},
    {"127.0.0.-1", -1, 0, 0},
    {"127.0.0.1-2-3", -1, 0, 0},
    {"127.0.0.1 ", -1, 0, 0},
    {" 127.0.0.1", -1, 0, 0},
    {"", -1, 0, 0},
    {"...", -1, 0, 0},
};

static void
parses_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(runs); i++) {
		struct run run = {1, 2};

		if (run_parse(runs[i].text, &run) != runs[i].want)
			fail_msg("\"%s\"", runs[i].text);
		assert_int_equal(run.low, runs[i].want ? 1 : runs[i].low);
		assert_int_equal(run.high, runs[i].want ? 2 : runs[i].high);
		assert_int_equal(
		    form_run(runs[i].text) == NULL, runs[i].want == 0);
	}
	assert_null(form_code("127.255.0.1"));
	assert_non_null(form_code("126-127.0.0.1"));
	assert_non_null(form_code("127-128.0.0.1"));
	assert_non_null(form_code("10.0.0.2"));
}

#define RUN(a, b) .low = a, .high = b
#define SUM(m) \
	.low = LOCAL(0), .high = LOCAL(255), .scheme = SCHEME_MASK, .mask = m
#define SCORE(way, at)                                        \
	.low = IP(127, 0, 4, 10), .high = IP(127, 0, 4, 100), \
	.scheme = SCHEME_##way, .octet = 4, .limit = at
#define THIRD(way, at)                                       \
	.low = IP(127, 0, 0, 1), .high = IP(127, 0, 100, 1), \
	.scheme = SCHEME_##way, .octet = 3, .limit = at

/* Each border from both sides. */
static const struct {
	struct list_code code;
	uint32_t answer;
	bool want;
} holds[] = {
    {{RUN(LOCAL(4), LOCAL(7))}, LOCAL(3), false},
    {{RUN(LOCAL(4), LOCAL(7))}, LOCAL(4), true},
    {{RUN(LOCAL(4), LOCAL(7))}, LOCAL(7), true},
    {{RUN(LOCAL(4), LOCAL(7))}, LOCAL(8), false},
    {{RUN(LOCAL(4), LOCAL(7))}, IP(127, 0, 1, 5), false},
    {{RUN(IP(127, 0, 2, 1), IP(127, 0, 9, 3))}, IP(127, 0, 5, 0), false},
    {{RUN(IP(127, 0, 2, 1), IP(127, 0, 9, 3))}, IP(127, 0, 5, 2), true},
    {{RUN(IP(127, 0, 2, 1), IP(127, 0, 9, 3))}, IP(127, 0, 5, 4), false},
    {{RUN(IP(127, 0, 2, 1), IP(127, 0, 9, 3))}, IP(127, 0, 1, 2), false},
    {{RUN(IP(127, 0, 2, 1), IP(127, 0, 9, 3))}, IP(127, 0, 10, 2), false},
    {{SUM(8)}, LOCAL(8), true},
    {{SUM(8)}, LOCAL(15), true},
    {{SUM(8)}, LOCAL(247), false},
    {{SUM(8)}, IP(127, 0, 1, 8), false},
    {{SCORE(BELOW, 70)}, IP(127, 0, 4, 69), true},
    {{SCORE(BELOW, 70)}, IP(127, 0, 4, 70), false},
    {{SCORE(BELOW, 70)}, IP(127, 0, 4, 10), true},
    {{SCORE(BELOW, 70)}, IP(127, 0, 4, 9), false},
    {{SCORE(BELOW, 70)}, IP(127, 0, 3, 69), false},
    {{SCORE(ABOVE, 70)}, IP(127, 0, 4, 70), false},
    {{SCORE(ABOVE, 70)}, IP(127, 0, 4, 71), true},
    {{SCORE(ABOVE, 70)}, IP(127, 0, 4, 100), true},
    {{SCORE(ABOVE, 70)}, IP(127, 0, 4, 101), false},
    {{THIRD(BELOW, 5)}, IP(127, 0, 4, 1), true},
    {{THIRD(BELOW, 5)}, IP(127, 0, 5, 1), false},
    {{THIRD(ABOVE, 5)}, IP(127, 0, 6, 1), true},
    {{THIRD(ABOVE, 5)}, IP(127, 0, 6, 2), false},
};

static void
says_what_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(holds); i++)
		if (code_holds(&holds[i].code, holds[i].answer) !=
		    holds[i].want)
			fail_msg("row %zu", i);
}

static const struct {
	struct list_code a, b;
	bool want;
} pairs[] = {
    {{RUN(LOCAL(2), LOCAL(3))}, {RUN(LOCAL(4), LOCAL(5))}, true},
    {{RUN(LOCAL(2), LOCAL(4))}, {RUN(LOCAL(4), LOCAL(5))}, false},
    {{RUN(IP(127, 0, 0, 9), IP(127, 0, 9, 9))},
	{RUN(IP(127, 0, 5, 0), IP(127, 0, 5, 8))}, true},
    {{SUM(1)}, {SUM(2)}, true},
    {{SUM(3)}, {SUM(2)}, false},
    {{SUM(1)}, {RUN(LOCAL(4), LOCAL(4))}, false},
    {{SCORE(BELOW, 30)}, {SCORE(ABOVE, 70)}, true},
    {{SCORE(BELOW, 30)}, {SCORE(ABOVE, 29)}, true},
    {{SCORE(BELOW, 30)}, {SCORE(ABOVE, 28)}, false},
    {{SCORE(BELOW, 30)}, {SCORE(BELOW, 20)}, false},
    {{SCORE(BELOW, 30)}, {RUN(IP(127, 0, 4, 30), IP(127, 0, 4, 40))}, true},
    {{SCORE(BELOW, 30)}, {RUN(IP(127, 0, 4, 29), IP(127, 0, 4, 40))}, false},
};

static void
tells_codes_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		if (code_is_apart(&pairs[i].a, &pairs[i].b) != pairs[i].want ||
		    code_is_apart(&pairs[i].b, &pairs[i].a) != pairs[i].want)
			fail_msg("row %zu", i);
}

/* code_is_apart against what holds, for every answer of 127.0.4.0/24 and
   127.0.0.0/24. */
static void
apart_means_never_both(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		bool is_sum = pairs[i].a.scheme == SCHEME_MASK &&
			      pairs[i].b.scheme == SCHEME_MASK;

		for (uint32_t d = 0; pairs[i].want && !is_sum && d < 512; d++) {
			uint32_t answer =
			    d < 256 ? LOCAL(d) : IP(127, 0, 4, d - 256);

			assert_false(code_holds(&pairs[i].a, answer) &&
				     code_holds(&pairs[i].b, answer));
		}
	}
}

static void
knows_open_bits(void **state)
{
	const struct list_code fixed = {RUN(LOCAL(2), LOCAL(2))};
	const struct list_code last = {SUM(1)};
	const struct list_code two = {
	    RUN(IP(127, 0, 0, 0), IP(127, 9, 0, 255))};

	(void)state;
	assert_int_equal(code_open_bits(&fixed), 0);
	assert_int_equal(code_open_bits(&last), 0xff);
	assert_int_equal(code_open_bits(&two), 0x00ff00ff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses_runs),
	    cmocka_unit_test(says_what_holds),
	    cmocka_unit_test(tells_codes_apart),
	    cmocka_unit_test(apart_means_never_both),
	    cmocka_unit_test(knows_open_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
