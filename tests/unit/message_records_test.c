/* What the records of a response say: the joined text, and each by itself. */
#include "response.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *data[3];
	size_t size[3];
	enum dns_status want;
	const char *want_text;
	size_t want_length;
} texts[] = {
    {{"\5hello"}, {6}, DNS_RESPONSE, "hello", 5},
    {{"\3one\3two"}, {8}, DNS_RESPONSE, "onetwo", 6},
    {{"\3one", "\3two"}, {4, 4}, DNS_RESPONSE, "one two", 7},
    {{"\0"}, {1}, DNS_RESPONSE, "", 0},
    {{""}, {0}, DNS_RESPONSE, "", 0},
    {{"\0\0\1x\0"}, {5}, DNS_RESPONSE, "x", 1},
    {{"\4\n\"\0\xff"}, {5}, DNS_RESPONSE, "\n\"\0\xff", 4},
    {{"\6hello"}, {6}, DNS_MALFORMED, "", 0},
    {{"\1x\1"}, {3}, DNS_MALFORMED, "", 0},
    {{"\377x"}, {2}, DNS_MALFORMED, "", 0},
};

static void
joins_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct packet packet = {.length = 0};
		struct message message;
		enum dns_status status;

		response_begin(&packet, OK, NAME, TXT);
		for (int k = 0; k < 3 && texts[i].data[k]; k++)
			response_add(
			    &packet, &(struct record){1, NAME, TXT, 60,
					 texts[i].data[k], texts[i].size[k]});
		status =
		    response_read(&packet, packet.length, NAME, TXT, &message);
		if (status != texts[i].want)
			fail_msg("%zu: %s", i, dns_status_text(status));
		if (status != DNS_RESPONSE)
			continue;
		assert_int_equal(message.text_length, texts[i].want_length);
		assert_memory_equal(
		    message.text, texts[i].want_text, texts[i].want_length);
		assert_int_equal(message.ttl_sec, 60);
	}
}

static void
cuts_texts(void **state)
{
	struct packet packet = {.length = 0};
	struct message message;
	char data[512];

	(void)state;
	memset(data, 'x', sizeof data);
	data[0] = (char)250;
	data[251] = (char)250;
	data[252] = 'y';
	response_begin(&packet, OK, NAME, TXT);
	response_add(&packet, &(struct record){1, NAME, TXT, 60, data, 502});
	assert_int_equal(
	    response_read(&packet, packet.length, NAME, TXT, &message),
	    DNS_RESPONSE);
	assert_int_equal(message.text_length, MESSAGE_TEXT_MAX);
	assert_int_equal(message.text[249], 'x');
	assert_int_equal(message.text[250], 'y');
	assert_int_equal(message.text[251], 'x');
	/* What does not fit is still read: it has to be well formed. */
	data[251] = (char)251;
	response_begin(&packet, OK, NAME, TXT);
	response_add(&packet, &(struct record){1, NAME, TXT, 60, data, 502});
	assert_int_equal(
	    response_read(&packet, packet.length, NAME, TXT, &message),
	    DNS_MALFORMED);
}

#define V6 " \x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\5"

/* want: the records as show_each writes them; NULL: malformed. */
static const struct {
	const char *what;
	uint16_t type;
	struct record records[3];
	const char *want;
} each[] = {
    {"A", A, {{1, NAME, A, 9, A2}, {1, NAME, A, 9, A4}},
	"127.0.0.2;127.0.0.4;"},
    {"AAAA", AAAA, {{1, NAME, AAAA, 9, V6, 16}, {1, NAME, A, 9, A2}},
	"2001:db8::5;"},
    {"AAAA by an alias", AAAA,
	{{1, NAME, CNAME, 9, "x", 0}, {1, "x", AAAA, 9, V6, 16}},
	"2001:db8::5;"},
    {"AAAA of 15 bytes", AAAA, {{1, NAME, AAAA, 9, V6, 15}}, NULL},
    {"AAAA of 17 bytes", AAAA, {{1, NAME, AAAA, 9, V6, 17}}, NULL},
    {"MX", MX,
	{{1, NAME, MX, 9, "\1\2\1a\1b\0", 7}, {1, NAME, MX, 9, "\0\0\0", 3}},
	"258 a.b;0 ;"},
    {"MX by a pointer", MX, {{1, NAME, MX, 9, "\0\1\xc0\x0c", 4}},
	"1 " NAME ";"},
    {"MX without a name", MX, {{1, NAME, MX, 9, "\0\1", 2}}, NULL},
    {"MX of one byte", MX, {{1, NAME, MX, 9, "\0", 1}}, NULL},
    {"MX with more behind", MX, {{1, NAME, MX, 9, "\0\1\1a\0x", 6}}, NULL},
    {"MX with a cut name", MX, {{1, NAME, MX, 9, "\0\1\5a\0", 5}}, NULL},
    {"TXT, two strings and two records", TXT,
	{{1, NAME, TXT, 9, "\1a\2bc", 5}, {1, NAME, TXT, 9, "\0", 1}},
	"\"abc\" 3;\"\" 0;"},
    {"nothing", MX, {{0}}, ""},
};

struct shown {
	uint16_t type;
	char text[512];
};

static void
show_record(void *arg, const struct dns_record *record)
{
	struct shown *shown = arg;
	char *at = shown->text + strlen(shown->text);
	char address[ADDRESS_TEXT_MAX];

	if (shown->type == MX)
		sprintf(at, "%u %.99s;", record->preference, record->host);
	else if (shown->type == TXT)
		sprintf(at, "\"%.*s\" %zu;",
		    record->text_length < 9 ? (int)record->text_length : 0,
		    record->text, record->text_length);
	else
		sprintf(at, "%s;", address_format(address, &record->address));
}

static void
shows_each_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(each); i++) {
		struct packet packet = {.length = 0};
		struct message message;
		struct shown shown = {.type = each[i].type};
		enum dns_status status;

		response_begin(&packet, OK, NAME, each[i].type);
		for (size_t j = 0; j < 3 && each[i].records[j].section; j++)
			response_add(&packet, &each[i].records[j]);
		status = message_read(
		    packet.bytes, packet.length, NAME, each[i].type, &message);
		if ((status == DNS_RESPONSE) != (each[i].want != NULL))
			fail_msg(
			    "%s: %s", each[i].what, dns_status_text(status));
		if (status != DNS_RESPONSE)
			continue;
		message_each(&message, show_record, &shown);
		if (strcmp(shown.text, each[i].want) != 0)
			fail_msg("%s: %s", each[i].what, shown.text);
	}
}

/* 20 strings of 255 bytes are more than RECORD_TEXT_MAX. */
static void
cuts_a_long_text(void **state)
{
	static char data[20 * 256];
	struct packet packet = {.length = 0};
	struct record record = {1, NAME, TXT, 9, data, sizeof data};
	struct message message;
	struct shown shown = {.type = TXT};

	(void)state;
	for (int i = 0; i < 20; i++)
		memset(data + 256 * i, 0xff, 256);
	response_begin(&packet, OK, NAME, TXT);
	response_add(&packet, &record);
	assert_int_equal(
	    message_read(packet.bytes, packet.length, NAME, TXT, &message),
	    DNS_RESPONSE);
	message_each(&message, show_record, &shown);
	assert_string_equal(shown.text, "\"\" 4096;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(joins_texts),
	    cmocka_unit_test(cuts_texts),
	    cmocka_unit_test(shows_each_record),
	    cmocka_unit_test(cuts_a_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
