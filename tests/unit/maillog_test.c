#include "evidence/maillog.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static void
check(const char *what, const struct piece *got, const char *want,
    const char *line)
{
	if (got->length != strlen(want) ||
	    memcmp(got->start, want, got->length) != 0)
		fail_msg("%s: found %s \"%.*s\", wanted \"%s\"", line, what,
		    (int)got->length, got->start, want);
}

#define TRADITIONAL "Nov  7 17:34:56 host "
#define POSTFIX TRADITIONAL "postfix/smtp[4827]: "
#define FIELDS ", delay=1, delays=0/0/1/0, "

static const struct {
	const char *line;
	enum attempt_status status;
	const char *qid, *to, *relay, *address, *dsn, *speaker, *text;
	enum reply_stage stage;
	bool is_reply;
} attempts[] = {
    {POSTFIX "4F232A72072: to=<bob@example.com>, "
	     "relay=mx.example.com[192.0.2.1]:25" FIELDS
	     "dsn=2.0.0, status=sent (250 2.0.0 Ok)",
	ATTEMPT_SENT, "4F232A72072", "bob@example.com", "mx.example.com",
	"192.0.2.1", "2.0.0", "", "", REPLY_STAGE_UNKNOWN, false},
    {POSTFIX
	"4XvQ2k0Rz9z1Qk: to=<bob@example.com>, orig_to=<a, dsn=9@x>, "
	"relay=mx.example.com[2001:db8::1]:25, conn_use=2" FIELDS
	"dsn=5.7.1, status=bounced (host mx2.example.com[192.0.2.2] said: 550 "
	"5.7.1 no (really), dsn=2.0.0, status=sent (in reply to RCPT TO "
	"command))",
	ATTEMPT_BOUNCED, "4XvQ2k0Rz9z1Qk", "bob@example.com", "mx.example.com",
	"2001:db8::1", "5.7.1", "mx2.example.com",
	"550 5.7.1 no (really), dsn=2.0.0, status=sent", REPLY_STAGE_RCPT,
	true},
    {POSTFIX
	"A1: to=<bob@example.com>, relay=mx.example.com[192.0.2.1]:25" FIELDS
	"dsn=4.0.0, status=deferred (host mx.example.com[192.0.2.1] "
	"refused to talk to me: 554-mx 554 no)",
	ATTEMPT_DEFERRED, "A1", "bob@example.com", "mx.example.com",
	"192.0.2.1", "4.0.0", "mx.example.com", "554-mx 554 no",
	REPLY_STAGE_GREETING, true},
    {POSTFIX "A1: to=<bob@example.com>, relay=none" FIELDS
	     "dsn=4.4.1, status=deferred (delivery temporarily suspended: host "
	     "mx.example.com[192.0.2.1] refused to talk to me: 554 no)",
	ATTEMPT_DEFERRED, "A1", "bob@example.com", "", "", "4.4.1",
	"mx.example.com", "554 no", REPLY_STAGE_GREETING, true},
    {POSTFIX "A1: to=<bob@example.com>, relay=none" FIELDS
	     "dsn=4.4.1, status=deferred (connect to "
	     "mx.example.com[192.0.2.1]:25: Connection timed out)",
	ATTEMPT_DEFERRED, "A1", "bob@example.com", "", "", "4.4.1", "",
	"connect to mx.example.com[192.0.2.1]:25: Connection timed out",
	REPLY_STAGE_UNKNOWN, false},
    {POSTFIX "A1: to=<bob@example.com>, relay=r.example[192.0.2.1]:25" FIELDS
	     "dsn=5.7.0, status=bounced (host [192.0.2.1] said: 554 no (in "
	     "reply to end of DATA command))",
	ATTEMPT_BOUNCED, "A1", "bob@example.com", "r.example", "192.0.2.1",
	"5.7.0", "", "554 no", REPLY_STAGE_DATA, true},
    {POSTFIX "A1: to=<bob@example.com>, relay=none" FIELDS
	     "dsn=4.0.0, status=deferred (delivery temporarily suspended: SASL "
	     "authentication failed; server s.example[192.0.2.1] said: 535 no)",
	ATTEMPT_DEFERRED, "A1", "bob@example.com", "", "", "4.0.0", "",
	"SASL authentication failed; server s.example[192.0.2.1] said: 535 no",
	REPLY_STAGE_UNKNOWN, false},

    /* Other stamps, programs and beginnings. */
    {"2026-11-21T17:34:56.123456+01:00 host postfix-out/smtp[1]: A1: "
     "to=<b@example.com>, relay=m.example[192.0.2.1]:25" FIELDS
     "dsn=2.0.0, status=sent (250 ok)",
	ATTEMPT_SENT, "A1", "b@example.com", "m.example", "192.0.2.1", "2.0.0",
	"", "", REPLY_STAGE_UNKNOWN, false},
    {"A1: to=<b@example.com>, relay=m.example[192.0.2.1], delay=3, "
     "status=bounced (host m.example[192.0.2.1] said: 550 no",
	ATTEMPT_BOUNCED, "A1", "b@example.com", "m.example", "192.0.2.1", "",
	"m.example", "550 no", REPLY_STAGE_UNKNOWN, true},
    {TRADITIONAL "[postfix/smtp] A1: to=<b@example.com>, "
		 "relay=m.example[192.0.2.1]:25" FIELDS
		 "dsn=4.0.0, status=deferred",
	ATTEMPT_DEFERRED, "A1", "b@example.com", "m.example", "192.0.2.1",
	"4.0.0", "", "", REPLY_STAGE_UNKNOWN, false},
    {POSTFIX
	"A1: to=<\"a>, b\"@example.com>, relay=m.example[192.0.2.1]:25" FIELDS
	"dsn=2.0.0, status=sent (250 ok)",
	ATTEMPT_SENT, "A1", "\"a>, b\"@example.com", "m.example", "192.0.2.1",
	"2.0.0", "", "", REPLY_STAGE_UNKNOWN, false},
    {POSTFIX "A1: to=<b@example.com>, relay=m.example[192.0.2.1]:25" FIELDS
	     "dsn=5.4.7, status=expired (returned to sender)",
	ATTEMPT_BOUNCED, "A1", "b@example.com", "m.example", "192.0.2.1",
	"5.4.7", "", "returned to sender", REPLY_STAGE_UNKNOWN, false},

    /* Sendmail. */
    {TRADITIONAL "sm-mta[593]: r39G922P001173: to=<b@example.com>, "
		 "ctladdr=<www@x.example> (33/33), delay=20:38:23, "
		 "xdelay=00:00:00, mailer=esmtp, pri=11550899, "
		 "relay=mx.example.com. [192.0.2.1], dsn=4.1.8, "
		 "stat=Deferred: 450 4.1.8 no, dsn=2.0.0",
	ATTEMPT_DEFERRED, "r39G922P001173", "b@example.com", "mx.example.com",
	"192.0.2.1", "4.1.8", "", "450 4.1.8 no, dsn=2.0.0",
	REPLY_STAGE_UNKNOWN, true},
    {TRADITIONAL
	"sm-mta[593]: r39G922P001173: to=<a@example.com>,"
	"<b@example.com>, delay=0, mailer=esmtp, relay=mx.example.com. "
	"[IPv6:2001:db8::1], dsn=5.0.0, reply=550 5.7.1 blocked, stat="
	"x, stat=Service unavailable",
	ATTEMPT_BOUNCED, "r39G922P001173", "a@example.com", "mx.example.com",
	"2001:db8::1", "5.0.0", "", "550 5.7.1 blocked", REPLY_STAGE_UNKNOWN,
	true},
    {TRADITIONAL
	"sendmail[1]: e6GL: to=bob@example.com, delay=0, mailer=esmtp,"
	" relay=mx.example.com. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)",
	ATTEMPT_SENT, "e6GL", "bob@example.com", "mx.example.com", "192.0.2.1",
	"2.0.0", "", "", REPLY_STAGE_UNKNOWN, false},
    {TRADITIONAL "sendmail[1]: : to=<b@example.com>, delay=0, mailer=esmtp, "
		 "relay=mx.example.com. [192.0.2.1], dsn=5.0.0, stat=User "
		 "unknown",
	ATTEMPT_BOUNCED, "", "b@example.com", "mx.example.com", "192.0.2.1",
	"5.0.0", "", "User unknown", REPLY_STAGE_UNKNOWN, false},
};

static void
reads_attempts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
		const char *line = attempts[i].line;
		struct attempt got;

		memset(&got, 0x5a, sizeof got);
		if (!maillog_read(line, strlen(line), &got))
			fail_msg("no attempt: %s", line);
		check("qid", &got.qid, attempts[i].qid, line);
		check("to", &got.to, attempts[i].to, line);
		check("relay", &got.relay, attempts[i].relay, line);
		check("address", &got.relay_address, attempts[i].address, line);
		check("dsn", &got.dsn, attempts[i].dsn, line);
		check("speaker", &got.speaker, attempts[i].speaker, line);
		check("text", &got.text, attempts[i].text, line);
		assert_int_equal(got.status, attempts[i].status);
		assert_int_equal(got.stage, attempts[i].stage);
		assert_int_equal(got.is_reply, attempts[i].is_reply);
	}
}

static void
knows_programs_and_counts_recipients(void **state)
{
	static const char several[] =
	    TRADITIONAL "sm-mta[593]: r1: to=<a@x>,<b@x>,<c@x>, mailer=esmtp, "
			"relay=m.example. [192.0.2.1], stat=Sent";
	static const char pidless[] =
	    "Apr 06 20:31:41 2016 b outbound/smtp: A1: "
	    "to=<a@x>, relay=m[192.0.2.1]:25, "
	    "status=sent (ok)";
	struct attempt got;

	(void)state;
	assert_true(maillog_read(several, strlen(several), &got));
	assert_int_equal(got.recipients, 3);
	check("program", &got.program, "sm-mta", several);
	check("stamp", &got.stamp, "Nov  7 17:34:56", several);
	assert_true(maillog_read(pidless, strlen(pidless), &got));
	assert_int_equal(got.recipients, 1);
	check("program", &got.program, "outbound/smtp", pidless);
}

static const char *const others[] = {
    "",
    "\n",
    POSTFIX,
    POSTFIX "A1: host mx.example.com[192.0.2.1] said: 450 no (in reply to RCPT "
	    "TO command)",
    POSTFIX "A1: to=",
    POSTFIX "A1: to=<",
    POSTFIX "A1: to=<bob@example.com",
    POSTFIX "A1: to=<bob@example.com>, relay=mx.example.com[192.0.2.1]:25",
    /* What our own server said to somebody else. */
    TRADITIONAL
    "postfix/smtpd[1]: NOQUEUE: reject: RCPT from "
    "x.example[198.51.100.7]: 554 5.7.1 Service unavailable; Client "
    "host [198.51.100.7] blocked using zen.spamhaus.org; "
    "from=<a@x.example> to=<b@example.com> proto=ESMTP helo=<x>",
    TRADITIONAL "sm-mta[1]: s1: ruleset=check_rcpt, arg1=<b@example.com>, "
		"relay=[198.51.100.7], reject=550 5.7.1 no",
    /* No other host. */
    TRADITIONAL "postfix/local[1]: A1: to=<root@x.example>, relay=local" FIELDS
		"dsn=2.0.0, status=sent (delivered to mailbox)",
    TRADITIONAL "postfix/pipe[1]: A1: to=<root@x.example>, relay=dovecot" FIELDS
		"dsn=2.0.0, status=sent (ok)",
    TRADITIONAL "sm-mta[1]: r1: to=<root@x.example>, mailer=local, pri=1, "
		"dsn=2.0.0, stat=Sent",
    TRADITIONAL "sm-mta[1]: r1: to=<b@example.com>, mailer=esmtp, pri=1, "
		"relay=mx.example.com., stat=queued",
    TRADITIONAL "postfix/cleanup[1]: A1: message-id=<1@x.example>",
    TRADITIONAL "postfix/qmgr[1]: A1: from=<a@x.example>, size=1, nrcpt=1",
    TRADITIONAL "x[1]: to=<b@example.com>, relay=m[192.0.2.1]:25, status=sent",
};

static void
leaves_all_else(void **state)
{
	struct attempt got;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0] - 1; i++)
		if (maillog_read(others[i], strlen(others[i]), &got))
			fail_msg("an attempt: %s", others[i]);
}

/* A line may be cut anywhere. */
static void
takes_any_part_of_a_line(void **state)
{
	struct attempt got;

	(void)state;
	for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
		size_t length = strlen(attempts[i].line);

		for (size_t cut = 0; cut < length; cut++) {
			char *copy = test_malloc(cut + 1);

			memcpy(copy, attempts[i].line, cut);
			maillog_read(copy, cut, &got);
			test_free(copy);
			maillog_read(
			    attempts[i].line + cut, length - cut, &got);
		}
	}
}

#define HEAD "Nov 21 20:48:24 mail postfix/egress-probe/smtp[28093]: "

/* want: program, queue id, relay, its address, words; NULL: no such line. */
static const struct {
	const char *line, *want;
} hosts[] = {
    {HEAD "B5A6DA72836: host mx.example[192.0.2.1] said: 450 4.7.1 Not you "
	  "(in reply to RCPT TO command)",
	"postfix/egress-probe/smtp B5A6DA72836 mx.example 192.0.2.1 "
	"450 4.7.1 Not you"},
    {"2026-11-21T20:48:24.123+01:00 mail postfix/smtp[1]: 4dXyZ1: host "
     "mx.example[2001:db8::1] refused to talk to me: 554 Go away",
	"postfix/smtp 4dXyZ1 mx.example 2001:db8::1 554 Go away"},
    /* what others say, in a line about something else */
    {"Nov 21 20:48:24 mail postfix/smtpd[1]: B5A6DA72836: host "
     "mx.example[192.0.2.1] said: 550 x",
	NULL},
    {"Nov 21 20:48:24 mail postfix/smtpd[1]: NOQUEUE: reject: from "
     "x/smtp[1]: B5A6DA72836: host mx.example[192.0.2.1] said: 550 x",
	NULL},
    {HEAD "B5A6DA72836: x: host mx.example[192.0.2.1] said: 550 x", NULL},
    {HEAD "B5A6DA72836: host mx.example[192.0.2.1]", NULL},
    {HEAD "B5A6DA72836: lost connection with mx.example[192.0.2.1]", NULL},
    {HEAD "connect to mx.example[192.0.2.1]:25: Connection refused", NULL},
    {": host ", NULL},
    {"", NULL},
};

static void
reads_what_a_host_said_on_the_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		struct attempt got;
		char text[512];
		bool is_one = maillog_read_host(
		    hosts[i].line, strlen(hosts[i].line), &got);

		print_message("%s\n", hosts[i].line);
		assert_int_equal(is_one, hosts[i].want != NULL);
		if (!is_one)
			continue;
		snprintf(text, sizeof text, "%.*s %.*s %.*s %.*s %.*s",
		    (int)got.program.length, got.program.start,
		    (int)got.qid.length, got.qid.start, (int)got.relay.length,
		    got.relay.start, (int)got.relay_address.length,
		    got.relay_address.start, (int)got.text.length,
		    got.text.start);
		assert_string_equal(text, hosts[i].want);
		assert_int_equal(got.status, ATTEMPT_DEFERRED);
		assert_true(got.is_reply);
		assert_int_equal(got.stamp.length, i == 0 ? 15 : 29);
	}
}

static void
reads_the_port(void **state)
{
	static const struct {
		const char *relay;
		int want;
	} ports[] = {
	    {"mx.example.com[192.0.2.1]:25", 25},
	    {"mx.example.com[2001:db8::1]:587", 587},
	    {"mx.example.com[192.0.2.1]:65535", 65535},
	    {"mx.example.com[192.0.2.1]:65536", 0},
	    {"mx.example.com[192.0.2.1]:99999999999", 0},
	    {"mx.example.com[192.0.2.1]:", 0},
	    {"mx.example.com[192.0.2.1]", 0},
	    {"mx.example.com. [192.0.2.1]", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		struct attempt attempt;
		char line[256];

		snprintf(line, sizeof line,
		    POSTFIX "A1: to=<b@x.example>, relay=%s, status=sent (ok)",
		    ports[i].relay);
		assert_true(maillog_read(line, strlen(line), &attempt));
		assert_int_equal(attempt.relay_port, ports[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_the_port),
	    cmocka_unit_test(reads_attempts),
	    cmocka_unit_test(knows_programs_and_counts_recipients),
	    cmocka_unit_test(leaves_all_else),
	    cmocka_unit_test(takes_any_part_of_a_line),
	    cmocka_unit_test(reads_what_a_host_said_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
