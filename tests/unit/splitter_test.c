#include "base/splitter.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define LONGEST 8

static char got[4096];

static void
on_line(void *arg, const char *line, size_t length)
{
	(void)arg;
	strncat(got, line, length);
	strcat(got, "|");
}

struct example {
	const char *bytes;
	size_t length;
	const char *want;
	int64_t consumed;
};

#define BYTES(text) text, sizeof text - 1

static const struct example examples[] = {
    {BYTES(""), "", 0},
    {BYTES("\n\na\n"), "||a|", 4},
    {BYTES("one\ntwo\nthr"), "one|two|", 8},
    {BYTES("\r\n"), "\r|", 2},
    {BYTES("12345678\n"), "12345678|", 9},
    {BYTES("123456789\nnext\n"), "12345678|next|", 15},
    {BYTES("1234567890123456789012345\nb\n12345678901"), "12345678|b|", 28},
    {BYTES("\0\0\0\0\0\0\0\0\0\0\0\0one\n\0\ntwo\n"), "one||two|", 22},
};

/* In pieces of every size. */
static void
gives_whole_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		const struct example *example = &examples[i];

		for (size_t size = 1; size <= example->length + 1; size++) {
			struct splitter *splitter =
			    splitter_create(LONGEST, on_line, NULL);

			got[0] = '\0';
			for (size_t at = 0; at < example->length; at += size) {
				size_t left = example->length - at;

				splitter_feed(splitter, example->bytes + at,
				    left < size ? left : size);
			}
			assert_string_equal(got, example->want);
			assert_int_equal(
			    splitter_consumed(splitter), example->consumed);
			splitter_destroy(&splitter);
			assert_null(splitter);
		}
	}
}

static void
forgets(void **state)
{
	struct splitter *splitter = splitter_create(LONGEST, on_line, NULL);

	(void)state;
	got[0] = '\0';
	splitter_feed(splitter, "one\ntw", 6);
	splitter_reset(splitter);
	assert_int_equal(splitter_consumed(splitter), 0);
	splitter_feed(splitter, "o\n", 2);
	assert_string_equal(got, "one|o|");
	assert_int_equal(splitter_consumed(splitter), 2);
	splitter_destroy(&splitter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_whole_lines),
	    cmocka_unit_test(forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
