#include "daemon/nudge.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "daemon/command.h"
#include "config/config.h"

#include <stdlib.h>

#define RUNS_FOR_A_WISH 2

struct nudge {
	int runs_due;
	int64_t last_ms; /* CLOCK_NEVER before the first */
};

struct nudge *
nudge_create(void)
{
	struct nudge *nudge = alloc_zeroed(1, sizeof *nudge);

	nudge->last_ms = CLOCK_NEVER;
	return nudge;
}

void
nudge_destroy(struct nudge **nudge)
{
	free(*nudge);
	*nudge = NULL;
}

void
nudge_want(struct nudge *nudge)
{
	nudge->runs_due = RUNS_FOR_A_WISH;
}

void
nudge_tick(struct nudge *nudge, const struct strings *command, int64_t now_ms)
{
	if (nudge->runs_due == 0 || !command_has_room() ||
	    (nudge->last_ms != CLOCK_NEVER &&
		now_ms - nudge->last_ms < NUDGE_APART_MS))
		return;
	nudge->runs_due--;
	nudge->last_ms = now_ms;
	if (command->count > 0)
		command_run("on_clear", command, NULL);
}
