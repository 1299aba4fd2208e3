#include "base/stamp.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
	const char *text;
	int result;
	struct stamp want;
} stamps[] = {
    {"Nov 21 17:34:56", 0, {0, 11, 21, 17, 34, 56}},
    {"Jan  1 00:00:00", 0, {0, 1, 1, 0, 0, 0}},
    {"2026-11-21T17:34:56Z", 0, {2026, 11, 21, 17, 34, 56}},
    {"2026-11-21T17:34:56.123+01:00", 0, {2026, 11, 21, 17, 34, 56}},
    {"2026-11-21T17:34:60", 0, {2026, 11, 21, 17, 34, 60}},
    {"Nox 21 17:34:56", -1, {0, 0, 0, 0, 0, 0}},
    {"Nov 32 17:34:56", -1, {0, 0, 0, 0, 0, 0}},
    {"Nov 21 24:34:56", -1, {0, 0, 0, 0, 0, 0}},
    {"Nov 21 17-34-56", -1, {0, 0, 0, 0, 0, 0}},
    {"2026-13-21T17:34:56Z", -1, {0, 0, 0, 0, 0, 0}},
    {"2026-11-21 17:34:56", -1, {0, 0, 0, 0, 0, 0}},
    {"2026-11-21T17:34", -1, {0, 0, 0, 0, 0, 0}},
    {"", -1, {0, 0, 0, 0, 0, 0}},
};

static void
reads_stamps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++) {
		const char *text = stamps[i].text;
		struct stamp got = {0};

		assert_int_equal(
		    stamp_read(text, strlen(text), &got), stamps[i].result);
		assert_memory_equal(&got, &stamps[i].want, sizeof got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_stamps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
