#include "evidence/sighted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static void
knows_when(void **state)
{
	/* 2026-11-21T17:00:00+01:00 */
	static const int64_t now = 1795276800;
	static const struct {
		const char *text;
		int64_t want;
	} examples[] = {
	    {"Nov 21 17:00:00", now},
	    {"Nov 22 16:59:59", now + 86399},
	    {"Nov 23 17:00:00", now - 363 * 86400},
	    {"Jul  1 12:00:00", 1782900000},
	    {"2026-11-21T17:00:00+01:00", now},
	    {"2026-11-21T16:00:00Z", now},
	    {"2026-11-21T16:00:00.123456+00:00", now},
	    {"2026-11-21T11:30:00-0430", now},
	    {"2026-11-21T17:00:00", now},
	    {"2026-11-21T17:00:00.5", now},
	    {"Nov 21 17:00", 0},
	    {"", 0},
	};

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		struct piece piece = {
		    examples[i].text, strlen(examples[i].text)};

		assert_int_equal(sighted_when(&piece, now), examples[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
