#include "evidence/maillog.h"

#include "base/ascii.h"

#include <string.h>
#include <strings.h>

static const struct piece nothing = {"", 0};

static bool
begins(const char *at, const char *end, const char *text)
{
	size_t length = strlen(text);

	return (size_t)(end - at) >= length && memcmp(at, text, length) == 0;
}

static const char *
find(const char *at, const char *end, const char *text)
{
	return memmem(at, end - at, text, strlen(text));
}

/* Where the next ", " is, which parts two fields. */
static const char *
find_comma(const char *at, const char *end)
{
	while ((at = memchr(at, ',', end - at)) && at + 1 < end)
		if (*++at == ' ')
			return at - 1;
	return NULL;
}

static struct piece
piece(const char *start, const char *end)
{
	return (struct piece){start, end - start};
}

/* ---- where the line says "to=" ------------------------------------------- */

/* "QID: to=<", which nearly every line is judged by: in an attempt of Postfix
   this is the first < of the line. */
static const char *
find_bracketed(const char *line, const char *end)
{
	const char *bracket = memchr(line, '<', end - line);

	if (!bracket || bracket - line < 6 ||
	    memcmp(bracket - 5, ": to=", 5) != 0)
		return NULL;
	return bracket - 3;
}

/* Sendmail logs an address as it got it: "sendmail[1]: QID: to=bob@..." */
static const char *
find_bare(const char *line, const char *end)
{
	const char *at = memchr(line, ']', end - line);

	if (!at || !begins(at, end, "]: "))
		return NULL;
	for (at += 3; at < end && ascii_is_word(*at); at++)
		continue;
	return begins(at, end, ": to=") ? at + 2 : NULL;
}

/* Where the ">, " behind an address is; one between quotes is its own. */
static const char *
find_close(const char *at, const char *end)
{
	bool is_quoted = false;

	for (; end - at >= 3; at++) {
		is_quoted ^= *at == '"';
		if (*at == '>' && !is_quoted && begins(at, end, ">, "))
			return at;
	}
	return NULL;
}

/* The mail address behind "to="; returns where the next field begins. */
static const char *
read_to(const char *at, const char *end, struct attempt *out)
{
	bool is_bracketed = at < end && *at == '<';
	const char *next =
	    is_bracketed ? find_close(at, end) : find_comma(at, end);

	if (!next)
		return NULL;
	next += is_bracketed;
	out->to = piece(at, next);
	out->recipients = 1;
	for (const char *more = at; (more = find(more, next, ">,<")); more += 3)
		if (out->recipients++ == 1)
			out->to = piece(at, more + 1);
	if (out->to.length >= 2 && out->to.start[0] == '<')
		out->to = piece(
		    out->to.start + 1, out->to.start + out->to.length - 1);
	return next + 2;
}

/* ---- what stands before it ----------------------------------------------- */

/* "sm-mta[24925]: QID" -> program and queue id. */
static void
read_origin(const char *line, const char *to, struct attempt *out)
{
	const char *end = to - 2, *at = end;

	while (at > line && ascii_is_word(at[-1]))
		at--;
	out->qid = piece(at, end);
	out->program = nothing;
	if (at - line < 2 || at[-1] != ' ')
		return;
	end = at - 1;
	if (end[-1] == ':')
		end--;
	for (at = end; at > line && at[-1] != ' '; at--)
		continue;
	if (end > at && *at == '[')
		at++;
	out->program = piece(at, end);
	if (memchr(at, '[', end - at))
		out->program = piece(at, memchr(at, '[', end - at));
	else if (memchr(at, ']', end - at))
		out->program = piece(at, memchr(at, ']', end - at));
}

/* "Nov 21 17:34:56" or one word; maillog_stamp says whether it is a stamp. */
static void
read_line_stamp(const char *line, const char *end, struct attempt *out)
{
	const char *space = memchr(line, ' ', end - line);

	out->stamp = nothing;
	if (end - line > 15 && line[3] == ' ' && line[6] == ' ')
		out->stamp = piece(line, line + 15);
	else if (space)
		out->stamp = piece(line, space);
}

/* ---- the fields ---------------------------------------------------------- */

/* "mx.example.com[192.0.2.1]:25", "mx.example.com. [IPv6:2001:db8::1]" */
static void
read_relay(
    const char *at, const char *end, struct piece *host, struct piece *address)
{
	const char *bracket = memchr(at, '[', end - at);
	const char *close =
	    bracket ? memchr(bracket, ']', end - bracket) : NULL;
	const char *stop = bracket ? bracket : end;

	*address = close ? piece(bracket + 1, close) : nothing;
	if (begins(address->start, address->start + address->length, "IPv6:"))
		*address = piece(bracket + 6, close);
	while (stop > at && (stop[-1] == ' ' || stop[-1] == '.'))
		stop--;
	*host = stop > at ? piece(at, stop) : *address;
}

/* "]:25" behind the address. */
static int
read_port(const struct piece *relay)
{
	const char *at = memchr(relay->start, ']', relay->length);
	const char *end = relay->start + relay->length;
	int port = 0;

	if (!at || !begins(at, end, "]:"))
		return 0;
	for (at += 2; at < end && ascii_is_digit(*at) && port < 65536; at++)
		port = port * 10 + *at - '0';
	return port < 65536 ? port : 0;
}

struct fields {
	struct piece relay, dsn, reply, status;
	bool is_sendmail;
};

/* The text behind "status=" and "reply=" may hold anything, also ", dsn=": so
   the fields are read in order and that one is the last. */
static int
read_fields(const char *at, const char *end, struct fields *out)
{
	*out = (struct fields){nothing, nothing, nothing, nothing, false};
	while (at && at < end) {
		const char *next, *stop;

		if (begins(at, end, "status=")) {
			out->status = piece(at + 7, end);
			return 0;
		}
		if (begins(at, end, "stat=")) {
			out->status = piece(at + 5, end);
			out->is_sendmail = true;
			return 0;
		}
		next = find_comma(at, end);
		stop = next ? next : end;
		if (begins(at, end, "reply=")) {
			next = find(at, end, ", stat=");
			out->reply = piece(at + 6, next ? next : end);
		} else if (begins(at, end, "orig_to=<") ||
			   begins(at, end, "ctladdr=<")) {
			next = find(at, end, ">");
			next = next ? find_comma(next, end) : NULL;
		} else if (begins(at, end, "relay=")) {
			out->relay = piece(at + 6, stop);
		} else if (begins(at, end, "dsn=")) {
			out->dsn = piece(at + 4, stop);
		}
		at = next ? next + 2 : NULL;
	}
	return -1;
}

static bool
is_word(const struct piece *word, const char *text)
{
	return word->length == strlen(text) &&
	       memcmp(word->start, text, word->length) == 0;
}

/* "deferred (host ... said: ...)" */
static int
read_postfix(const struct piece *status, struct attempt *out)
{
	const char *at = status->start, *end = at + status->length;
	const char *space = memchr(at, ' ', end - at);

	out->status_word = piece(at, space ? space : end);
	if (is_word(&out->status_word, "sent"))
		out->status = ATTEMPT_SENT;
	else if (is_word(&out->status_word, "deferred"))
		out->status = ATTEMPT_DEFERRED;
	else if (is_word(&out->status_word, "bounced") ||
		 is_word(&out->status_word, "expired") ||
		 is_word(&out->status_word, "undeliverable"))
		out->status = ATTEMPT_BOUNCED;
	else
		out->status = ATTEMPT_OTHER;
	if (!space || space + 1 == end || space[1] != '(')
		return 0;
	if (end[-1] == ')')
		end--;
	at = space + 2;
	if (out->status != ATTEMPT_SENT && at < end)
		attempt_read_words(at, end - at, out);
	return 0;
}

/* ---- Sendmail's words --------------------------------------------------- */

static bool
has_code(const struct piece *text)
{
	return text->length > 3 && strchr("45", text->start[0]) &&
	       ascii_is_digit(text->start[1]) &&
	       ascii_is_digit(text->start[2]) &&
	       (text->start[3] == ' ' || text->start[3] == '-');
}

/* "Sent (OK ...)", "Deferred: 421 ...", "User unknown". Where the reply itself
   is not logged the words are Sendmail's, made of the code. -1 for a line that
   only says that the message waits. */
static int
read_sendmail(const struct fields *fields, struct attempt *out)
{
	static const char later[] = "Deferred";
	const char *at = fields->status.start;
	const char *end = at + fields->status.length;

	if (begins(at, end, "queued"))
		return -1;
	if (begins(at, end, "Sent")) {
		out->status = ATTEMPT_SENT;
		out->status_word = piece(at, at + 4);
		return 0;
	}
	out->status = ATTEMPT_BOUNCED;
	if (begins(at, end, later)) {
		out->status = ATTEMPT_DEFERRED;
		at += sizeof later - 1;
		at += begins(at, end, ": ") ? 2 : 0;
	}
	out->text = piece(at, end);
	if (has_code(&fields->reply))
		out->text = fields->reply;
	out->is_reply = has_code(&out->text);
	out->status_word = piece(fields->status.start, at);
	return 0;
}

/* ---- the line ----------------------------------------------------------- */

/* Names of our own programs, and /paths to them, are no hosts. Sendmail names
   a host also where it found no address for it, and nothing where it delivers
   itself. */
static bool
is_remote(const struct fields *fields)
{
	const struct piece *relay = &fields->relay;

	if (memchr(relay->start, '[', relay->length))
		return true;
	if (fields->is_sendmail)
		return memchr(relay->start, '.', relay->length);
	return relay->length == 0 || is_word(relay, "none");
}

bool
maillog_read(const char *line, size_t length, struct attempt *out)
{
	const char *end = line + length, *to, *at;
	struct fields fields;

	to = find_bracketed(line, end);
	if (!to)
		to = find_bare(line, end);
	if (!to)
		return false;
	at = read_to(to + 3, end, out);
	if (!at || read_fields(at, end, &fields) != 0 || !is_remote(&fields))
		return false;
	out->dsn = fields.dsn;
	out->relay = out->relay_address = out->speaker = out->text = nothing;
	out->relay_port = read_port(&fields.relay);
	out->stage = REPLY_STAGE_UNKNOWN;
	out->is_reply = false;
	if (fields.relay.length > 0 && !is_word(&fields.relay, "none"))
		read_relay(fields.relay.start,
		    fields.relay.start + fields.relay.length, &out->relay,
		    &out->relay_address);
	if ((fields.is_sendmail ? read_sendmail(&fields, out)
				: read_postfix(&fields.status, out)) != 0)
		return false;
	read_origin(line, to, out);
	read_line_stamp(line, to, out);
	return true;
}

static bool
is_smtp(const struct piece *program)
{
	static const char name[] = "/smtp";
	size_t length = sizeof name - 1;

	return program->length > length &&
	       memcmp(program->start + program->length - length, name,
		   length) == 0;
}

bool
maillog_read_host(const char *line, size_t length, struct attempt *out)
{
	const char *end = line + length, *words, *close;
	/* What others say comes only after this. */
	const char *pid_end = find(line, end, "]: ");

	words = pid_end ? find(pid_end, end, ": host ") : NULL;
	if (!words)
		return false;
	words += 2;
	*out = (struct attempt){.recipients = 1, .status = ATTEMPT_DEFERRED};
	out->to = out->dsn = out->status_word = nothing;
	read_origin(line, words, out);
	if (out->qid.length == 0 || out->qid.start != pid_end + 3 ||
	    !is_smtp(&out->program))
		return false;
	attempt_read_words(words, end - words, out);
	close = memchr(words, ']', end - words);
	if (!out->is_reply || !close)
		return false;
	read_relay(words + 5, close + 1, &out->relay, &out->relay_address);
	read_line_stamp(line, words, out);
	return true;
}
