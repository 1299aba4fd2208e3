#include "policy/wording.h"

#include "base/line.h"
#include "policy/gate.h"
#include "standing/board.h"

#include <stdio.h>
#include <string.h>

/* RFC 3463: delivery not authorized, for now. Where the transport is a real
   one, pipe(8) shows the text by it as a deferral. */
#define WAIT_PREFIX "OK " WORDING_WAIT_TRANSPORT ":4.7.1 "

const char *
wording_defer(char text[WORDING_MAX], const struct verdict *verdict)
{
	char raw[WORDING_MAX];
	struct blame blame;

	gate_blame(verdict, &blame);
	snprintf(raw, sizeof raw, "%s is blocked by %s%s%s; try again later",
	    blame.subject, blame.blocked_by,
	    blame.removal[0] ? ", removal: " : "", blame.removal);
	line_escape(text, WORDING_MAX, raw, strlen(raw));
	return text;
}

const char *
wording_hold(char text[WORDING_MAX], const struct verdict *verdict)
{
	char raw[WORDING_MAX];
	struct blame blame;

	gate_blame(verdict, &blame);
	snprintf(raw, sizeof raw, "repgate: %s is blocked by %s", blame.subject,
	    blame.blocked_by);
	line_escape(text, WORDING_MAX, raw, strlen(raw));
	return text;
}

static void
write_wait(char text[WORDING_MAX], const struct verdict *verdict)
{
	const size_t used = sizeof WAIT_PREFIX - 1;
	char raw[WORDING_MAX];
	struct blame blame;

	gate_blame(verdict, &blame);
	snprintf(raw, sizeof raw, "%s is blocked by %s", blame.subject,
	    blame.blocked_by);
	memcpy(text, WAIT_PREFIX, used);
	line_escape(text + used, WORDING_MAX - used, raw, strlen(raw));
}

const char *
wording_map(char text[WORDING_MAX], const struct verdict *verdict)
{
	if (verdict->probe)
		snprintf(text, WORDING_MAX, "OK %s", verdict->probe);
	else if (verdict->action == ACTION_REROUTE &&
		 verdict->route->nexthop[0])
		snprintf(text, WORDING_MAX, "OK %s", verdict->route->nexthop);
	else if (verdict->action == ACTION_WAIT)
		write_wait(text, verdict);
	else
		strcpy(text, "NOTFOUND ");
	return text;
}
