#include "config/quantity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define UNTOUCHED INT64_C(-77)

struct parse_case {
	const char *text;
	int64_t want; /* UNTOUCHED: refused */
};

static void
parses_durations(void **state)
{
	static const struct parse_case cases[] = {
	    {"0s", 0},
	    {"250ms", 250},
	    {"30s", 30000},
	    {"10m", 600000},
	    {"2h", 7200000},
	    {"1d", 86400000},
	    {"1w", 604800000},
	    {"007s", 7000},
	    {"9223372036854775807ms", INT64_MAX},
	    {"9223372036854775808ms", UNTOUCHED},
	    {"9223372036854775s", INT64_C(9223372036854775000)},
	    {"9223372036854776s", UNTOUCHED},
	    {"99999999999999999999999s", UNTOUCHED},
	    {"", UNTOUCHED},
	    {"30", UNTOUCHED},
	    {"s", UNTOUCHED},
	    {"-1s", UNTOUCHED},
	    {"+1s", UNTOUCHED},
	    {" 1s", UNTOUCHED},
	    {"1 s", UNTOUCHED},
	    {"1s ", UNTOUCHED},
	    {"1.5h", UNTOUCHED},
	    {"1h30m", UNTOUCHED},
	    {"1S", UNTOUCHED},
	    {"3x", UNTOUCHED},
	    {"0x10s", UNTOUCHED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t got = UNTOUCHED;
		int result = quantity_duration_ms(cases[i].text, &got);

		if (got != cases[i].want ||
		    result != (got == UNTOUCHED ? -1 : 0))
			fail_msg("\"%s\"", cases[i].text);
	}
}

static void
formats_spans(void **state)
{
	static const struct {
		int64_t ms;
		const char *want;
	} cases[] = {
	    {-5, "0s"},
	    {999, "0s"},
	    {45000, "45s"},
	    {59999, "59s"},
	    {60000, "1m"},
	    {12 * 60000 + 30000, "12m"},
	    {3600000, "1h 0m"},
	    {3 * 3600000 + 5 * 60000, "3h 5m"},
	    {86399999, "23h 59m"},
	    {2 * 86400000 + 4 * 3600000, "2d 4h"},
	    {INT64_MAX, "106751991167d 7h"},
	};
	char text[QUANTITY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		quantity_format_ms(text, cases[i].ms);
		assert_string_equal(text, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses_durations),
	    cmocka_unit_test(formats_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
