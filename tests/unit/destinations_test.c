#include "config/destinations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* want: "HOST PORT;" each, with "mx:" before a host that is looked up by MX. */
static const struct {
	const char *text, *want;
} cases[] = {
    {"smtp:[smart.example.net]:587", "smart.example.net 587;"},
    {"smtp:[smart.example.net]", "smart.example.net 25;"},
    {"smtp:smart.example.net", "mx:smart.example.net 25;"},
    {"relay:Example.NET:submission", "mx:example.net 587;"},
    {"own:[smart.example.net]:smtps", "smart.example.net 465;"},
    {"own:smart.example.net:26", "mx:smart.example.net 26;"},
    {"smtp:[192.0.2.1]:25", "192.0.2.1 25;"},
    {"smtp:192.0.2.1", ""},
    {"smtp:[ipv6:2001:db8::1]:25", "2001:db8::1 25;"},
    {"smtp:[2001:db8::1]", "2001:db8::1 25;"},
    {"smtp:[a.test]:25, [b.test]:26,c.test",
	"a.test 25;b.test 26;mx:c.test 25;"},
    {"smtp:[a.test],[b.test],[c.test],[d.test],[e.test]",
	"a.test 25;b.test 25;c.test 25;d.test 25;"},
    {"smtp-second:", ""},
    {"smtp:", ""},
    {"smtp", ""},
    {"own:whatever.example", ""},
    {"error:4.7.1 no such [host.example]:25", ""},
    {"lmtp:[host.example]:24", ""},
    {"lmtp:unix:/var/run/lmtp", ""},
    {"smtp:[host.example", ""},
    {"smtp:[host.example]587", ""},
    {"smtp:[host.example]:", ""},
    {"smtp:[host.example]:0", ""},
    {"smtp:[host.example]:65536", ""},
    {"smtp:[host.example]:-1", ""},
    {"smtp:[host.example]:25x", ""},
    {"smtp:[]:25", ""},
    {"smtp:[localhost]", ""},
};

static void
parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char got[512] = "", address[ADDRESS_TEXT_MAX];
		struct destinations found;

		print_message("%s\n", cases[i].text);
		destinations_parse(cases[i].text, &found);
		for (size_t k = 0; k < found.count; k++) {
			const struct destination *to = &found.items[k];
			size_t used = strlen(got);

			snprintf(got + used, sizeof got - used, "%s%s %u;",
			    to->wants_mx ? "mx:" : "",
			    to->address.family
				? address_format(address, &to->address)
				: to->name,
			    to->port);
		}
		assert_string_equal(got, cases[i].want);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
