/*
 * desk -- answers what the `repgate` command asks of the daemon: status, the
 * mail that is held, a reload. Engine thread only.
 */
#ifndef DAEMON_DESK_H
#define DAEMON_DESK_H

#include "doors/control.h"

/* As control_asked has it; arg is the struct parts of the engine. */
void desk_answer(void *arg, struct control_client *, enum control_verb);

#endif
