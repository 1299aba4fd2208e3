#include "config/pattern.h"

#include "base/ascii.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char expectation[] =
    "\"user@example.com\", \"@example.com\", \"@.example.com\", \"user@\", "
    "\"<>\" or \"*\"";

/* Bytes over 0x7f are the UTF-8 of an internationalised address. */
static bool
is_domain_byte(unsigned char c)
{
	return ascii_is_word(c) || c == '-' || c == '_' || c >= 0x80;
}

static bool
is_domain(const char *text)
{
	size_t label = 0;

	for (; *text; text++) {
		if (*text == '.' && label == 0)
			return false;
		if (*text != '.' && !is_domain_byte(*text))
			return false;
		label = *text == '.' ? 0 : label + 1;
	}
	return label > 0;
}

/* "[192.0.2.1]", RFC 5321, 4.1.3. */
static bool
is_literal(const char *text)
{
	size_t length = strlen(text);

	return length > 2 && text[0] == '[' && text[length - 1] == ']' &&
	       strspn(text + 1, "0123456789abcdefABCDEFIPvipV.:") == length - 2;
}

/* An asterisk may stand in a local part, but whoever writes one here takes it
   for a wildcard; a space is legal only between quotes. */
static bool
is_local_part(const char *text, size_t length)
{
	bool is_quoted =
	    length > 2 && text[0] == '"' && text[length - 1] == '"';

	for (size_t i = 0; i < length; i++) {
		unsigned char c = text[i];

		if (c < ' ' || c == 0x7f || c == '*')
			return false;
		if (!is_quoted && strchr(" <>@,\"", c))
			return false;
	}
	return true;
}

static bool
is_valid(const char *text)
{
	const char *domain = pattern_domain_of(text);

	if (strcmp(text, "*") == 0 || strcmp(text, "<>") == 0)
		return true;
	if (!domain || !is_local_part(text, domain - 1 - text))
		return false;
	if (domain - text == 1)
		return is_domain(domain + (*domain == '.')) ||
		       is_literal(domain);
	return *domain == '\0' || is_domain(domain) || is_literal(domain);
}

bool
pattern_is_valid(const char *text, const char **expected)
{
	if (is_valid(text))
		return true;
	*expected = expectation;
	return false;
}

static bool
domain_matches(const char *pattern, const char *domain)
{
	size_t wanted = strlen(pattern), length = domain ? strlen(domain) : 0;

	if (wanted == 0)
		return true;
	if (pattern[0] != '.')
		return domain && strcasecmp(pattern, domain) == 0;
	return length > wanted &&
	       strcasecmp(domain + length - wanted, pattern) == 0;
}

bool
pattern_matches(const char *pattern, const char *address)
{
	const char *wanted = pattern_domain_of(pattern);
	const char *domain = pattern_domain_of(address);
	size_t local =
	    domain ? (size_t)(domain - 1 - address) : strlen(address);
	size_t wanted_local;

	if (strcmp(pattern, "*") == 0)
		return true;
	if (strcmp(pattern, "<>") == 0 || address[0] == '\0')
		return strcmp(pattern, "<>") == 0 && address[0] == '\0';
	if (!wanted || !domain_matches(wanted, domain))
		return false;
	wanted_local = wanted - 1 - pattern;
	return wanted_local == 0 ||
	       (wanted_local == local &&
		   strncasecmp(pattern, address, local) == 0);
}

const char *
pattern_domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : NULL;
}
