#include "evidence/words.h"

#include "base/ascii.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SERIAL_MIN 7
#define SERIAL_LONG 12 /* no code of a receiver is that long */
#define SERIAL_KINDS_MIN 2
/* RFC 5321, 4.5.3.1.1, with room for those who allow more. */
#define LOCAL_PART_MAX 128

/* A place in the reply, and what is being made of it. */
struct scan {
	struct words *out;
	const char *bytes;
	size_t length, at;
	const char *code;  /* three digits, as the reply has it, or NULL */
	size_t mailbox_at; /* of the next @; length if there is none */
	bool has_lines;	   /* "550-": so a bare 550 within is a line's start */
};

static bool
is_space(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

/* NUL beyond the end; no byte of the reply is NUL for our purposes. */
static char
peek(const struct scan *scan, size_t ahead)
{
	size_t at = scan->at + ahead;

	return at < scan->length ? scan->bytes[at] : '\0';
}

static char
before(const struct scan *scan)
{
	return scan->at > 0 ? scan->bytes[scan->at - 1] : ' ';
}

static void
put(struct words *out, const char *bytes, size_t length)
{
	if (length > WORDS_MAX - out->length)
		length = WORDS_MAX - out->length;
	memcpy(out->text + out->length, bytes, length);
	out->length += length;
}

static void
put_text(struct words *out, const char *text)
{
	put(out, text, strlen(text));
}

static void
put_space(struct words *out)
{
	if (out->length > 0 && out->text[out->length - 1] != ' ')
		put(out, " ", 1);
}

static size_t
digits_at(const struct scan *scan, size_t ahead, size_t most)
{
	size_t count = 0;

	while (count < most && ascii_is_digit(peek(scan, ahead + count)))
		count++;
	return count;
}

/* ---- codes --------------------------------------------------------------- */

/* The length of an enhanced code (RFC 3463), or 0. */
static size_t
status_at(const struct scan *scan, size_t ahead)
{
	size_t at = ahead, count;

	if (!strchr("245", peek(scan, at)) || peek(scan, at) == '\0')
		return 0;
	at++;
	for (int i = 0; i < 2; i++) {
		if (peek(scan, at) != '.')
			return 0;
		count = digits_at(scan, at + 1, 4);
		if (count == 0 || count > 3)
			return 0;
		at += 1 + count;
	}
	/* A fourth number makes it an address or the receiver's own code. */
	if (peek(scan, at) == '.' && ascii_is_digit(peek(scan, at + 1)))
		return 0;
	return ascii_is_letter(peek(scan, at)) ? 0 : at - ahead;
}

static bool
is_code(const struct scan *scan)
{
	return strchr("245", peek(scan, 0)) && peek(scan, 0) &&
	       digits_at(scan, 0, 4) == 3 && !ascii_is_letter(peek(scan, 3)) &&
	       !(peek(scan, 3) == '.' && ascii_is_digit(peek(scan, 4)));
}

static void
skip_spaces(struct scan *scan)
{
	while (scan->at < scan->length && is_space(scan->bytes[scan->at]))
		scan->at++;
}

/* "550 5.7.1 ", "550-5.7.1 ", "550 #5.7.1 ", "5.7.1 ", "550". */
static void
read_codes(struct scan *scan)
{
	struct words *out = scan->out;
	size_t length;

	skip_spaces(scan);
	if (is_code(scan)) {
		scan->code = scan->bytes + scan->at;
		out->code = (peek(scan, 0) - '0') * 100 +
			    (peek(scan, 1) - '0') * 10 + (peek(scan, 2) - '0');
		scan->has_lines = peek(scan, 3) == '-';
		scan->at += 3 + scan->has_lines;
		skip_spaces(scan);
	}
	length = status_at(scan, peek(scan, 0) == '#');
	if (length == 0)
		return;
	scan->at += peek(scan, 0) == '#';
	memcpy(out->status, scan->bytes + scan->at, length);
	out->status[length] = '\0';
	scan->at += length;
	skip_spaces(scan);
}

static void
put_codes(struct words *out, bool is_greeting)
{
	const char code[] = {'0' + out->code / 100 % 10,
	    '0' + out->code / 10 % 10, '0' + out->code % 10, ' '};

	if (is_greeting)
		put_text(out, "greeting: ");
	if (out->code)
		put(out, code, sizeof code);
	if (out->status[0]) {
		put_text(out, out->status);
		put_text(out, " ");
	}
}

static size_t
repeated_status(const struct scan *scan, size_t ahead)
{
	size_t length = strlen(scan->out->status);

	if (length == 0 || scan->at + ahead + length > scan->length ||
	    memcmp(scan->bytes + scan->at + ahead, scan->out->status, length) !=
		0)
		return 0;
	return is_space(peek(scan, ahead + length)) ? length + 1 : 0;
}

/* The codes at the start of each further line; MTAs log the lines as one. */
static bool
skip_line_start(struct scan *scan)
{
	size_t length = 0;

	if (!is_space(before(scan)) || !ascii_is_digit(peek(scan, 0)))
		return false;
	if (scan->code && scan->at + 4 <= scan->length &&
	    memcmp(scan->bytes + scan->at, scan->code, 3) == 0) {
		bool is_dash = peek(scan, 3) == '-';

		scan->has_lines |= is_dash;
		if (is_dash ||
		    (is_space(peek(scan, 3)) &&
			(scan->has_lines || repeated_status(scan, 4))))
			length = 4;
	}
	length += repeated_status(scan, length);
	scan->at += length;
	return length > 0;
}

/* ---- addresses ----------------------------------------------------------- */

static bool
take_address(struct scan *scan)
{
	struct words *out = scan->out;
	struct quote quote;
	size_t length = quote_read(scan->bytes, scan->length, scan->at, &quote);

	if (length == 0)
		return false;
	if (quote.is_speaker)
		out->is_nested = true;
	else if (out->quote_count < WORDS_QUOTES_MAX)
		out->quotes[out->quote_count++] = quote;
	put_text(out, "{ip}");
	scan->at += length;
	return true;
}

/* ---- what is only for one message ---------------------------------------- */

static bool
is_local_part(char c)
{
	return ascii_is_word(c) ||
	       (c != '\0' && strchr(".!#$%&'*+-/=?^_`{|}~", c));
}

static bool
is_domain(char c)
{
	return ascii_is_word(c) || c == '.' || c == '-' || c == '_';
}

/* Whether an @ is near enough for what stands here to be a mail address. */
static bool
may_be_mailbox(struct scan *scan)
{
	if (scan->mailbox_at < scan->at) {
		const char *sign = memchr(
		    scan->bytes + scan->at, '@', scan->length - scan->at);

		scan->mailbox_at =
		    sign ? (size_t)(sign - scan->bytes) : scan->length;
	}
	return scan->mailbox_at < scan->length &&
	       scan->mailbox_at - scan->at <= LOCAL_PART_MAX;
}

static bool
take_mailbox(struct scan *scan)
{
	size_t length = 0;

	if (!may_be_mailbox(scan))
		return false;
	while (length < LOCAL_PART_MAX && is_local_part(peek(scan, length)))
		length++;
	if (length == 0 || peek(scan, length) != '@' ||
	    !ascii_is_word(peek(scan, length + 1)))
		return false;
	for (length++; is_domain(peek(scan, length)); length++)
		continue;
	/* The full stop behind it is not its own. */
	if (peek(scan, length - 1) == '.')
		length--;
	put_text(scan->out, "{mailbox}");
	scan->at += length;
	return true;
}

/* "2026-11-21T17:34:56.000Z" */
static bool
take_date(struct scan *scan)
{
	size_t length = 10;

	if (digits_at(scan, 0, 5) != 4 || peek(scan, 4) != '-' ||
	    digits_at(scan, 5, 3) != 2 || peek(scan, 7) != '-' ||
	    digits_at(scan, 8, 3) != 2)
		return false;
	if (peek(scan, length) == 'T')
		length++;
	while (
	    peek(scan, length) && strchr("0123456789:.Z", peek(scan, length)))
		length++;
	put_text(scan->out, "{id}");
	scan->at += length;
	return true;
}

static size_t
word_at(const struct scan *scan, size_t ahead)
{
	size_t length = 0;

	while (ascii_is_word(peek(scan, ahead + length)))
		length++;
	return length;
}

/* Nobody says it again: many digits, or letters and digits mixed. A code, as
   TSS04 or OFR006_103, has its letters first and its digits last. */
static bool
is_serial(const struct scan *scan, size_t ahead, size_t length)
{
	size_t digits = 0, turns = 0;
	bool is_code_like = ascii_is_letter(peek(scan, ahead));

	for (size_t i = 0; i < length; i++) {
		bool is_one = ascii_is_digit(peek(scan, ahead + i));

		digits += is_one;
		turns += i > 0 &&
			 is_one != ascii_is_digit(peek(scan, ahead + i - 1));
	}
	if (digits == length || length < SERIAL_MIN)
		return length >= SERIAL_MIN;
	if (length >= SERIAL_LONG)
		return digits >= SERIAL_KINDS_MIN &&
		       length - digits >= SERIAL_KINDS_MIN;
	return digits >= SERIAL_KINDS_MIN && (turns > 1 || !is_code_like);
}

/* Letters and digits up to the next other byte. What hangs on a serial number
   and has digits belongs to it: "k12si6684233pfd.240". */
static void
take_word(struct scan *scan)
{
	size_t length = word_at(scan, 0), more;

	if (!is_serial(scan, 0, length)) {
		put(scan->out, scan->bytes + scan->at, length);
		scan->at += length;
		return;
	}
	while (strchr(".-", peek(scan, length)) && peek(scan, length) &&
	       (more = word_at(scan, length + 1)) > 0 &&
	       ascii_is_digit(peek(scan, length + more)))
		length += 1 + more;
	put_text(scan->out, "{id}");
	scan->at += length;
}

static bool
take_special(struct scan *scan)
{
	char c = peek(scan, 0);

	if (skip_line_start(scan))
		return true;
	if (before(scan) != '.' && take_address(scan))
		return true;
	if (ascii_is_digit(c) && take_date(scan))
		return true;
	return is_local_part(c) && before(scan) != '/' && take_mailbox(scan);
}

/* Letters that are not the start of an address, a mailbox or a number. This is
   most of any reply. */
static bool
take_plain(struct scan *scan)
{
	const char *at = scan->bytes + scan->at;
	const char *end = scan->bytes + scan->length, *next = at;

	while (next < end && ascii_is_letter(*next))
		next++;
	if (next == at)
		return false;
	if (next < end && *next != ' ' &&
	    (ascii_is_digit(*next) || *next == ':' || may_be_mailbox(scan)))
		return false;
	put(scan->out, at, next - at);
	scan->at += next - at;
	return true;
}

/* A mail address is looked for at the start of a word only, so that the time
   stays linear. */
static void
read_text(struct scan *scan)
{
	struct words *out = scan->out;

	while (scan->at < scan->length && out->length < WORDS_MAX) {
		char c = peek(scan, 0);

		if (is_space(c)) {
			put_space(out);
			scan->at++;
		} else if (!ascii_is_word(before(scan)) &&
			   (ascii_is_word(c) || c == ':') &&
			   (take_plain(scan) || take_special(scan))) {
			continue;
		} else if (ascii_is_word(c)) {
			take_word(scan);
		} else {
			put(out, &c, 1);
			scan->at++;
		}
	}
	while (out->length > 0 && out->text[out->length - 1] == ' ')
		out->length--;
}

void
words_read(struct words *out, const char *bytes, size_t length, int code,
    const char *status, bool is_greeting)
{
	struct scan scan = {.out = out, .bytes = bytes, .length = length};

	out->length = 0;
	out->code = 0;
	out->status[0] = '\0';
	out->quote_count = 0;
	out->is_nested = false;
	read_codes(&scan);
	if (!out->code)
		out->code = code;
	if (!out->status[0] && status)
		snprintf(out->status, sizeof out->status, "%s", status);
	put_codes(out, is_greeting);
	read_text(&scan);
	out->text[out->length] = '\0';
}
