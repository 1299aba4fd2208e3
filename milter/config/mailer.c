#include "config/mailer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

#define PORT_USUAL "25"
#define PORT_MAX_BYTES 5

/* Bytes of text from one place on, borrowed. */
struct part {
	const char *text;
	size_t length;
};

static bool
is(struct part part, const char *word)
{
	return part.length == strlen(word) &&
	       strncasecmp(part.text, word, part.length) == 0;
}

/* What would refuse or discard a message, hold it for ever, or run a
   program. */
static bool
is_no_way_out(struct part mailer)
{
	static const char *const words[] = {
	    "error", "discard", "local", "prog", "*file*", MAILER_WAIT};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (is(mailer, words[i]))
			return true;
	return false;
}

const char *
mailer_form(const char *text)
{
	struct part mailer = {text, strspn(text, LETTERS DIGITS "-_")};
	const char *host = text + mailer.length + 1;

	if (mailer.length > 0 && text[mailer.length] == ':' && host[0] &&
	    strlen(text) < MAILER_WAY_MAX && !is_no_way_out(mailer) &&
	    host[strspn(host, LETTERS DIGITS "-_.:[]")] == '\0')
		return NULL;
	return "Sendmail's mailer:host, such as "
	       "\"relay:[smarthost.example.net]\"";
}

/* "[HOST]" or "HOST", up to a colon or the end. */
static struct part
host_of(const char *text)
{
	const char *end = strchr(text, ']');

	if (text[0] != '[')
		return (struct part){text, strcspn(text, ":")};
	return (struct part){text, end ? (size_t)(end + 1 - text) : 0};
}

static bool
is_port(const char *text)
{
	size_t digits = strspn(text, DIGITS);

	return digits >= 1 && digits <= PORT_MAX_BYTES &&
	       text[digits] == '\0' && atoi(text) >= 1 && atoi(text) <= 65535;
}

/* An IPv6 address in brackets, that of Postfix without its tag, has Sendmail's
   tag. */
static void
write_host(char out[MAILER_WAY_MAX], struct part host)
{
	static const char tag[] = "IPv6:";
	const char *from = host.text + 1;

	if (host.text[0] != '[' || !memchr(host.text, ':', host.length)) {
		snprintf(
		    out, MAILER_WAY_MAX, "%.*s", (int)host.length, host.text);
		return;
	}
	if (strncasecmp(from, tag, strlen(tag)) == 0)
		from += strlen(tag);
	snprintf(out, MAILER_WAY_MAX, "[%s%.*s", tag,
	    (int)(host.text + host.length - from), from);
}

int
mailer_of_nexthop(const char *nexthop, char out[MAILER_WAY_MAX])
{
	struct part transport = {nexthop, strcspn(nexthop, ":")};
	char host[MAILER_WAY_MAX], way[2 * MAILER_WAY_MAX];
	const char *rest = nexthop + transport.length, *port;
	struct part found;

	if (*rest != ':' || (!is(transport, "smtp") && !is(transport, "relay")))
		return -1;
	found = host_of(rest + 1);
	port = found.text + found.length;
	if (found.length == 0 || found.length >= MAILER_WAY_MAX / 2 ||
	    (*port != '\0' && (*port != ':' || !is_port(port + 1))))
		return -1;
	write_host(host, found);
	if (*port == '\0' || strcmp(port + 1, PORT_USUAL) == 0)
		snprintf(way, sizeof way, "relay:%s", host);
	else
		snprintf(way, sizeof way, MAILER_PREFIX "%d:%s", atoi(port + 1),
		    host);
	if (mailer_form(way))
		return -1;
	strcpy(out, way);
	return 0;
}

const char *
mailer_port(const char *way, size_t *length)
{
	const char *port = way + strlen(MAILER_PREFIX);

	if (strncmp(way, MAILER_PREFIX, strlen(MAILER_PREFIX)) != 0)
		return NULL;
	*length = strspn(port, DIGITS);
	return *length > 0 && port[*length] == ':' ? port : NULL;
}
