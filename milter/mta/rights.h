/*
 * rights -- whether the user of repgated may do what a configuration has it
 * do, a line each, with the command that mends it. One thread.
 *
 * who: NULL: it is not known who that is. Looked at are the permissions of
 * files, and not what a sandbox takes away besides.
 */
#ifndef MTA_RIGHTS_H
#define MTA_RIGHTS_H

struct account;
struct checklist;
struct config;

/* To read each maillog. */
void rights_check_logs(
    struct checklist *, const struct config *, const struct account *who);

/* Where on_clear or on_block calls it: to use postqueue(1), whose set-group-ID
   bit is nothing to what repgated runs. */
void rights_check_postqueue(struct checklist *, const struct config *,
    const struct account *who, const char *queue_directory);

#endif
