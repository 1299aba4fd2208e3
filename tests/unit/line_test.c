#include "base/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct {
	const char *value, *want;
} values[] = {
    {"bob", "e: k=bob"},
    {"", "e: k=\"\""},
    {"Spamhaus SBL", "e: k=\"Spamhaus SBL\""},
    {"a=b", "e: k=\"a=b\""},
    {"a\"b", "e: k=\"a\\\"b\""},
    {"a\\b", "e: k=\"a\\\\b\""},
    {"\\", "e: k=\"\\\\\""},
    {"\n", "e: k=\"\\x0a\""},
    {"a\r\nq: k=v", "e: k=\"a\\x0d\\x0aq: k=v\""},
    {"\x1b[31m", "e: k=\"\\x1b[31m\""},
    {"\x7f\x80\xff", "e: k=\"\\x7f\\x80\\xff\""},
    {"caf\xc3\xa9", "e: k=\"caf\\xc3\\xa9\""},
    {"https://a.example/?q=1", "e: k=\"https://a.example/?q=1\""},
    {"%s%n", "e: k=%s%n"},
    {NULL, "e:"},
};

static void
writes_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct line line;

		line_start(&line, "e");
		line_add(&line, "k", values[i].value);
		assert_string_equal(line.text, values[i].want);
		assert_int_equal(line.length, strlen(line.text));
	}
}

static const struct {
	const char *address, *want;
} mailboxes[] = {
    {"b@example.com", "e: k=<b@example.com>"},
    {"", "e: k=<>"},
    {"a b@example.com", "e: k=\"<a b@example.com>\""},
    {"\"a\"@example.com", "e: k=\"<\\\"a\\\"@example.com>\""},
    {"a> action=pass", "e: k=\"<a> action=pass>\""},
    {"a\n@example.com", "e: k=\"<a\\x0a@example.com>\""},
    {NULL, "e:"},
};

static void
writes_mailboxes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mailboxes); i++) {
		struct line line;

		line_start(&line, "e");
		line_add_mailbox(&line, "k", mailboxes[i].address);
		assert_string_equal(line.text, mailboxes[i].want);
		assert_int_equal(line.length, strlen(line.text));
	}
}

static void
writes_in_order(void **state)
{
	struct line line;

	(void)state;
	line_start(&line, "gate");
	line_add(&line, "qid", "4F232A72072");
	line_add_number(&line, "rcpts", 2);
	line_add_number(&line, "min", INT64_MIN);
	line_add_bytes(&line, "raw", "a\0b", 3);
	line_add(&line, "none", NULL);
	line_add(&line, "mode", "enforce");
	assert_string_equal(line.text,
	    "gate: qid=4F232A72072 rcpts=2 min=-9223372036854775808 "
	    "raw=\"a\\x00b\" mode=enforce");
}

/* Reads one value as a consumer of the log would and checks that nothing of
   it could be taken for something else. Returns where it ends. */
static const char *
skip_value(const char *at)
{
	if (*at != '"') {
		for (; *at != '\0' && *at != ' '; at++)
			if (strchr("\"\\=", *at) || *at < ' ' || *at > '~')
				fail_msg("bare byte %#x", (unsigned)*at);
		return at;
	}
	for (at++; *at != '"'; at++) {
		if (*at < ' ' || *at > '~')
			fail_msg("raw byte %#x", (unsigned)*at);
		if (*at == '\\')
			at++;
	}
	return at + 1;
}

static void
check_is_one_pair(const struct line *line)
{
	const char *at = line->text;

	assert_memory_equal(at, "e: k=", 5);
	at = skip_value(at + 5);
	if (strcmp(at, " last=1") != 0)
		fail_msg("forged: %s", line->text);
	assert_int_equal(line->length, strlen(line->text));
}

static void
check_value(const char *bytes, size_t length)
{
	struct line line;

	line_start(&line, "e");
	line_add_bytes(&line, "k", bytes, length);
	line_add_number(&line, "last", 1);
	check_is_one_pair(&line);
}

static void
no_two_bytes_can_forge(void **state)
{
	(void)state;
	for (int a = 0; a < 256; a++) {
		for (int b = 0; b < 256; b++) {
			const char pair[] = {a, b, 'k', '=', 'v'};

			check_value(pair, 1);
			check_value(pair, 2);
			check_value(pair, 5);
		}
	}
}

static void
no_mailbox_can_forge(void **state)
{
	(void)state;
	for (int a = 1; a < 256; a++) {
		for (int b = 1; b < 256; b++) {
			const char address[] = {a, b, '=', 'v', '\0'};
			struct line line;

			line_start(&line, "e");
			line_add_mailbox(&line, "k", address);
			line_add_number(&line, "last", 1);
			check_is_one_pair(&line);
		}
	}
}

/* Whatever stands at the cut, plain or escaped, the value closes. */
static void
long_values_are_cut_whole(void **state)
{
	static const char fillers[] = {'x', ' ', '"', '\\', '\n', '\0'};
	char value[2 * LINE_VALUE_MAX];

	(void)state;
	for (size_t f = 0; f < sizeof fillers; f++) {
		for (size_t length = 1; length < sizeof value; length++) {
			struct line line;

			memset(value, fillers[f], length);
			value[0] = 'x';
			check_value(value, length);
			value[length] = '\0';
			line_start(&line, "e");
			line_add_mailbox(&line, "k", value);
			line_add_number(&line, "last", 1);
			check_is_one_pair(&line);
		}
	}
}

static void
a_cut_value_says_so(void **state)
{
	char value[LINE_VALUE_MAX + 1] = "", want[LINE_VALUE_MAX + 32];
	struct line line;

	(void)state;
	memset(value, 'x', LINE_VALUE_MAX - 1);
	line_start(&line, "e");
	line_add(&line, "k", value);
	snprintf(want, sizeof want, "e: k=%s", value);
	assert_string_equal(line.text, want);

	memset(value, 'x', LINE_VALUE_MAX);
	line_start(&line, "e");
	line_add(&line, "k", value);
	snprintf(want, sizeof want, "e: k=%.*s...", LINE_VALUE_MAX - 4, value);
	assert_string_equal(line.text, want);

	line_start(&line, "e");
	line_add_mailbox(&line, "k", value);
	assert_string_equal(line.text + line.length - 5, "x...>");
}

/* A line without room for a pair ends with a mark and takes no more. */
static void
long_lines_are_cut_between_pairs(void **state)
{
	char value[LINE_VALUE_MAX];

	(void)state;
	for (size_t length = 1; length < sizeof value; length++) {
		struct line line, before;

		memset(value, 'x', length);
		value[length] = '\0';
		line_start(&line, "e");
		do {
			before = line;
			line_add(&line, "k", value);
			assert_int_equal(line.length, strlen(line.text));
		} while (!line.is_full);
		assert_true(before.length <= LINE_MAX_BYTES);
		assert_true(before.length + length + 3 > LINE_MAX_BYTES);
		strcat(before.text, " ...");
		assert_string_equal(line.text, before.text);
		line_add(&line, "k", "v");
		line_add_number(&line, "k", 1);
		assert_string_equal(line.text, before.text);
	}
}

static const struct {
	const char *from;
	size_t size;
	const char *want;
} escapes[] = {
    {"abcdef", 7, "abcdef"},
    {"abcdef", 6, "ab..."},
    {"abcdef", 5, "a..."},
    {"abcdef", 4, "..."},
    {"abcdef", 3, ""},
    {"abcdef", 1, ""},
    {"", 1, ""},
    {"a\nb", 7, "a\\x0ab"},
    {"a\nb", 6, "a..."},
    {"\n\n", 9, "\\x0a\\x0a"},
    {"\n\n", 8, "\\x0a..."},
    {"\n\n", 7, "..."},
    {"\"\"", 5, "\\\"\\\""},
    {"\"\"", 4, "..."},
};

static void
escapes_within_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(escapes); i++) {
		char to[16];
		size_t length;

		memset(to, '#', sizeof to);
		length = line_escape(to, escapes[i].size, escapes[i].from,
		    strlen(escapes[i].from));
		assert_string_equal(to, escapes[i].want);
		assert_int_equal(length, strlen(to));
		assert_int_equal(to[escapes[i].size], '#');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_values),
	    cmocka_unit_test(writes_mailboxes),
	    cmocka_unit_test(writes_in_order),
	    cmocka_unit_test(no_two_bytes_can_forge),
	    cmocka_unit_test(no_mailbox_can_forge),
	    cmocka_unit_test(long_values_are_cut_whole),
	    cmocka_unit_test(a_cut_value_says_so),
	    cmocka_unit_test(long_lines_are_cut_between_pairs),
	    cmocka_unit_test(escapes_within_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
