#include "config/destinations.h"

#include "config/nexthop.h"

#include <stdio.h>
#include <string.h>

/* Transports of Postfix that take something else for a nexthop. */
static bool
speaks_smtp(const char *transport)
{
	static const char *const others[] = {"lmtp", "local", "virtual", "pipe",
	    "error", "retry", "discard", "defer", "hold", "egress-wait"};

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(others[i], transport) == 0)
			return false;
	return true;
}

/* Whether a bare domain is one to send to by SMTP: of a transport of another
   name it may be anything. */
static bool
is_of_smtp(const char *transport)
{
	return strncmp(transport, "smtp", 4) == 0 ||
	       strncmp(transport, "relay", 5) == 0 ||
	       strncmp(transport, "esmtp", 5) == 0;
}

/* The number of a service that stands for a port, which every system has. */
static void
number_port(char *text, size_t size)
{
	static const struct {
		const char *name, *number;
	} known[] = {{":smtp", ":25"}, {":smtps", ":465"},
	    {":submission", ":587"}, {":submissions", ":465"}};
	char *colon = strrchr(text, ':');

	for (size_t i = 0; colon && i < sizeof known / sizeof known[0]; i++)
		if (strcmp(colon, known[i].name) == 0) {
			snprintf(colon, size - (colon - text), "%s",
			    known[i].number);
			return;
		}
}

static int
parse_destination(
    const char *transport, const char *item, struct destination *out)
{
	bool is_marked = item[0] == '[' || strchr(item, ':');
	struct nexthop nexthop;
	char text[1024];

	snprintf(text, sizeof text, "%s:%s", transport, item);
	number_port(text, sizeof text);
	if ((!is_marked && !is_of_smtp(transport)) ||
	    nexthop_parse(text, &nexthop) != 0)
		return -1;
	*out = (struct destination){.address = nexthop.address,
	    .wants_mx = nexthop.is_domain && nexthop.address.family == 0,
	    .port = nexthop.port};
	if (out->address.family != 0)
		return 0;
	return domain_parse(nexthop.host, out->name);
}

void
destinations_parse(const char *nexthop, struct destinations *out)
{
	char copy[512], *rest, *item;

	out->count = 0;
	if (strlen(nexthop) >= sizeof copy)
		return;
	strcpy(copy, nexthop);
	rest = strchr(copy, ':');
	if (!rest)
		return;
	*rest++ = '\0';
	if (!speaks_smtp(copy))
		return;
	while ((item = strtok_r(rest, ", ", &rest)) &&
	       out->count < DESTINATIONS_MAX)
		if (parse_destination(copy, item, &out->items[out->count]) == 0)
			out->count++;
}
