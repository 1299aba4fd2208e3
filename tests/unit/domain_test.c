#include "base/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define L9 "abcdefghi"
#define L63 L9 L9 L9 L9 L9 L9 L9

/* want NULL: refused. */
static const struct {
	const char *text, *want;
} names[] = {
    {"example.com", "example.com"},
    {"News.EXAMPLE.Com", "news.example.com"},
    {"example.com.", "example.com"},
    {"a.b", "a.b"},
    {"_x-1.xn--bcher-kva.example", "_x-1.xn--bcher-kva.example"},
    {L63 ".com", L63 ".com"},
    {"1.2.3.4.example", "1.2.3.4.example"},
    {"", NULL},
    {".", NULL},
    {"..", NULL},
    {"localhost", NULL},
    {"localhost.", NULL},
    {"example..com", NULL},
    {"example.com..", NULL},
    {".example.com", NULL},
    {"[192.0.2.1]", NULL},
    {"[IPv6:2001:db8::1]", NULL},
    {"192.0.2.1", NULL},
    {"192.0.2.1.", NULL},
    {"2001:db8::1", NULL},
    {"b\xc3\xbc"
     "cher.example",
	NULL},
    {"exam ple.com", NULL},
    {"example.com\n", NULL},
    {"example.com/x", NULL},
    {"*.example.com", NULL},
    {L63 "x.com", NULL},
};

static void
parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char out[DOMAIN_MAX] = "untouched";
		int result = domain_parse(names[i].text, out);

		print_message("\"%s\"\n", names[i].text);
		assert_int_equal(result, names[i].want ? 0 : -1);
		assert_string_equal(
		    out, names[i].want ? names[i].want : "untouched");
	}
}

static void
has_room_for_253_bytes(void **state)
{
	static const char longest[] =
	    L63 "." L63 "." L63 "." L9 L9 L9 L9 L9 L9 "abcdefg";
	char text[300], out[DOMAIN_MAX];

	(void)state;
	assert_int_equal(strlen(longest), 253);
	assert_int_equal(domain_parse(longest, out), 0);
	snprintf(text, sizeof text, "%s.", longest);
	assert_int_equal(domain_parse(text, out), 0);
	assert_string_equal(out, longest);
	snprintf(text, sizeof text, "%sx", longest);
	assert_int_equal(domain_parse(text, out), -1);
}

static const struct {
	const char *domain, *want;
} parents[] = {
    {"news.example.com", "example.com"},
    {"a.b.c.example.co.uk", "example.co.uk"},
    {"mail.ours.test", "ours.test"},
    {"example.com", NULL},
    {"example.co.uk", NULL},
    {"co.uk", NULL},
    {"ours.test", NULL},
};

static void
finds_the_registrable_domain(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(parents); i++) {
		const char *parent = domain_parent(parents[i].domain);

		if (parents[i].want)
			assert_string_equal(parent, parents[i].want);
		else
			assert_null(parent);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	    cmocka_unit_test(has_room_for_253_bytes),
	    cmocka_unit_test(finds_the_registrable_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
