#include "base/span.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MINUTE (60 * CLOCK_SEC)
#define HOUR (60 * MINUTE)

static void
slides(void **state)
{
	struct span span;
	int64_t start_ms = 7 * HOUR + 59 * CLOCK_SEC;

	(void)state;
	span_init(&span, MINUTE, 61);
	assert_int_equal(span_sum(&span, start_ms), 0);
	span_add(&span, 3, start_ms);
	span_add(&span, 4, start_ms + 30 * MINUTE);
	assert_int_equal(span_sum(&span, start_ms + HOUR), 7);
	assert_int_equal(span_sum(&span, start_ms + HOUR + MINUTE), 4);
	assert_int_equal(span_sum(&span, start_ms + 2 * HOUR), 0);
}

/* Whatever comes when: never less than what came within the hour, and nothing
   of what came more than an hour and a minute ago. */
static void
never_forgets_too_soon(void **state)
{
	enum { EVENTS = 3000 };
	static int64_t at_ms[EVENTS];
	struct span span;
	int64_t now_ms = 12345678;

	(void)state;
	srandom(1);
	span_init(&span, MINUTE, 61);
	for (int i = 0; i < EVENTS; i++) {
		int64_t within = 0, longer = 0;

		now_ms += random() % (2 * MINUTE);
		at_ms[i] = now_ms;
		span_add(&span, 1, now_ms);
		for (int k = 0; k <= i; k++) {
			within += now_ms - at_ms[k] <= HOUR;
			longer += now_ms - at_ms[k] <= HOUR + MINUTE;
		}
		assert_in_range(span_sum(&span, now_ms), within, longer);
	}
}

static void
gives_back_the_newest(void **state)
{
	struct span span;

	(void)state;
	span_init(&span, MINUTE, 61);
	span_subtract(&span, 5);
	assert_int_equal(span_sum(&span, 0), 0);
	span_add(&span, 3, HOUR);
	span_add(&span, 2, HOUR + 10 * MINUTE);
	span_subtract(&span, 4);
	assert_int_equal(span_sum(&span, HOUR + 10 * MINUTE), 1);
	assert_int_equal(span_sum(&span, 2 * HOUR + MINUTE), 0);
	span_add(&span, 1, 3 * HOUR);
	span_subtract(&span, 100);
	assert_int_equal(span_sum(&span, 3 * HOUR), 0);
}

static void
bears_a_clock_that_goes_back(void **state)
{
	struct span span;

	(void)state;
	span_init(&span, MINUTE, 61);
	span_add(&span, 1, 5 * HOUR);
	span_add(&span, 1, 2 * HOUR);
	assert_int_equal(span_sum(&span, 2 * HOUR), 2);
	assert_int_equal(span_sum(&span, 5 * HOUR + 59 * MINUTE), 2);
	assert_int_equal(span_sum(&span, 6 * HOUR + MINUTE), 0);
}

struct copy {
	struct span *to;
	int64_t shift_ms, now_ms;
};

static void
restore(void *arg, int64_t end_ms, uint32_t count)
{
	const struct copy *copy = arg;

	span_restore(copy->to, end_ms + copy->shift_ms, count, copy->now_ms);
}

/* Another clock, and the time between lost: nothing leaves sooner. */
static void
survives_a_restart(void **state)
{
	struct span span, again;
	struct copy copy = {&again, -9 * HOUR, HOUR + 5 * MINUTE};

	(void)state;
	span_init(&span, MINUTE, 61);
	span_add(&span, 9, 8 * HOUR);
	span_add(&span, 2, 9 * HOUR + 30 * MINUTE);
	span_add(&span, 3, 10 * HOUR);
	span_init(&again, MINUTE, 61);
	span_each(&span, restore, &copy);
	assert_int_equal(span_sum(&again, HOUR + 5 * MINUTE), 5);
	assert_int_equal(span_sum(&again, HOUR + 31 * MINUTE), 5);
	assert_int_equal(span_sum(&again, HOUR + 32 * MINUTE), 3);
	assert_int_equal(span_sum(&again, 2 * HOUR), 3);
	assert_int_equal(span_sum(&again, 2 * HOUR + 2 * MINUTE), 0);
}

/* The boot clock is younger than the counts. */
static void
takes_counts_from_before_the_boot(void **state)
{
	struct span span;

	(void)state;
	span_init(&span, MINUTE, 61);
	span_restore(&span, -30 * MINUTE, 4, 10 * CLOCK_SEC);
	span_restore(&span, 40 * MINUTE, 1, 10 * CLOCK_SEC); /* of the future */
	assert_int_equal(span_sum(&span, 10 * CLOCK_SEC), 5);
	assert_int_equal(span_sum(&span, 29 * MINUTE), 5);
	assert_int_equal(span_sum(&span, 31 * MINUTE), 1);
	assert_int_equal(span_sum(&span, HOUR + MINUTE), 0);
	span_restore(&span, -100 * HOUR, 4, HOUR + MINUTE);
	assert_int_equal(span_sum(&span, HOUR + MINUTE), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(slides),
	    cmocka_unit_test(never_forgets_too_soon),
	    cmocka_unit_test(gives_back_the_newest),
	    cmocka_unit_test(bears_a_clock_that_goes_back),
	    cmocka_unit_test(survives_a_restart),
	    cmocka_unit_test(takes_counts_from_before_the_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
