/*
 * mail_log -- writes a Postfix log of any length, for measuring what reads
 * logs. Always the same one for the same arguments.
 *
 *   mail_log LINES [PERCENT]    of the attempts fail; 20 by default
 *
 * Each message has the lines that it has in life: its client, its message id,
 * its sender, the delivery of each recipient, its end. About 400 bytes a line,
 * as in a log with long replies.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGES_PER_SECOND 20
#define QUEUE_IDS 0xfffffffff

static const char *const sent[] = {
    "relay=gmail-smtp-in.l.google.com[192.0.2.26]:25, delay=1.4, "
    "delays=0.05/0.01/0.6/0.74, dsn=2.0.0, status=sent (250 2.0.0 OK  "
    "1732200000 4fb4d7f45d1cf-5cfd3f8b2a1si1234567a12.345 - gsmtp)",
    "relay=example-com.mail.protection.outlook.com[192.0.2.33]:25, delay=2.1, "
    "delays=0.05/0.01/0.9/1.1, dsn=2.6.0, status=sent (250 2.6.0 "
    "<20261121173456.4F232A72072@mail.ours.example> "
    "[InternalId=21182955590345, Hostname=AM9PR04MB8212.eurprd04.prod."
    "outlook.com] 13231 bytes in 0.227, 56.812 KB/sec Queued mail for "
    "delivery -> 250 2.1.5)",
    "relay=mx01.example.net[192.0.2.44]:25, delay=0.8, "
    "delays=0.05/0.01/0.2/0.54, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued "
    "as 4XvQ2k0Rz9z1Qk)",
};

/* What differs from one to the next stands as %. */
static const char *const failed[] = {
    "relay=gmail-smtp-in.l.google.com[192.0.2.26]:25, delay=1.2, "
    "delays=0.05/0.01/0.6/0.54, dsn=5.1.1, status=bounced (host "
    "gmail-smtp-in.l.google.com[192.0.2.26] said: 550-5.1.1 The account that "
    "you wrote to does not exist. Please look for 550-5.1.1 errors in the "
    "address, or for spaces. See 550 5.1.1 "
    "https://support.google.com/mail/?p=NoSuchUser %si7651433a12.% - "
    "gsmtp (in reply to RCPT TO command))",
    "relay=example-com.mail.protection.outlook.com[192.0.2.33]:25, delay=3.1, "
    "delays=0.05/0.01/0.9/2.1, dsn=5.7.606, status=bounced (host "
    "example-com.mail.protection.outlook.com[192.0.2.33] said: 550 5.7.606 "
    "Access denied, banned sending IP [203.0.113.5]. For removal visit "
    "https://sender.office.com/ and follow the directions (AS%) "
    "[AM7EUR03FT%.eop-EUR03.prod.protection.outlook.com] (in reply to RCPT "
    "TO command))",
    "relay=mta7.am0.yahoodns.net[192.0.2.72]:25, delay=18910, "
    "delays=18900/8.9/0.69/0.03, dsn=4.7.0, status=deferred (host "
    "mta7.am0.yahoodns.net[192.0.2.72] said: 421 4.7.0 [TSS04] Messages from "
    "203.0.113.5 temporarily deferred due to unexpected volume or user "
    "complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes "
    "%.% (in reply to MAIL FROM command))",
    "relay=mx.customer.example[192.0.2.50]:25, delay=1.1, "
    "delays=0.05/0.01/0.9/0.1, dsn=5.7.1, status=bounced (host "
    "mx.customer.example[192.0.2.50] said: 554 5.7.1 Service unavailable; "
    "Client host [203.0.113.5] blocked using zen.spamhaus.org; "
    "https://www.spamhaus.org/query/ip/203.0.113.5 % % (in reply to "
    "RCPT TO command))",
    "relay=mx.greylist.example[192.0.2.51]:25, delay=1.1, "
    "delays=0.05/0.01/0.9/0.1, dsn=4.2.0, status=deferred (host "
    "mx.greylist.example[192.0.2.51] said: 450 4.2.0 Recipient address "
    "rejected: Greylisted for 300 seconds, ticket % % (in reply to RCPT "
    "TO command))",
    "relay=none, delay=4.1, delays=0.05/0.01/4.0/0, dsn=4.4.1, "
    "status=deferred (connect to mx.dead.example[192.0.2.52]:25: Connection "
    "timed out, attempt % %)",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static uint64_t state = 88172645463325252u;

static uint64_t
draw(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static void
put_varied(const char *text)
{
	for (; *text; text++) {
		if (*text == '%')
			printf("%llx", (unsigned long long)draw(QUEUE_IDS));
		else
			putchar(*text);
	}
}

/* The stamp and the daemon; there is one more line then. */
static void
start(uint64_t *lines, const char *daemon)
{
	uint64_t second = *lines / (MESSAGES_PER_SECOND * 5);

	printf("2026-11-%02uT%02u:%02u:%02u.%06u+01:00 mail-outbound-01 "
	       "postfix/%s[%u]: ",
	    (unsigned)(1 + second / 86400 % 30), (unsigned)(second / 3600 % 24),
	    (unsigned)(second / 60 % 60), (unsigned)(second % 60),
	    (unsigned)draw(1000000), daemon, (unsigned)(1000 + draw(30000)));
	++*lines;
}

static void
deliver(uint64_t *lines, uint64_t qid, unsigned percent)
{
	start(lines, "smtp");
	printf("%llX: to=<recipient.number.%llu@customer-%llu.example>, ",
	    (unsigned long long)qid, (unsigned long long)draw(100000),
	    (unsigned long long)draw(5000));
	if (draw(100) < percent)
		put_varied(failed[draw(COUNT(failed))]);
	else
		fputs(sent[draw(COUNT(sent))], stdout);
	putchar('\n');
}

static void
message(uint64_t *lines, unsigned percent)
{
	uint64_t qid = draw(QUEUE_IDS);
	unsigned recipients = 1 + draw(8);

	start(lines, "submission/smtpd");
	printf("%llX: client=app-%llu.ours.example[10.0.3.%llu], "
	       "sasl_method=PLAIN, sasl_username=newsletter@ours.example\n",
	    (unsigned long long)qid, (unsigned long long)draw(20),
	    (unsigned long long)draw(250));
	start(lines, "cleanup");
	printf("%llX: message-id=<%llx.%llx.%llx@app.ours.example>\n",
	    (unsigned long long)qid, (unsigned long long)draw(QUEUE_IDS),
	    (unsigned long long)draw(QUEUE_IDS),
	    (unsigned long long)draw(QUEUE_IDS));
	start(lines, "qmgr");
	printf("%llX: from=<bounces+%llx-%llx@news.ours.example>, size=%llu, "
	       "nrcpt=%u (queue active)\n",
	    (unsigned long long)qid, (unsigned long long)draw(QUEUE_IDS),
	    (unsigned long long)draw(QUEUE_IDS),
	    (unsigned long long)(2000 + draw(90000)), recipients);
	for (unsigned i = 0; i < recipients; i++)
		deliver(lines, qid, percent);
	start(lines, "qmgr");
	printf("%llX: removed\n", (unsigned long long)qid);
}

int
main(int argc, char **argv)
{
	uint64_t wanted, lines = 0;
	unsigned percent = argc > 2 ? strtoul(argv[2], NULL, 10) : 20;

	if (argc < 2 || argc > 3) {
		fputs("usage: mail_log LINES [PERCENT]\n", stderr);
		return EXIT_FAILURE;
	}
	wanted = strtoull(argv[1], NULL, 10);
	while (lines < wanted)
		message(&lines, percent);
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS
						      : EXIT_FAILURE;
}
