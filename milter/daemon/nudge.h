/*
 * nudge -- runs the administrator's command when a standing has cleared or a
 * receiver has opened, so that waiting mail leaves at once (command.h). Engine
 * thread only.
 */
#ifndef DAEMON_NUDGE_H
#define DAEMON_NUDGE_H

#include <stdint.h>

struct nudge;
struct strings;

/* After each wish the command runs twice, this far apart: Postfix's resolver
   keeps its last answer for 30 seconds, so that the first run may miss the
   mail that it was about. Never more often than this either. */
#define NUDGE_APART_MS 35000

struct nudge *nudge_create(void);
/* Does not wait for a command that runs. NULL-safe. */
void nudge_destroy(struct nudge **);

/* Mail that waits may have a way now. */
void nudge_want(struct nudge *);

/* To be called every second. command is copied if it is run; one without words
   is none. */
void nudge_tick(struct nudge *, const struct strings *command, int64_t now_ms);

#endif
