#include "evidence/remarks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

__attribute__((format(printf, 2, 3))) static const char *
add(struct remarks *remarks, const char *format, ...)
{
	const char *sentence;
	va_list list;

	va_start(list, format);
	sentence = remarks_add(remarks, format, list);
	va_end(list);
	return sentence;
}

static void
says_each_once(void **state)
{
	struct remarks remarks = {0};
	const char *first = add(&remarks, "%s: no such name", "a.test");

	(void)state;
	assert_string_equal(first, "a.test: no such name");
	assert_string_equal(add(&remarks, "other"), "other");
	assert_ptr_equal(add(&remarks, "a.test: no such name"), first);
	assert_int_equal(remarks.count, 2);
	remarks_clear(&remarks);
	assert_int_equal(remarks.count, 0);
}

static void
escapes_and_cuts(void **state)
{
	struct remarks remarks = {0};
	char text[5000];

	(void)state;
	assert_null(strchr(add(&remarks, "one\ntwo"), '\n'));
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_in_range(strlen(add(&remarks, "%s", text)), 500, 1000);
	remarks_clear(&remarks);
}

static void
has_a_limit(void **state)
{
	struct remarks remarks = {0};

	(void)state;
	for (int i = 0; i < REMARKS_MAX; i++)
		assert_non_null(add(&remarks, "number %d", i));
	assert_null(add(&remarks, "one more"));
	assert_non_null(add(&remarks, "number 7"));
	assert_int_equal(remarks.count, REMARKS_MAX);
	remarks_clear(&remarks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_each_once),
	    cmocka_unit_test(escapes_and_cuts),
	    cmocka_unit_test(has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
