#include "mta/sendmail_cf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scratch.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct sendmail_cf *
read_text(const char *text)
{
	return sendmail_cf_read(scratch_write("sendmail.cf", text));
}

static void
finds_lines(void **state)
{
	struct sendmail_cf *cf = read_text("\n"
					   "Mrelay,\tP=[IPC], F=m,\n"
					   "\t\tA=TCP $h\n"
					   " L=990\n"
					   "#Mesmtp, A=TCP\n"
					   "Mesmtp,\tA=TCP $h 25");

	(void)state;
	assert_non_null(cf);
	assert_string_equal(sendmail_cf_find(cf, "Mrelay,", "A=TCP"),
	    "Mrelay,\tP=[IPC], F=m,\t\tA=TCP $h L=990");
	assert_string_equal(
	    sendmail_cf_find(cf, "Mesmtp,", ""), "Mesmtp,\tA=TCP $h 25");
	assert_null(sendmail_cf_find(cf, "Mrelay,", "A=FILE"));
	assert_null(sendmail_cf_find(cf, "Msmtp,", ""));
	sendmail_cf_destroy(&cf);
	assert_null(cf);
	sendmail_cf_destroy(&cf);
}

static void
stands_odd_files(void **state)
{
	struct sendmail_cf *cf = read_text(" begins in the middle\n");

	(void)state;
	assert_non_null(sendmail_cf_find(cf, " begins", "middle"));
	sendmail_cf_destroy(&cf);
	assert_null(sendmail_cf_read("/nowhere/sendmail.cf"));
}

static const struct {
	const char *line, *word;
	bool want;
} words[] = {
    {"C{RepgateMailer}relay dsmtp error", "relay", true},
    {"C{RepgateMailer}relay dsmtp error", "dsmtp", true},
    {"C{RepgateMailer}relay dsmtp error", "error", true},
    {"C{RepgateMailer}relay dsmtp error", "smtp", false},
    {"C{RepgateMailer}repgate-587", "repgate-58", false},
    {"O InputMailFilters=repgate,other", "repgate", true},
    {"O InputMailFilters=my-repgate, repgate", "repgate", true},
    {"O InputMailFilters=my-repgate", "repgate", false},
    {"repgate", "repgate", false},
    {NULL, "repgate", false},
};

static void
knows_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		print_message("%s\n", words[i].line ? words[i].line : "-");
		assert_int_equal(
		    sendmail_cf_has_word(words[i].line, words[i].word),
		    words[i].want);
	}
}

static void
knows_members(void **state)
{
	struct sendmail_cf *cf = read_text("C{Own}relay\n"
					   "C{Other}esmtp\n"
					   "C{Own}dsmtp error\n");

	(void)state;
	assert_true(sendmail_cf_has_member(cf, "C{Own}", "relay"));
	assert_true(sendmail_cf_has_member(cf, "C{Own}", "error"));
	assert_false(sendmail_cf_has_member(cf, "C{Own}", "esmtp"));
	sendmail_cf_destroy(&cf);
}

static const struct {
	const char *line, *socket;
	bool want;
} sockets[] = {
    {"Kd socket -f local:/run/m.sock", "unix:/run/m.sock", true},
    {"Kd socket -f unix:/run/m.sock", "unix:/run/m.sock", true},
    {"Kd socket -f /run/m.sock", "unix:/run/m.sock", true},
    {"Kd socket -f local:/run/m.sock2", "unix:/run/m.sock", false},
    {"Xr, S=local:/run/m.sock, T=C:1s", "local:/run/m.sock", true},
    {"Xr, S=inet:8891@127.0.0.1", "inet:8891@127.0.0.1", true},
    {"Xr, S=inet:8892@127.0.0.1", "inet:8891@127.0.0.1", false},
    {"Xr, S=unix:8891@127.0.0.1", "inet:8891@127.0.0.1", false},
    {NULL, "unix:/run/m.sock", false},
};

static void
knows_sockets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sockets); i++) {
		print_message("%s\n", sockets[i].line ? sockets[i].line : "-");
		assert_int_equal(
		    sendmail_cf_has_socket(sockets[i].line, sockets[i].socket),
		    sockets[i].want);
	}
}

static const struct {
	const char *text;
	bool want;
} filters[] = {
    {"Xrepgate, S=local:/m\nO InputMailFilters=repgate\n", true},
    {"O InputMailFilters=clamav, own\nXown, S=unix:/m, T=C:1s\n", true},
    {"Xrepgate, S=local:/m, F=T\nO InputMailFilters=repgate\n", false},
    {"Xrepgate, S=local:/m\n#O InputMailFilters\n", false},
    {"Xrepgate, S=local:/m\nO InputMailFilters=other\n", false},
    {"Xrepgate, S=local:/other\nO InputMailFilters=repgate\n", false},
    {"Xold, S=local:/m, F=T\nXnew, S=local:/m\nO InputMailFilters=new\n", true},
    {"", false},
};

static void
knows_filters(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(filters); i++) {
		struct sendmail_cf *cf = read_text(filters[i].text);

		print_message("%s\n", filters[i].text);
		assert_int_equal(
		    sendmail_cf_has_filter(cf, "unix:/m"), filters[i].want);
		sendmail_cf_destroy(&cf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_lines),
	    cmocka_unit_test(stands_odd_files),
	    cmocka_unit_test(knows_words),
	    cmocka_unit_test(knows_members),
	    cmocka_unit_test(knows_sockets),
	    cmocka_unit_test(knows_filters),
	};

	return cmocka_run_group_tests(tests, scratch_create, scratch_destroy);
}
