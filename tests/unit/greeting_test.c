#include "evidence/greeting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define REPLIES_MAX 5

/* want: what we say, and then "good" or the cause. */
static const struct {
	const char *name;
	const char *replies[REPLIES_MAX]; /* each after what we said */
	bool wants_tls;
	const char *want;
} cases[] = {
    {"a good one", {"220 mx ESMTP\r\n", "250 mx\r\n", "221 bye\r\n"}, false,
	"EHLO me.test\r\nQUIT\r\ngood"},
    {"lines of many",
	{"220-mx\r\n220-no spam\r\n220 please\r\n",
	    "250-mx\r\n250-SIZE 1\r\n250 8BITMIME\r\n", "221 bye\r\n"},
	false, "EHLO me.test\r\nQUIT\r\ngood"},
    {"without CR", {"220 mx\n", "250 mx\n", "221 bye\n"}, false,
	"EHLO me.test\r\nQUIT\r\ngood"},
    {"no text at all", {"220\r\n", "250\r\n", "221\r\n"}, false,
	"EHLO me.test\r\nQUIT\r\ngood"},
    {"good-bye in other words", {"220 mx\r\n", "250 mx\r\n", "fare well\r\n"},
	false, "EHLO me.test\r\nQUIT\r\ngood"},
    {"TLS offered",
	{"220 mx\r\n", "250-mx\r\n250-StartTLS\r\n250 SIZE\r\n", "221 bye\r\n"},
	true, "EHLO me.test\r\nQUIT\r\ngood"},
    {"in the last line",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "221 bye\r\n"}, true,
	"EHLO me.test\r\nQUIT\r\ngood"},
    {"TLS not offered", {"220 mx\r\n", "250-mx\r\n250 SIZE\r\n", "221 b\r\n"},
	true, "EHLO me.test\r\nQUIT\r\nit does not offer STARTTLS"},
    {"a host of that name",
	{"220 STARTTLS\r\n", "250 STARTTLS\r\n", "221 b\r\n"}, true,
	"EHLO me.test\r\nQUIT\r\nit does not offer STARTTLS"},
    {"another keyword",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLSX\r\n", "221 b\r\n"}, true,
	"EHLO me.test\r\nQUIT\r\nit does not offer STARTTLS"},
    {"refused for good", {"554 5.7.1 not you\r\n"}, false,
	"it greets with: 554 5.7.1 not you"},
    {"the last line counts", {"220-mx\r\n421 later\r\n"}, false,
	"it greets with: 421 later"},
    {"refused for now", {"421 4.7.0 too busy\r\n"}, false,
	"it greets with: 421 4.7.0 too busy"},
    {"EHLO refused for now", {"220 mx\r\n", "450 who?\r\n"}, false,
	"EHLO me.test\r\nit answers EHLO with: 450 who?"},
    {"HELO then", {"220 mx\r\n", "502 what?\r\n", "250 mx\r\n", "221 b\r\n"},
	false, "EHLO me.test\r\nHELO me.test\r\nQUIT\r\ngood"},
    {"HELO refused", {"220 mx\r\n", "502 what?\r\n", "550 no\r\n"}, false,
	"EHLO me.test\r\nHELO me.test\r\nit answers HELO with: 550 no"},
    {"no HELO where TLS is wanted", {"220 mx\r\n", "502 what?\r\n"}, true,
	"EHLO me.test\r\nit answers EHLO with: 502 what?"},
    {"what came before its turn",
	{"220 mx\r\n250-a\r\n250 b\r\n", "450 no\r\n"}, false,
	"EHLO me.test\r\nit answers EHLO with: 450 no"},
    {"another protocol", {"SSH-2.0-x\r\n"}, false,
	"what it says is not SMTP: SSH-2.0-x"},
    {"no code", {"22 mx\r\n"}, false, "what it says is not SMTP: 22 mx"},
    {"glued", {"220mx\r\n"}, false, "what it says is not SMTP: 220mx"},
    {"1xx", {"120 wait\r\n"}, false, "what it says is not SMTP: 120 wait"},
    {"an empty line", {"\r\n"}, false, "what it says is not SMTP: "},
};

static void
talk(const struct greeting *from, size_t i, size_t step, char *got, size_t size)
{
	struct greeting greeting = *from;
	enum greeting_next next = GREETING_READ;

	for (size_t k = 0; k < REPLIES_MAX && cases[i].replies[k]; k++) {
		const char *reply = cases[i].replies[k];
		size_t length = strlen(reply);

		assert_int_not_equal(next, GREETING_END);
		next = GREETING_READ;
		for (size_t at = 0; at < length && next == GREETING_READ;
		     at += step)
			next = greeting_take(&greeting, reply + at,
			    length - at < step ? length - at : step);
		if (next == GREETING_SAY)
			strcat(got, greeting.say);
	}
	assert_int_equal(next, GREETING_END);
	snprintf(got + strlen(got), size - strlen(got), "%s",
	    greeting.is_good ? "good" : greeting.cause);
}

/* In whatever pieces it comes. */
static void
talks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct greeting greeting;

		print_message("%s\n", cases[i].name);
		greeting_start(&greeting, "me.test", cases[i].wants_tls);
		for (size_t step = 1; step < 100; step += 7) {
			char got[512] = "";

			talk(&greeting, i, step, got, sizeof got);
			assert_string_equal(got, cases[i].want);
		}
	}
}

static void
says_too_much(void **state)
{
	static const char line[] = "220-and so on\r\n";
	enum greeting_next next = GREETING_READ;
	struct greeting greeting;
	size_t said = 0;

	(void)state;
	greeting_start(&greeting, "me.test", false);
	for (; next == GREETING_READ; said += sizeof line - 1)
		next = greeting_take(&greeting, line, sizeof line - 1);
	assert_int_equal(next, GREETING_END);
	assert_false(greeting.is_good);
	assert_in_range(said, GREETING_BYTES_MAX, GREETING_BYTES_MAX + 100);
	assert_string_equal(greeting.cause, "it says more than 64 kB");
}

/* A line without an end is cut, and read on to where it ends. */
static void
cuts_long_lines(void **state)
{
	size_t size = 3 * GREETING_LINE_MAX;
	char *line = malloc(size);
	struct greeting greeting;

	(void)state;
	memset(line, 'x', size);
	memcpy(line, "220 ", 4);
	greeting_start(&greeting, "me.test", false);
	assert_int_equal(greeting_take(&greeting, line, size), GREETING_READ);
	assert_int_equal(greeting_take(&greeting, "\n", 1), GREETING_SAY);
	free(line);
}

static void
tells_what_is_offered(void **state)
{
	static const struct {
		const char *reply;
		bool want_tls, want_auth;
	} offered[] = {
	    {"250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", true, true},
	    {"250-mx\r\n250-auth\r\n250 SIZE\r\n", false, true},
	    {"250-AUTH\r\n250-XAUTH\r\n250 AUTH=PLAIN\r\n", false, false},
	    {"250 STARTTLS\r\n", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(offered); i++) {
		struct greeting greeting;

		greeting_start(&greeting, "me.test", false);
		assert_int_equal(
		    greeting_take(&greeting, "220 mx\r\n", 8), GREETING_SAY);
		assert_int_equal(greeting_take(&greeting, offered[i].reply,
				     strlen(offered[i].reply)),
		    GREETING_SAY);
		assert_int_equal(greeting.offers_tls, offered[i].want_tls);
		assert_int_equal(greeting.offers_auth, offered[i].want_auth);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(talks),
	    cmocka_unit_test(says_too_much),
	    cmocka_unit_test(cuts_long_lines),
	    cmocka_unit_test(tells_what_is_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
