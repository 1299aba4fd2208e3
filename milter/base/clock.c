#include "base/clock.h"

#include <stdio.h>
#include <time.h>

/* The year 5138. */
#define WALL_SEC_MAX INT64_C(100000000000)

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
clock_read(struct clocks *clocks)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	clocks->now_ms = clock_now_ms();
	clocks->wall_ms = wall.tv_sec * CLOCK_SEC + wall.tv_nsec / 1000000;
}

int64_t
clock_past_ms(const struct clocks *clocks, int64_t wall_sec)
{
	int64_t age_ms;

	if (wall_sec <= 0 || wall_sec > WALL_SEC_MAX)
		return CLOCK_NEVER;
	age_ms = clocks->wall_ms - wall_sec * CLOCK_SEC;
	return clocks->now_ms - (age_ms > 0 ? age_ms : 0);
}

/* Both clocks are read here and now: what the caller read a while ago would
   move the result across the end of a second. So would the moment between the
   two, for a time that was kept in whole seconds; hence the slack. */
#define SLACK_MS 10

int64_t
clock_wall_sec_of(int64_t ms)
{
	struct clocks clocks;

	clock_read(&clocks);
	return (clocks.wall_ms - clocks.now_ms + ms + SLACK_MS) / CLOCK_SEC;
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
