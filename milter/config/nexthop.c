#include "config/nexthop.h"

#include "config/form.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Postfix takes names of services too, which are only known on its machine. */
static int
read_port(const char *text, uint16_t *port)
{
	char *end;
	long value;

	if (text[0] == '\0') {
		*port = NEXTHOP_PORT;
		return 0;
	}
	if (text[0] != ':' || text[1] < '0' || text[1] > '9')
		return -1;
	value = strtol(text + 1, &end, 10);
	if (*end != '\0' || value < 1 || value > UINT16_MAX)
		return -1;
	*port = value;
	return 0;
}

static int
copy(char *to, size_t size, const char *from, size_t length)
{
	if (length >= size)
		return -1;
	memcpy(to, from, length);
	to[length] = '\0';
	return 0;
}

static int
read_host(const char *text, size_t length, struct nexthop *nexthop)
{
	if (copy(nexthop->host, sizeof nexthop->host, text, length) != 0)
		return -1;
	if (!nexthop->is_domain &&
	    address_parse(nexthop->host, &nexthop->address) == 0)
		return 0;
	return form_domain(nexthop->host) ? -1 : 0;
}

static int
read_destination(const char *text, struct nexthop *nexthop)
{
	const char *end;

	if (text[0] == '\0') {
		nexthop->port = NEXTHOP_PORT;
		return 0;
	}
	nexthop->is_domain = text[0] != '[';
	if (nexthop->is_domain) {
		end = text + strcspn(text, ":");
		return read_host(text, end - text, nexthop) == 0
			   ? read_port(end, &nexthop->port)
			   : -1;
	}
	end = strchr(text, ']');
	if (!end || read_host(text + 1, end - text - 1, nexthop) != 0)
		return -1;
	return read_port(end + 1, &nexthop->port);
}

int
nexthop_parse(const char *text, struct nexthop *out)
{
	struct nexthop nexthop = {.port = 0};
	const char *colon = strchr(text, ':');

	if (!colon || colon == text ||
	    copy(nexthop.transport, sizeof nexthop.transport, text,
		colon - text) != 0 ||
	    read_destination(colon + 1, &nexthop) != 0)
		return -1;
	*out = nexthop;
	return 0;
}

/* Whether host is that name, or, for a domain, below it. */
static bool
is_named(const struct nexthop *nexthop, const char *host)
{
	size_t length = strlen(host), of = strlen(nexthop->host);

	if (of == 0 || length < of ||
	    strcasecmp(host + length - of, nexthop->host) != 0)
		return false;
	return length == of ||
	       (nexthop->is_domain && host[length - of - 1] == '.');
}

bool
nexthop_is(const struct nexthop *nexthop, const char *host,
    const struct address *address, int port)
{
	if (port && port != nexthop->port)
		return false;
	if (nexthop->address.family && address->family)
		return address_equal(&nexthop->address, address);
	return is_named(nexthop, host);
}
