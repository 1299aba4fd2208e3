/*
 * ground -- an egress as it stands. The engine's own; the board is what others
 * see of it.
 */
#ifndef STANDING_GROUND_H
#define STANDING_GROUND_H

#include "config/config.h"
#include "standing/standing.h"

#include <stdint.h>

/* The blame is that of the last time its weight was enough: while a listing
   runs out its clear_after, that is what holds it. */
struct ground {
	struct standing standing;
	enum standing_state told; /* what the log has it as */
	int64_t since_wall_sec;
	struct address address;
	char blocked_by[512], removal[512];
	struct addresses addresses; /* those given and those discovered */
};

#endif
