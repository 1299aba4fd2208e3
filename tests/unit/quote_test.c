#include "evidence/quote.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* The address begins behind the |. length 0: there is none. */
static const struct {
	const char *text;
	size_t length;
	const char *address;
	int bits;
	bool is_in_name, is_speaker;
} cases[] = {
    {"|192.0.2.1", 9, "192.0.2.1", 32, false, false},
    {"[|192.0.2.1] x", 9, "192.0.2.1", 32, false, false},
    {"[|2001:db8::1]", 11, "2001:db8::1", 128, false, false},
    {"|2001:db8::1: no", 11, "2001:db8::1", 128, false, false},
    {"|192.0.2.0/24 x", 9, "192.0.2.0", 24, false, false},
    {"|2001:db8::/32", 10, "2001:db8::", 32, false, false},
    {"|192.0.2.1/7", 9, "192.0.2.1", 32, false, false},
    {"|192.0.2.1/24a", 9, "192.0.2.1", 32, false, false},
    {"|192.0.2.1/3x", 9, "192.0.2.1", 32, false, false},
    {"|192.0.2.1.bl.example", 9, "192.0.2.1", 32, true, false},
    {"mx[|192.0.2.1] said: 550", 9, "192.0.2.1", 32, false, true},
    {"mx[|192.0.2.1] refused to", 9, "192.0.2.1", 32, false, true},
    {"mx[|192.0.2.1] sai", 9, "192.0.2.1", 32, false, false},
    {"|192.0.2.1.5", 0, NULL, 0, false, false},
    {"|192.0.2", 0, NULL, 0, false, false},
    {"|192.0.2.256", 0, NULL, 0, false, false},
    {"|192.0.2.1x", 0, NULL, 0, false, false},
    {"|::1", 0, NULL, 0, false, false},
    {"|12:34", 0, NULL, 0, false, false},
    {"|", 0, NULL, 0, false, false},
    /* A list's answer; what nobody sends from; a receiver's own numbers. */
    {"|127.0.0.4", 0, NULL, 0, false, false},
    {"|0.0.0.0", 0, NULL, 0, false, false},
    {"|224.0.0.1", 0, NULL, 0, false, false},
    {"- |4.16.55.1;", 0, NULL, 0, false, false},
    {"[|4.16.55.1]", 9, "4.16.55.1", 32, false, false},
    {"- |4.16.155.1", 10, "4.16.155.1", 32, false, false},
};

static void
reads_what_is_quoted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *mark = strchr(cases[i].text, '|');
		char text[64] = "", address[ADDRESS_TEXT_MAX];
		size_t at = mark - cases[i].text;
		struct quote got = {.is_in_name = false};

		memcpy(text, cases[i].text, at);
		strcpy(text + at, mark + 1);
		if (quote_read(text, strlen(text), at, &got) != cases[i].length)
			fail_msg("%s", cases[i].text);
		if (cases[i].length == 0)
			continue;
		address_format(address, &got.network.address);
		assert_string_equal(address, cases[i].address);
		assert_int_equal(got.network.bits, cases[i].bits);
		assert_int_equal(got.is_in_name, cases[i].is_in_name);
		assert_int_equal(got.is_speaker, cases[i].is_speaker);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
