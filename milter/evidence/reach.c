#include "evidence/reach.h"

#include "base/clock.h"

#include <stdio.h>

/* Far beyond any interval. */
#define DOUBLINGS_MAX 16

void
reach_init(struct reach *reach)
{
	*reach = (struct reach){.due_ms = CLOCK_NEVER};
}

static int64_t
pause_ms(int failures, int64_t every_ms)
{
	int64_t span_ms = REACH_AGAIN_MS;

	for (int i = 1; i < failures && i < DOUBLINGS_MAX; i++)
		span_ms *= 2;
	return span_ms < every_ms ? span_ms : every_ms;
}

void
reach_take(struct reach *reach, const char *cause, int failures_max,
    int64_t every_ms, int64_t now_ms)
{
	if (!cause) {
		reach_init(reach);
		reach->due_ms = now_ms + every_ms;
		return;
	}
	if (reach->failures < 1000)
		reach->failures++;
	snprintf(reach->cause, sizeof reach->cause, "%s", cause);
	if (reach->failures >= failures_max)
		reach->is_down = true;
	reach->due_ms = now_ms + pause_ms(reach->failures, every_ms);
}
