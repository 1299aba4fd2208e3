#include "config/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
knows_its_forms(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
	    {"user@example.com", true},
	    {"@example.com", true},
	    {"@.example.com", true},
	    {"user@", true},
	    {"<>", true},
	    {"*", true},
	    {"user@[192.0.2.1]", true},
	    {"\"a b\"@example.com", true},
	    {"first.last+tag@example.com", true},
	    {"", false},
	    {"@", false},
	    {"@.", false},
	    {"example.com", false},
	    {"user", false},
	    {"*@example.com", false},
	    {"@*.example.com", false},
	    {"a b@example.com", false},
	    {"a@b@example.com", false},
	    {"user@.example.com", false},
	    {"@example..com", false},
	    {"@example.com.", false},
	    {"@example.com ", false},
	    {"<user@example.com>", false},
	    {"user@exam\nple.com", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *expected = NULL;

		if (pattern_is_valid(cases[i].text, &expected) !=
			cases[i].want ||
		    (expected == NULL) != cases[i].want)
			fail_msg("\"%s\"", cases[i].text);
	}
}

static void
matches(void **state)
{
	static const struct {
		const char *pattern, *address;
		bool want;
	} cases[] = {
	    {"user@example.com", "user@example.com", true},
	    {"user@example.com", "USER@Example.COM", true},
	    {"USER@EXAMPLE.COM", "user@example.com", true},
	    {"user@example.com", "user2@example.com", false},
	    {"user@example.com", "use@example.com", false},
	    {"user@example.com", "user@example.com.evil.test", false},
	    {"user@example.com", "user@sub.example.com", false},
	    {"@example.com", "anyone@example.com", true},
	    {"@example.com", "anyone@EXAMPLE.com", true},
	    {"@example.com", "anyone@sub.example.com", false},
	    {"@example.com", "anyone@notexample.com", false},
	    {"@example.com", "\"x@evil.test\"@example.com", true},
	    {"@evil.test", "\"x@evil.test\"@example.com", false},
	    {"@example.com", "anyone", false},
	    {"@example.com", "", false},
	    {"@.example.com", "a@sub.example.com", true},
	    {"@.example.com", "a@x.sub.Example.com", true},
	    {"@.example.com", "a@example.com", false},
	    {"@.example.com", "a@notexample.com", false},
	    {"@.example.com", "a@.example.com", false},
	    {"user@", "user@example.com", true},
	    {"user@", "User@other.test", true},
	    {"user@", "user", true},
	    {"user@", "user2@example.com", false},
	    {"user@", "", false},
	    {"<>", "", true},
	    {"<>", "user@example.com", false},
	    {"*", "", true},
	    {"*", "user@example.com", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (pattern_matches(cases[i].pattern, cases[i].address) !=
		    cases[i].want)
			fail_msg(
			    "%s \"%s\"", cases[i].pattern, cases[i].address);
	}
}

static void
finds_the_domain(void **state)
{
	(void)state;
	assert_string_equal(pattern_domain_of("a@example.com"), "example.com");
	assert_string_equal(pattern_domain_of("\"a@b\"@c.test"), "c.test");
	assert_string_equal(pattern_domain_of("a@"), "");
	assert_null(pattern_domain_of("a"));
	assert_null(pattern_domain_of(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_its_forms),
	    cmocka_unit_test(matches),
	    cmocka_unit_test(finds_the_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
