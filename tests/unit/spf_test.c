#include "evidence/spf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* want: as show_term writes the terms; NULL: refused. */
static const struct {
	const char *record, *want;
} records[] = {
    {"v=spf1", ""},
    {"V=SPF1 -all", ""},
    {"v=spf1  ip4:192.0.2.1   ~all ", "net 192.0.2.1/32;"},
    {"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all",
	"net 192.0.2.0/24;net 2001:db8::/32;"},
    {"v=spf1 ip4:192.0.2.77/24", "net 192.0.2.0/24;"},
    {"v=spf1 ip4:192.0.2.77/0", "net 0.0.0.0/0;"},
    {"v=spf1 +IP4:192.0.2.1 -ip4:192.0.2.2 ~ip4:192.0.2.3 ?ip4:192.0.2.4",
	"net 192.0.2.1/32;"},
    {"v=spf1 a mx", "a /32/128;mx /32/128;"},
    {"v=spf1 a/24 a//64 mx:m.example/28//60",
	"a /24/128;a /32/64;mx m.example/28/60;"},
    {"v=spf1 a:b.example. include:c.example",
	"a b.example/32/128;include c.example;"},
    {"v=spf1 redirect=d.example", "redirect d.example;"},
    {"v=spf1 redirect=d.example a -all", "a /32/128;"},
    {"v=spf1 +all", "anybody;"},
    {"v=spf1 all redirect=d.example", "anybody;"},
    {"v=spf1 exists:%{i}._spf.example ptr ptr:x.example",
	"untold;untold;untold x.example;"},
    {"v=spf1 include:%{d/.}.example a:%{d}.example", "untold;untold;"},
    {"v=spf1 exp=why.example unknown=%{x}/y a", "a /32/128;"},
    {"v=spf2", NULL},
    {"v=spf10", NULL},
    {"v=spf1;a", NULL},
    {"spf1 a", NULL},
    {"", NULL},
    {"v=spf1 b", NULL},
    {"v=spf1 a:", NULL},
    {"v=spf1 a:.x", NULL},
    {"v=spf1 a:x..y", NULL},
    {"v=spf1 a/33", NULL},
    {"v=spf1 a/", NULL},
    {"v=spf1 a/024", NULL},
    {"v=spf1 a//129", NULL},
    {"v=spf1 a/-1", NULL},
    {"v=spf1 include", NULL},
    {"v=spf1 include:x.example/24", NULL},
    {"v=spf1 exists", NULL},
    {"v=spf1 ip4", NULL},
    {"v=spf1 ip4:", NULL},
    {"v=spf1 ip4:2001:db8::1", NULL},
    {"v=spf1 ip4:192.0.2.1/33", NULL},
    {"v=spf1 ip4:192.0.2", NULL},
    {"v=spf1 ip6:192.0.2.1", NULL},
    {"v=spf1 ip6:::ffff:192.0.2.1", NULL},
    {"v=spf1 ip6:2001:db8::1/129", NULL},
    {"v=spf1 all:x", NULL},
    {"v=spf1 --all", NULL},
    {"v=spf1 a\tmx", NULL},
    {"v=spf1 a:\xc3\xa9.example", NULL},
    {"v=spf1 redirect=a.example redirect=b.example", NULL},
    {"v=spf1 redirect=", NULL},
};

static const char *const kinds[] = {
    [SPF_NETWORK] = "net",
    [SPF_A] = "a",
    [SPF_MX] = "mx",
    [SPF_INCLUDE] = "include",
    [SPF_REDIRECT] = "redirect",
    [SPF_ANYBODY] = "anybody",
    [SPF_UNTOLD] = "untold",
};

static void
show_term(char *text, const struct spf_term *term)
{
	char address[ADDRESS_TEXT_MAX];

	if (term->kind == SPF_NETWORK)
		sprintf(text, "net %s/%d;",
		    address_format(address, &term->network.address),
		    term->network.bits);
	else if (term->kind == SPF_A || term->kind == SPF_MX)
		sprintf(text, "%s %s/%d/%d;", kinds[term->kind], term->domain,
		    term->bits4, term->bits6);
	else
		sprintf(text, "%s%s%s;", kinds[term->kind],
		    term->domain[0] ? " " : "", term->domain);
}

static void
reads_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		const char *record = records[i].record;
		char text[1024] = "";
		struct spf spf;
		int status = spf_read(record, strlen(record), &spf);

		if ((status == 0) != (records[i].want != NULL))
			fail_msg("%s: %d", record, status);
		for (size_t j = 0; status == 0 && j < spf.count; j++)
			show_term(text + strlen(text), &spf.terms[j]);
		if (status == 0 && strcmp(text, records[i].want) != 0)
			fail_msg("%s: %s", record, text);
	}
}

static void
has_limits(void **state)
{
	char text[4096] = "v=spf1", domain[300];
	struct spf spf, mark;

	(void)state;
	for (int i = 0; i < SPF_TERMS_MAX; i++)
		strcat(text, " a");
	assert_int_equal(spf_read(text, strlen(text), &spf), 0);
	assert_int_equal(spf.count, SPF_TERMS_MAX);
	strcat(text, " mx");
	mark = spf;
	assert_int_equal(spf_read(text, strlen(text), &spf), -1);
	assert_memory_equal(&spf, &mark, sizeof mark);

	memset(domain, 'x', sizeof domain);
	domain[SPF_DOMAIN_MAX - 1] = '\0';
	sprintf(text, "v=spf1 a:%s", domain);
	assert_int_equal(spf_read(text, strlen(text), &spf), 0);
	strcat(text, "x");
	assert_int_equal(spf_read(text, strlen(text), &spf), -1);
}

/* The text need not end with a NUL. */
static void
stays_within_the_text(void **state)
{
	static const char text[] = "v=spf1 a mx";
	struct spf spf;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(spf_read(text, i, &spf), -1);
	assert_int_equal(spf_read(text, 8, &spf), 0);
	assert_int_equal(spf.count, 1);
	assert_int_equal(spf_read("v=spf1 a\0x", 10, &spf), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_records),
	    cmocka_unit_test(has_limits),
	    cmocka_unit_test(stays_within_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
