#include "base/ascii.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char digits[] = "0123456789";
static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char smalls[] = "abcdefghijklmnopqrstuvwxyz";

static bool
is_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void
knows_every_byte(void **state)
{
	(void)state;
	for (int i = CHAR_MIN; i <= CHAR_MAX; i++) {
		bool is_letter = is_of(i, capitals) || is_of(i, smalls);

		assert_int_equal(ascii_is_digit(i), is_of(i, digits));
		assert_int_equal(ascii_is_letter(i), is_letter);
		assert_int_equal(
		    ascii_is_word(i), is_letter || is_of(i, digits));
		if (!is_of(i, capitals))
			assert_int_equal(ascii_lower(i), (char)i);
	}
	for (size_t i = 0; capitals[i]; i++)
		assert_int_equal(ascii_lower(capitals[i]), smalls[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
