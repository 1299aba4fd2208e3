#include "evidence/dnsbl.h"

#include "config/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

#define IP(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))
#define LOCAL(d) IP(127, 0, 0, d)

static struct list_code codes[] = {
    {.low = LOCAL(2), .high = LOCAL(2), .name = "SBL"},
    {.low = LOCAL(4), .high = LOCAL(7), .name = "XBL"},
    {.low = LOCAL(7), .high = LOCAL(9), .name = "DROP"},
    {.low = LOCAL(10), .high = LOCAL(11), .name = "SBL"},
    /* Wider than it should be. */
    {.low = IP(127, 255, 254, 0),
	.high = IP(127, 255, 255, 255),
	.name = "wide"},
};

static struct list_refusal refusals[] = {
    {IP(127, 255, 255, 254), IP(127, 255, 255, 254), "public resolver"},
    {LOCAL(1), LOCAL(1), "blocked"},
    {IP(10, 0, 0, 1), IP(10, 0, 0, 9), "outside too"},
    {LOCAL(9), LOCAL(9), "over a code"},
};

static const struct list list = {
    .id = "bl",
    .zone = "bl.example",
    .knows_ip4 = true,
    .knows_ip6 = true,
    .codes = codes,
    .code_count = COUNT(codes),
    .refusals = refusals,
    .refusal_count = COUNT(refusals),
};

#define WANT_LISTED(codes, address) RESULT_LISTED, CAUSE_NONE, codes, address
#define WANT_CLEAN RESULT_CLEAN, CAUSE_NONE, 0, 0
#define WANT_UNKNOWN(cause, address) RESULT_UNKNOWN, cause, 0, address

static const struct {
	uint32_t addresses[4]; /* up to the first 0 */
	enum result want;
	enum cause want_cause;
	uint32_t want_codes, want_address;
} answers[] = {
    {{0}, WANT_CLEAN},
    {{LOCAL(2)}, WANT_LISTED(1, LOCAL(2))},
    {{LOCAL(3)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(3))},
    {{LOCAL(4)}, WANT_LISTED(2, LOCAL(4))},
    {{LOCAL(6)}, WANT_LISTED(2, LOCAL(6))},
    {{LOCAL(7)}, WANT_LISTED(2 | 4, LOCAL(7))},
    {{LOCAL(8)}, WANT_LISTED(4, LOCAL(8))},
    {{LOCAL(12)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(12))},
    {{LOCAL(2), LOCAL(4)}, WANT_LISTED(3, LOCAL(2))},
    {{LOCAL(4), LOCAL(2)}, WANT_LISTED(3, LOCAL(4))},
    {{LOCAL(2), LOCAL(2)}, WANT_LISTED(1, LOCAL(2))},
    {{LOCAL(1)}, WANT_UNKNOWN(CAUSE_REFUSED, LOCAL(1))},
    {{LOCAL(9)}, WANT_UNKNOWN(CAUSE_REFUSED, LOCAL(9))},
    {{IP(127, 255, 255, 254)},
	WANT_UNKNOWN(CAUSE_REFUSED, IP(127, 255, 255, 254))},
    /* Not in the directory, even within a code, but a refusal everywhere. */
    {{IP(127, 255, 255, 0)}, WANT_UNKNOWN(CAUSE_REFUSED, IP(127, 255, 255, 0))},
    {{IP(127, 255, 255, 255)},
	WANT_UNKNOWN(CAUSE_REFUSED, IP(127, 255, 255, 255))},
    {{IP(127, 255, 254, 255)}, WANT_LISTED(16, IP(127, 255, 254, 255))},
    {{IP(10, 0, 0, 1)}, WANT_UNKNOWN(CAUSE_REFUSED, IP(10, 0, 0, 1))},
    {{IP(10, 0, 0, 10)}, WANT_UNKNOWN(CAUSE_OUTSIDE, IP(10, 0, 0, 10))},
    {{IP(126, 0, 0, 2)}, WANT_UNKNOWN(CAUSE_OUTSIDE, IP(126, 0, 0, 2))},
    {{IP(128, 0, 0, 2)}, WANT_UNKNOWN(CAUSE_OUTSIDE, IP(128, 0, 0, 2))},
    {{IP(255, 0, 0, 2)}, WANT_UNKNOWN(CAUSE_OUTSIDE, IP(255, 0, 0, 2))},
    {{IP(127, 0, 1, 2)}, WANT_UNKNOWN(CAUSE_UNDEFINED, IP(127, 0, 1, 2))},
    {{IP(127, 1, 0, 2)}, WANT_UNKNOWN(CAUSE_UNDEFINED, IP(127, 1, 0, 2))},
    /* One wrong record spoils the answer, wherever it stands. */
    {{LOCAL(2), LOCAL(3)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(3))},
    {{LOCAL(3), LOCAL(2)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(3))},
    {{LOCAL(2), IP(192, 0, 2, 1)},
	WANT_UNKNOWN(CAUSE_OUTSIDE, IP(192, 0, 2, 1))},
    {{LOCAL(2), LOCAL(1), LOCAL(4)}, WANT_UNKNOWN(CAUSE_REFUSED, LOCAL(1))},
    /* Refused, then outside, then undefined. */
    {{LOCAL(3), IP(192, 0, 2, 1), LOCAL(1)},
	WANT_UNKNOWN(CAUSE_REFUSED, LOCAL(1))},
    {{LOCAL(1), IP(192, 0, 2, 1), LOCAL(3)},
	WANT_UNKNOWN(CAUSE_REFUSED, LOCAL(1))},
    {{LOCAL(3), IP(192, 0, 2, 1)},
	WANT_UNKNOWN(CAUSE_OUTSIDE, IP(192, 0, 2, 1))},
    {{IP(192, 0, 2, 1), LOCAL(3)},
	WANT_UNKNOWN(CAUSE_OUTSIDE, IP(192, 0, 2, 1))},
    {{LOCAL(12), LOCAL(3)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(12))},
};

static void
reads_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct message message = {.name_exists = true, .ttl_sec = 77};
		struct answer got;

		memset(&got, 0x5a, sizeof got);
		for (int k = 0; k < 4 && answers[i].addresses[k] != 0; k++)
			message.addresses[message.address_count++] =
			    answers[i].addresses[k];
		dnsbl_read(&list, DNS_RESPONSE, &message, &got);
		if (got.result != answers[i].want ||
		    got.cause != answers[i].want_cause ||
		    got.codes != answers[i].want_codes ||
		    got.address != answers[i].want_address)
			fail_msg("row %zu: result %u cause %u codes %#x "
				 "address %#x",
			    i, got.result, got.cause, (unsigned)got.codes,
			    (unsigned)got.address);
		assert_int_equal(got.ttl_sec, 77);
	}
}

#define SUM(bits)                                                   \
	{                                                           \
		.low = LOCAL(0), .high = LOCAL(255), .name = "sum", \
		.scheme = SCHEME_MASK, .mask = bits                 \
	}
#define SCORE(way, at)                                               \
	{                                                            \
		.low = IP(127, 0, 4, 0), .high = IP(127, 0, 4, 100), \
		.name = "score", .scheme = SCHEME_##way, .octet = 4, \
		.limit = at                                          \
	}

/* A list of every scheme, so that they meet in one answer. */
static struct list_code schemes[] = {
    SUM(2),
    SUM(8 | 16),
    SCORE(BELOW, 30),
    SCORE(ABOVE, 80),
    {.low = IP(127, 0, 9, 9), .high = IP(127, 0, 9, 9), .name = "exact"},
};
static struct run clean_runs[] = {{IP(127, 0, 5, 1), IP(127, 0, 7, 3)}};
static struct list_refusal sum_refusals[] = {{LOCAL(1), LOCAL(1), "blocked"}};

static const struct list scheming = {
    .zone = "schemes.example",
    .knows_ip4 = true,
    .codes = schemes,
    .code_count = COUNT(schemes),
    .clean = clean_runs,
    .clean_count = COUNT(clean_runs),
    .refusals = sum_refusals,
    .refusal_count = COUNT(sum_refusals),
};

#define SCORED(d) IP(127, 0, 4, d)
#define WANT_NOT_LISTED(address) RESULT_CLEAN, CAUSE_NONE, 0, address

static const struct {
	uint32_t addresses[4]; /* up to the first 0 */
	enum result want;
	enum cause want_cause;
	uint32_t want_codes, want_address;
} scheme_answers[] = {
    {{LOCAL(2)}, WANT_LISTED(1, LOCAL(2))},
    {{LOCAL(8)}, WANT_LISTED(2, LOCAL(8))},
    {{LOCAL(16)}, WANT_LISTED(2, LOCAL(16))},
    {{LOCAL(26)}, WANT_LISTED(3, LOCAL(26))},
    /* A bit that is not known spoils the sum; so does none at all. */
    {{LOCAL(4)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(4))},
    {{LOCAL(6)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(6))},
    {{LOCAL(255)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(255))},
    {{LOCAL(0)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(0))},
    {{LOCAL(1)}, WANT_UNKNOWN(CAUSE_REFUSED, LOCAL(1))},
    {{LOCAL(3)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(3))},
    {{IP(127, 0, 1, 2)}, WANT_UNKNOWN(CAUSE_UNDEFINED, IP(127, 0, 1, 2))},
    {{SCORED(0)}, WANT_LISTED(4, SCORED(0))},
    {{SCORED(29)}, WANT_LISTED(4, SCORED(29))},
    {{SCORED(30)}, WANT_NOT_LISTED(SCORED(30))},
    {{SCORED(80)}, WANT_NOT_LISTED(SCORED(80))},
    {{SCORED(81)}, WANT_LISTED(8, SCORED(81))},
    {{SCORED(100)}, WANT_LISTED(8, SCORED(100))},
    {{SCORED(101)}, WANT_UNKNOWN(CAUSE_UNDEFINED, SCORED(101))},
    {{IP(127, 0, 5, 1)}, WANT_NOT_LISTED(IP(127, 0, 5, 1))},
    {{IP(127, 0, 6, 2)}, WANT_NOT_LISTED(IP(127, 0, 6, 2))},
    {{IP(127, 0, 6, 4)}, WANT_UNKNOWN(CAUSE_UNDEFINED, IP(127, 0, 6, 4))},
    /* What is listed decides, not what comes first. */
    {{IP(127, 0, 5, 1), SCORED(50), LOCAL(2)}, WANT_LISTED(1, LOCAL(2))},
    {{SCORED(10), IP(127, 0, 9, 9), LOCAL(2)},
	WANT_LISTED(1 | 4 | 16, SCORED(10))},
    {{IP(127, 0, 5, 1), SCORED(50)}, WANT_NOT_LISTED(IP(127, 0, 5, 1))},
    {{SCORED(50), LOCAL(2), LOCAL(4)}, WANT_UNKNOWN(CAUSE_UNDEFINED, LOCAL(4))},
};

static void
reads_every_scheme(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scheme_answers); i++) {
		struct message message = {.name_exists = true};
		struct answer got;

		for (int k = 0; k < 4 && scheme_answers[i].addresses[k]; k++)
			message.addresses[message.address_count++] =
			    scheme_answers[i].addresses[k];
		dnsbl_read(&scheming, DNS_RESPONSE, &message, &got);
		if (got.result != scheme_answers[i].want ||
		    got.cause != scheme_answers[i].want_cause ||
		    got.codes != scheme_answers[i].want_codes ||
		    got.address != scheme_answers[i].want_address)
			fail_msg("row %zu: result %u cause %u codes %#x "
				 "address %#x",
			    i, got.result, got.cause, (unsigned)got.codes,
			    (unsigned)got.address);
	}
}

static void
names_questions_about_domains(void **state)
{
	const struct list other = {.knows_domain = true};
	char name[DNSBL_NAME_MAX] = "untouched", long_domain[256];

	(void)state;
	assert_int_equal(
	    dnsbl_domain_name(name, &list, "bl.example", "a.test"), -1);
	assert_string_equal(name, "untouched");
	memset(long_domain, 'a', 242);
	long_domain[242] = '\0';
	assert_int_equal(
	    dnsbl_domain_name(name, &other, "bl.example", long_domain), 0);
	assert_int_equal(strlen(name), 253);
	assert_int_equal(
	    dnsbl_domain_name(name, &other, "bl.example", "a.test"), 0);
	assert_string_equal(name, "a.test.bl.example");
	strcpy(long_domain + 242, "a");
	assert_int_equal(
	    dnsbl_domain_name(name, &other, "bl.example", long_domain), -1);
	assert_string_equal(name, "a.test.bl.example");
}

static void
no_such_name_is_clean(void **state)
{
	const struct message message = {.name_exists = false, .ttl_sec = 60};
	struct answer got;

	(void)state;
	dnsbl_read(&list, DNS_RESPONSE, &message, &got);
	assert_int_equal(got.result, RESULT_CLEAN);
	assert_int_equal(got.ttl_sec, 60);
}

static void
no_response_is_unknown(void **state)
{
	(void)state;
	for (int status = DNS_RESPONSE + 1; status <= DNS_CANCELLED; status++) {
		char text[DNSBL_CAUSE_MAX];
		struct answer got;

		memset(&got, 0x5a, sizeof got);
		dnsbl_read(&list, status, NULL, &got);
		assert_int_equal(got.result, RESULT_UNKNOWN);
		assert_int_equal(got.cause, CAUSE_DNS);
		assert_int_equal(got.dns, status);
		assert_int_equal(got.codes, 0);
		assert_int_equal(got.ttl_sec, 0);
		assert_string_equal(dnsbl_cause_text(text, &list, &got),
		    dns_status_text(status));
	}
}

/* A list without any code lists nobody. */
static void
no_codes_no_listing(void **state)
{
	const struct list empty = {.zone = "bl.example"};
	const struct message message = {
	    .addresses = {LOCAL(2)}, .address_count = 1};
	struct answer got;

	(void)state;
	dnsbl_read(&empty, DNS_RESPONSE, &message, &got);
	assert_int_equal(got.result, RESULT_UNKNOWN);
	assert_int_equal(got.cause, CAUSE_UNDEFINED);
}

#define LABEL "a23456789012345678901234567890123456789012345678901234567890123"
#define LONG LABEL "." LABEL "." LABEL

/* LONG has 191 bytes; "2.0.0.127" and its dot 10, an IPv6 name 64. */
static const struct {
	const char *address;
	bool knows_ip4, knows_ip6;
	const char *zone;
	const char *want;
} names[] = {
    {"192.0.2.99", true, false, "bl.example", "99.2.0.192.bl.example"},
    {"192.0.2.99", false, true, "bl.example", NULL},
    {"::ffff:192.0.2.99", true, false, "bl.example", "99.2.0.192.bl.example"},
    {"2001:db8:1:2:3:4:567:89ab", false, true, "ugly.example.com",
	"b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2."
	"ugly.example.com"},
    {"2001:db8::1", true, false, "bl.example", NULL},
    {"127.0.0.2", true, true,
	LONG ".a2345678901234567890123456789012345678901234567.abc",
	"2.0.0.127." LONG
	".a2345678901234567890123456789012345678901234567.abc"},
    {"127.0.0.2", true, true,
	LONG ".a23456789012345678901234567890123456789012345678.abc", NULL},
    {"127.0.0.2", true, true, LONG "." LONG, NULL},
    {"2001:db8::1", true, true, LONG, NULL},
};

static void
names_questions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct list other = {.knows_ip4 = names[i].knows_ip4,
		    .knows_ip6 = names[i].knows_ip6};
		char name[DNSBL_NAME_MAX] = "untouched";
		struct address address;
		int result;

		assert_int_equal(address_parse(names[i].address, &address), 0);
		result = dnsbl_name(name, &other, names[i].zone, &address);
		if (names[i].want) {
			assert_int_equal(result, 0);
			assert_string_equal(name, names[i].want);
			assert_true(strlen(name) <= 253);
		} else {
			assert_int_equal(result, -1);
			assert_string_equal(name, "untouched");
		}
	}
}

static const struct {
	uint32_t codes;
	const char *want;
} code_texts[] = {
    {0, ""},
    {1, "SBL"},
    {2, "XBL"},
    {1 | 4, "SBL, DROP"},
    {1 | 2 | 4, "SBL, XBL, DROP"},
    {8, "SBL"},
    {1 | 8, "SBL"},
    {2 | 8, "XBL, SBL"},
};

static void
names_codes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(code_texts); i++) {
		const struct answer answer = {
		    .result = RESULT_LISTED, .codes = code_texts[i].codes};
		char text[DNSBL_CODES_TEXT_MAX];

		assert_string_equal(
		    dnsbl_codes_text(text, &list, &answer), code_texts[i].want);
	}
}

/* Every length of name: the text never passes its size and never ends in
   half a name. */
static void
cuts_codes_between_names(void **state)
{
	const struct answer answer = {
	    .result = RESULT_LISTED, .codes = UINT32_MAX};
	struct list_code many[LIST_CODES_MAX];
	char bodies[LIST_CODES_MAX][128];
	const struct list wide = {.codes = many, .code_count = LIST_CODES_MAX};

	(void)state;
	for (int length = 1; length < 120; length++) {
		char text[DNSBL_CODES_TEXT_MAX + 1];
		char *last;

		for (int i = 0; i < LIST_CODES_MAX; i++) {
			memset(bodies[i], '-', length);
			bodies[i][0] = 'A' + i;
			bodies[i][length] = '\0';
			many[i] = (struct list_code){.name = bodies[i]};
		}
		text[DNSBL_CODES_TEXT_MAX] = '#';
		dnsbl_codes_text(text, &wide, &answer);
		assert_int_equal(text[DNSBL_CODES_TEXT_MAX], '#');
		last = strrchr(text, ' ');
		assert_string_equal(last ? last + 1 : text, "...");
		if (last)
			assert_int_equal((last + 1 - text) % (length + 2), 0);
	}
}

static const struct {
	struct answer answer;
	const char *want;
} causes[] = {
    {{.cause = CAUSE_NONE}, ""},
    {{.cause = CAUSE_NOT_ASKED}, "not asked yet"},
    {{.cause = CAUSE_DNS, .dns = DNS_TIMEOUT}, "timed out"},
    {{.cause = CAUSE_REFUSED, .address = IP(127, 255, 255, 254)},
	"refused with 127.255.255.254: public resolver"},
    {{.cause = CAUSE_REFUSED, .address = IP(127, 255, 255, 1)},
	"refused with 127.255.255.1"},
    {{.cause = CAUSE_OUTSIDE, .address = IP(192, 0, 2, 1)},
	"answered 192.0.2.1, which is outside 127.0.0.0/8"},
    {{.cause = CAUSE_UNDEFINED, .address = LOCAL(99)},
	"answered 127.0.0.99, which the list does not define"},
};

static void
says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(causes); i++) {
		char text[DNSBL_CAUSE_MAX];

		assert_string_equal(
		    dnsbl_cause_text(text, &list, &causes[i].answer),
		    causes[i].want);
		assert_null(strstr(text, list.zone));
	}
}

static void
formats_addresses(void **state)
{
	const struct answer answer = {.address = IP(255, 128, 1, 0)};
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_string_equal(dnsbl_address_text(text, &answer), "255.128.1.0");
}

static void
names_results(void **state)
{
	(void)state;
	assert_string_equal(result_name(RESULT_LISTED), "LISTED");
	assert_string_equal(result_name(RESULT_CLEAN), "CLEAN");
	assert_string_equal(result_name(RESULT_UNKNOWN), "UNKNOWN");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_answers),
	    cmocka_unit_test(reads_every_scheme),
	    cmocka_unit_test(names_questions_about_domains),
	    cmocka_unit_test(no_such_name_is_clean),
	    cmocka_unit_test(no_response_is_unknown),
	    cmocka_unit_test(no_codes_no_listing),
	    cmocka_unit_test(names_questions),
	    cmocka_unit_test(names_codes),
	    cmocka_unit_test(cuts_codes_between_names),
	    cmocka_unit_test(says_why),
	    cmocka_unit_test(formats_addresses),
	    cmocka_unit_test(names_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
