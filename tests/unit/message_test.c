#include "evidence/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { A = 1, NS = 2, CNAME = 5, SOA = 6, MX = 15, TXT = 16, AAAA = 28 };
enum { IN = 1, CHAOS = 3, IN_CHAOS = 0x8000 /* with a type, below */ };
enum { QR = 0x8000, STATUS = 0x1000, TC = 0x0200, OK = QR | 0x0180 };
enum { FORMERR = 1, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, NOTAUTH = 9 };

#define NAME "2.0.0.127.bl.example"
#define SOA_OF(minimum) \
	"\0\0"          \
	"0000111122223333" minimum
#define SOA_SIZE 22

struct packet {
	uint8_t bytes[8192];
	size_t length;
};

/* section: 1 answer, 2 authority, 3 additional; 0 ends. */
struct record {
	int section;
	const char *owner;
	uint16_t type;
	uint32_t ttl;
	const char *data; /* of a CNAME: a name as text */
	size_t size;	  /* of a CNAME: of zeros after the name */
};

static void
put(struct packet *packet, const void *bytes, size_t length)
{
	assert_true(packet->length + length <= sizeof packet->bytes);
	memcpy(packet->bytes + packet->length, bytes, length);
	packet->length += length;
}

static void
put16(struct packet *packet, unsigned value)
{
	put(packet, (uint8_t[]){value >> 8, value}, 2);
}

static void
put_name(struct packet *packet, const char *name)
{
	while (*name != '\0') {
		uint8_t length = strcspn(name, ".");

		put(packet, &length, 1);
		put(packet, name, length);
		name += length + (name[length] == '.');
	}
	put(packet, "", 1);
}

static void
put_record(struct packet *packet, const struct record *record)
{
	size_t size_at;

	packet->bytes[5 + 2 * record->section]++;
	put_name(packet, record->owner);
	put16(packet, record->type & ~IN_CHAOS);
	put16(packet, record->type & IN_CHAOS ? CHAOS : IN);
	put16(packet, record->ttl >> 16);
	put16(packet, record->ttl & 0xffff);
	size_at = packet->length;
	put16(packet, record->size);
	if (record->type == CNAME) {
		put_name(packet, record->data);
		put(packet, "\0\0\0\0", record->size);
		packet->bytes[size_at + 1] = packet->length - size_at - 2;
	} else {
		put(packet, record->data, record->size);
	}
}

static void
put_head(struct packet *packet, unsigned flags, const char *name, unsigned type)
{
	packet->length = 0;
	put(packet, "\x12\x34", 2);
	put16(packet, flags);
	put(packet, "\0\1\0\0\0\0\0", 8);
	put_name(packet, name);
	put16(packet, type);
	put16(packet, IN);
}

/* Copies into a block of its very size, so that a sanitizer sees any read
   past the end, and checks that failures leave *out alone. */
static enum dns_status
read_exactly(const struct packet *packet, size_t length, const char *name,
    uint16_t type, struct message *out)
{
	struct message mark;
	uint8_t *bytes = malloc(length ? length : 1);
	enum dns_status status;

	assert_non_null(bytes);
	memcpy(bytes, packet->bytes, length);
	memset(&mark, 0x5a, sizeof mark);
	*out = mark;
	status = message_read(bytes, length, name, type, out);
	if (status != DNS_RESPONSE)
		assert_memory_equal(out, &mark, sizeof mark);
	free(bytes);
	return status;
}

static const struct {
	const char *what;
	unsigned flags;
	const char *name; /* of the question in the response */
	unsigned type;
	enum dns_status want;
} heads[] = {
    {"an answer", OK, NAME, A, DNS_RESPONSE},
    {"other case", OK, "2.0.0.127.BL.Example", A, DNS_RESPONSE},
    {"NXDOMAIN", OK | NXDOMAIN, NAME, A, DNS_RESPONSE},
    {"a question", 0x0100, NAME, A, DNS_MALFORMED},
    {"other opcode", OK | STATUS, NAME, A, DNS_MALFORMED},
    {"other name", OK, "3.0.0.127.bl.example", A, DNS_MALFORMED},
    {"shorter name", OK, "0.0.127.bl.example", A, DNS_MALFORMED},
    {"longer name", OK, NAME ".example", A, DNS_MALFORMED},
    {"other type", OK, NAME, TXT, DNS_MALFORMED},
    {"truncated", OK | TC, NAME, A, DNS_MALFORMED},
    {"truncated NXDOMAIN", OK | TC | NXDOMAIN, NAME, A, DNS_MALFORMED},
    {"FORMERR", OK | FORMERR, NAME, A, DNS_SERVFAIL},
    {"SERVFAIL", OK | SERVFAIL, NAME, A, DNS_SERVFAIL},
    {"truncated SERVFAIL", OK | TC | SERVFAIL, NAME, A, DNS_SERVFAIL},
    {"NOTIMP", OK | NOTIMP, NAME, A, DNS_SERVFAIL},
    {"REFUSED", OK | REFUSED, NAME, A, DNS_REFUSED},
    {"NOTAUTH", OK | NOTAUTH, NAME, A, DNS_REFUSED},
    {"rcode 15", OK | 15, NAME, A, DNS_SERVFAIL},
    {"SERVFAIL of other name", OK | SERVFAIL, "x.example", A, DNS_MALFORMED},
};

static void
judges_the_head(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		struct packet packet = {.length = 0};
		struct message message;
		enum dns_status status;

		put_head(&packet, heads[i].flags, heads[i].name, heads[i].type);
		status =
		    read_exactly(&packet, packet.length, NAME, A, &message);
		if (status != heads[i].want)
			fail_msg(
			    "%s: %s", heads[i].what, dns_status_text(status));
	}
}

static void
wants_one_question(void **state)
{
	struct packet packet = {.length = 0};
	struct message message;

	(void)state;
	put_head(&packet, OK, NAME, A);
	packet.bytes[5] = 0;
	assert_int_equal(
	    read_exactly(&packet, 12, NAME, A, &message), DNS_MALFORMED);
	packet.bytes[5] = 2;
	put_name(&packet, NAME);
	put16(&packet, A);
	put16(&packet, IN);
	assert_int_equal(
	    read_exactly(&packet, packet.length, NAME, A, &message),
	    DNS_MALFORMED);
	/* And that one in the class asked for. */
	put_head(&packet, OK, NAME, A);
	packet.bytes[packet.length - 1] = CHAOS;
	assert_int_equal(
	    read_exactly(&packet, packet.length, NAME, A, &message),
	    DNS_MALFORMED);
}

#define A2 "\177\0\0\2", 4
#define A4 "\177\0\0\4", 4
#define RECORDS_MAX 12

/* want_addresses: the last bytes of 127.0.0.x. */
static const struct {
	const char *what;
	unsigned rcode;
	struct record records[RECORDS_MAX];
	enum dns_status want;
	bool want_exists;
	const char *want_addresses;
	uint32_t want_ttl;
} answers[] = {
    {"one A", 0, {{1, NAME, A, 300, A2}}, DNS_RESPONSE, true, "\2", 300},
    {"two A, smaller TTL", 0, {{1, NAME, A, 300, A2}, {1, NAME, A, 60, A4}},
	DNS_RESPONSE, true, "\2\4", 60},
    {"owner in other case", 0, {{1, "2.0.0.127.BL.example", A, 300, A2}},
	DNS_RESPONSE, true, "\2", 300},
    {"owner of someone else", 0, {{1, "3.0.0.127.bl.example", A, 300, A2}},
	DNS_RESPONSE, true, "", 0},
    {"other class", 0, {{1, NAME, A | IN_CHAOS, 300, A2}}, DNS_RESPONSE, true,
	"", 0},
    {"other type", 0, {{1, NAME, TXT, 300, "\1x", 2}}, DNS_RESPONSE, true, "",
	0},
    {"A of three bytes", 0, {{1, NAME, A, 300, "\177\0\0", 3}}, DNS_MALFORMED,
	false, "", 0},
    {"A of five bytes", 0, {{1, NAME, A, 300, "\177\0\0\2\0", 5}},
	DNS_MALFORMED, false, "", 0},
    {"TTL with the top bit", 0, {{1, NAME, A, 0x80000001, A2}}, DNS_RESPONSE,
	true, "\2", 0},
    {"largest TTL", 0, {{1, NAME, A, 0x7fffffff, A2}}, DNS_RESPONSE, true, "\2",
	0x7fffffff},
    {"A beside NXDOMAIN", NXDOMAIN, {{1, NAME, A, 300, A2}}, DNS_MALFORMED,
	false, "", 0},
    {"A in the additional section", 0, {{3, NAME, A, 300, A2}}, DNS_RESPONSE,
	true, "", 0},

    {"an alias", 0,
	{{1, NAME, CNAME, 200, "x.example", 0}, {1, "x.example", A, 300, A2}},
	DNS_RESPONSE, true, "\2", 200},
    {"an alias after its target", 0,
	{{1, "x.example", A, 100, A2}, {1, NAME, CNAME, 200, "X.example", 0}},
	DNS_RESPONSE, true, "\2", 100},
    {"two aliases", 0,
	{{1, "y.example", A, 300, A4},
	    {1, "x.example", CNAME, 50, "y.example", 0},
	    {1, NAME, CNAME, 200, "x.example", 0}},
	DNS_RESPONSE, true, "\4", 50},
    {"alias TTL with the top bit", 0,
	{{1, NAME, CNAME, 0xffffffff, "x.example", 0},
	    {1, "x.example", A, 300, A2}},
	DNS_RESPONSE, true, "\2", 0},
    {"own records before an alias", 0,
	{{1, NAME, CNAME, 20, "x.example", 0}, {1, "x.example", A, 30, A4},
	    {1, NAME, A, 300, A2}},
	DNS_RESPONSE, true, "\2", 300},
    {"target of someone else's alias", 0,
	{{1, "y.example", CNAME, 200, "x.example", 0},
	    {1, "x.example", A, 300, A2}},
	DNS_RESPONSE, true, "", 0},
    {"an alias with more behind its name", 0,
	{{1, NAME, CNAME, 200, "x.example", 1}, {1, "x.example", A, 300, A2}},
	DNS_MALFORMED, false, "", 0},
    {"an alias of itself", 0, {{1, NAME, CNAME, 200, NAME, 0}}, DNS_MALFORMED,
	false, "", 0},
    {"aliases in a ring", 0,
	{{1, NAME, CNAME, 200, "x.example", 0},
	    {1, "x.example", CNAME, 200, NAME, 0}},
	DNS_MALFORMED, false, "", 0},
    {"eight aliases", 0,
	{{1, NAME, CNAME, 9, "a", 0}, {1, "a", CNAME, 9, "b", 0},
	    {1, "b", CNAME, 9, "c", 0}, {1, "c", CNAME, 9, "d", 0},
	    {1, "d", CNAME, 9, "e", 0}, {1, "e", CNAME, 9, "f", 0},
	    {1, "f", CNAME, 9, "g", 0}, {1, "g", CNAME, 9, "h", 0},
	    {1, "h", A, 9, A2}},
	DNS_RESPONSE, true, "\2", 9},
    {"nine aliases", 0,
	{{1, NAME, CNAME, 9, "a", 0}, {1, "a", CNAME, 9, "b", 0},
	    {1, "b", CNAME, 9, "c", 0}, {1, "c", CNAME, 9, "d", 0},
	    {1, "d", CNAME, 9, "e", 0}, {1, "e", CNAME, 9, "f", 0},
	    {1, "f", CNAME, 9, "g", 0}, {1, "g", CNAME, 9, "h", 0},
	    {1, "h", CNAME, 9, "i", 0}, {1, "i", A, 9, A2}},
	DNS_MALFORMED, false, "", 0},

    {"NXDOMAIN, TTL above the minimum", NXDOMAIN,
	{{2, "example", SOA, 900, SOA_OF("\0\0\0\x3c"), SOA_SIZE}},
	DNS_RESPONSE, false, "", 60},
    {"NXDOMAIN, TTL below the minimum", NXDOMAIN,
	{{2, "example", SOA, 30, SOA_OF("\0\0\0\x3c"), SOA_SIZE}}, DNS_RESPONSE,
	false, "", 30},
    {"NODATA", 0, {{2, "example", SOA, 900, SOA_OF("\0\0\1\x2c"), SOA_SIZE}},
	DNS_RESPONSE, true, "", 300},
    {"NODATA, NS and SOA", 0,
	{{2, "example", NS, 900, "\1a\0", 3},
	    {2, "example", SOA, 900, SOA_OF("\0\0\1\x2c"), SOA_SIZE}},
	DNS_RESPONSE, true, "", 300},
    {"minimum with the top bit", NXDOMAIN,
	{{2, "example", SOA, 900, SOA_OF("\x80\0\1\x2c"), SOA_SIZE}},
	DNS_RESPONSE, false, "", 0},
    {"SOA TTL with the top bit", NXDOMAIN,
	{{2, "example", SOA, 0x80000384, SOA_OF("\0\0\1\x2c"), SOA_SIZE}},
	DNS_RESPONSE, false, "", 0},
    {"an alias to nothing", NXDOMAIN,
	{{1, NAME, CNAME, 20, "x.example", 0},
	    {2, "example", SOA, 900, SOA_OF("\0\0\1\x2c"), SOA_SIZE}},
	DNS_RESPONSE, false, "", 20},
    {"NXDOMAIN without SOA", NXDOMAIN, {{0}}, DNS_RESPONSE, false, "", 0},
    {"NODATA without SOA", 0, {{0}}, DNS_RESPONSE, true, "", 0},
    {"a referral", 0, {{2, "example", NS, 900, "\1a\0", 3}}, DNS_MALFORMED,
	false, "", 0},
    {"NXDOMAIN with NS alone", NXDOMAIN, {{2, "example", NS, 900, "\1a\0", 3}},
	DNS_RESPONSE, false, "", 0},
    {"a short SOA", NXDOMAIN,
	{{2, "example", SOA, 900, SOA_OF("\0\0\0"), SOA_SIZE - 1}},
	DNS_MALFORMED, false, "", 0},
    {"a long SOA", NXDOMAIN,
	{{2, "example", SOA, 900, SOA_OF("\0\0\0\1\0"), SOA_SIZE + 1}},
	DNS_MALFORMED, false, "", 0},
    {"an empty SOA", NXDOMAIN, {{2, "example", SOA, 900, "", 0}}, DNS_MALFORMED,
	false, "", 0},
    {"SOA in the answer section", NXDOMAIN,
	{{1, "example", SOA, 900, SOA_OF("\0\0\1\x2c"), SOA_SIZE}},
	DNS_RESPONSE, false, "", 0},
    {"SOA beside an A is not ours", 0,
	{{1, NAME, A, 300, A2},
	    {2, "example", SOA, 5, SOA_OF("\0\0\0\1"), SOA_SIZE}},
	DNS_RESPONSE, true, "\2", 300},
};

static void
reads_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		const char *want = answers[i].want_addresses;
		struct packet packet = {.length = 0};
		struct message message;
		enum dns_status status;

		put_head(&packet, OK | answers[i].rcode, NAME, A);
		for (const struct record *r = answers[i].records;
		     r->section != 0; r++)
			put_record(&packet, r);
		status =
		    read_exactly(&packet, packet.length, NAME, A, &message);
		if (status != answers[i].want)
			fail_msg(
			    "%s: %s", answers[i].what, dns_status_text(status));
		if (status != DNS_RESPONSE)
			continue;
		if (message.ttl_sec != answers[i].want_ttl)
			fail_msg("%s: TTL %u", answers[i].what,
			    (unsigned)message.ttl_sec);
		if (message.name_exists != answers[i].want_exists ||
		    message.address_count != strlen(want))
			fail_msg("%s", answers[i].what);
		for (size_t k = 0; want[k] != '\0'; k++)
			assert_int_equal(
			    message.addresses[k], 0x7f000000u + want[k]);
	}
}

static void
takes_so_many_addresses(void **state)
{
	const struct record one = {1, NAME, A, 300, A2};
	struct packet packet = {.length = 0};
	struct message message;

	(void)state;
	put_head(&packet, OK, NAME, A);
	for (int i = 0; i < MESSAGE_ADDRESSES_MAX; i++)
		put_record(&packet, &one);
	assert_int_equal(
	    read_exactly(&packet, packet.length, NAME, A, &message),
	    DNS_RESPONSE);
	assert_int_equal(message.address_count, MESSAGE_ADDRESSES_MAX);
	put_record(&packet, &one);
	assert_int_equal(
	    read_exactly(&packet, packet.length, NAME, A, &message),
	    DNS_MALFORMED);
}

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

		put_head(&packet, OK, NAME, TXT);
		for (int k = 0; k < 3 && texts[i].data[k]; k++)
			put_record(
			    &packet, &(struct record){1, NAME, TXT, 60,
					 texts[i].data[k], texts[i].size[k]});
		status =
		    read_exactly(&packet, packet.length, NAME, TXT, &message);
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
	put_head(&packet, OK, NAME, TXT);
	put_record(&packet, &(struct record){1, NAME, TXT, 60, data, 502});
	assert_int_equal(
	    read_exactly(&packet, packet.length, NAME, TXT, &message),
	    DNS_RESPONSE);
	assert_int_equal(message.text_length, MESSAGE_TEXT_MAX);
	assert_int_equal(message.text[249], 'x');
	assert_int_equal(message.text[250], 'y');
	assert_int_equal(message.text[251], 'x');
	/* What does not fit is still read: it has to be well formed. */
	data[251] = (char)251;
	put_head(&packet, OK, NAME, TXT);
	put_record(&packet, &(struct record){1, NAME, TXT, 60, data, 502});
	assert_int_equal(
	    read_exactly(&packet, packet.length, NAME, TXT, &message),
	    DNS_MALFORMED);
}

/* As servers send it, with pointers to earlier names. */
static const char compressed[] = "\x12\x34\x81\x80\0\1\0\2\0\0\0\0"
				 "\1x\2bl\7example\0\0\1\0\1"
				 "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\4\1y\xc0\x0e"
				 "\xc0\x2a\0\1\0\1\0\0\0\x1e\0\4\177\0\0\2";

static void
follows_pointers(void **state)
{
	struct packet packet = {.length = sizeof compressed - 1};
	struct message message;

	(void)state;
	memcpy(packet.bytes, compressed, packet.length);
	assert_int_equal(
	    read_exactly(&packet, packet.length, "x.bl.example", A, &message),
	    DNS_RESPONSE);
	assert_int_equal(message.address_count, 1);
	assert_int_equal(message.addresses[0], 0x7f000002);
	assert_int_equal(message.ttl_sec, 30);
	/* A pointer to itself. */
	packet.bytes[31] = 30;
	assert_int_equal(
	    read_exactly(&packet, packet.length, "x.bl.example", A, &message),
	    DNS_MALFORMED);
}

static void
no_part_is_enough(void **state)
{
	struct packet packet = {.length = sizeof compressed - 1};
	struct message message;

	(void)state;
	memcpy(packet.bytes, compressed, packet.length);
	for (size_t length = 0; length < packet.length; length++)
		assert_int_equal(
		    read_exactly(&packet, length, "x.bl.example", A, &message),
		    DNS_MALFORMED);
	packet.bytes[packet.length] = 0;
	assert_int_equal(read_exactly(&packet, packet.length + 1,
			     "x.bl.example", A, &message),
	    DNS_MALFORMED);
}

/* Every byte of a good response set to every value: no crash, and a listing
   never shows up under another name. */
static void
survives_any_byte(void **state)
{
	struct packet packet = {.length = sizeof compressed - 1};
	struct message message;

	(void)state;
	for (size_t at = 0; at < packet.length; at++) {
		memcpy(packet.bytes, compressed, packet.length);
		for (int value = 0; value < 256; value++) {
			packet.bytes[at] = value;
			read_exactly(&packet, packet.length, "x.bl.example", A,
			    &message);
			assert_int_equal(read_exactly(&packet, packet.length,
					     "z.bl.examples", A, &message),
			    DNS_MALFORMED);
		}
	}
}

static void
every_status_has_a_text(void **state)
{
	(void)state;
	for (int a = DNS_RESPONSE; a <= DNS_CANCELLED; a++)
		for (int b = DNS_RESPONSE; b < a; b++)
			assert_string_not_equal(
			    dns_status_text(a), dns_status_text(b));
	assert_string_equal(dns_status_text(DNS_TIMEOUT), "timed out");
	assert_string_equal(dns_status_text(DNS_SERVFAIL), "SERVFAIL");
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

		put_head(&packet, OK, NAME, each[i].type);
		for (size_t j = 0; j < 3 && each[i].records[j].section; j++)
			put_record(&packet, &each[i].records[j]);
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
	put_head(&packet, OK, NAME, TXT);
	put_record(&packet, &record);
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
	    cmocka_unit_test(judges_the_head),
	    cmocka_unit_test(wants_one_question),
	    cmocka_unit_test(reads_records),
	    cmocka_unit_test(shows_each_record),
	    cmocka_unit_test(cuts_a_long_text),
	    cmocka_unit_test(takes_so_many_addresses),
	    cmocka_unit_test(joins_texts),
	    cmocka_unit_test(cuts_texts),
	    cmocka_unit_test(follows_pointers),
	    cmocka_unit_test(no_part_is_enough),
	    cmocka_unit_test(survives_any_byte),
	    cmocka_unit_test(every_status_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
