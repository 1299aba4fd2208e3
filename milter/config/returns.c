#include "config/returns.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/group.h"

#include <stdlib.h>

/* For longer than that nobody waits. */
#define FOR_MAX (30 * 24 * 3600 * CLOCK_SEC)

static void
read_step(struct group *group, void *context)
{
	struct config *config = context;
	struct return_step step;
	int least = 1;

	if (config->return_step_count > 0)
		least =
		    config->return_steps[config->return_step_count - 1].share;
	step.share = group_number(group, "share", 1, 99, least);
	step.for_ms =
	    group_duration_ms(group, "for", CLOCK_SEC, FOR_MAX, CLOCK_SEC);
	group_require(group, "share");
	group_require(group, "for");
	if (step.share < least)
		group_error(group, "share",
		    "found %d after a step of %d, expected no less than that",
		    step.share, least);
	config->return_steps = alloc_resize(
	    config->return_steps, config->return_step_count + 1, sizeof step);
	config->return_steps[config->return_step_count++] = step;
}

void
returns_read(struct group *root, struct config *config)
{
	group_each(root, "return_steps", read_step, config);
}

void
returns_free(struct config *config)
{
	free(config->return_steps);
}
