#include "base/line.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char cut_mark[] = "...";
static const size_t cut_length = sizeof cut_mark - 1;

static bool
is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

/* A pair goes in whole or not at all: half a value could be taken for one. */
static void
append(struct line *line, const char *pair, size_t length)
{
	if (line->is_full)
		return;
	if (length > LINE_MAX_BYTES - line->length) {
		line->is_full = true;
		pair = " ...";
		length = 4;
	}
	memcpy(line->text + line->length, pair, length);
	line->length += length;
	line->text[line->length] = '\0';
}

static size_t
escape_byte(char piece[4], unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	if (c >= ' ' && c < 0x7f) {
		if (c == '"' || c == '\\')
			piece[n++] = '\\';
		piece[n++] = c;
		return n;
	}
	piece[0] = '\\';
	piece[1] = 'x';
	piece[2] = digits[c >> 4];
	piece[3] = digits[c & 15];
	return 4;
}

size_t
line_escape(char *to, size_t size, const char *from, size_t length)
{
	size_t used = 0, cut_at = 0;

	for (size_t i = 0; i < length; i++) {
		char piece[4];
		size_t n = escape_byte(piece, from[i]);

		if (used + n >= size) {
			used = cut_at;
			if (size > cut_length) {
				memcpy(to + used, cut_mark, cut_length);
				used += cut_length;
			}
			break;
		}
		memcpy(to + used, piece, n);
		used += n;
		/* The last place where the mark still fits. */
		if (used + cut_length < size)
			cut_at = used;
	}
	to[used] = '\0';
	return used;
}

char *
line_escaped(const char *from, size_t length)
{
	size_t size = 4 * length + 4;
	char *text = alloc_zeroed(size, 1);

	line_escape(text, size, from, length);
	return text;
}

static void
add(struct line *line, const char *key, const char *value, bool quoted)
{
	char pair[LINE_KEY_MAX + LINE_VALUE_MAX + 8];
	const char *quote = quoted ? "\"" : "";
	char *end = pair;

	assert(strlen(key) < LINE_KEY_MAX);
	assert(strlen(value) < LINE_VALUE_MAX);
	end = stpcpy(stpcpy(stpcpy(end, " "), key), "=");
	end = stpcpy(stpcpy(stpcpy(end, quote), value), quote);
	append(line, pair, end - pair);
}

void
line_start(struct line *line, const char *event)
{
	assert(strlen(event) < LINE_KEY_MAX);
	line->is_full = false;
	line->length = snprintf(line->text, sizeof line->text, "%s:", event);
}

static bool
is_quoted(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_plain(bytes[i]))
			return true;
	return length == 0;
}

void
line_add_bytes(
    struct line *line, const char *key, const char *bytes, size_t length)
{
	char value[LINE_VALUE_MAX];

	line_escape(value, sizeof value, bytes, length);
	add(line, key, value, is_quoted(bytes, length));
}

void
line_add(struct line *line, const char *key, const char *value)
{
	if (value)
		line_add_bytes(line, key, value, strlen(value));
}

void
line_add_number(struct line *line, const char *key, int64_t number)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%lld", (long long)number);
	add(line, key, digits, false);
}

void
line_add_mailbox(struct line *line, const char *key, const char *address)
{
	char value[LINE_VALUE_MAX] = "<";
	size_t length;

	if (!address)
		return;
	length = strlen(address);
	line_escape(value + 1, sizeof value - 2, address, length);
	strcat(value, ">");
	add(line, key, value, length > 0 && is_quoted(address, length));
}
