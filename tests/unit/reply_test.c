#include "config/directory.h"
#include "config/problems.h"
#include "config/receivers.h"
#include "evidence/receiver.h"
#include "evidence/reply.h"
#include "evidence/senses.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct directory *directory;
static struct receiver_book *book;
static struct address ours[2];

static int
read_directory(void **state)
{
	struct problems *problems = problems_create();

	(void)state;
	directory = directory_read("conf/providers.conf", problems);
	for (size_t i = 0; i < problems_count(problems); i++)
		print_error("%s\n", problems_text(problems, i));
	problems_destroy(&problems);
	if (!directory)
		return -1;
	book = receiver_book_create(directory->receivers);
	return address_parse("192.0.2.10", &ours[0]) |
	       address_parse("2001:db8:25::10", &ours[1]);
}

static int
free_directory(void **state)
{
	(void)state;
	receiver_book_destroy(&book);
	directory_destroy(&directory);
	return 0;
}

static struct meaning
read_reply(const char *text, const char *host, size_t our_count)
{
	const struct reply reply = {
	    .text = text,
	    .length = strlen(text),
	    .receiver = host ? receiver_find(book, host, strlen(host)) : NULL,
	    .ours = ours,
	    .our_count = our_count,
	};
	struct meaning meaning;

	memset(&meaning, 0x5a, sizeof meaning);
	reply_read(directory->receivers, &reply, &meaning);
	return meaning;
}

/* ---- the table ---------------------------------------------------------- */

#define COLUMNS 4

/* Cuts "a | b | c | d"; the last may hold the same. */
static bool
cut(char *line, char *columns[COLUMNS])
{
	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '#' || line[0] == '\0')
		return false;
	for (int i = 0; i < COLUMNS - 1; i++) {
		char *end = strstr(line, " | ");

		assert_non_null(end);
		*end = '\0';
		columns[i] = line;
		line = end + 3;
	}
	columns[COLUMNS - 1] = line;
	return true;
}

static int
check_row(char *columns[COLUMNS])
{
	const char *host = strcmp(columns[1], "-") ? columns[1] : NULL;
	const char *list = strcmp(columns[2], "-") ? columns[2] : "";
	struct meaning got = read_reply(columns[3], host, 2);

	if (strcmp(reply_class_name(got.class), columns[0]) == 0 &&
	    strcmp(got.list, list) == 0)
		return 0;
	print_error("found %s \"%s\", wanted %s \"%s\": %s\n",
	    reply_class_name(got.class), got.list, columns[0], list,
	    columns[3]);
	return 1;
}

static void
knows_the_replies_of_the_table(void **state)
{
	FILE *file = fopen("tests/unit/replies.txt", "r");
	char *line = NULL, *columns[COLUMNS];
	size_t size = 0;
	int rows = 0, wrong = 0;

	(void)state;
	assert_non_null(file);
	while (getline(&line, &size, file) >= 0) {
		if (!cut(line, columns))
			continue;
		rows++;
		wrong += check_row(columns);
	}
	free(line);
	fclose(file);
	assert_int_equal(wrong, 0);
	assert_true(rows >= 2100);
}

/* ---- who is meant ------------------------------------------------------- */

static const struct {
	const char *text;
	size_t our_count; /* 2: ours are known */
	enum reply_class class;
	enum reply_quote quote;
	const char *address; /* NULL: none */
} quotes[] = {
    {"550 192.0.2.10 is blacklisted", 2, REPLY_IP_BLOCKED, REPLY_QUOTES_US,
	"192.0.2.10"},
    {"550 192.0.2.11 is blacklisted", 2, REPLY_UNRELATED, REPLY_QUOTES_OTHERS,
	"192.0.2.11"},
    {"550 192.0.2.11 is blacklisted", 0, REPLY_IP_BLOCKED, REPLY_QUOTES_SOME,
	"192.0.2.11"},
    {"550 your IP is blacklisted", 2, REPLY_IP_BLOCKED, REPLY_QUOTES_NONE,
	NULL},
    /* Ours among others; a network of ours; another's. */
    {"550 203.0.113.9: 192.0.2.10 is blacklisted", 2, REPLY_IP_BLOCKED,
	REPLY_QUOTES_US, "192.0.2.10"},
    {"550 network 192.0.2.0/24 is blacklisted", 2, REPLY_IP_BLOCKED,
	REPLY_QUOTES_US, "192.0.2.10"},
    {"550 network 192.0.3.0/24 is blacklisted", 2, REPLY_UNRELATED,
	REPLY_QUOTES_OTHERS, "192.0.3.0"},
    {"550 2001:db8:25::/64 is blacklisted", 2, REPLY_IP_BLOCKED,
	REPLY_QUOTES_US, "2001:db8:25::10"},
    {"550 2001:db8:26::10 is blacklisted", 2, REPLY_UNRELATED,
	REPLY_QUOTES_OTHERS, "2001:db8:26::10"},
    /* A query name is ours backwards; a host name says nothing. */
    {"550 blacklisted: 10.2.0.192.bl.example", 2, REPLY_IP_BLOCKED,
	REPLY_QUOTES_US, "192.0.2.10"},
    {"550 blacklisted: 198.51.100.7.dyn.example", 2, REPLY_IP_BLOCKED,
	REPLY_QUOTES_NONE, NULL},
    /* Inside the receiver's house, and a number that is no address. */
    {"550 Client host [10.1.2.3] is blacklisted", 0, REPLY_UNRELATED,
	REPLY_QUOTES_OTHERS, "10.1.2.3"},
    {"550 your IP is blacklisted - 4.16.55.1;", 2, REPLY_IP_BLOCKED,
	REPLY_QUOTES_NONE, NULL},
    {"550 127.0.0.4: your IP is blacklisted", 2, REPLY_IP_BLOCKED,
	REPLY_QUOTES_NONE, NULL},
    /* What a third host said to them. */
    {"550 host gw.example[198.51.100.7] said: 554 your IP is blacklisted", 0,
	REPLY_UNRELATED, REPLY_QUOTES_NONE, NULL},
    {"550 host gw.example[198.51.100.7] said: 554 192.0.2.10 is blacklisted", 2,
	REPLY_IP_BLOCKED, REPLY_QUOTES_US, "192.0.2.10"},
    /* Whose address it is changes nothing for any other class. */
    {"550 5.1.1 user unknown, says 192.0.2.11", 2, REPLY_MAILBOX,
	REPLY_QUOTES_OTHERS, "192.0.2.11"},
    {"550 SPF fails for 192.0.2.11", 2, REPLY_AUTH, REPLY_QUOTES_OTHERS,
	"192.0.2.11"},
};

static void
tells_whom_a_reply_is_about(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++) {
		struct meaning got =
		    read_reply(quotes[i].text, NULL, quotes[i].our_count);
		char address[ADDRESS_TEXT_MAX] = "";

		if (got.address.family)
			address_format(address, &got.address);
		if (got.class != quotes[i].class ||
		    got.quote != quotes[i].quote ||
		    strcmp(address,
			quotes[i].address ? quotes[i].address : "") != 0)
			fail_msg("%s: found %s, quote %d, \"%s\"",
			    quotes[i].text, reply_class_name(got.class),
			    got.quote, address);
	}
}

/* ---- the greeting ------------------------------------------------------- */

static const struct {
	const char *text;
	enum reply_class class;
} greetings[] = {
    {"554 mx.example.net", REPLY_IP_BLOCKED},
    {"554", REPLY_UNRELATED},
    {"554 5.7.1 Go away", REPLY_IP_BLOCKED},
    {"550 no PTR record", REPLY_AUTH},
    {"554 too many connections", REPLY_CONNECTION},
    {"521 host does not accept mail", REPLY_UNRELATED},
    {"421 mx.example.net busy", REPLY_CONNECTION},
    {"421 too many messages from your IP", REPLY_IP_THROTTLED},
    {"554 5.7.1 Service unavailable; client [192.0.2.99] blocked using "
     "x.example",
	REPLY_UNRELATED},
};

static void
reads_a_greeting_as_a_word_on_the_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
		const struct reply reply = {.text = greetings[i].text,
		    .length = strlen(greetings[i].text),
		    .stage = REPLY_STAGE_GREETING,
		    .ours = ours,
		    .our_count = 2};
		struct meaning got;

		reply_read(directory->receivers, &reply, &got);
		if (got.class != greetings[i].class)
			fail_msg("%s: found %s, wanted %s", greetings[i].text,
			    reply_class_name(got.class),
			    reply_class_name(greetings[i].class));
	}
	assert_int_not_equal(
	    read_reply("554 mx.example.net", NULL, 2).class, REPLY_IP_BLOCKED);
}

/* ---- where to go -------------------------------------------------------- */

static const struct {
	const char *text, *host, *list, *removal;
} removals[] = {
    /* What the reply says; */
    {"550 192.0.2.10 is blacklisted, see https://rbl.example/x?ip=192.0.2.10.",
	NULL, "", "https://rbl.example/x?ip=192.0.2.10"},
    {"550 your IP is blacklisted (http://rbl.example/)", NULL, "",
	"http://rbl.example/"},
    {"550 your IP is blacklisted http://rbl.example/\"><script>", NULL, "",
	"http://rbl.example/"},
    /* else the list, the receiver, or nobody. */
    {"554 Client host [192.0.2.10] blocked using zen.spamhaus.org", NULL,
	"Spamhaus ZEN", "https://check.spamhaus.org/query/ip/192.0.2.10"},
    {"554 Client host [192.0.2.10] blocked using bl.nobody.example;", NULL,
	"bl.nobody.example", ""},
    {"554 your IP is blacklisted", "mx00.t-online.de", "",
	"mailto:tobr@rx.t-online.de"},
    {"554 your IP is blacklisted", "mx.nobody.example", "", ""},
    /* Where the receiver's page is better than the one that it names. */
    {"550 5.7.606 Access denied, banned sending IP [192.0.2.10]. See "
     "http://go.microsoft.com/fwlink/",
	NULL, "", "https://sender.office.com/"},
    /* Nothing but for blocks. */
    {"550 5.1.1 user unknown, see https://x.example/", NULL, "", ""},
    {"550 198.51.100.7 is blacklisted, see https://x.example/", NULL, "", ""},
};

static void
says_where_to_ask_for_removal(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof removals / sizeof removals[0]; i++) {
		struct meaning got =
		    read_reply(removals[i].text, removals[i].host, 2);

		assert_string_equal(got.list, removals[i].list);
		assert_string_equal(got.removal, removals[i].removal);
	}
}

/* ---- who it is ---------------------------------------------------------- */

/* The name is what the table has, or the registrable domain. */
static const struct {
	const char *host, *name;
} hosts[] = {
    {"example-com.mail.protection.outlook.com", "Microsoft 365"},
    {"EXAMPLE-COM.MAIL.PROTECTION.OUTLOOK.COM.", "Microsoft 365"},
    {"hotmail-com.olc.protection.outlook.com", "Outlook.com"},
    {"mx3.hotmail.com", "Outlook.com"},
    {"gmail-smtp-in.l.google.com", "Google"},
    {"aspmx2.googlemail.com", "Google"},
    {"mta7.am0.yahoodns.net", "Yahoo/AOL"},
    {"mx1.bt.mail.yahoo.com", "Yahoo/AOL"},
    {"mx2.mail.yahoo.co.jp", "Yahoo Japan"},
    {"mx01.mail.icloud.com", "Apple iCloud"},
    {"smtp1.privaterelay.appleid.com", "Apple iCloud"},
    {"mxa-00178001.gslb.pphosted.com", "Proofpoint"},
    {"us-smtp-inbound-1.mimecast.com", "Mimecast"},
    {"d48458a.ess.barracudanetworks.com", "Barracuda Networks"},
    {"mx1.hc1234-56.iphmx.com", "Cisco/IronPort"},
    {"cluster1.eu.messagelabs.com", "Symantec/MessageLabs"},
    {"mx03.t-online.de", "T-Online"},
    {"mx00.emig.gmx.net", "GMX/WEB.DE/mail.com"},
    {"mx01.mail.com", "GMX/WEB.DE/mail.com"},
    {"mx-ha02.web.de", "GMX/WEB.DE/mail.com"},
    {"mx00.1and1.co.uk", "IONOS"},
    {"mx00.kundenserver.de", "IONOS"},
    {"smtp.secureserver.net", "GoDaddy"},
    {"mx2.emailsrvr.com", "Rackspace"},
    {"smtp-in.orange.fr", "Orange.fr"},
    {"smtpz4.laposte.net", "Laposte.net"},
    {"smtp-in.sfr.fr", "SFR"},
    {"mx1.free.fr", "Free.fr"},
    {"mx.kpnmail.nl", "KPN"},
    {"mx-1.mf.surf.net", "SURF"},
    {"al-ip4-mx-vip1.prodigy.net", "AT&T"},
    {"mx2.mxge.comcast.net", "Comcast"},
    {"cxr.mx.a.cloudfilter.net", "cloudfilter.net"},
    {"mx3.qq.com", "QQ/Tencent"},
    {"163mx01.mxmail.netease.com", "163/NetEase"},
    {"mx1.naver.com", "Naver"},
    {"mx1.hanmail.net", "Daum/Kakao"},
    {"lsean.ezweb.ne.jp", "KDDI"},
    {"mx.plala.or.jp", "OCN/Plala"},
    {"mx.yandex.net", "Yandex"},
    {"mxs.mail.ru", "Mail.ru"},
    {"mx3.email.ua", "i.ua"},
    {"route3.mx.cloudflare.net", "Cloudflare"},
    {"mailserver.purelymail.com", "Purelymail"},
    /* Not theirs, whatever the name looks like. */
    {"mail.protection.outlook.com.evil.example", "evil.example"},
    {"google.com.evil.co.uk", "evil.co.uk"},
    {"xgoogle.com", "xgoogle.com"},
    {"mx.example.co.uk", "example.co.uk"},
    {"mx1.a.b.example.com.br", "example.com.br"},
    {"203.0.113.51", "203.0.113.51"},
    {"2001:db8::1", "2001:db8::1"},
    {"localhost", "localhost"},
    {"b\xffse\nhost.example", "b?se?host.example"},
    {"", ""},
};

static void
names_the_receiver_by_the_relay(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		const char *host = hosts[i].host;
		const struct receiver *receiver =
		    receiver_find(book, host, strlen(host));
		char name[RECEIVER_NAME_MAX];

		receiver_name(host, strlen(host), name);
		assert_string_equal(
		    receiver ? receiver->name : name, hosts[i].name);
	}
	assert_true(directory->receivers->count >= 45);
}

/* What a text claims to be changes neither who said it nor the rules. */
static void
does_not_believe_names_in_texts(void **state)
{
	struct meaning got = read_reply("550 5.7.507 gmail.com outlook.com "
					"mail.protection.outlook.com",
	    "mx.small.example", 2);

	(void)state;
	assert_int_equal(got.class, REPLY_POLICY);
	got = read_reply("550 5.7.507", "x.mail.protection.outlook.com", 2);
	assert_int_equal(got.class, REPLY_IP_BLOCKED);
}

/* ---- the memory of senses ----------------------------------------------- */

/* The same from memory as anew, also where words meet in one slot. */
static void
remembers_what_it_read(void **state)
{
	struct senses *senses = senses_create(directory->receivers);
	char text[128];

	(void)state;
	for (int i = 0; i < 2 * SENSES_MAX; i++) {
		struct reply reply = {.text = text, .ours = ours};
		struct meaning got, want;

		snprintf(text, sizeof text, "%s x%c%c%c y%c",
		    i % 3 ? "550 your IP is blacklisted at rbl.example"
			  : "550 user unknown",
		    'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 % 26,
		    'a' + i % 7);
		reply.length = strlen(text);
		reply.receiver = i % 2 ? &directory->receivers->items[0] : NULL;
		for (int again = 0; again < 2; again++) {
			memset(&got, 0, sizeof got);
			memset(&want, 0, sizeof want);
			senses_read(senses, &reply, &got);
			reply_read(directory->receivers, &reply, &want);
			assert_int_equal(got.class, want.class);
			assert_string_equal(got.list, want.list);
			assert_string_equal(got.removal, want.removal);
		}
	}
	senses_destroy(&senses);
	assert_null(senses);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_the_replies_of_the_table),
	    cmocka_unit_test(tells_whom_a_reply_is_about),
	    cmocka_unit_test(reads_a_greeting_as_a_word_on_the_address),
	    cmocka_unit_test(says_where_to_ask_for_removal),
	    cmocka_unit_test(names_the_receiver_by_the_relay),
	    cmocka_unit_test(does_not_believe_names_in_texts),
	    cmocka_unit_test(remembers_what_it_read),
	};

	return cmocka_run_group_tests(tests, read_directory, free_directory);
}
