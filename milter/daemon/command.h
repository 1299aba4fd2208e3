/*
 * command -- runs a command of the administrator's, by itself: nobody waits
 * for it. Any thread.
 *
 * No shell reads the command. It gets no descriptors but /dev/null, and no
 * privilege: where the daemon is root it runs as "nobody". After 30 seconds it
 * is killed. A failure is one warning.
 */
#ifndef DAEMON_COMMAND_H
#define DAEMON_COMMAND_H

#include <stdbool.h>

struct strings;

/* What stands for a queue id in the words. */
#define COMMAND_QID "{qid}"

/* More than this at a time only pile up behind what holds them. */
#define COMMAND_RUNNING_MAX 32

/* Whether one more may run. */
bool command_has_room(void);

/* setting: its key in the configuration, a literal. command: at least one
   word; copied. With a queue id, which may be NULL, success is not worth a
   line. 0, or -1 if too many run already or it cannot be started. */
int command_run(
    const char *setting, const struct strings *command, const char *qid);

#endif
