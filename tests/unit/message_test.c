/* Whether a response is evidence at all, and of what. */
#include "response.h"

#include <string.h>

enum { FORMERR = 1, NOTIMP = 4, NOTAUTH = 9 };

#define SOA_OF(minimum) \
	"\0\0"          \
	"0000111122223333" minimum
#define SOA_SIZE 22

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

		response_begin(
		    &packet, heads[i].flags, heads[i].name, heads[i].type);
		status =
		    response_read(&packet, packet.length, NAME, A, &message);
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
	response_begin(&packet, OK, NAME, A);
	packet.bytes[5] = 0;
	assert_int_equal(
	    response_read(&packet, 12, NAME, A, &message), DNS_MALFORMED);
	packet.bytes[5] = 2;
	packet_put_name(&packet, NAME);
	packet_put16(&packet, A);
	packet_put16(&packet, IN);
	assert_int_equal(
	    response_read(&packet, packet.length, NAME, A, &message),
	    DNS_MALFORMED);
	/* And that one in the class asked for. */
	response_begin(&packet, OK, NAME, A);
	packet.bytes[packet.length - 1] = CHAOS;
	assert_int_equal(
	    response_read(&packet, packet.length, NAME, A, &message),
	    DNS_MALFORMED);
}

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

		response_begin(&packet, OK | answers[i].rcode, NAME, A);
		for (const struct record *r = answers[i].records;
		     r->section != 0; r++)
			response_add(&packet, r);
		status =
		    response_read(&packet, packet.length, NAME, A, &message);
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
	response_begin(&packet, OK, NAME, A);
	for (int i = 0; i < MESSAGE_ADDRESSES_MAX; i++)
		response_add(&packet, &one);
	assert_int_equal(
	    response_read(&packet, packet.length, NAME, A, &message),
	    DNS_RESPONSE);
	assert_int_equal(message.address_count, MESSAGE_ADDRESSES_MAX);
	response_add(&packet, &one);
	assert_int_equal(
	    response_read(&packet, packet.length, NAME, A, &message),
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
	    response_read(&packet, packet.length, "x.bl.example", A, &message),
	    DNS_RESPONSE);
	assert_int_equal(message.address_count, 1);
	assert_int_equal(message.addresses[0], 0x7f000002);
	assert_int_equal(message.ttl_sec, 30);
	/* A pointer to itself. */
	packet.bytes[31] = 30;
	assert_int_equal(
	    response_read(&packet, packet.length, "x.bl.example", A, &message),
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
		    response_read(&packet, length, "x.bl.example", A, &message),
		    DNS_MALFORMED);
	packet.bytes[packet.length] = 0;
	assert_int_equal(response_read(&packet, packet.length + 1,
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
			response_read(&packet, packet.length, "x.bl.example", A,
			    &message);
			assert_int_equal(response_read(&packet, packet.length,
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judges_the_head),
	    cmocka_unit_test(wants_one_question),
	    cmocka_unit_test(reads_records),
	    cmocka_unit_test(takes_so_many_addresses),
	    cmocka_unit_test(follows_pointers),
	    cmocka_unit_test(no_part_is_enough),
	    cmocka_unit_test(survives_any_byte),
	    cmocka_unit_test(every_status_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
