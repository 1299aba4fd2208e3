#include "doors/socketmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
	const char *bytes;
	enum socketmap_reading want;
	const char *name, *key;
	size_t used;
} cases[] = {
    {"21:sender a@example.test,", SOCKETMAP_WHOLE, "sender", "a@example.test",
	25},
    {"8:sender a,8:sender b,", SOCKETMAP_WHOLE, "sender", "a", 11},
    {"11:sender \"<>\",", SOCKETMAP_WHOLE, "sender", "\"<>\"", 15},
    {"9:sender <>,", SOCKETMAP_WHOLE, "sender", "<>", 12},
    {"14:recipient a b,,", SOCKETMAP_WHOLE, "recipient", "a b,", 18},
    {"13:recipient a b,", SOCKETMAP_WHOLE, "recipient", "a b", 17},
    {"21:recipient \"a, b\"@c.de,", SOCKETMAP_WHOLE, "recipient",
	"\"a, b\"@c.de", 25},
    {"7:sender ,", SOCKETMAP_WHOLE, "sender", "", 10},
    {"6:sender,", SOCKETMAP_WHOLE, "sender", "", 9},
    {"2: a,", SOCKETMAP_WHOLE, "", "a", 5},
    {"0:,", SOCKETMAP_WHOLE, "", "", 3},
    {"4:a:,,,", SOCKETMAP_WHOLE, "a:,,", "", 7},

    {"", SOCKETMAP_PARTIAL, NULL, NULL, 0},
    {"1", SOCKETMAP_PARTIAL, NULL, NULL, 0},
    {"11:", SOCKETMAP_PARTIAL, NULL, NULL, 0},
    {"8:sender a", SOCKETMAP_PARTIAL, NULL, NULL, 0},
    {"8:sender", SOCKETMAP_PARTIAL, NULL, NULL, 0},
    {"0:", SOCKETMAP_PARTIAL, NULL, NULL, 0},
    {"8192", SOCKETMAP_PARTIAL, NULL, NULL, 0},
    {"8192:", SOCKETMAP_PARTIAL, NULL, NULL, 0},

    {"8193", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"8193:", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"2147483648:sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"99999999999999999999999999", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"18446744073709551624:sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"08:sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"00:,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"-8:sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"+8:sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {" 8:sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"8 :sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {":sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"8;sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"8:sender a;", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"7:sender a,", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"GET / HTTP/1.1\r\n", SOCKETMAP_BROKEN, NULL, NULL, 0},
    {"\n", SOCKETMAP_BROKEN, NULL, NULL, 0},
};

static void
check_text(const char *bytes, size_t length, const char *want)
{
	assert_int_equal(length, strlen(want));
	assert_memory_equal(bytes, want, length);
}

static void
reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t length = strlen(cases[i].bytes), used = 0;
		/* Of its very size, so that a byte too far is seen. */
		char *bytes = malloc(length + 1);
		struct socketmap_request request = {0};
		enum socketmap_reading got;

		memcpy(bytes + 1, cases[i].bytes, length);
		print_message("%s\n", cases[i].bytes);
		got = socketmap_read(bytes + 1, length, &request, &used);
		assert_int_equal(got, cases[i].want);
		assert_int_equal(used, cases[i].used);
		if (got == SOCKETMAP_WHOLE) {
			check_text(
			    request.name, request.name_length, cases[i].name);
			check_text(
			    request.key, request.key_length, cases[i].key);
		}
		free(bytes);
	}
}

/* Wherever the reading stops, it is the same request in the end. */
static void
reads_in_pieces(void **state)
{
	static const char bytes[] = "21:sender a@example.test,";
	struct socketmap_request request;
	size_t used;

	(void)state;
	for (size_t i = 0; i < strlen(bytes); i++)
		assert_int_equal(socketmap_read(bytes, i, &request, &used),
		    SOCKETMAP_PARTIAL);
	assert_int_equal(socketmap_read(bytes, strlen(bytes), &request, &used),
	    SOCKETMAP_WHOLE);
}

static void
reads_the_longest(void **state)
{
	char *bytes = malloc(SOCKETMAP_REQUEST_MAX + 6);
	struct socketmap_request request;
	size_t used;

	(void)state;
	memset(bytes, 'a', SOCKETMAP_REQUEST_MAX + 6);
	memcpy(bytes, "8192:", 5);
	bytes[5 + SOCKETMAP_REQUEST_MAX] = ',';
	assert_int_equal(
	    socketmap_read(bytes, SOCKETMAP_REQUEST_MAX + 5, &request, &used),
	    SOCKETMAP_PARTIAL);
	assert_int_equal(
	    socketmap_read(bytes, SOCKETMAP_REQUEST_MAX + 6, &request, &used),
	    SOCKETMAP_WHOLE);
	assert_int_equal(request.name_length, SOCKETMAP_REQUEST_MAX);
	free(bytes);
}

static void
writes(void **state)
{
	static const struct {
		const char *text, *want;
	} texts[] = {
	    {"", "0:,"},
	    {"a", "1:a,"},
	    {"NOTFOUND ", "9:NOTFOUND ,"},
	    {"0123456789", "10:0123456789,"},
	};
	char bytes[110], text[101], want[110];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		check_text(bytes, socketmap_write(bytes, texts[i].text),
		    texts[i].want);
	memset(text, 'a', sizeof text - 1);
	text[100] = '\0';
	snprintf(want, sizeof want, "100:%s,", text);
	check_text(bytes, socketmap_write(bytes, text), want);
	text[99] = '\0';
	snprintf(want, sizeof want, "99:%s,", text);
	check_text(bytes, socketmap_write(bytes, text), want);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads),
	    cmocka_unit_test(reads_in_pieces),
	    cmocka_unit_test(reads_the_longest),
	    cmocka_unit_test(writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
