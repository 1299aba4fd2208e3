#include "base/stamp.h"

#include "base/ascii.h"

#include <stdbool.h>
#include <string.h>

/* Two digits, the first of which may be a space; -1 if they are not. */
static int
two_digits(const char *at)
{
	if (!ascii_is_digit(at[1]) || (!ascii_is_digit(at[0]) && at[0] != ' '))
		return -1;
	return (at[0] == ' ' ? 0 : (at[0] - '0') * 10) + at[1] - '0';
}

static int
month_of(const char *at)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (memcmp(at, names + 3 * i, 3) == 0)
			return i + 1;
	return -1;
}

static bool
is_in_range(const struct stamp *stamp)
{
	return stamp->month >= 1 && stamp->month <= 12 && stamp->day >= 1 &&
	       stamp->day <= 31 && stamp->hour >= 0 && stamp->hour <= 23 &&
	       stamp->minute >= 0 && stamp->minute <= 59 &&
	       stamp->second >= 0 && stamp->second <= 60;
}

int
stamp_read(const char *text, size_t length, struct stamp *out)
{
	const char *at = text;
	struct stamp stamp = {0};

	if (length == 15) { /* Nov 21 17:34:56 */
		stamp.month = month_of(at);
		stamp.day = two_digits(at + 4);
		at += 7;
	} else if (length >= 19 && at[4] == '-' && at[7] == '-' &&
		   at[10] == 'T') {
		int century = two_digits(at), year = two_digits(at + 2);

		if (century < 0 || year < 0)
			return -1;
		stamp.year = century * 100 + year;
		stamp.month = two_digits(at + 5);
		stamp.day = two_digits(at + 8);
		at += 11;
	} else {
		return -1;
	}
	stamp.hour = two_digits(at);
	stamp.minute = two_digits(at + 3);
	stamp.second = two_digits(at + 6);
	if (at[2] != ':' || at[5] != ':' || !is_in_range(&stamp))
		return -1;
	*out = stamp;
	return 0;
}
