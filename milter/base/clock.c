#include "base/clock.h"

#include <stdio.h>
#include <time.h>

int64_t
clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * CLOCK_SEC + now.tv_nsec / 1000000;
}

int64_t
clock_wall_sec(void)
{
	return time(NULL);
}

void
clock_format(char text[CLOCK_TEXT_MAX], int64_t wall_sec)
{
	time_t when = wall_sec;
	struct tm utc;

	if (!gmtime_r(&when, &utc) ||
	    strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		snprintf(text, CLOCK_TEXT_MAX, "-");
}
