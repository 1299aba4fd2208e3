#include "base/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
check(json_t *value, const char *want)
{
	if (want)
		assert_string_equal(json_string_value(value), want);
	else
		assert_true(json_is_null(value));
	json_decref(value);
}

static void
writes_any_bytes(void **state)
{
	(void)state;
	check(field_text("M\xc3\xbcller"), "M\xc3\xbcller");
	check(field_text("a\"b"), "a\"b");
	check(field_text("a\xff"), "a\\xff");
	check(field_text(""), "");
	check(field_text(NULL), NULL);
	check(field_foreign("M\xc3\xbcller"), "M\\xc3\\xbcller");
	check(field_foreign("line\nline"), "line\\x0aline");
	check(field_foreign(NULL), NULL);
}

static void
cuts_foreign_bytes(void **state)
{
	static char bytes[10000];
	json_t *value;

	(void)state;
	memset(bytes, 0xff, sizeof bytes - 1);
	value = field_foreign(bytes);
	assert_in_range(json_string_length(value), 2000, 2047);
	json_decref(value);
}

static void
reads_what_it_writes(void **state)
{
	json_t *object = json_object();

	(void)state;
	json_object_set_new(object, "text", field_text("words"));
	json_object_set_new(object, "time", field_wall_time(1763769600));
	json_object_set_new(object, "none", field_wall_time(0));
	json_object_set_new(object, "number", json_integer(7));
	assert_string_equal(field_text_of(object, "text"), "words");
	assert_string_equal(
	    field_text_of(object, "time"), "2025-11-22T00:00:00Z");
	assert_int_equal(field_wall_time_of(object, "time"), 1763769600);
	assert_int_equal(field_wall_time_of(object, "none"), 0);
	assert_int_equal(field_wall_time_of(object, "text"), 0);
	assert_string_equal(field_text_of(object, "number"), "");
	assert_string_equal(field_text_of(object, "missing"), "");
	assert_string_equal(field_text_of(NULL, "text"), "");
	json_decref(object);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_any_bytes),
	    cmocka_unit_test(cuts_foreign_bytes),
	    cmocka_unit_test(reads_what_it_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
