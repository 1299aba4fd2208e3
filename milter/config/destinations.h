/*
 * destinations -- the hosts that a route leads to: all those that Postfix's
 * transport:nexthop names. Pure; any thread.
 */
#ifndef CONFIG_DESTINATIONS_H
#define CONFIG_DESTINATIONS_H

#include "base/address.h"
#include "base/domain.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of "smtp:[one.example]:587, [two.example]:587"; more are left out. */
#define DESTINATIONS_MAX 4

struct destination {
	char name[DOMAIN_MAX];	/* "" for a literal */
	struct address address; /* of a literal; else family 0 */
	bool wants_mx;		/* no brackets: its mail servers are meant */
	uint16_t port;
};

struct destinations {
	struct destination items[DESTINATIONS_MAX];
	size_t count; /* 0: it names no host that speaks SMTP */
};

/* What does not look like a host that speaks SMTP is left out: "smtp-second:",
   "error:text", "lmtp:unix:/path". */
void destinations_parse(const char *nexthop, struct destinations *out);

#endif
