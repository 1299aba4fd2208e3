#include "evidence/reach.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define EVERY (300 * CLOCK_SEC)

static const struct {
	const char *cause; /* of this probe; NULL: well */
	bool want_down;
	int64_t want_pause_sec;
} course[] = {
    {NULL, false, 300},
    {"a", false, 30},
    {"b", false, 60},
    {NULL, false, 300}, /* a success in between starts anew */
    {"c", false, 30},
    {"d", false, 60},
    {"e", true, 120},
    {"f", true, 240},
    {"g", true, 300},
    {"h", true, 300},
    {NULL, false, 300},
};

static void
turns_after_failures(void **state)
{
	struct reach reach;
	int64_t now_ms = 1000;

	(void)state;
	reach_init(&reach);
	assert_false(reach.is_down);
	for (size_t i = 0; i < COUNT(course); i++) {
		assert_true(reach.due_ms <= now_ms);
		reach_take(&reach, course[i].cause, 3, EVERY, now_ms);
		assert_int_equal(reach.is_down, course[i].want_down);
		assert_int_equal(reach.due_ms - now_ms,
		    course[i].want_pause_sec * CLOCK_SEC);
		if (course[i].cause)
			assert_string_equal(reach.cause, course[i].cause);
		now_ms = reach.due_ms;
	}
}

static void
never_waits_longer_than_usual(void **state)
{
	struct reach reach;

	(void)state;
	reach_init(&reach);
	for (int i = 0; i < 3000; i++) {
		reach_take(&reach, "a", 1, CLOCK_SEC, i);
		assert_true(reach.is_down);
		assert_int_equal(reach.due_ms, i + CLOCK_SEC);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(turns_after_failures),
	    cmocka_unit_test(never_waits_longer_than_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
