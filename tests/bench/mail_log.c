/*
 * mail_log -- writes a Postfix log of any length, for measuring what reads
 * logs. Always the same one for the same arguments.
 *
 *   mail_log LINES [PERCENT]    of the attempts fail; 20 by default
 *
 * Each message has the lines that it has in life: its client, its message id,
 * what was seen of it, its sender, the TLS of a connection, the delivery of each
 * recipient, its end. About 400 bytes a line, as in a log of a mailer whose
 * bounces come back to long addresses and that is answered at length.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGES_PER_SECOND 20
#define QUEUE_IDS 0xfffffffff

/* What differs from one to the next stands as %. */
static const char *const sent[] = {
    "relay=gmail-smtp-in.l.google.com[192.0.2.26]:25, conn_use=3, delay=1.4, "
    "delays=0.05/0.01/0.6/0.74, dsn=2.0.0, status=sent (250 2.0.0 OK  "
    "1732200000 %-%si%a12.345 - gsmtp)",
    "relay=example-com.mail.protection.outlook.com[192.0.2.33]:25, "
    "conn_use=2, delay=2.1, delays=0.05/0.01/0.9/1.1, dsn=2.6.0, status=sent "
    "(250 2.6.0 <20261121173456.%.%-0000000000@campaigns.mailer.ours.example> "
    "[InternalId=21182955590345, Hostname=AM9PR04MB8212.eurprd04.prod."
    "outlook.com] 13231 bytes in 0.227, 56.812 KB/sec Queued mail for "
    "delivery -> 250 2.1.5)",
    "relay=hotmail-com.olc.protection.outlook.com[192.0.2.34]:25, delay=2.9, "
    "delays=0.05/0.01/1.3/1.5, dsn=2.6.0, status=sent (250 2.6.0 "
    "<20261121173456.%.%-0000000000@campaigns.mailer.ours.example> "
    "[InternalId=%, Hostname=DB5EUR02FT%.eop-EUR02.prod.protection.outlook."
    "com] 24117 bytes in 0.310, 75.901 KB/sec Queued mail for delivery -> "
    "250 2.1.5)",
    "relay=mx01.example.net[192.0.2.44]:25, delay=0.8, "
    "delays=0.05/0.01/0.2/0.54, dsn=2.0.0, status=sent (250 2.0.0 from "
    "MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as %, scanned and "
    "accepted for delivery by mx01.example.net, reference %.%)",
};

static const char *const failed[] = {
    "relay=gmail-smtp-in.l.google.com[192.0.2.26]:25, delay=1.2, "
    "delays=0.05/0.01/0.6/0.54, dsn=5.1.1, status=bounced (host "
    "gmail-smtp-in.l.google.com[192.0.2.26] said: 550-5.1.1 The account that "
    "you wrote to does not exist. Please look for 550-5.1.1 errors in the "
    "address, or for spaces. For more information, go to 550 5.1.1 "
    "https://support.google.com/mail/?p=NoSuchUser %-%si%a12.% - "
    "gsmtp (in reply to RCPT TO command))",
    "relay=gmail-smtp-in.l.google.com[192.0.2.26]:25, delay=4.2, "
    "delays=0.05/0.01/0.6/3.5, dsn=4.7.28, status=deferred (host "
    "gmail-smtp-in.l.google.com[192.0.2.26] said: 421-4.7.28 Gmail has seen "
    "an unusual rate of mail that nobody asked for 421-4.7.28 from your IP "
    "Netblock [203.0.113.5      34]. To protect its users, mail from there "
    "421-4.7.28 has been temporarily rate limited. For more information, go "
    "to 421-4.7.28  https://support.google.com/mail/?p="
    "UnsolicitedRateLimitError to 421 4.7.28 review the Email Senders "
    "Guidelines. %-%si%a12.% - gsmtp (in reply to end of DATA command))",
    "relay=example-com.mail.protection.outlook.com[192.0.2.33]:25, delay=3.1, "
    "delays=0.05/0.01/0.9/2.1, dsn=5.7.606, status=bounced (host "
    "example-com.mail.protection.outlook.com[192.0.2.33] said: 550 5.7.606 "
    "Access denied, banned sending IP [203.0.113.5]. For removal visit "
    "https://sender.office.com/ and follow the directions. For more, see "
    "https://go.microsoft.com/fwlink/?LinkID=526655 (AS%) "
    "[AM7EUR03FT%.eop-EUR03.prod.protection.outlook.com "
    "2026-11-21T16:34:56.%Z %] (in reply to RCPT TO command))",
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
    "https://www.spamhaus.org/query/ip/203.0.113.5 For help with this please "
    "contact postmaster at customer.example and quote % % (in reply to "
    "RCPT TO command))",
    "relay=mx.greylist.example[192.0.2.51]:25, delay=1.1, "
    "delays=0.05/0.01/0.9/0.1, dsn=4.2.0, status=deferred (host "
    "mx.greylist.example[192.0.2.51] said: 450 4.2.0 Recipient address "
    "rejected: Greylisted for 300 seconds, see "
    "https://postgrey.greylist.example/help/%.html ticket % (in reply to RCPT "
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

/* Mailers write to themselves who a bounce is about. */
static void
put_returns(void)
{
	put_varied("bounces+%-%-recipient.number=customer-%.example"
		   "@returns.campaigns.mailer.ours.example");
}

static void
connect_to(uint64_t *lines)
{
	start(lines, "smtp");
	put_varied("Verified TLS connection established to gmail-smtp-in.l."
		   "google.com[192.0.2.26]:25: TLSv1.3 with cipher "
		   "TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange "
		   "X25519MLKEM768 server-signature ECDSA (prime256v1) "
		   "server-digest SHA256\n");
}

static void
deliver(uint64_t *lines, uint64_t qid, unsigned percent)
{
	start(lines, "smtp");
	printf("%llX: to=<recipient.number.%llu@customer-%llu.example>, "
	       "orig_to=<subscriber-%llu.list-%llu@lists.campaigns.mailer.ours."
	       "example>, ",
	    (unsigned long long)qid, (unsigned long long)draw(100000),
	    (unsigned long long)draw(5000), (unsigned long long)draw(100000),
	    (unsigned long long)draw(50));
	if (draw(100) < percent)
		put_varied(failed[draw(COUNT(failed))]);
	else
		put_varied(sent[draw(COUNT(sent))]);
	putchar('\n');
}

static void
accept_message(uint64_t *lines, uint64_t qid, unsigned recipients)
{
	start(lines, "submission/smtpd");
	printf("%llX: client=app-%llu.ours.example[10.0.3.%llu], "
	       "sasl_method=SCRAM-SHA-256, sasl_username=newsletter@campaigns."
	       "mailer.ours.example, sasl_sender=",
	    (unsigned long long)qid, (unsigned long long)draw(20),
	    (unsigned long long)draw(250));
	put_returns();
	put_varied("\n");
	start(lines, "cleanup");
	printf("%llX: ", (unsigned long long)qid);
	put_varied("message-id=<20261121173456.%.%.%.%-0000000000@campaigns."
		   "mailer.ours.example>\n");
	start(lines, "cleanup");
	printf("%llX: ", (unsigned long long)qid);
	put_varied("info: header Subject: =?UTF-8?Q?Your_order_no=2E_%_of_"
		   "Tuesday_is_on_its_way:_what_happens_next=2C_and_whom_to_"
		   "ask?= from app-7.ours.example[10.0.3.7]; from=<");
	put_returns();
	put_varied("> to=<recipient.number.%@customer-%.example> proto=ESMTP "
		   "helo=<app-7.ours.example>\n");
	start(lines, "qmgr");
	printf("%llX: from=<", (unsigned long long)qid);
	put_returns();
	printf(">, size=%llu, nrcpt=%u (queue active)\n",
	    (unsigned long long)(2000 + draw(90000)), recipients);
}

static void
message(uint64_t *lines, unsigned percent)
{
	uint64_t qid = draw(QUEUE_IDS);
	unsigned recipients = 1 + draw(12);

	accept_message(lines, qid, recipients);
	connect_to(lines);
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
