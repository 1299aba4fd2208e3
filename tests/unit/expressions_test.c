#include "base/alloc.h"
#include "base/expressions.h"
#include "base/literals.h"
#include "base/needles.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* ---- literals ----------------------------------------------------------- */

/* What a text must hold, joined by |; "" where nothing is known. */
static const struct {
	const char *pattern, *want;
} words[] = {
    {"spamhaus", "spamhaus"},
    {"SpamHaus", "spamhaus"},
    {"zen[.]spamhaus", "zen.spamhaus"},
    {"\\(ip based\\)", "(ip based)"},
    {"\\bsorbs\\b", "sorbs"},
    {"sorbs|spamcop", "sorbs|spamcop"},
    {"(black|block)-?listed", "listed"},
    {"(black|block)s", "black|block"},
    {"(a|bcd)xy", "xy"},
    {"colou?r", "colo"},
    {"ab*cde", "cde"},
    {"ab+cde", "cde"},
    {"abc+d", "abc"},
    {"(abc)?de", "de"},
    {"(abc){2,3}d", "abc"},
    {"(abc){0,3}d", "d"},
    {"a{ip}", "a{ip}"},
    {"a{2}bc", "bc"},
    {"[a-z]+foo[0-9]bar2", "bar2"},
    {"[^]x]abc", "abc"},
    {"[]x]abc", "abc"},
    {"ab(?!cdef)x", "abx"},
    {"ab(?<!cdef)x", "abx"},
    {"(?:abc)x", "abc"},
    {"(?<list>abc)x", "abc"},
    {"^4.*busy$", "busy"},
    {"a.?b", "a"},
    {"foo|", ""},
    {"foo|\\d+", ""},
    {"\\d+", ""},
    {"(a|b)?", ""},
    {"", ""},
    /* Not known, so nothing is said. */
    {"(?i)abc", ""},
    {"(?>abc)", ""},
    {"(*UTF)abc", ""},
    {"\\Qabc\\E", ""},
    {"\\x41bc", ""},
    {"[[:alpha:]]abc", ""},
    {"[\\c]&|x<]", ""},
    {"[\\Q]\\Eabc]abc", ""},
    {"(abc", ""},
    {"abc)", ""},
    {"[abc", ""},
    {"abc\\", ""},
    {"((((((((((((((((((a))))))))))))))))))", ""},
};

static void
knows_what_a_text_must_hold(void **state)
{
	struct literals *got = test_calloc(1, sizeof *got);

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		char joined[256] = "";

		literals_of(words[i].pattern, got);
		for (size_t j = 0; j < got->count; j++) {
			strcat(joined, j ? "|" : "");
			strcat(joined, got->items[j].text);
		}
		if (strcmp(joined, words[i].want) != 0)
			fail_msg("%s: found \"%s\", wanted \"%s\"",
			    words[i].pattern, joined, words[i].want);
	}
	test_free(got);
}

/* ---- needles ------------------------------------------------------------ */

static void
finds_words_within_words(void **state)
{
	static const char *const all[] = {
	    "he", "she", "his", "hers", "ers", "x", "he"};
	static const struct {
		const char *text;
		uint64_t want;
	} texts[] = {
	    {"", 0},
	    {"SHE", 0x43},
	    {"ushers", 0x5b},
	    {"h i s", 0},
	    {"hishe", 0x47},
	    {"xhxix", 0x20},
	    {"\xff\x01he", 0x41},
	};
	struct needles *needles = needles_create(7);

	(void)state;
	for (size_t i = 0; i < 7; i++)
		needles_add(needles, all[i], strlen(all[i]), i);
	needles_close(needles);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		uint64_t found = 0;

		needles_find(
		    needles, texts[i].text, strlen(texts[i].text), &found);
		assert_int_equal(found, texts[i].want);
	}
	needles_destroy(&needles);
	assert_null(needles);
}

/* ---- expressions -------------------------------------------------------- */

static struct expressions *
set_of(const char *const *patterns, size_t count)
{
	struct expressions *set = expressions_create();
	char *reason = NULL;

	for (size_t i = 0; i < count; i++)
		assert_int_equal(expressions_add(set, patterns[i], &reason), 0);
	expressions_close(set);
	return set;
}

static int
find(const struct expressions *set, const char *text)
{
	struct capture capture;

	return expressions_find(set, text, strlen(text), &capture);
}

static void
finds_the_first_that_matches(void **state)
{
	static const char *const patterns[] = {"user unknown",
	    "blocked (using|by) (?<list>[a-z.]+)", "no[tw]here|(?<list>xyz)",
	    "^5\\d\\d", "."};
	struct expressions *set = set_of(patterns, 5);
	struct capture capture;

	(void)state;
	assert_int_equal(find(set, "550 blocked by x: USER UNKNOWN"), 0);
	assert_int_equal(find(set, "550 Blocked Using zen.x"), 1);
	assert_int_equal(find(set, "nothere"), 2);
	assert_int_equal(find(set, "550 x"), 3);
	assert_int_equal(find(set, "\n"), 4);
	assert_int_equal(find(set, ""), -1);
	assert_int_equal(
	    expressions_find(set, "blocked using zen.x!", 20, &capture), 1);
	assert_int_equal(capture.length, 5);
	assert_memory_equal(capture.start, "zen.x", 5);
	assert_int_equal(expressions_find(set, "nowhere", 7, &capture), 2);
	assert_int_equal(capture.length, 0);
	expressions_destroy(&set);
	assert_null(set);
}

static void
says_what_is_wrong_with_a_pattern(void **state)
{
	static const struct {
		const char *pattern, *want;
	} bad[] = {
	    {"a(b", "at offset 3"},
	    {"ab[c", "at offset 4"},
	    {"*a", "at offset 0"},
	    {"(a)\\1", "at offset"},
	    {"a\\C", "at offset"},
	};
	struct expressions *set = expressions_create();

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char *reason = NULL;

		assert_int_equal(
		    expressions_add(set, bad[i].pattern, &reason), -1);
		assert_non_null(strstr(reason, bad[i].want));
		free(reason);
	}
	expressions_close(set);
	assert_int_equal(find(set, "ab"), -1);
	expressions_destroy(&set);
}

/* Backtracking that would take years ends, and those after it are tried. */
static void
gives_up_in_time(void **state)
{
	static const char *const patterns[] = {
	    "(a+)+$", "(a|aa)+$", "(.*)*x(.*)*y(.*)*z", "aab"};
	struct expressions *set = set_of(patterns, 4);
	char text[1001];
	clock_t start = clock();

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text + 998, "b!", 3);
	assert_int_equal(find(set, text), 3);
	assert_true(clock() - start < CLOCKS_PER_SEC);
	expressions_destroy(&set);
}

/* More than fit into one word of a set. */
static void
tells_many_apart(void **state)
{
	struct expressions *set = expressions_create();
	char *reason = NULL;

	(void)state;
	for (int i = 0; i < 1500; i++) {
		char *pattern = alloc_printf("<%d>", i);

		assert_int_equal(expressions_add(set, pattern, &reason), 0);
		free(pattern);
	}
	expressions_close(set);
	assert_int_equal(find(set, "x <1499> <77> <1023> x"), 77);
	assert_int_equal(find(set, "x <1499> x"), 1499);
	assert_int_equal(find(set, "x <1500> x"), -1);
	expressions_destroy(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_what_a_text_must_hold),
	    cmocka_unit_test(finds_words_within_words),
	    cmocka_unit_test(finds_the_first_that_matches),
	    cmocka_unit_test(says_what_is_wrong_with_a_pattern),
	    cmocka_unit_test(gives_up_in_time),
	    cmocka_unit_test(tells_many_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
