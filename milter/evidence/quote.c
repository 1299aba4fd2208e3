#include "evidence/quote.h"

#include "base/ascii.h"

#include <stdint.h>
#include <string.h>

/* The reply from where the address begins. */
struct place {
	const char *start;
	size_t left;
	char before; /* ' ' at the start of the reply */
};

static bool
is_hex(char c)
{
	return ascii_is_digit(c) || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

static char
peek(const struct place *place, size_t ahead)
{
	return ahead < place->left ? place->start[ahead] : '\0';
}

static size_t
digits_at(const struct place *place, size_t ahead, size_t most)
{
	size_t count = 0;

	while (count < most && ascii_is_digit(peek(place, ahead + count)))
		count++;
	return count;
}

/* ---- the address --------------------------------------------------------- */

static size_t
ip4_length(const struct place *place, bool *is_in_name)
{
	size_t length = 0, count;

	for (int i = 0; i < 4; i++) {
		if (i > 0 && peek(place, length++) != '.')
			return 0;
		count = digits_at(place, length, 4);
		if (count == 0 || count > 3)
			return 0;
		length += count;
	}
	if (ascii_is_letter(peek(place, length)))
		return 0;
	if (peek(place, length) == '.' &&
	    ascii_is_digit(peek(place, length + 1)))
		return 0;
	*is_in_name = peek(place, length) == '.' &&
		      ascii_is_letter(peek(place, length + 1));
	return length;
}

static size_t
ip6_length(const struct place *place)
{
	size_t length = 0, colons = 0;

	for (; length < ADDRESS_TEXT_MAX &&
	       (is_hex(peek(place, length)) || peek(place, length) == ':');
	     length++)
		colons += peek(place, length) == ':';
	/* "2001:db8::1: is listed", but "2001:db8::/32". */
	if (length > 1 && peek(place, length - 1) == ':' &&
	    peek(place, length - 2) != ':') {
		length--;
		colons--;
	}
	/* "::1" and "a::" are more often words than addresses. */
	if (colons < 2 || length < 6 || ascii_is_letter(peek(place, length)))
		return 0;
	return length;
}

static int
parse(const char *start, size_t length, struct address *out)
{
	char text[ADDRESS_TEXT_MAX];

	if (length >= sizeof text)
		return -1;
	memcpy(text, start, length);
	text[length] = '\0';
	return address_parse(text, out);
}

/* ---- whether anybody is meant -------------------------------------------- */

/* Not "4.16.55.1", which Yahoo means as a code, nor a section of an RFC; such
   an address would have to be in brackets to be seen. */
static bool
is_number_of_its_own(const struct place *place, const struct address *address)
{
	const uint8_t *bytes = address->bytes;

	return ((unsigned char)place->before <= ' ' || place->before == 0x7f) &&
	       (bytes[0] == 4 || bytes[0] == 5) && bytes[1] < 64 &&
	       bytes[2] < 64 && bytes[3] < 64;
}

static bool
is_nobody(const struct address *address)
{
	const uint8_t *bytes = address->bytes;
	static const uint8_t low[16] = {[15] = 1};

	if (address->family == 6)
		return memcmp(bytes, low, 15) == 0 && bytes[15] <= 1;
	return bytes[0] == 0 || bytes[0] == 127 || bytes[0] >= 224;
}

static bool
is_speaker(const struct place *place, size_t length)
{
	const char *rest = place->start + length;
	size_t left = place->left - length;

	return place->before == '[' && left > 6 && rest[0] == ']' &&
	       (memcmp(rest + 1, " said", 5) == 0 ||
		   (left > 8 && memcmp(rest + 1, " refused", 8) == 0));
}

/* "/24" behind an address, and nothing that goes on with it. */
static int
bits_at(const struct place *place, size_t ahead, int most)
{
	size_t count;
	int bits = 0;
	char next;

	if (peek(place, ahead) != '/')
		return most;
	count = digits_at(place, ahead + 1, 4);
	for (size_t i = 0; i < count; i++)
		bits = bits * 10 + peek(place, ahead + 1 + i) - '0';
	next = peek(place, ahead + 1 + count);
	if (count == 0 || count > 3 || bits < 8 || bits > most ||
	    ascii_is_digit(next) || ascii_is_letter(next))
		return most;
	return bits;
}

size_t
quote_read(const char *bytes, size_t length, size_t at, struct quote *out)
{
	const struct place place = {
	    bytes + at, length - at, at > 0 ? bytes[at - 1] : ' '};
	struct quote quote = {.is_in_name = false};
	struct address *address = &quote.network.address;
	size_t size = ascii_is_digit(peek(&place, 0))
			  ? ip4_length(&place, &quote.is_in_name)
			  : 0;

	if (size == 0)
		size = ip6_length(&place);
	if (size == 0 || parse(place.start, size, address) != 0 ||
	    is_nobody(address))
		return 0;
	if (address->family == 4 && is_number_of_its_own(&place, address))
		return 0;
	quote.is_speaker = is_speaker(&place, size);
	quote.network.bits =
	    bits_at(&place, size, address->family == 4 ? 32 : 128);
	*out = quote;
	return size;
}
