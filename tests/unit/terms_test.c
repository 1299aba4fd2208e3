#include "config/terms.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* want NULL: the pattern has a term that nobody added. */
static const struct {
	const char *pattern, *want;
} cases[] = {
    {"", ""},
    {"plain", "plain"},
    {"%us%", "(?:your|our)"},
    {"^%us% %refused-by%$", "^(?:your|our) (?:no)$"},
    {"%us%%us%", "(?:your|our)(?:your|our)"},
    {"100% of %us%", "100% of (?:your|our)"},
    {"%%us%", "%(?:your|our)"},
    {"% %", "% %"},
    {"%US%", "%US%"},
    {"%us", "%us"},
    {"%nobody%", NULL},
    {"%us% %nobody%", NULL},
    {"%a-name-that-is-longer-than-any-may-be%",
	"%a-name-that-is-longer-than-any-may-be%"},
};

static void
fills_terms_in(void **state)
{
	struct terms *terms = terms_create();

	(void)state;
	terms_add(terms, "us", "your|our");
	terms_add(terms, "refused-by", "no");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char unknown[TERM_NAME_MAX] = "";
		char *got = terms_expand(terms, cases[i].pattern, unknown);

		if (cases[i].want) {
			assert_non_null(got);
			assert_string_equal(got, cases[i].want);
		} else {
			assert_null(got);
			assert_string_equal(unknown, "nobody");
		}
		free(got);
	}
	terms_destroy(&terms);
	assert_null(terms);
	terms_destroy(&terms);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fills_terms_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
