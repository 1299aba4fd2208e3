#include "evidence/sighted.h"

#include "base/ascii.h"
#include "base/stamp.h"

#include <string.h>
#include <time.h>

#define DAY (24 * 60 * 60)

/* "Z", "+01:00", "+0100" at the end of an RFC 3339 stamp, in seconds. 0, or -1
   if it names none. */
static int
read_zone(const struct piece *text, int *out)
{
	const char *at = text->start + 19, *end = text->start + text->length;
	int sign, digits[4], count = 0;

	while (at < end && *at != '+' && *at != '-' && *at != 'Z')
		at++;
	if (at == end)
		return -1;
	sign = *at == '-' ? -1 : 1;
	for (at++; at < end && count < 4; at++)
		if (ascii_is_digit(*at))
			digits[count++] = *at - '0';
	*out = 0;
	if (count == 4)
		*out = sign * (digits[0] * 36000 + digits[1] * 3600 +
				  digits[2] * 600 + digits[3] * 60);
	return 0;
}

/* A traditional stamp has no year: it is of the latest one in which it is not
   of another day to come. */
static int64_t
of_latest_year(struct tm tm, int64_t now_sec)
{
	time_t now = now_sec, when = 0;
	struct tm today;

	if (!localtime_r(&now, &today))
		return 0;
	for (int back = -1; back <= 1; back++) {
		struct tm copy = tm;

		copy.tm_year = today.tm_year - back;
		when = mktime(&copy);
		if (when <= now + DAY)
			break;
	}
	return when;
}

int64_t
sighted_when(const struct piece *text, int64_t now_sec)
{
	struct stamp stamp;
	struct tm tm = {.tm_isdst = -1};
	int zone;

	if (stamp_read(text->start, text->length, &stamp) != 0)
		return 0;
	tm.tm_mon = stamp.month - 1;
	tm.tm_mday = stamp.day;
	tm.tm_hour = stamp.hour;
	tm.tm_min = stamp.minute;
	tm.tm_sec = stamp.second;
	if (stamp.year == 0)
		return of_latest_year(tm, now_sec);
	tm.tm_year = stamp.year - 1900;
	return read_zone(text, &zone) == 0 ? timegm(&tm) - zone : mktime(&tm);
}

static void
copy(char *to, size_t size, const struct piece *piece)
{
	size_t length = piece->length < size ? piece->length : size - 1;

	memcpy(to, piece->start, length);
	to[length] = '\0';
}

void
sighted_copy(
    struct sighted *out, const struct attempt *attempt, int64_t now_sec)
{
	char address[ADDRESS_TEXT_MAX];

	out->wall_sec = sighted_when(&attempt->stamp, now_sec);
	out->status = attempt->status;
	out->stage = attempt->stage;
	out->is_reply = attempt->is_reply;
	out->recipients = attempt->recipients;
	copy(out->program, sizeof out->program, &attempt->program);
	copy(out->qid, sizeof out->qid, &attempt->qid);
	copy(out->dsn, sizeof out->dsn, &attempt->dsn);
	copy(out->to, sizeof out->to, &attempt->to);
	copy(out->host, sizeof out->host,
	    attempt->speaker.length ? &attempt->speaker : &attempt->relay);
	copy(out->relay, sizeof out->relay, &attempt->relay);
	out->port = attempt->relay_port;
	copy(address, sizeof address, &attempt->relay_address);
	out->address.family = 0;
	address_parse(address, &out->address);
	out->text_length =
	    attempt->text.length < WORDS_MAX ? attempt->text.length : WORDS_MAX;
	memcpy(out->text, attempt->text.start, out->text_length);
	out->text[out->text_length] = '\0';
}
