#include "standing/probing.h"

#include "base/clock.h"
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MINUTE (60 * CLOCK_SEC)
#define HOUR (60 * MINUTE)

static const struct config config = {
    .probe = {.after_ms = 15 * MINUTE, .every_ms = 5 * MINUTE},
    .receivers = {.clear_after = 5, .keep_ms = 6 * HOUR},
};

static struct probing probing;

static int
set_up(void **state)
{
	(void)state;
	probing_init(&probing, 0);
	return 0;
}

static bool
take(const char *address, int64_t now_ms)
{
	return probing_take(&probing, &config.probe, address, now_ms);
}

/* How many of a thousand addresses try the direct way. */
static int
taken(int64_t now_ms)
{
	char address[32];
	int count = 0;

	for (int i = 0; i < 1000; i++) {
		snprintf(address, sizeof address, "%d@example.com", i);
		count += take(address, now_ms);
	}
	return count;
}

/* -1 in the place of a stage: it is open. */
#define OPEN -1

/* A life, told by minutes: what the receiver did since the line before, and
   what comes of it. */
struct moment {
	int minute;
	int delivered, refused;
	int want;		   /* stage */
	int want_least, want_most; /* of a thousand addresses */
};

static const struct moment steps_up[] = {
    {0, 0, 1, PROBE_REST, 0, 0},
    {14, 0, 0, PROBE_REST, 0, 0},
    {15, 0, 0, PROBE_ONE, 1, 1},
    {19, 0, 0, PROBE_ONE, 0, 0},
    {20, 0, 0, PROBE_ONE, 1, 1},
    /* Nothing was delivered, so it goes on as it is. */
    {60, 0, 0, PROBE_ONE, 1, 1},
    {61, 1, 0, PROBE_FEW, 30, 75},
    /* Much mail does not pass over a stage, which is not old enough yet. */
    {62, 50, 0, PROBE_FEW, 30, 75},
    {66, 0, 0, PROBE_SOME, 210, 290},
    /* What was delivered counts for its own stage. */
    {75, 0, 0, PROBE_SOME, 210, 290},
    {76, 1, 0, PROBE_ALL, 1000, 1000},
    {80, 9, 0, PROBE_ALL, 1000, 1000},
    {81, 0, 0, OPEN, 0, 0},
};

static const struct moment opens_by_clear_after[] = {
    {0, 0, 1, PROBE_REST, 0, 0},
    {15, 0, 0, PROBE_ONE, 1, 1},
    {20, 1, 0, PROBE_FEW, 30, 75},
    {25, 1, 0, PROBE_SOME, 210, 290},
    {30, 1, 0, PROBE_ALL, 1000, 1000},
    /* Here it takes five. */
    {35, 1, 0, PROBE_ALL, 1000, 1000},
    {90, 3, 0, PROBE_ALL, 1000, 1000},
    {91, 1, 0, OPEN, 0, 0},
};

/* The pauses: 15, 30, 60, and then 90 minutes, a quarter of six hours. */
static const struct moment snaps_back[] = {
    {0, 0, 1, PROBE_REST, 0, 0},
    {15, 0, 0, PROBE_ONE, 1, 1},
    {16, 0, 1, PROBE_REST, 0, 0},
    {45, 0, 0, PROBE_REST, 0, 0},
    {46, 0, 0, PROBE_ONE, 1, 1},
    {47, 1, 0, PROBE_ONE, 0, 0},
    {51, 0, 0, PROBE_FEW, 30, 75},
    {52, 3, 1, PROBE_REST, 0, 0},
    /* Refused at rest: it is after the last, but no longer. */
    {53, 0, 1, PROBE_REST, 0, 0},
    {60, 0, 7, PROBE_REST, 0, 0},
    {119, 0, 0, PROBE_REST, 0, 0},
    {120, 0, 0, PROBE_ONE, 1, 1},
    {125, 1, 0, PROBE_FEW, 30, 75},
    {130, 1, 0, PROBE_SOME, 210, 290},
    {135, 1, 0, PROBE_ALL, 1000, 1000},
    {138, 9, 1, PROBE_REST, 0, 0},
    {227, 0, 0, PROBE_REST, 0, 0},
    {228, 0, 0, PROBE_ONE, 1, 1},
    {229, 0, 1, PROBE_REST, 0, 0},
    {318, 0, 0, PROBE_REST, 0, 0},
    {319, 0, 0, PROBE_ONE, 1, 1},
};

static void
live(const struct moment *life, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct moment *moment = &life[i];
		int64_t now_ms = moment->minute * MINUTE;
		int got, number;

		for (int k = 0; k < moment->delivered; k++)
			probing_deliver(&probing);
		for (int k = 0; k < moment->refused; k++)
			probing_refuse(&probing, now_ms);
		got = probing_step(&probing, &config, now_ms)
			  ? OPEN
			  : (int)probing.stage;
		if (got != moment->want)
			fail_msg("minute %d: stage %d, want %d", moment->minute,
			    got, moment->want);
		number = got == OPEN ? 0 : taken(now_ms);
		if (number < moment->want_least || number > moment->want_most)
			fail_msg(
			    "minute %d: %d of 1000", moment->minute, number);
	}
}

static void
test_steps_up(void **state)
{
	(void)state;
	live(steps_up, COUNT(steps_up));
}

static void
test_opens_by_clear_after(void **state)
{
	(void)state;
	live(opens_by_clear_after, COUNT(opens_by_clear_after));
}

static void
test_snaps_back(void **state)
{
	(void)state;
	live(snaps_back, COUNT(snaps_back));
}

/* What the log tells late does not make the pause shorter. */
static void
test_late_refusal(void **state)
{
	(void)state;
	assert_false(probing_refuse(&probing, 10 * MINUTE));
	probing_step(&probing, &config, 25 * MINUTE);
	assert_int_equal(probing.stage, PROBE_ONE);
	assert_true(probing_refuse(&probing, 24 * MINUTE));
	assert_int_equal(probing.stage, PROBE_REST);
	probing_step(&probing, &config, 54 * MINUTE);
	assert_int_equal(probing.stage, PROBE_REST);
	probing_step(&probing, &config, 55 * MINUTE);
	assert_int_equal(probing.stage, PROBE_ONE);
}

/* Where keep is short against after, that stands as it is. */
static void
test_pauses(void **state)
{
	static const struct {
		int after_min, keep_min, refused, want_min;
	} pauses[] = {
	    {15, 360, 0, 15},
	    {15, 360, 1, 30},
	    {15, 360, 2, 60},
	    {15, 360, 3, 90},
	    {15, 360, 1000000, 90},
	    {90, 360, 3, 90},
	    {100, 360, 3, 100},
	    {10000, 1, 3, 10000},
	    {10000, 43200, 3, 10800},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pauses); i++) {
		struct config other = {
		    .probe.after_ms = pauses[i].after_min * MINUTE,
		    .receivers.keep_ms = pauses[i].keep_min * MINUTE,
		};

		probing.refused = pauses[i].refused;
		assert_int_equal(probing_pause_ms(&probing, &other),
		    pauses[i].want_min * MINUTE);
	}
}

/* Asked twice for one message, the answer is the same; not for ever. */
static void
test_says_the_same_twice(void **state)
{
	const int64_t one_ms = 15 * MINUTE;

	(void)state;
	probing_step(&probing, &config, one_ms);
	assert_true(take("a@example.com", one_ms));
	assert_true(take("a@example.com", one_ms + 59 * CLOCK_SEC));
	assert_false(take("b@example.com", one_ms + CLOCK_SEC));
	assert_false(take("a@example.com", one_ms + 61 * CLOCK_SEC));
	assert_true(take("b@example.com", one_ms + 5 * MINUTE));
	assert_false(take("a@example.com", one_ms + 5 * MINUTE));
}

/* Over the spans it is not always the same addresses that are tried. */
static void
test_is_fair(void **state)
{
	int times = 0;

	(void)state;
	probing_step(&probing, &config, 15 * MINUTE);
	probing_deliver(&probing);
	probing_step(&probing, &config, 20 * MINUTE);
	assert_int_equal(probing.stage, PROBE_FEW);
	for (int i = 0; i < 1000; i++) {
		int64_t now_ms = 20 * MINUTE + i * 5 * MINUTE;

		/* Another takes the one place of the span, unless it has luck
		   as well. */
		take("first@example.com", now_ms);
		times += take("a@example.com", now_ms);
	}
	assert_in_range(times, 50, 150);
}

static void
test_names(void **state)
{
	enum probe_stage stage = PROBE_SOME;

	(void)state;
	for (int i = PROBE_REST; i <= PROBE_ALL; i++) {
		assert_int_equal(
		    probe_stage_parse(probe_stage_name(i), &stage), 0);
		assert_int_equal(stage, i);
	}
	assert_int_equal(probe_stage_parse("", &stage), -1);
	assert_int_equal(probe_stage_parse("ALL", &stage), -1);
	assert_int_equal(stage, PROBE_ALL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_steps_up, set_up),
	    cmocka_unit_test_setup(test_opens_by_clear_after, set_up),
	    cmocka_unit_test_setup(test_snaps_back, set_up),
	    cmocka_unit_test_setup(test_late_refusal, set_up),
	    cmocka_unit_test_setup(test_pauses, set_up),
	    cmocka_unit_test_setup(test_says_the_same_twice, set_up),
	    cmocka_unit_test_setup(test_is_fair, set_up),
	    cmocka_unit_test_setup(test_names, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
