#include "demands.h"

#include "base/alloc.h"
#include "config/config.h"
#include "preflight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where an administrator's postconf is, and a user's path is not. */
#define TOOLS "PATH=$PATH:/usr/sbin:/usr/local/sbin; "

/* The first line of what a command prints; to be freed. */
static char *
output_of(const char *command)
{
	FILE *pipe = popen(command, "r");
	char *line = NULL;
	size_t size = 0;

	if (!pipe || getline(&line, &size, pipe) < 0) {
		free(line);
		line = alloc_string("");
	}
	if (pipe)
		pclose(pipe);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* As the transport has it in master.cf, else as main.cf has it, else the
   default. The shell sees the names only as variables. */
static char *
value_of(const char *key)
{
	char *value;

	setenv("REPGATE_KEY", key, 1);
	value = output_of(
	    TOOLS "postconf -Pxh \"$REPGATE_TRANSPORT/unix/$REPGATE_KEY\" "
		  "2>/dev/null | grep . || postconf -xh \"$REPGATE_KEY\" "
		  "2>/dev/null");
	return value;
}

/* Whether mail is kept back rather than sent without it. */
static bool
needs_tls(void)
{
	static const char *const levels[] = {
	    "encrypt", "dane-only", "fingerprint", "verify", "secure"};
	char *level = value_of("smtp_tls_security_level");
	bool needs = false;

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		needs |= strcmp(level, levels[i]) == 0;
	free(level);
	return needs;
}

static bool
has_login(void)
{
	char *is_on = value_of("smtp_sasl_auth_enable"), *maps, *found;
	bool has = false;

	if (strcmp(is_on, "yes") == 0) {
		maps = value_of("smtp_sasl_password_maps");
		setenv("REPGATE_MAPS", maps, 1);
		found = output_of(
		    TOOLS "for map in $(echo \"$REPGATE_MAPS\" | tr , ' '); do "
			  "postmap -q \"$REPGATE_NEXTHOP\" \"$map\" >/dev/null "
			  "2>&1 && echo yes && break; done");
		has = strcmp(found, "yes") == 0;
		free(found);
		free(maps);
	}
	free(is_on);
	return has;
}

struct preflight_demand
demands_of(const struct route *route)
{
	struct preflight_demand demand = {.tls = false};
	const char *colon = strchr(route->nexthop, ':');
	char *transport = alloc_bytes(route->nexthop, colon - route->nexthop);

	setenv("REPGATE_TRANSPORT", transport, 1);
	setenv("REPGATE_NEXTHOP", colon + 1, 1);
	if (route->destination.count > 0) {
		demand.tls = needs_tls() || route->tls != ROUTE_TLS_MAY;
		demand.auth = has_login();
	}
	free(transport);
	return demand;
}
