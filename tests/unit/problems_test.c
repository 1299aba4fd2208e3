#include "config/problems.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
keeps_order_and_place(void **state)
{
	struct problems *problems = problems_create();

	(void)state;
	assert_int_equal(problems_count(problems), 0);
	problems_error(problems, "a.conf", 14, "found %d", 3);
	problems_warning(problems, "b.conf", 2, "odd");
	problems_error(problems, "c.conf", 0, "cannot be opened");
	assert_int_equal(problems_count(problems), 3);
	assert_int_equal(problems_error_count(problems), 2);
	assert_string_equal(
	    problems_text(problems, 0), "a.conf:14: error: found 3");
	assert_string_equal(
	    problems_text(problems, 1), "b.conf:2: warning: odd");
	assert_string_equal(
	    problems_text(problems, 2), "c.conf: error: cannot be opened");
	problems_destroy(&problems);
	assert_null(problems);
	problems_destroy(&problems);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_order_and_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
