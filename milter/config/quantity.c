#include "config/quantity.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *suffix;
	int64_t factor;
};

static const struct unit time_units[] = {
    {"ms", 1},
    {"s", 1000},
    {"m", 60 * 1000},
    {"h", 60 * 60 * 1000},
    {"d", 24 * 60 * 60 * 1000},
    {"w", 7 * 24 * 60 * 60 * 1000},
    {NULL, 0},
};

static const struct unit size_units[] = {
    {"", 1},
    {"k", INT64_C(1) << 10},
    {"K", INT64_C(1) << 10},
    {"m", INT64_C(1) << 20},
    {"M", INT64_C(1) << 20},
    {"g", INT64_C(1) << 30},
    {"G", INT64_C(1) << 30},
    {NULL, 0},
};

static int
parse(const char *text, const struct unit *units, int64_t *out)
{
	const char *at = text;
	int64_t value = 0;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *at - '0', &value))
			return -1;
	if (at == text)
		return -1;
	for (; units->suffix; units++)
		if (strcmp(at, units->suffix) == 0)
			break;
	if (!units->suffix ||
	    __builtin_mul_overflow(value, units->factor, &value))
		return -1;
	*out = value;
	return 0;
}

int
quantity_duration_ms(const char *text, int64_t *out_ms)
{
	return parse(text, time_units, out_ms);
}

int
quantity_size(const char *text, int64_t *out)
{
	return parse(text, size_units, out);
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
