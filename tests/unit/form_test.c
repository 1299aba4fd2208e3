#include "config/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* head, then `longest` times a letter, then tail: good; one letter more is
   not. */
static void
ends_at_its_limits(void **state)
{
	static const struct {
		const char *(*form)(const char *text);
		const char *head, *tail;
		int longest;
	} cases[] = {
	    {form_label, "", "", 64},
	    {form_name, "", "", 64},
	    {form_id, "", "", 64},
	    {form_domain, "", ".test", 63},
	    {form_domain, "a.", "", 63},
	    {form_zone, "", ".test", 63},
	    {form_unix_socket, "unix:/", "", 106},
	    {form_store, "/", "", 254},
	    {form_milter_socket, "unix:/", "", 106},
	    {form_milter_socket, "local:/", "", 106},
	    {form_nexthop, "smtp:", "", 250},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int more = 0; more < 2; more++) {
			int length = cases[i].longest + more;
			char letters[300];

			memset(letters, 'x', sizeof letters);
			snprintf(text, sizeof text, "%s%.*s%s", cases[i].head,
			    length, letters, cases[i].tail);
			if ((cases[i].form(text) == NULL) != (more == 0))
				fail_msg("%s", text);
		}
}

/* Labels of 9 letters and a dot, and a last one that makes up the length. */
static void
bounds_whole_names(void **state)
{
	static const struct {
		const char *(*form)(const char *text);
		int longest;
	} cases[] = {{form_domain, 253}, {form_zone, 189}};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		memset(text, 'x', sizeof text);
		for (int j = 9; j < cases[i].longest - 1; j += 10)
			text[j] = '.';
		text[cases[i].longest + 1] = '\0';
		assert_non_null(cases[i].form(text));
		text[cases[i].longest] = '\0';
		assert_null(cases[i].form(text));
	}
}

static void
knows_its_texts(void **state)
{
	static const struct {
		const char *(*form)(const char *text);
		const char *text;
		bool want;
	} cases[] = {
	    {form_name, "a-b_c.9", true},
	    {form_name, "a b", false},
	    {form_name, "a\xc3\xa9", false},
	    {form_name, "", false},
	    {form_id, "a-9", true},
	    {form_id, "a.9", false},
	    {form_recipient, "example.com", true},
	    {form_recipient, "a@example.com", true},
	    {form_recipient, ".example.com", false},
	    {form_unix_socket, "unix:/run/x", true},
	    {form_unix_socket, "unix:run/x", false},
	    {form_unix_socket, "local:/run/x", false},
	    {form_store, "", true},
	    {form_store, "/var/lib/x.db", true},
	    {form_store, "x.db", false},
	    {form_store, "/var/lib/", false},
	    {form_milter_socket, "inet:1@127.0.0.1", true},
	    {form_milter_socket, "inet:65535@h", true},
	    {form_milter_socket, "inet6:1@::1", true},
	    {form_milter_socket, "inet:0@h", false},
	    {form_milter_socket, "inet:1@", false},
	    {form_milter_socket, "inet:1", false},
	    {form_milter_socket, "inet:@h", false},
	    {form_milter_socket, "inet:1@a b", false},
	    {form_milter_socket, "/run/x", false},
	    {form_nexthop, "smtp-second:", true},
	    {form_nexthop, "smtp:[h.test]:587", true},
	    {form_nexthop, "smtp", false},
	    {form_nexthop, "smtp:h\r\nX: y", false},
	    {form_url, "http://a/?b={subject}", true},
	    {form_url, "https://a/\"", false},
	    {form_url, "javascript:x", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if ((cases[i].form(cases[i].text) == NULL) != cases[i].want)
			fail_msg("%s", cases[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ends_at_its_limits),
	    cmocka_unit_test(bounds_whole_names),
	    cmocka_unit_test(knows_its_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
