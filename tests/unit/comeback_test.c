#include "standing/comeback.h"

#include "base/clock.h"
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MINUTE (60 * CLOCK_SEC)

static struct return_step steps[] = {{5, 60 * MINUTE}, {25, 240 * MINUTE}};
static const struct config config = {
    .return_steps = steps, .return_step_count = COUNT(steps)};
static const struct config no_steps;

/* A course of minutes, and what is to go directly then. */
static const struct {
	int minute;
	enum standing_state state;
	int want;
} course[] = {
    {0, STANDING_UNKNOWN, 100},
    {1, STANDING_CLEAN, 100},
    {2, STANDING_LISTED, 100},
    {90, STANDING_LISTED, 100},
    {100, STANDING_CLEAN, 5},
    {159, STANDING_CLEAN, 5},
    {160, STANDING_CLEAN, 25},
    {161, STANDING_UNKNOWN, 25}, /* silence is no new listing */
    {200, STANDING_LISTED, 100}, /* snaps back */
    {300, STANDING_UNKNOWN, 5},
    {359, STANDING_CLEAN, 5},
    {360, STANDING_CLEAN, 25},
    {599, STANDING_CLEAN, 25},
    {600, STANDING_CLEAN, 100},
    {9999, STANDING_CLEAN, 100},
};

static void
comes_back_in_steps(void **state)
{
	struct comeback comeback;

	(void)state;
	comeback_init(&comeback);
	for (size_t i = 0; i < COUNT(course); i++) {
		int64_t now_ms = course[i].minute * MINUTE;

		comeback_step(&comeback, course[i].state, now_ms);
		assert_int_equal(
		    comeback_share(&config, &comeback, now_ms), course[i].want);
		assert_int_equal(
		    comeback_share(&no_steps, &comeback, now_ms), 100);
	}
}

static void
tells_when_the_listing_began(void **state)
{
	struct comeback comeback;

	(void)state;
	comeback_init(&comeback);
	comeback_step(&comeback, STANDING_CLEAN, 1);
	assert_int_equal(comeback.listed_ms, CLOCK_NEVER);
	comeback_step(&comeback, STANDING_LISTED, 2);
	comeback_step(&comeback, STANDING_LISTED, 3);
	assert_int_equal(comeback.listed_ms, 2);
	comeback_step(&comeback, STANDING_CLEAN, 4);
	comeback_step(&comeback, STANDING_CLEAN, 5);
	assert_int_equal(comeback.listed_ms, 2);
	assert_int_equal(comeback.cleared_ms, 4);
	comeback_step(&comeback, STANDING_LISTED, 6);
	assert_int_equal(comeback.listed_ms, 6);
	assert_int_equal(comeback.cleared_ms, CLOCK_NEVER);
}

/* About as many as the share says, and always the same ones. */
static void
shares_by_key(void **state)
{
	static const int shares[] = {1, 5, 25, 50, 99, 100};
	char key[64];

	(void)state;
	for (size_t i = 0; i < COUNT(shares); i++) {
		int direct = 0;

		for (int k = 0; k < 10000; k++) {
			snprintf(key, sizeof key, "customer%d.example", k);
			if (!comeback_is_direct(shares[i], key))
				continue;
			direct++;
			for (size_t j = i; j < COUNT(shares); j++)
				assert_true(comeback_is_direct(shares[j], key));
		}
		assert_in_range(direct,
		    shares[i] * 100 - 200 > 0 ? shares[i] * 100 - 200 : 1,
		    shares[i] * 100 + 200);
	}
	for (int k = 0; k < 1000; k++) {
		snprintf(key, sizeof key, "customer%d.example", k);
		assert_false(comeback_is_direct(0, key));
	}
	assert_int_equal(comeback_is_direct(50, "Example.COM"),
	    comeback_is_direct(50, "example.com"));
}

static void
survives_a_restart(void **state)
{
	const struct comeback before = {10 * MINUTE, 100 * MINUTE};
	struct comeback after;
	char *text = comeback_write(&before, 130 * MINUTE, 1700000000);

	(void)state;
	comeback_init(&after);
	assert_int_equal(
	    comeback_read(text, MINUTE, 1700000000 + 40 * 60, &after), 0);
	assert_int_equal(after.cleared_ms, MINUTE - 70 * MINUTE);
	assert_int_equal(comeback_share(&config, &after, MINUTE), 25);
	free(text);
	assert_int_equal(comeback_read("{}", 1, 2, &after), -1);
	assert_int_equal(comeback_read("nonsense", 1, 2, &after), -1);
	assert_int_equal(comeback_read("{\"listed\":\"x\"}", 1, 2, &after), -1);
	/* From a clock that ran ahead. */
	assert_int_equal(
	    comeback_read("{\"listed\":90,\"cleared\":95}", 7000, 50, &after),
	    0);
	assert_int_equal(after.cleared_ms, 7000);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_back_in_steps),
	    cmocka_unit_test(tells_when_the_listing_began),
	    cmocka_unit_test(shares_by_key),
	    cmocka_unit_test(survives_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
