#include "base/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* want NULL: refused. */
static const struct {
	const char *text, *want;
} addresses[] = {
    {"203.0.113.5", "203.0.113.5"},
    {"0.0.0.0", "0.0.0.0"},
    {"255.255.255.255", "255.255.255.255"},
    {"2001:db8::5", "2001:db8::5"},
    {"2001:DB8:0:0:0:0:0:5", "2001:db8::5"},
    {"::", "::"},
    {"::1", "::1"},
    {"::ffff:192.0.2.1", "192.0.2.1"},
    {"::ffff:c000:201", "192.0.2.1"},
    {"::FFFF:0.0.0.0", "0.0.0.0"},
    {"IPv6:2001:db8::5", "2001:db8::5"},
    {"ipv6:2001:db8::5", "2001:db8::5"},
    {"IPv6:::ffff:192.0.2.1", "192.0.2.1"},
    /* Not mapped: one bit away from it, and "compatible". */
    {"::fffe:192.0.2.1", "::fffe:c000:201"},
    {"1::ffff:192.0.2.1", "1::ffff:c000:201"},
    {"::192.0.2.1", "::192.0.2.1"},
    {"IPv6:192.0.2.1", NULL},
    {"IPv6:", NULL},
    {"IPv6:IPv6:::1", NULL},
    {"", NULL},
    {"203.0.113", NULL},
    {"203.0.113.256", NULL},
    {"203.0.113.05", NULL},
    {"203.0.113.5 ", NULL},
    {" 203.0.113.5", NULL},
    {"203.0.113.5.6", NULL},
    {"0xcb.0.113.5", NULL},
    {"2001:db8::5%eth0", NULL},
    {"[2001:db8::5]", NULL},
    {"2001:db8::5/64", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {"1:2:3:4:5:6:7", NULL},
    {"1::2::3", NULL},
    {"12345::", NULL},
    {"mail.example.com", NULL},
};

static void
parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		const struct address mark = {9, {1, 2, 3}};
		struct address got = mark;
		char text[ADDRESS_TEXT_MAX];
		int result = address_parse(addresses[i].text, &got);

		if (!addresses[i].want) {
			if (result != -1)
				fail_msg("took %s", addresses[i].text);
			assert_memory_equal(&got, &mark, sizeof mark);
			continue;
		}
		if (result != 0)
			fail_msg("refused %s", addresses[i].text);
		assert_string_equal(
		    address_format(text, &got), addresses[i].want);
	}
}

/* Two spellings of one address are equal in every byte of the struct. */
static void
mapped_is_the_ipv4_address(void **state)
{
	struct address plain, mapped;

	(void)state;
	assert_int_equal(address_parse("192.0.2.1", &plain), 0);
	assert_int_equal(address_parse("::ffff:192.0.2.1", &mapped), 0);
	assert_memory_equal(&plain, &mapped, sizeof plain);
	assert_true(address_equal(&plain, &mapped));
}

static void
equality_needs_family_and_every_bit(void **state)
{
	static const char *const texts[] = {
	    "192.0.2.1", "2001:db8::1", "::", "0.0.0.0"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct address a, b;
		unsigned bits;

		assert_int_equal(address_parse(texts[i], &a), 0);
		bits = a.family == 4 ? 32 : 128;
		for (unsigned bit = 0; bit < bits; bit++) {
			b = a;
			b.bytes[bit / 8] ^= 0x80 >> bit % 8;
			assert_false(address_equal(&a, &b));
		}
		b = a;
		assert_true(address_equal(&a, &b));
		b.family = a.family == 4 ? 6 : 4;
		assert_false(address_equal(&a, &b));
	}
}

static void
no_address_has_a_text(void **state)
{
	const struct address none = {0};
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_string_equal(address_format(text, &none), "-");
}

static const struct {
	const char *text, *want;
} reversed[] = {
    {"192.0.2.99", "99.2.0.192"},
    {"127.0.0.2", "2.0.0.127"},
    {"255.254.253.252", "252.253.254.255"},
    /* The example of RFC 5782, section 2.4. */
    {"2001:db8:1:2:3:4:567:89ab",
	"b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2"},
    {"fedc:ba98:7654:3210:123:4567:89ab:cdef",
	"f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0.0.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f"},
    {"::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"},
};

static void
reverses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reversed); i++) {
		struct address address;
		char name[ADDRESS_REVERSED_MAX];

		assert_int_equal(address_parse(reversed[i].text, &address), 0);
		assert_string_equal(
		    address_reverse(name, &address), reversed[i].want);
	}
}

/* want: bits, or -1 for refused. */
static const struct {
	const char *text;
	int want;
	const char *want_address;
} networks[] = {
    {"192.0.2.0/24", 24, "192.0.2.0"},
    {"192.0.2.1", 32, "192.0.2.1"},
    {"192.0.2.1/32", 32, "192.0.2.1"},
    {"0.0.0.0/0", 0, "0.0.0.0"},
    {"2001:db8::/32", 32, "2001:db8::"},
    {"2001:db8::1", 128, "2001:db8::1"},
    {"::/0", 0, "::"},
    {"::ffff:192.0.2.0/120", 24, "192.0.2.0"},
    {"::ffff:0:0/96", 0, "0.0.0.0"},
    {"::ffff:192.0.2.1", 32, "192.0.2.1"},
    {"::ffff:10.0.0.0/8", -1, NULL},
    {"::ffff:0:0/95", -1, NULL},
    {"192.0.2.1/24", -1, NULL},
    {"192.0.2.0/33", -1, NULL},
    {"192.0.2.0/", -1, NULL},
    {"192.0.2.0/-1", -1, NULL},
    {"192.0.2.0/+24", -1, NULL},
    {"192.0.2.0/ 24", -1, NULL},
    {"192.0.2.0/24 ", -1, NULL},
    {"192.0.2.0/24/24", -1, NULL},
    {"192.0.2.0/255.255.255.0", -1, NULL},
    {"192.0.2.0/18446744073709551640", -1, NULL},
    {"2001:db8::/129", -1, NULL},
    {"2001:db8::1/127", -1, NULL},
    {"/24", -1, NULL},
    {"", -1, NULL},
    {"0000000000000000000000000000000000000000000000000000000000.0/8", -1,
	NULL},
};

static void
parses_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(networks); i++) {
		const struct network mark = {{9, {1, 2, 3}}, 77};
		struct network got = mark;
		char text[ADDRESS_TEXT_MAX];
		int result = network_parse(networks[i].text, &got);

		if (result != (networks[i].want < 0 ? -1 : 0))
			fail_msg("%s: %d", networks[i].text, result);
		if (result != 0) {
			assert_memory_equal(&got, &mark, sizeof mark);
			continue;
		}
		assert_int_equal(got.bits, networks[i].want);
		assert_string_equal(address_format(text, &got.address),
		    networks[i].want_address);
	}
}

static void
flip_around_prefix(const struct address *inside, unsigned bits, unsigned width)
{
	struct network network = {*inside, bits};
	struct address flipped;

	for (unsigned bit = bits; bit < width; bit++)
		network.address.bytes[bit / 8] &= ~(0x80 >> bit % 8);
	assert_true(network_contains(&network, inside));
	if (bits > 0) {
		flipped = *inside;
		flipped.bytes[(bits - 1) / 8] ^= 0x80 >> (bits - 1) % 8;
		assert_false(network_contains(&network, &flipped));
	}
	if (bits < width) {
		flipped = *inside;
		flipped.bytes[bits / 8] ^= 0x80 >> bits % 8;
		assert_true(network_contains(&network, &flipped));
	}
	flipped = *inside;
	flipped.family = inside->family == 4 ? 6 : 4;
	assert_false(network_contains(&network, &flipped));
}

static void
every_prefix_length_has_a_sharp_edge(void **state)
{
	static const char *const texts[] = {
	    "170.85.204.51", "85.170.51.204", "a5a5:5a5a:cccc:3333:f00f::1"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct address address;
		unsigned width;

		assert_int_equal(address_parse(texts[i], &address), 0);
		width = address.family == 4 ? 32 : 128;
		for (unsigned bits = 0; bits <= width; bits++)
			flip_around_prefix(&address, bits, width);
	}
}

/* The text of a network with any one host bit set is refused. */
static void
host_bits_are_refused(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 32; bits++) {
		for (unsigned bit = bits; bit < 32; bit++) {
			uint32_t host = UINT32_C(0x80000000) >> bit;
			char text[40];
			struct network network;

			snprintf(text, sizeof text, "%u.%u.%u.%u/%u",
			    (unsigned)(host >> 24),
			    (unsigned)(host >> 16) & 255,
			    (unsigned)(host >> 8) & 255, (unsigned)host & 255,
			    bits);
			assert_int_equal(network_parse(text, &network), -1);
		}
	}
}

/* The last of each network, and the one after it; the first, and the one
   before. */
static const struct {
	const char *text;
	bool want;
} privates[] = {
    {"9.255.255.255", false},
    {"10.0.0.0", true},
    {"10.255.255.255", true},
    {"11.0.0.0", false},
    {"100.63.255.255", false},
    {"100.64.0.0", true},
    {"100.127.255.255", true},
    {"100.128.0.0", false},
    {"169.253.255.255", false},
    {"169.254.0.0", true},
    {"169.254.255.255", true},
    {"169.255.0.0", false},
    {"172.15.255.255", false},
    {"172.16.0.0", true},
    {"172.31.255.255", true},
    {"172.32.0.0", false},
    {"192.167.255.255", false},
    {"192.168.0.0", true},
    {"192.168.255.255", true},
    {"192.169.0.0", false},
    {"127.0.0.1", false},
    {"fbff::", false},
    {"fc00::", true},
    {"fdff::", true},
    {"fe00::", false},
    {"fe7f::", false},
    {"fe80::", true},
    {"febf::", true},
    {"fec0::", false},
    {"2001:db8::1", false},
};

static void
knows_private_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(privates); i++) {
		struct address address;

		assert_int_equal(address_parse(privates[i].text, &address), 0);
		if (address_is_private(&address) != privates[i].want)
			fail_msg("%s", privates[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	    cmocka_unit_test(mapped_is_the_ipv4_address),
	    cmocka_unit_test(equality_needs_family_and_every_bit),
	    cmocka_unit_test(no_address_has_a_text),
	    cmocka_unit_test(reverses),
	    cmocka_unit_test(parses_networks),
	    cmocka_unit_test(every_prefix_length_has_a_sharp_edge),
	    cmocka_unit_test(host_bits_are_refused),
	    cmocka_unit_test(knows_private_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
