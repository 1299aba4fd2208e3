/*
 * maillogs -- the maillog section of repgate.conf: the logs of the MTA that
 * tell what receivers reply. Reading is for one thread at a time.
 */
#ifndef CONFIG_MAILLOGS_H
#define CONFIG_MAILLOGS_H

#include <stdbool.h>

struct config;
struct group;
struct maillog;

/* More are refused. */
#define MAILLOGS_MAX 32

/* Fills the maillogs of a config that has its egresses and routes already, and
   on_block and probe, which it warns of if they want a log. */
void maillogs_read(struct group *root, struct config *);
void maillogs_free(struct config *);

/* Whose line it is: of the entries for that file the one with the longest
   syslog_name that the program begins with ("postfix/smtp" is of "postfix").
   NULL if there is none. Pure; any thread. Borrowed. */
const struct maillog *maillogs_find(
    const struct config *, const char *file, const char *program);

/* Whether some entry names that file. */
bool maillogs_has(const struct config *, const char *file);

#endif
