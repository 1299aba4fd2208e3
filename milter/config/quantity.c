#include "config/quantity.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *suffix;
	int64_t factor;
};

static const struct unit units[] = {
    {"ms", 1},
    {"s", 1000},
    {"m", 60 * 1000},
    {"h", 60 * 60 * 1000},
    {"d", 24 * 60 * 60 * 1000},
    {"w", 7 * 24 * 60 * 60 * 1000},
    {NULL, 0},
};

int
quantity_duration_ms(const char *text, int64_t *out_ms)
{
	const struct unit *unit = units;
	const char *at = text;
	int64_t value = 0;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *at - '0', &value))
			return -1;
	while (unit->suffix && strcmp(at, unit->suffix) != 0)
		unit++;
	if (at == text || !unit->suffix ||
	    __builtin_mul_overflow(value, unit->factor, &value))
		return -1;
	*out_ms = value;
	return 0;
}

void
quantity_format_ms(char text[QUANTITY_TEXT_MAX], int64_t span_ms)
{
	int64_t sec = span_ms > 0 ? span_ms / 1000 : 0;
	int64_t min = sec / 60, hour = min / 60, day = hour / 24;

	if (min == 0)
		snprintf(text, QUANTITY_TEXT_MAX, "%" PRId64 "s", sec);
	else if (hour == 0)
		snprintf(text, QUANTITY_TEXT_MAX, "%" PRId64 "m", min);
	else if (day == 0)
		snprintf(text, QUANTITY_TEXT_MAX, "%" PRId64 "h %" PRId64 "m",
		    hour, min % 60);
	else
		snprintf(text, QUANTITY_TEXT_MAX, "%" PRId64 "d %" PRId64 "h",
		    day, hour % 24);
}
