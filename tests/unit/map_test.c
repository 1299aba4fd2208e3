#include "doors/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
	const char *bytes;
	enum map_reading want;
	const char *name, *key;
	size_t used;
} cases[] = {
    {"21:sender a@example.test,", MAP_WHOLE, "sender", "a@example.test", 25},
    {"8:sender a,8:sender b,", MAP_WHOLE, "sender", "a", 11},
    {"11:sender \"<>\",", MAP_WHOLE, "sender", "\"<>\"", 15},
    {"9:sender <>,", MAP_WHOLE, "sender", "<>", 12},
    {"14:recipient a b,,", MAP_WHOLE, "recipient", "a b,", 18},
    {"13:recipient a b,", MAP_WHOLE, "recipient", "a b", 17},
    {"21:recipient \"a, b\"@c.de,", MAP_WHOLE, "recipient", "\"a, b\"@c.de",
	25},
    {"7:sender ,", MAP_WHOLE, "sender", "", 10},
    {"6:sender,", MAP_WHOLE, "sender", "", 9},
    {"2: a,", MAP_WHOLE, "", "a", 5},
    {"0:,", MAP_WHOLE, "", "", 3},
    {"4:a:,,,", MAP_WHOLE, "a:,,", "", 7},

    {"", MAP_PARTIAL, NULL, NULL, 0},
    {"1", MAP_PARTIAL, NULL, NULL, 0},
    {"11:", MAP_PARTIAL, NULL, NULL, 0},
    {"8:sender a", MAP_PARTIAL, NULL, NULL, 0},
    {"8:sender", MAP_PARTIAL, NULL, NULL, 0},
    {"0:", MAP_PARTIAL, NULL, NULL, 0},
    {"8192", MAP_PARTIAL, NULL, NULL, 0},
    {"8192:", MAP_PARTIAL, NULL, NULL, 0},

    {"8193", MAP_BROKEN, NULL, NULL, 0},
    {"8193:", MAP_BROKEN, NULL, NULL, 0},
    {"2147483648:sender a,", MAP_BROKEN, NULL, NULL, 0},
    {"99999999999999999999999999", MAP_BROKEN, NULL, NULL, 0},
    {"18446744073709551624:sender a,", MAP_BROKEN, NULL, NULL, 0},
    {"08:sender a,", MAP_BROKEN, NULL, NULL, 0},
    {"00:,", MAP_BROKEN, NULL, NULL, 0},
    {"-8:sender a,", MAP_BROKEN, NULL, NULL, 0},
    {"+8:sender a,", MAP_BROKEN, NULL, NULL, 0},
    {" 8:sender a,", MAP_BROKEN, NULL, NULL, 0},
    {"8 :sender a,", MAP_BROKEN, NULL, NULL, 0},
    {":sender a,", MAP_BROKEN, NULL, NULL, 0},
    {"8;sender a,", MAP_BROKEN, NULL, NULL, 0},
    {"8:sender a;", MAP_BROKEN, NULL, NULL, 0},
    {"7:sender a,", MAP_BROKEN, NULL, NULL, 0},
    {"GET / HTTP/1.1\r\n", MAP_BROKEN, NULL, NULL, 0},
    {"\n", MAP_BROKEN, NULL, NULL, 0},
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
		struct map_request request = {0};
		enum map_reading got;

		memcpy(bytes + 1, cases[i].bytes, length);
		print_message("%s\n", cases[i].bytes);
		got = map_parse(bytes + 1, length, &request, &used);
		assert_int_equal(got, cases[i].want);
		assert_int_equal(used, cases[i].used);
		if (got == MAP_WHOLE) {
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
	struct map_request request;
	size_t used;

	(void)state;
	for (size_t i = 0; i < strlen(bytes); i++)
		assert_int_equal(
		    map_parse(bytes, i, &request, &used), MAP_PARTIAL);
	assert_int_equal(
	    map_parse(bytes, strlen(bytes), &request, &used), MAP_WHOLE);
}

static void
reads_the_longest(void **state)
{
	char *bytes = malloc(MAP_REQUEST_MAX + 6);
	struct map_request request;
	size_t used;

	(void)state;
	memset(bytes, 'a', MAP_REQUEST_MAX + 6);
	memcpy(bytes, "8192:", 5);
	bytes[5 + MAP_REQUEST_MAX] = ',';
	assert_int_equal(map_parse(bytes, MAP_REQUEST_MAX + 5, &request, &used),
	    MAP_PARTIAL);
	assert_int_equal(
	    map_parse(bytes, MAP_REQUEST_MAX + 6, &request, &used), MAP_WHOLE);
	assert_int_equal(request.name_length, MAP_REQUEST_MAX);
	free(bytes);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads),
	    cmocka_unit_test(reads_in_pieces),
	    cmocka_unit_test(reads_the_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
