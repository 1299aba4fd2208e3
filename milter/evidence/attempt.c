#include "evidence/attempt.h"

#include <string.h>

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

static struct piece
piece(const char *start, const char *end)
{
	return (struct piece){start, end - start};
}

static const struct {
	const char *command;
	enum reply_stage stage;
} commands[] = {
    {"EHLO", REPLY_STAGE_HELO},
    {"HELO", REPLY_STAGE_HELO},
    {"LHLO", REPLY_STAGE_HELO},
    {"MAIL FROM", REPLY_STAGE_MAIL},
    {"RCPT TO", REPLY_STAGE_RCPT},
    {"DATA", REPLY_STAGE_DATA},
    {"end of DATA", REPLY_STAGE_DATA},
};

/* Takes "(in reply to RCPT TO command)" off the end of the words. */
static void
read_stage(struct attempt *out)
{
	static const char mark[] = " (in reply to ";
	const char *at = out->text.start, *end = at + out->text.length;
	const char *last = memrchr(at, '(', end - at);

	if (!last || last == at || !begins(last - 1, end, mark))
		return;
	last--;
	out->text = piece(at, last);
	out->stage = REPLY_STAGE_OTHER;
	last += sizeof mark - 1;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (begins(last, end, commands[i].command))
			out->stage = commands[i].stage;
}

/* The words after "host NAME[ADDRESS] " or "server NAME[ADDRESS] "; NULL if
   the text is not of that form. Sets the speaker. */
static const char *
read_speaker(const char *at, const char *end, struct attempt *out)
{
	const char *close, *bracket;

	if (begins(at, end, "host "))
		at += 5;
	else if (begins(at, end, "server "))
		at += 7;
	else
		return NULL;
	close = memchr(at, ']', end - at);
	if (!close || memchr(at, ' ', close - at))
		return NULL;
	bracket = memchr(at, '[', close - at);
	/* "host [192.0.2.1]": the relay's name says more. */
	if (*at != '[')
		out->speaker = piece(at, bracket ? bracket : close + 1);
	return close + 1;
}

/* Where our own answer to Postfix quotes the words that it stands for. */
static const char *
skip_kept(const char *at, const char *end)
{
	const char *next;

	if (!begins(at, end, ATTEMPT_KEPT))
		return at;
	next = find(at, end, "; ");
	return next ? next + 2 : at;
}

void
attempt_read_words(const char *start, size_t length, struct attempt *out)
{
	static const char suspended[] = "delivery temporarily suspended: ";
	static const char login[] = "SASL authentication failed; ";
	const char *at = start, *end = start + length, *words;

	out->speaker = nothing;
	out->stage = REPLY_STAGE_UNKNOWN;
	out->is_reply = false;
	if (begins(at, end, suspended))
		at += sizeof suspended - 1;
	at = skip_kept(at, end);
	out->text = piece(at, end);
	/* What it said to our login is nothing it said of our mail. */
	if (begins(at, end, login))
		return;
	words = read_speaker(at, end, out);
	if (!words)
		return;
	if (begins(words, end, " said: ")) {
		out->text = piece(words + 7, end);
		read_stage(out);
	} else if (begins(words, end, " refused to talk to me: ")) {
		out->text = piece(words + 24, end);
		out->stage = REPLY_STAGE_GREETING;
	} else {
		return;
	}
	out->is_reply = true;
}

const char *
attempt_status_name(enum attempt_status status)
{
	static const char *const names[] = {
	    [ATTEMPT_SENT] = "sent",
	    [ATTEMPT_DEFERRED] = "deferred",
	    [ATTEMPT_BOUNCED] = "bounced",
	    [ATTEMPT_OTHER] = "other",
	};

	return names[status];
}
