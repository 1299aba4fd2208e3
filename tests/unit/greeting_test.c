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
#define REPLIES_MAX 6

/* want: what we say, and then "good" or the cause. */
static const struct {
	const char *name;
	const char *replies[REPLIES_MAX]; /* each after what we said */
	enum greeting_tls tls;
	const char *want;
} cases[] = {
    {"a good one", {"220 mx ESMTP\r\n", "250 mx\r\n", "221 bye\r\n"},
	GREETING_PLAIN, "EHLO me.test\r\nQUIT\r\ngood"},
    {"lines of many",
	{"220-mx\r\n220-no spam\r\n220 please\r\n",
	    "250-mx\r\n250-SIZE 1\r\n250 8BITMIME\r\n", "221 bye\r\n"},
	GREETING_PLAIN, "EHLO me.test\r\nQUIT\r\ngood"},
    {"without CR", {"220 mx\n", "250 mx\n", "221 bye\n"}, GREETING_PLAIN,
	"EHLO me.test\r\nQUIT\r\ngood"},
    {"no text at all", {"220\r\n", "250\r\n", "221\r\n"}, GREETING_PLAIN,
	"EHLO me.test\r\nQUIT\r\ngood"},
    {"good-bye in other words", {"220 mx\r\n", "250 mx\r\n", "fare well\r\n"},
	GREETING_PLAIN, "EHLO me.test\r\nQUIT\r\ngood"},
    {"TLS offered",
	{"220 mx\r\n", "250-mx\r\n250-StartTLS\r\n250 SIZE\r\n", "221 bye\r\n"},
	GREETING_WANTS_TLS, "EHLO me.test\r\nQUIT\r\ngood"},
    {"in the last line",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "221 bye\r\n"},
	GREETING_WANTS_TLS, "EHLO me.test\r\nQUIT\r\ngood"},
    {"TLS not offered", {"220 mx\r\n", "250-mx\r\n250 SIZE\r\n", "221 b\r\n"},
	GREETING_WANTS_TLS,
	"EHLO me.test\r\nQUIT\r\nit does not offer STARTTLS"},
    {"a host of that name",
	{"220 STARTTLS\r\n", "250 STARTTLS\r\n", "221 b\r\n"},
	GREETING_WANTS_TLS,
	"EHLO me.test\r\nQUIT\r\nit does not offer STARTTLS"},
    {"another keyword",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLSX\r\n", "221 b\r\n"},
	GREETING_WANTS_TLS,
	"EHLO me.test\r\nQUIT\r\nit does not offer STARTTLS"},
    {"refused for good", {"554 5.7.1 not you\r\n"}, GREETING_PLAIN,
	"it greets with: 554 5.7.1 not you"},
    {"the last line counts", {"220-mx\r\n421 later\r\n"}, GREETING_PLAIN,
	"it greets with: 421 later"},
    {"refused for now", {"421 4.7.0 too busy\r\n"}, GREETING_PLAIN,
	"it greets with: 421 4.7.0 too busy"},
    {"EHLO refused for now", {"220 mx\r\n", "450 who?\r\n"}, GREETING_PLAIN,
	"EHLO me.test\r\nit answers EHLO with: 450 who?"},
    {"HELO then", {"220 mx\r\n", "502 what?\r\n", "250 mx\r\n", "221 b\r\n"},
	GREETING_PLAIN, "EHLO me.test\r\nHELO me.test\r\nQUIT\r\ngood"},
    {"HELO refused", {"220 mx\r\n", "502 what?\r\n", "550 no\r\n"},
	GREETING_PLAIN,
	"EHLO me.test\r\nHELO me.test\r\nit answers HELO with: 550 no"},
    {"no HELO where TLS is wanted", {"220 mx\r\n", "502 what?\r\n"},
	GREETING_WANTS_TLS, "EHLO me.test\r\nit answers EHLO with: 502 what?"},
    {"what came before its turn",
	{"220 mx\r\n250-a\r\n250 b\r\n", "450 no\r\n"}, GREETING_PLAIN,
	"EHLO me.test\r\nit answers EHLO with: 450 no"},
    {"TLS begun",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n", "250 mx\r\n",
	    "221 b\r\n"},
	GREETING_BEGINS_TLS,
	"EHLO me.test\r\nSTARTTLS\r\n(TLS)EHLO me.test\r\nQUIT\r\ngood"},
    {"what came before TLS",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n",
	    "220 go\r\n250-mx\r\n250 AUTH EVIL\r\n", "250 mx\r\n", "221 b\r\n"},
	GREETING_BEGINS_TLS,
	"EHLO me.test\r\nSTARTTLS\r\n(TLS)EHLO me.test\r\nQUIT\r\ngood"},
    {"TLS offered again",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n",
	    "250-mx\r\n250 STARTTLS\r\n", "221 b\r\n"},
	GREETING_BEGINS_TLS,
	"EHLO me.test\r\nSTARTTLS\r\n(TLS)EHLO me.test\r\nQUIT\r\ngood"},
    {"TLS refused",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "454 not now\r\n",
	    "221 b\r\n"},
	GREETING_BEGINS_TLS,
	"EHLO me.test\r\nSTARTTLS\r\nQUIT\r\nit answers STARTTLS with: 454 "
	"not now"},
    {"none to begin", {"220 mx\r\n", "250 mx\r\n", "221 b\r\n"},
	GREETING_BEGINS_TLS, "EHLO me.test\r\nQUIT\r\ngood"},
    {"not well any more by TLS",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n",
	    "421 bye\r\n"},
	GREETING_BEGINS_TLS,
	"EHLO me.test\r\nSTARTTLS\r\n(TLS)EHLO me.test\r\nit answers EHLO "
	"with: 421 bye"},
    {"TLS all the time",
	{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "221 b\r\n"},
	GREETING_IN_TLS, "EHLO me.test\r\nQUIT\r\ngood"},
    {"another protocol", {"SSH-2.0-x\r\n"}, GREETING_PLAIN,
	"what it says is not SMTP: SSH-2.0-x"},
    {"no code", {"22 mx\r\n"}, GREETING_PLAIN,
	"what it says is not SMTP: 22 mx"},
    {"glued", {"220mx\r\n"}, GREETING_PLAIN, "what it says is not SMTP: 220mx"},
    {"1xx", {"120 wait\r\n"}, GREETING_PLAIN,
	"what it says is not SMTP: 120 wait"},
    {"an empty line", {"\r\n"}, GREETING_PLAIN, "what it says is not SMTP: "},
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
		if (next == GREETING_TLS) {
			strcat(got, "(TLS)");
			greeting_secured(&greeting);
		}
		if (next == GREETING_SAY || next == GREETING_TLS)
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
		greeting_start(&greeting, "me.test", cases[i].tls);
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
	greeting_start(&greeting, "me.test", GREETING_PLAIN);
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
	greeting_start(&greeting, "me.test", GREETING_PLAIN);
	assert_int_equal(greeting_take(&greeting, line, size), GREETING_READ);
	assert_int_equal(greeting_take(&greeting, "\n", 1), GREETING_SAY);
	free(line);
}

/* Of the answer to EHLO before TLS, and of that by it. */
static void
tells_what_is_offered(void **state)
{
	static const struct {
		const char *plain, *secure;
		bool want_tls;
		const char *want_plain, *want_secure;
	} offered[] = {
	    {"250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", "250 mx\r\n", true,
		" PLAIN", ""},
	    {"250-mx\r\n250 STARTTLS\r\n",
		"250-mx\r\n250 AUTH PLAIN  LOGIN \r\n", true, "",
		" PLAIN LOGIN"},
	    {"250-mx\r\n250-STARTTLS\r\n250-AUTH SCRAM-SHA-256\r\n250 auth "
	     "X_1\r\n",
		"250-mx\r\n250 AUTH \"a\x1b[2J\r\n", true, " SCRAM-SHA-256 X_1",
		" a 2J"},
	    {"250-mx\r\n250-auth\r\n250 SIZE\r\n", NULL, false, "", ""},
	    {"250-AUTH A\r\n250-XAUTH B\r\n250 AUTH=PLAIN\r\n", NULL, false, "",
		""},
	    {"250 STARTTLS\r\n", NULL, false, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(offered); i++) {
		struct greeting greeting;

		greeting_start(&greeting, "me.test", GREETING_BEGINS_TLS);
		greeting_take(&greeting, "220 mx\r\n", 8);
		assert_int_equal(greeting_take(&greeting, offered[i].plain,
				     strlen(offered[i].plain)),
		    GREETING_SAY);
		assert_int_equal(greeting.offers_tls, offered[i].want_tls);
		if (offered[i].secure) {
			assert_int_equal(
			    greeting_take(&greeting, "220 go\r\n", 8),
			    GREETING_TLS);
			greeting_secured(&greeting);
			greeting_take(&greeting, offered[i].secure,
			    strlen(offered[i].secure));
		}
		assert_string_equal(greeting.plain_auth, offered[i].want_plain);
		assert_string_equal(
		    greeting.secure_auth, offered[i].want_secure);
	}
}

static void
keeps_so_many_mechanisms(void **state)
{
	char line[GREETING_LINE_MAX - 100] = "250 AUTH";
	struct greeting greeting;

	(void)state;
	for (size_t i = strlen(line); i < sizeof line - 3; i++)
		line[i] = i % 8 == 0 ? ' ' : 'M';
	strcpy(line + sizeof line - 3, "\r\n");
	greeting_start(&greeting, "me.test", GREETING_PLAIN);
	greeting_take(&greeting, "220 mx\r\n", 8);
	greeting_take(&greeting, "250-mx\r\n", 8);
	greeting_take(&greeting, line, strlen(line));
	assert_in_range(strlen(greeting.plain_auth), GREETING_AUTH_MAX - 10,
	    GREETING_AUTH_MAX - 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(talks),
	    cmocka_unit_test(says_too_much),
	    cmocka_unit_test(cuts_long_lines),
	    cmocka_unit_test(tells_what_is_offered),
	    cmocka_unit_test(keeps_so_many_mechanisms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
