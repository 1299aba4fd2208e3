/*
 * listener -- the socket where a door is open, on the event loop: one that the
 * supervisor hands over, a unix socket or a TCP port. One thread, the loop's.
 *
 * While no file descriptor is left it asks the door to give one up; if the door
 * has none, nobody is accepted for a moment, and those who wait are not lost.
 */
#ifndef DOORS_LISTENER_H
#define DOORS_LISTENER_H

#include <stdbool.h>

struct event_base;
struct listener;

/* The descriptor is the door's from now on, does not block, and goes over no
   exec. */
typedef void listener_accepted(void *arg, int fd);
/* Closes a connection of the door's; false if there is none. */
typedef bool listener_starved(void *arg);

struct listener_calls {
	listener_accepted *accepted;
	listener_starved *starved; /* NULL: the door gives up none */
};

/* name: of the supervisor's socket, which is taken if there is one; only then
   socket may be NULL. Else socket is "unix:PATH", "local:PATH", "inet:PORT@HOST"
   or "inet6:PORT@HOST"; a stale unix socket is replaced, one that answers is
   not. NULL with *reason set (to be freed). */
struct listener *listener_open(struct event_base *, const char *name,
    const char *socket, const struct listener_calls *, void *arg,
    char **reason);
/* Removes a unix socket that it made. NULL-safe. */
void listener_close(struct listener **);

#endif
