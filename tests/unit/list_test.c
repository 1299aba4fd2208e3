/* Which lists a receiver may mean by a name; the rest is in directory_test. */
#include "config/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
	const char *id, *provider, *zone, *name;
	bool want;
} cases[] = {
    {"spamhaus-zen", "Spamhaus", "zen.spamhaus.org", "Spamhaus ZEN", true},
    {"spamhaus-zen", "Spamhaus", "zen.spamhaus.org", "Spamhaus", true},
    {"spamhaus-zen", "Spamhaus", "zen.spamhaus.org", "Zen.Spamhaus.org", true},
    {"spamhaus-zen", "Spamhaus", "zen.spamhaus.org", "SpamCop", false},
    {"spamhaus-zen", "Spamhaus", "zen.spamhaus.org", "Spamhausen", false},
    {"spamhaus-zen", "Spamhaus", "zen.spamhaus.org", "Spam", false},
    {"spamhaus-zen", "Spamhaus", "zen.spamhaus.org", "", false},
    {"hostkarma", "Junk Email Filter", "hostkarma.junkemailfilter.com",
	"Hostkarma", true},
    {"uceprotect-1", "UCEPROTECT", "dnsbl-1.uceprotect.net", "UCEPROTECT",
	true},
    {"uceprotect-1", "UCEPROTECT", "dnsbl-1.uceprotect.net", "UCEPROTECT-1",
	true},
    {"bl", "Example BL", "bl.test", "bl.test", true},
    {"bl", "Example BL", "bl.test", "other.test", false},
};

static void
knows_what_is_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct list list = {.id = (char *)cases[i].id,
		    .provider = (char *)cases[i].provider,
		    .zone = (char *)cases[i].zone};

		if (list_is_named(&list, cases[i].name) != cases[i].want)
			fail_msg("%s: %s", cases[i].id, cases[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_what_is_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
