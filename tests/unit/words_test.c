#include "evidence/words.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct words
read_words(const char *text)
{
	struct words words;

	memset(&words, 0x5a, sizeof words);
	words_read(&words, text, strlen(text), 0, NULL, false);
	assert_int_equal(strlen(words.text), words.length);
	return words;
}

static const struct {
	const char *text, *want;
	int code;
	const char *status;
} cases[] = {
    {"", "", 0, ""},
    {"550", "550", 550, ""},
    {"550 no", "550 no", 550, ""},
    {"  550\t no \r\n", "550 no", 550, ""},
    {"550 5.7.1 no", "550 5.7.1 no", 550, "5.7.1"},
    {"550-5.7.1 no", "550 5.7.1 no", 550, "5.7.1"},
    {"550 #5.1.0 no", "550 5.1.0 no", 550, "5.1.0"},
    {"5.7.1 no", "5.7.1 no", 0, "5.7.1"},
    {"no", "no", 0, ""},
    {"350 no", "350 no", 0, ""},
    {"5500 no", "5500 no", 0, ""},
    {"550x no", "550x no", 0, ""},
    {"550 5.7.1234 no", "550 5.7.1234 no", 550, ""},
    {"550 6.7.1 no", "550 6.7.1 no", 550, ""},

    /* Further lines, as they come and as an MTA logs them. */
    {"550-5.1.1 no such\r\n550 5.1.1 user", "550 5.1.1 no such user", 550,
	"5.1.1"},
    {"550-5.1.1 no such 550 5.1.1 user", "550 5.1.1 no such user", 550,
	"5.1.1"},
    {"554-mx.example 554-no 554 service", "554 mx.example no service", 554, ""},
    {"421 4.7.28 rate 4.7.28 of mail", "421 4.7.28 rate of mail", 421,
	"4.7.28"},
    {"550 see rule 550 of ours", "550 see rule 550 of ours", 550, ""},
    {"550 see x550-y", "550 see x550-y", 550, ""},

    /* Addresses, mailboxes, serial numbers. */
    {"550 [192.0.2.1] x", "550 [{ip}] x", 550, ""},
    {"550 [2001:db8::1      12] x", "550 [{ip} 12] x", 550, ""},
    {"550 [IPv6:2001:db8::1] x", "550 [IPv6:{ip}] x", 550, ""},
    {"550 ?ip=192.0.2.1&c=x", "550 ?ip={ip}&c=x", 550, ""},
    {"550 192.0.2.1:25, 192.0.2.1.", "550 {ip}:25, {ip}.", 550, ""},
    {"550 192.0.2.256", "550 192.0.2.256", 550, ""},
    {"550 1.192.0.2.1", "550 1.192.0.2.1", 550, ""},
    {"550 127.0.0.4 and 4.16.55.1", "550 127.0.0.4 and 4.16.55.1", 550, ""},
    {"550 [4.16.55.1]", "550 [{ip}]", 550, ""},
    {"550 at 12:30:45", "550 at 12:30:45", 550, ""},
    {"550 std::string a:: ::1", "550 std::string a:: ::1", 550, ""},
    {"550 <bob@example.com>: no", "550 <{mailbox}>: no", 550, ""},
    {"550 ask a-b+c@example.com.", "550 ask {mailbox}.", 550, ""},
    {"550 @home a@ @b", "550 @home a@ @b", 550, ""},
    {"550 k12si6684233pfd.240 - gsmtp", "550 {id} - gsmtp", 550, ""},
    {"550 (#4f32a7b01) 1234567 123456", "550 (#{id}) {id} 123456", 550, ""},
    {"550 TSS04 OFR006_103 AS16012609 S3140 ip4tset",
	"550 TSS04 OFR006_103 AS16012609 S3140 ip4tset", 550, ""},
    {"550 2026-11-21T17:34:56.000Z 08DCA1B2C3D4E5F6", "550 {id} {id}", 550, ""},

    /* Any byte. */
    {"550 a\001\002b\x7f\xc3\xa9", "550 a b \xc3\xa9", 550, ""},
};

static void
brings_replies_into_one_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct words got = read_words(cases[i].text);

		assert_string_equal(got.text, cases[i].want);
		assert_int_equal(got.code, cases[i].code);
		assert_string_equal(got.status, cases[i].status);
	}
}

static void
takes_codes_that_are_known_otherwise(void **state)
{
	struct words words;

	(void)state;
	words_read(&words, "no", 2, 554, "5.7.0", true);
	assert_string_equal(words.text, "greeting: 554 5.7.0 no");
	words_read(&words, "550 5.1.1 no", 12, 554, "5.7.0", false);
	assert_string_equal(words.text, "550 5.1.1 no");
}

static void
finds_the_addresses(void **state)
{
	struct words words = read_words(
	    "550 192.0.2.1, 198.51.100.0/24, 2001:db8::/32 and "
	    "1.2.0.192.bl.example; 203.0.113.7/x, host a.b[203.0.113.8] said: "
	    "x, 0.0.0.0, 255.255.255.255, ::1");
	static const struct {
		const char *address;
		int bits;
		bool is_in_name;
	} want[] = {
	    {"192.0.2.1", 32, false},
	    {"198.51.100.0", 24, false},
	    {"2001:db8::", 32, false},
	    {"1.2.0.192", 32, true},
	    {"203.0.113.7", 32, false},
	};

	(void)state;
	assert_true(words.is_nested);
	assert_int_equal(words.quote_count, sizeof want / sizeof want[0]);
	for (size_t i = 0; i < words.quote_count; i++) {
		char text[ADDRESS_TEXT_MAX];

		address_format(text, &words.quotes[i].network.address);
		assert_string_equal(text, want[i].address);
		assert_int_equal(words.quotes[i].network.bits, want[i].bits);
		assert_int_equal(
		    words.quotes[i].is_in_name, want[i].is_in_name);
	}
	assert_false(read_words("550 [192.0.2.1] x").is_nested);
}

static void
stops_at_its_limits(void **state)
{
	static char text[300000];
	struct words words;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = "ab.-1:@ "[(uint32_t)i * 2654435761u >> 29];
	words_read(&words, text, sizeof text, 0, NULL, false);
	assert_int_equal(words.length, WORDS_MAX);
	memset(text, 'a', sizeof text);
	words_read(&words, text, sizeof text, 0, NULL, true);
	assert_int_equal(words.length, WORDS_MAX);
	for (size_t i = 0; i + 10 <= sizeof text; i += 10)
		memcpy(text + i, "192.0.2.1 ", 10);
	words_read(&words, text, sizeof text, 0, NULL, false);
	assert_int_equal(words.quote_count, WORDS_QUOTES_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(brings_replies_into_one_form),
	    cmocka_unit_test(takes_codes_that_are_known_otherwise),
	    cmocka_unit_test(finds_the_addresses),
	    cmocka_unit_test(stops_at_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
