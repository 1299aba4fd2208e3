#include "config/form.h"

#include "base/address.h"
#include "config/pattern.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#define NAME_MAX_BYTES 64
#define PATH_BYTES_MAX 255
#define NEXTHOP_MAX_BYTES 255
#define DOMAIN_MAX_BYTES 253
#define DOMAIN_LABEL_MAX 63

_Static_assert(FORM_ZONE_MAX + ADDRESS_REVERSED_MAX <= DOMAIN_MAX_BYTES,
    "a zone leaves room for an address and its dot");

static const char letters_digits[] = "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789";

/* Whether text is only letters, digits and the others given. */
static bool
is_made_of(const char *text, size_t length, const char *others)
{
	for (size_t i = 0; i < length; i++)
		if (!strchr(letters_digits, text[i]) &&
		    !strchr(others, text[i]))
			return false;
	return true;
}

static bool
is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

static bool
is_domain(const char *text, size_t limit)
{
	size_t length = strlen(text);

	if (length == 0 || length > limit || !is_made_of(text, length, "-_."))
		return false;
	for (const char *label = text;; text++) {
		if (*text != '.' && *text != '\0')
			continue;
		if (text == label || text - label > DOMAIN_LABEL_MAX)
			return false;
		if (*text == '\0')
			return true;
		label = text + 1;
	}
}

static bool
is_socket_path(const char *path)
{
	const struct sockaddr_un *none = NULL;

	return path[0] == '/' && strlen(path) < sizeof none->sun_path;
}

/* "PORT@HOST" */
static bool
is_inet_socket(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	long port = 0;

	for (size_t i = 0; i < digits && port <= 65535; i++)
		port = port * 10 + text[i] - '0';
	return port >= 1 && port <= 65535 && text[digits] == '@' &&
	       text[digits + 1] && is_printable(text);
}

static const char *
after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

const char *
form_label(const char *text)
{
	return strlen(text) <= NAME_MAX_BYTES ? NULL
					      : "a name of up to 64 bytes";
}

const char *
form_name(const char *text)
{
	size_t length = strlen(text);

	if (length > 0 && length <= NAME_MAX_BYTES &&
	    is_made_of(text, length, "-_."))
		return NULL;
	return "a name of up to 64 letters, digits, \"-\", \"_\" and \".\"";
}

const char *
form_id(const char *text)
{
	size_t length = strlen(text);

	if (length > 0 && length <= NAME_MAX_BYTES &&
	    is_made_of(text, length, "-"))
		return NULL;
	return "an id of up to 64 letters, digits and \"-\"";
}

const char *
form_address(const char *text)
{
	struct address address;

	return address_parse(text, &address) == 0 ? NULL : "an IP address";
}

const char *
form_network(const char *text)
{
	struct network network;

	return network_parse(text, &network) == 0
		   ? NULL
		   : "an IP address, or a network such as \"192.0.2.0/24\" "
		     "with no "
		     "bit set after its prefix";
}

const char *
form_domain(const char *text)
{
	return is_domain(text, DOMAIN_MAX_BYTES)
		   ? NULL
		   : "a domain such as \"example.com\"";
}

/* The mark of a personal key is a label, or the first part of one. */
const char *
form_zone(const char *text)
{
	const char *mark = strstr(text, "{key}");
	char plain[DOMAIN_MAX_BYTES + 1];
	int before = mark ? mark - text : 0;

	snprintf(plain, sizeof plain, "%.*s%s%s", before, text, mark ? "k" : "",
	    mark ? mark + strlen("{key}") : text);
	return strlen(text) < DOMAIN_MAX_BYTES &&
		       is_domain(plain, FORM_ZONE_MAX)
		   ? NULL
		   : "a DNS name of up to 189 bytes, without a dot at its ends";
}

const char *
form_url(const char *text)
{
	const char *rest = after(text, "https://");

	if (!rest)
		rest = after(text, "http://");
	if (rest && rest[0] && is_printable(rest) && !strpbrk(rest, "\"'<>\\"))
		return NULL;
	return "an http:// or https:// address without spaces and quotes";
}

const char *
form_pattern(const char *text)
{
	const char *expected = NULL;

	return pattern_is_valid(text, &expected) ? NULL : expected;
}

const char *
form_recipient(const char *text)
{
	return form_domain(text) ? form_pattern(text) : NULL;
}

const char *
form_milter_socket(const char *text)
{
	const char *path = after(text, "unix:");
	const char *port = after(text, "inet:");

	if (!path)
		path = after(text, "local:");
	if (!port)
		port = after(text, "inet6:");
	if ((path && is_socket_path(path)) || (port && is_inet_socket(port)))
		return NULL;
	return "\"unix:/PATH\" with a path of up to 107 bytes, "
	       "\"inet:PORT@HOST\" or \"inet6:PORT@HOST\"";
}

const char *
form_unix_socket(const char *text)
{
	const char *path = after(text, "unix:");

	return path && is_socket_path(path)
		   ? NULL
		   : "\"unix:/PATH\" with a path of up to 107 bytes";
}

const char *
form_store(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || (text[0] == '/' && text[length - 1] != '/' &&
			       length <= PATH_BYTES_MAX))
		return NULL;
	return "the path of a file, from the root on, of up to 255 bytes; or "
	       "\"\" for none";
}

const char *
form_nexthop(const char *text)
{
	const char *colon = strchr(text, ':');

	if (colon && colon > text && is_printable(text) &&
	    strlen(text) <= NEXTHOP_MAX_BYTES)
		return NULL;
	return "Postfix's transport:nexthop, such as "
	       "\"smtp:[smarthost.example.net]:587\"";
}
