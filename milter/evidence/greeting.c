#include "evidence/greeting.h"

#include "base/ascii.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

void
greeting_start(
    struct greeting *greeting, const char *name, enum greeting_tls tls)
{
	*greeting =
	    (struct greeting){.tls = tls, .is_secured = tls == GREETING_IN_TLS};
	snprintf(greeting->name, sizeof greeting->name, "%s", name);
}

static enum greeting_next
fail(struct greeting *greeting, const char *cause)
{
	snprintf(greeting->cause, sizeof greeting->cause, "%s", cause);
	return GREETING_END;
}

/* RFC 5321, 4.2 */
static bool
is_reply(const struct greeting *greeting)
{
	const char *line = greeting->line;

	return greeting->length >= 3 && line[0] >= '2' && line[0] <= '5' &&
	       ascii_is_digit(line[1]) && ascii_is_digit(line[2]) &&
	       (greeting->length == 3 || line[3] == ' ' || line[3] == '-');
}

/* One line of the reply to EHLO (RFC 5321, 4.1.1.1) begins with that keyword.
   STARTTLS has no parameters (RFC 3207, 2); some servers add one. */
static bool
offers(const struct greeting *greeting, const char *keyword)
{
	const size_t length = strlen(keyword), end = 4 + length;

	return greeting->lines > 0 && greeting->length >= end &&
	       strncasecmp(greeting->line + 4, keyword, length) == 0 &&
	       (greeting->length == end || greeting->line[end] == ' ');
}

static enum greeting_next
say(struct greeting *greeting, const char *verb, const char *name, int stage)
{
	snprintf(greeting->say, sizeof greeting->say, "%s%s\r\n", verb, name);
	greeting->stage = stage;
	greeting->lines = 0;
	greeting->has_tls = false;
	greeting->auth[0] = '\0';
	return GREETING_SAY;
}

static enum greeting_next
quote(struct greeting *greeting, const char *before)
{
	char cause[GREETING_CAUSE_MAX];

	snprintf(cause, sizeof cause, "%s: %.*s", before,
	    (int)(greeting->length < 200 ? greeting->length : 200),
	    greeting->line);
	return fail(greeting, cause);
}

/* What the names of mechanisms may be made of (RFC 4422, 3.1); a server that
   writes another byte means nothing that we know. */
static bool
is_mechanism(char byte)
{
	return ascii_is_word(byte) || byte == '-' || byte == '_';
}

/* "250-AUTH PLAIN LOGIN": a server may have several lines of it. */
static void
take_mechanisms(struct greeting *greeting)
{
	const char *text = greeting->line + 4 + strlen("AUTH");

	while (*text) {
		size_t used = strlen(greeting->auth), length = 0;

		while (is_mechanism(text[length]))
			length++;
		if (length > 0 && used + 1 + length < sizeof greeting->auth) {
			greeting->auth[used] = ' ';
			memcpy(greeting->auth + used + 1, text, length);
			greeting->auth[used + 1 + length] = '\0';
		}
		text += length > 0 ? length : 1;
	}
}

static enum greeting_next
leave(struct greeting *greeting)
{
	if (greeting->tls == GREETING_WANTS_TLS && !greeting->offers_tls)
		fail(greeting, "it does not offer STARTTLS");
	else
		greeting->is_good = !greeting->refuses_tls;
	return say(greeting, "QUIT", "", LEAVING);
}

static enum greeting_next
take_offer(struct greeting *greeting)
{
	char *auth =
	    greeting->is_secured ? greeting->secure_auth : greeting->plain_auth;

	memcpy(auth, greeting->auth, sizeof greeting->auth);
	if (greeting->is_secured)
		return leave(greeting);
	greeting->offers_tls = greeting->has_tls;
	if (greeting->offers_tls && greeting->tls == GREETING_BEGINS_TLS)
		return say(greeting, "STARTTLS", "", BEGINNING);
	return leave(greeting);
}

static enum greeting_next
begin_tls(struct greeting *greeting, bool is_ready)
{
	if (is_ready)
		return GREETING_TLS;
	quote(greeting, "it answers STARTTLS with");
	greeting->refuses_tls = true;
	return leave(greeting);
}

void
greeting_secured(struct greeting *greeting)
{
	greeting->is_secured = true;
	say(greeting, "EHLO ", greeting->name, ASKED);
}

/* The last line of a reply. */
static enum greeting_next
take_reply(struct greeting *greeting)
{
	bool is_good = greeting->line[0] == '2';

	switch (greeting->stage) {
	case GREETED:
		if (!is_good)
			return quote(greeting, "it greets with");
		return say(greeting, "EHLO ", greeting->name, ASKED);
	case ASKED:
		if (is_good)
			return take_offer(greeting);
		/* One that knows no EHLO. */
		if (greeting->line[0] == '5' &&
		    greeting->tls != GREETING_WANTS_TLS)
			return say(
			    greeting, "HELO ", greeting->name, ASKED_AGAIN);
		return quote(greeting, "it answers EHLO with");
	case ASKED_AGAIN:
		if (is_good)
			return leave(greeting);
		return quote(greeting, "it answers HELO with");
	case BEGINNING:
		return begin_tls(greeting, is_good);
	case LEAVING:
		break;
	}
	return GREETING_END;
}

static enum greeting_next
take_line(struct greeting *greeting)
{
	enum greeting_next next = GREETING_READ;

	if (greeting->length > 0 &&
	    greeting->line[greeting->length - 1] == '\r')
		greeting->length--;
	greeting->line[greeting->length] = '\0';
	if (greeting->stage == LEAVING)
		return GREETING_END;
	if (!is_reply(greeting))
		return quote(greeting, "what it says is not SMTP");
	greeting->has_tls |= offers(greeting, "STARTTLS");
	if (offers(greeting, "AUTH"))
		take_mechanisms(greeting);
	greeting->lines++;
	if (greeting->length == 3 || greeting->line[3] == ' ')
		next = take_reply(greeting);
	greeting->length = 0;
	return next;
}

enum greeting_next
greeting_take(struct greeting *greeting, const char *bytes, size_t length)
{
	enum greeting_next next = GREETING_READ;

	for (size_t i = 0; i < length && next == GREETING_READ; i++) {
		if (++greeting->bytes > GREETING_BYTES_MAX)
			return fail(greeting, "it says more than 64 kB");
		if (bytes[i] == '\n')
			next = take_line(greeting);
		else if (greeting->length < sizeof greeting->line - 1)
			greeting->line[greeting->length++] =
			    bytes[i] ? bytes[i] : '?';
	}
	return next;
}
