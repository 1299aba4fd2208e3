/*
 * nexthop -- where Postfix's transport:nexthop leads (transport(5)). Pure; any
 * thread.
 */
#ifndef CONFIG_NEXTHOP_H
#define CONFIG_NEXTHOP_H

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>

#define NEXTHOP_HOST_MAX 254
#define NEXTHOP_TRANSPORT_MAX 64
#define NEXTHOP_PORT 25

struct nexthop {
	char transport[NEXTHOP_TRANSPORT_MAX];
	/* A host, or a domain whose MX hosts are meant. "": none, each message
	   goes where its recipient is. */
	char host[NEXTHOP_HOST_MAX];
	bool is_domain;		/* without [ and ] */
	struct address address; /* where the host is an IP address; family 0 */
	uint16_t port;
};

/* "smtp:[host.example]:587", "smtp:[192.0.2.1]", "smtp:[ipv6:2001:db8::1]",
   "relay:example.com", "second:". 0, or -1 with *out untouched: there may be
   more in it than one host, or it is of another kind of transport. */
int nexthop_parse(const char *text, struct nexthop *out);

/* Whether mail with that nexthop is what was handed to that host. address of
   family 0, and port 0: not known. Every host of a domain, and of the names in
   it, is taken for one of its MX hosts. */
bool nexthop_is(const struct nexthop *, const char *host,
    const struct address *address, int port);

#endif
