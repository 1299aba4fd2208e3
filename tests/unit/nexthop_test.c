#include "config/nexthop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
	const char *text;
	int want;
	const char *transport, *host, *address;
	bool is_domain;
	int port;
} cases[] = {
    {"smtp:[mx.test]:587", 0, "smtp", "mx.test", "", false, 587},
    {"smtp:[mx.test]", 0, "smtp", "mx.test", "", false, 25},
    {"relay:mx.test", 0, "relay", "mx.test", "", true, 25},
    {"relay:mx.test:2525", 0, "relay", "mx.test", "", true, 2525},
    {"smtp:[192.0.2.1]:25", 0, "smtp", "192.0.2.1", "192.0.2.1", false, 25},
    {"smtp:[IPv6:2001:db8::1]:65535", 0, "smtp", "IPv6:2001:db8::1",
	"2001:db8::1", false, 65535},
    {"smtp:[2001:db8::1]", 0, "smtp", "2001:db8::1", "2001:db8::1", false, 25},
    {"second:", 0, "second", "", "", false, 25},
    {"", -1, NULL, NULL, NULL, false, 0},
    {"smtp", -1, NULL, NULL, NULL, false, 0},
    {":mx.test", -1, NULL, NULL, NULL, false, 0},
    {"smtp:[mx.test", -1, NULL, NULL, NULL, false, 0},
    {"smtp:[]", -1, NULL, NULL, NULL, false, 0},
    {"smtp:[mx.test]587", -1, NULL, NULL, NULL, false, 0},
    {"smtp:[mx.test]:", -1, NULL, NULL, NULL, false, 0},
    {"smtp:[mx.test]:0", -1, NULL, NULL, NULL, false, 0},
    {"smtp:[mx.test]:65536", -1, NULL, NULL, NULL, false, 0},
    {"smtp:[mx.test]:submission", -1, NULL, NULL, NULL, false, 0},
    {"smtp:[mx.test]:-5", -1, NULL, NULL, NULL, false, 0},
    {"smtp:a.test, b.test", -1, NULL, NULL, NULL, false, 0},
    {"lmtp:unix:/run/lmtp", -1, NULL, NULL, NULL, false, 0},
    {"smtp:[a..test]", -1, NULL, NULL, NULL, false, 0},
};

static void
parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct nexthop got, before;
		char address[ADDRESS_TEXT_MAX] = "";

		print_message("%s\n", cases[i].text);
		memset(&got, 0x5a, sizeof got);
		before = got;
		assert_int_equal(
		    nexthop_parse(cases[i].text, &got), cases[i].want);
		if (cases[i].want != 0) {
			assert_memory_equal(&got, &before, sizeof got);
			continue;
		}
		if (got.address.family != 0)
			address_format(address, &got.address);
		assert_string_equal(got.transport, cases[i].transport);
		assert_string_equal(got.host, cases[i].host);
		assert_string_equal(address, cases[i].address);
		assert_int_equal(got.is_domain, cases[i].is_domain);
		assert_int_equal(got.port, cases[i].port);
	}
}

static void
knows_its_limits(void **state)
{
	char text[512];
	struct nexthop got;

	(void)state;
	memset(text, 'a', sizeof text);
	strcpy(text + NEXTHOP_TRANSPORT_MAX - 1, ":");
	assert_int_equal(nexthop_parse(text, &got), 0);
	memset(text, 'a', sizeof text);
	strcpy(text + NEXTHOP_TRANSPORT_MAX, ":");
	assert_int_equal(nexthop_parse(text, &got), -1);
	memset(text, 'a', sizeof text);
	memcpy(text, "smtp:[", 6);
	strcpy(text + 6 + NEXTHOP_HOST_MAX, "]");
	assert_int_equal(nexthop_parse(text, &got), -1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	    cmocka_unit_test(knows_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
