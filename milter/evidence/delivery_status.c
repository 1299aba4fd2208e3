#include "evidence/delivery_status.h"

#include "base/ascii.h"

#define PART_DIGITS_MAX 3

static const char *
skip_digits(const char *at, const char *end)
{
	const char *start = at;

	while (at < end && at - start < PART_DIGITS_MAX && ascii_is_digit(*at))
		at++;
	return at > start ? at : NULL;
}

/* "5.7.1 " (RFC 3463, section 2): where the space is, or NULL. */
static const char *
skip_status(const char *at, const char *end)
{
	if (at == end || (*at != '2' && *at != '4' && *at != '5'))
		return NULL;
	at++;
	for (int part = 0; part < 2; part++) {
		if (at == end || *at != '.')
			return NULL;
		at = skip_digits(at + 1, end);
		if (!at)
			return NULL;
	}
	return at < end && *at == ' ' ? at : NULL;
}

static enum attempt_status
status_of(char first)
{
	if (first == '2')
		return ATTEMPT_SENT;
	return first == '4' ? ATTEMPT_DEFERRED : ATTEMPT_BOUNCED;
}

int
delivery_status_read(const char *key, size_t length, struct attempt *out)
{
	const char *end = key + length, *space = skip_status(key, end);

	if (!space)
		return -1;
	*out = (struct attempt){
	    .recipients = 1,
	    .dsn = {key, space - key},
	    .status = status_of(*key),
	};
	if (out->status != ATTEMPT_SENT)
		attempt_read_words(space + 1, end - space - 1, out);
	return 0;
}
