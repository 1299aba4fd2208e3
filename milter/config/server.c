#include "config/server.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DNS_PORT 53

/* text is what follows the address: nothing or ":PORT". */
static int
parse_port(const char *text, unsigned *port)
{
	unsigned long value;

	if (text[0] == '\0')
		return 0;
	if (text[0] != ':' || strlen(text) > strlen(":65535") ||
	    strspn(text + 1, "0123456789") != strlen(text + 1))
		return -1;
	value = strtoul(text + 1, NULL, 10);
	if (value < 1 || value > 65535)
		return -1;
	*port = value;
	return 0;
}

/* Points behind the address in text; *length is that of the address. */
static const char *
split(const char *text, const char **start, size_t *length)
{
	bool is_bare = address_parse(text, &(struct address){0}) == 0;

	*start = text[0] == '[' ? text + 1 : text;
	*length = is_bare ? strlen(text)
			  : strcspn(*start, text[0] == '[' ? "]" : ":");
	if (text[0] == '[' && (*start)[*length] != ']')
		return NULL;
	return *start + *length + (text[0] == '[');
}

int
server_parse(const char *text, char out[SERVER_TEXT_MAX])
{
	const char *start, *rest;
	char copy[ADDRESS_TEXT_MAX];
	struct address address;
	unsigned port = DNS_PORT;
	size_t length;

	rest = split(text, &start, &length);
	if (!rest || length >= sizeof copy)
		return -1;
	memcpy(copy, start, length);
	copy[length] = '\0';
	if (address_parse(copy, &address) != 0 || parse_port(rest, &port) != 0)
		return -1;
	address_format(copy, &address);
	snprintf(out, SERVER_TEXT_MAX,
	    address.family == 6 ? "[%s]:%u" : "%s:%u", copy, port);
	return 0;
}

const char *
server_form(const char *text)
{
	char server[SERVER_TEXT_MAX];

	return server_parse(text, server) == 0
		   ? NULL
		   : "\"ADDRESS\", \"ADDRESS:PORT\" or \"[IPV6]:PORT\"";
}
