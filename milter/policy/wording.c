#include "policy/wording.h"

#include "base/domain.h"
#include "base/line.h"
#include "config/mailer.h"
#include "policy/verdict.h"
#include "standing/board.h"

#include <stdio.h>
#include <string.h>

/* RFC 3463: delivery not authorized, for now. Where the transport is a real
   one, pipe(8) shows the text by it as a deferral. */
#define WAIT_PREFIX "OK " WORDING_WAIT_TRANSPORT ":4.7.1 "

/* Without a list it is an egress that comes back in steps. */
static int
say_why(char *text, size_t size, const char *before, const struct blame *blame)
{
	if (blame->blocked_by[0])
		return snprintf(text, size, "%s%s is blocked by %s", before,
		    blame->subject, blame->blocked_by);
	return snprintf(text, size,
	    "%s%s was blocked until lately, and comes back in steps", before,
	    blame->subject);
}

const char *
wording_defer(char text[WORDING_MAX], const struct verdict *verdict)
{
	char raw[WORDING_MAX];
	struct blame blame;
	size_t used;

	verdict_blame(verdict, &blame);
	used = say_why(raw, sizeof raw, "", &blame);
	if (used < sizeof raw)
		snprintf(raw + used, sizeof raw - used, "%s%s; try again later",
		    blame.removal[0] ? ", removal: " : "", blame.removal);
	line_escape(text, WORDING_MAX, raw, strlen(raw));
	return text;
}

const char *
wording_hold(char text[WORDING_MAX], const struct verdict *verdict)
{
	char raw[WORDING_MAX];
	struct blame blame;

	verdict_blame(verdict, &blame);
	say_why(raw, sizeof raw, "repgate: ", &blame);
	line_escape(text, WORDING_MAX, raw, strlen(raw));
	return text;
}

static void
write_reason(char *text, size_t size, const struct verdict *verdict)
{
	char raw[WORDING_MAX];
	struct blame blame;

	verdict_blame(verdict, &blame);
	say_why(raw, sizeof raw, "", &blame);
	line_escape(text, size, raw, strlen(raw));
}

static void
write_wait(char text[WORDING_MAX], const struct verdict *verdict)
{
	const size_t used = sizeof WAIT_PREFIX - 1;

	memcpy(text, WAIT_PREFIX, used);
	write_reason(text + used, WORDING_MAX - used, verdict);
}

/* Sendmail (MAXNAME) bounces the mail where an answer has 256 bytes or more. */
#define ERROR_TEXT_MAX 160
#define ERROR_PREFIX "OK error:4.7.1:\"451 4.7.1 "

/* In double quotes all else is taken as it is; %% is read as %. */
static size_t
quote(char *to, const char *from)
{
	size_t used = 0;

	for (; *from && used < ERROR_TEXT_MAX - 1; from++) {
		to[used++] = *from == '"' ? '\'' : *from == '\\' ? '/' : *from;
		if (*from == '%')
			to[used++] = '%';
	}
	return used;
}

static void
write_error(char text[WORDING_MAX], const struct verdict *verdict)
{
	char reason[WORDING_MAX];
	size_t used = sizeof ERROR_PREFIX - 1;

	write_reason(reason, WORDING_MAX, verdict);
	memcpy(text, ERROR_PREFIX, used);
	used += quote(text + used, reason);
	strcpy(text + used, "\"");
}

const char *
wording_mailertable(char text[WORDING_MAX], const struct verdict *verdict,
    const char *domain, bool is_queue_run)
{
	char name[DOMAIN_MAX];

	if (verdict->action == ACTION_REROUTE && verdict->route->mailertable)
		snprintf(
		    text, WORDING_MAX, "OK %s", verdict->route->mailertable);
	else if (verdict->action == ACTION_WAIT && is_queue_run)
		write_error(text, verdict);
	else if (verdict->action == ACTION_WAIT && domain &&
		 domain_parse(domain, name) == 0 &&
		 strlen(name) < MAILER_WAY_MAX)
		snprintf(text, WORDING_MAX, "OK " MAILER_WAIT ":%s", name);
	else
		strcpy(text, "NOTFOUND ");
	return text;
}

/* Without snprintf, since it is what most answers are while listed. */
static void
write_ok(char text[WORDING_MAX], const char *way)
{
	size_t length = strnlen(way, WORDING_MAX - 4);

	memcpy(text, "OK ", 3);
	memcpy(text + 3, way, length);
	text[3 + length] = '\0';
}

const char *
wording_map(char text[WORDING_MAX], const struct verdict *verdict)
{
	if (verdict->probe)
		write_ok(text, verdict->probe);
	else if (verdict->action == ACTION_REROUTE &&
		 verdict->route->nexthop[0])
		write_ok(text, verdict->route->nexthop);
	else if (verdict->action == ACTION_WAIT)
		write_wait(text, verdict);
	else
		strcpy(text, "NOTFOUND ");
	return text;
}
