#include "config/mailer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* want: NULL where Sendmail has no word for it. */
static const struct {
	const char *nexthop, *want;
} nexthops[] = {
    {"smtp:[smart.test]:587", "repgate-587:[smart.test]"},
    {"relay:[smart.test]:2525", "repgate-2525:[smart.test]"},
    {"smtp:[smart.test]", "relay:[smart.test]"},
    {"smtp:[smart.test]:25", "relay:[smart.test]"},
    {"smtp:smart.test", "relay:smart.test"},
    {"SMTP:smart.test:26", "repgate-26:smart.test"},
    {"smtp:[192.0.2.1]:00587", "repgate-587:[192.0.2.1]"},
    {"smtp:[2001:db8::1]:587", "repgate-587:[IPv6:2001:db8::1]"},
    {"smtp:[ipv6:2001:db8::1]", "relay:[IPv6:2001:db8::1]"},
    {"smtp:[IPv6:2001:db8::1]:25", "relay:[IPv6:2001:db8::1]"},
    {"smtp:", NULL},
    {"smtp:[", NULL},
    {"smtp:[smart.test]:0", NULL},
    {"smtp:[smart.test]:65536", NULL},
    {"smtp:[smart.test]:smtp", NULL},
    {"smtp:[smart.test]:587x", NULL},
    {"smtp:[smart.test]587", NULL},
    {"smtp:[smart.test]:", NULL},
    {"smtp:[smart(comment).test]", NULL},
    {"smtp:a b", NULL},
    {"smtp-second:", NULL},
    {"smtp-second:[h.test]", NULL},
    {"lmtp:unix:/x", NULL},
    {"smtp", NULL},
    {"", NULL},
};

static void
reads_nexthops(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(nexthops); i++) {
		const char *want = nexthops[i].want;
		char way[MAILER_WAY_MAX] = "untouched";

		print_message("%s\n", nexthops[i].nexthop);
		assert_int_equal(
		    mailer_of_nexthop(nexthops[i].nexthop, way), want ? 0 : -1);
		assert_string_equal(way, want ? want : "untouched");
	}
}

static void
keeps_within_sendmails_names(void **state)
{
	char nexthop[512], host[260], way[MAILER_WAY_MAX];

	(void)state;
	memset(host, 'h', sizeof host);
	for (size_t length = 1; length < sizeof host; length++) {
		snprintf(nexthop, sizeof nexthop, "smtp:[%.*s]:587",
		    (int)length, host);
		if (mailer_of_nexthop(nexthop, way) == 0)
			assert_int_equal(
			    strlen(way), strlen("repgate-587:[]") + length);
		else
			assert_true(length > 80);
	}
}

static const struct {
	const char *text;
	int is_good;
} forms[] = {
    {"relay:[smart.test]", 1},
    {"relay:[smart.test]:[second.test]", 1},
    {"my_mailer-2:x", 1},
    {"esmtp:[IPv6:2001:db8::1]", 1},
    {"relay:", 0},
    {":host", 0},
    {"relay", 0},
    {"", 0},
    {"re lay:x", 0},
    {"relay:a b", 0},
    {"relay:(x", 0},
    {"relay:a\"b", 0},
    {"relay:a%b", 0},
    {"relay:a,b", 0},
    {"error:5.7.1:550", 0},
    {"ERROR:nohost", 0},
    {"discard:x", 0},
    {"local:x", 0},
    {"dsmtp:x", 0},
    {"prog:x", 0},
};

static void
knows_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		print_message("%s\n", forms[i].text);
		assert_int_equal(
		    mailer_form(forms[i].text) == NULL, forms[i].is_good);
	}
}

static void
finds_ports(void **state)
{
	size_t length = 0;
	const char *port = mailer_port("repgate-587:[h.test]", &length);

	(void)state;
	assert_non_null(port);
	assert_int_equal(length, 3);
	assert_memory_equal(port, "587", 3);
	assert_null(mailer_port("relay:[h.test]", &length));
	assert_null(mailer_port("repgate-:x", &length));
	assert_null(mailer_port("repgate-587x:x", &length));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_nexthops),
	    cmocka_unit_test(keeps_within_sendmails_names),
	    cmocka_unit_test(knows_forms),
	    cmocka_unit_test(finds_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
