/*
 * reload -- reads the configuration again, in a thread of its own, and tells
 * those who asked for it how that went. Engine thread only, but for
 * reload_want.
 *
 * Requests that come while one is under way are served together by the next.
 */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

struct config;
struct control_client;
struct reload;

/* Takes the new configuration over, and the reference to it: 0. Or -1 with
   *reason set (to be freed), and the old one stays. */
typedef int reload_take(void *arg, struct config *, char **reason);
/* Has the engine call reload_step. Any thread, and a signal handler's. */
typedef void reload_wake(void *arg);

struct reload *reload_create(
    const char *path, reload_take *, reload_wake *, void *arg);
/* Waits for the reader. What was read and not taken is dropped. */
void reload_destroy(struct reload **);

/* Any thread, also a signal handler's. */
void reload_want(struct reload *);
/* The same, for a client who waits for the outcome. */
void reload_ask(struct reload *, struct control_client *);

/* Goes on with whatever is to be done. */
void reload_step(struct reload *);

/* Warns of what takes a restart. */
void reload_compare(const struct config *old, const struct config *new);

#endif
