#include "base/address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const uint8_t mapped_prefix[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static size_t
width(const struct address *address)
{
	return address->family == 4 ? 4 : 16;
}

int
address_parse(const char *text, struct address *out)
{
	struct address parsed = {0};
	bool is_literal = strncasecmp(text, "IPv6:", 5) == 0;

	if (is_literal)
		text += 5;
	if (!is_literal && inet_pton(AF_INET, text, parsed.bytes) == 1) {
		parsed.family = 4;
	} else if (inet_pton(AF_INET6, text, parsed.bytes) == 1) {
		parsed.family = 6;
		if (memcmp(parsed.bytes, mapped_prefix, 12) == 0) {
			memmove(parsed.bytes, parsed.bytes + 12, 4);
			memset(parsed.bytes + 4, 0, 12);
			parsed.family = 4;
		}
	} else {
		return -1;
	}
	*out = parsed;
	return 0;
}

static bool
host_bits_are_zero(const struct network *network)
{
	struct network rounded = *network;

	for (unsigned bit = network->bits; bit < width(&rounded.address) * 8;
	     bit++)
		rounded.address.bytes[bit / 8] &= ~(0x80 >> bit % 8);
	return address_equal(&rounded.address, &network->address);
}

static int
parse_bits(const char *text, unsigned limit, unsigned *bits)
{
	char *end;
	unsigned long value;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	value = strtoul(text, &end, 10);
	if (*end != '\0' || value > limit)
		return -1;
	*bits = value;
	return 0;
}

int
network_parse(const char *text, struct network *out)
{
	char address[ADDRESS_TEXT_MAX + 8];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	struct network parsed;
	unsigned limit, bits;

	if (length >= sizeof address)
		return -1;
	memcpy(address, text, length);
	address[length] = '\0';
	if (address_parse(address, &parsed.address) != 0)
		return -1;
	/* A mapped address became IPv4, but its mask counts 128 bits. */
	limit = bits = strchr(address, ':') ? 128 : 32;
	if (slash && parse_bits(slash + 1, limit, &bits) != 0)
		return -1;
	limit -= width(&parsed.address) * 8;
	if (bits < limit)
		return -1;
	parsed.bits = bits - limit;
	if (!host_bits_are_zero(&parsed))
		return -1;
	*out = parsed;
	return 0;
}

const char *
address_format(char text[ADDRESS_TEXT_MAX], const struct address *address)
{
	int family = address->family == 4 ? AF_INET : AF_INET6;

	if (address->family == 0)
		strcpy(text, "-");
	else
		inet_ntop(family, address->bytes, text, ADDRESS_TEXT_MAX);
	return text;
}

const char *
address_reverse(char name[ADDRESS_REVERSED_MAX], const struct address *address)
{
	const uint8_t *b = address->bytes;
	char *at = name;

	assert(address->family != 0);
	if (address->family == 4) {
		snprintf(name, ADDRESS_REVERSED_MAX, "%u.%u.%u.%u", b[3], b[2],
		    b[1], b[0]);
		return name;
	}
	for (int i = 15; i >= 0; i--)
		at += sprintf(
		    at, i > 0 ? "%x.%x." : "%x.%x", b[i] & 0xf, b[i] >> 4);
	return name;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, width(a)) == 0;
}

bool
address_is_private(const struct address *address)
{
	static const struct network networks[] = {
	    {{4, {10}}, 8},
	    {{4, {100, 64}}, 10},
	    {{4, {169, 254}}, 16},
	    {{4, {172, 16}}, 12},
	    {{4, {192, 168}}, 16},
	    {{6, {0xfc}}, 7},
	    {{6, {0xfe, 0x80}}, 10},
	};

	for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++)
		if (network_contains(&networks[i], address))
			return true;
	return false;
}

bool
network_contains(const struct network *network, const struct address *address)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;
	const uint8_t *a = network->address.bytes, *b = address->bytes;

	if (network->address.family != address->family)
		return false;
	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}
