/*
 * supervisor -- what systemd, or another that speaks its protocol, hands us and
 * wants to hear (sd_listen_fds(3), sd_notify(3)). Without one, or built without
 * libsystemd, there are no sockets and nobody listens. libsystemd appears here
 * alone.
 */
#ifndef BASE_SUPERVISOR_H
#define BASE_SUPERVISOR_H

#include <stdbool.h>

/* To be called once, before any thread and any fork: takes the sockets. */
void supervisor_begin(void);

bool supervisor_has(const char *name);
/* The listening stream socket of that name (FileDescriptorName=), the caller's
   from now on; or -1. It is not to be unlinked: it is there for the next
   process as well. */
int supervisor_socket(const char *name);

/* Closes those that nobody took. Returns how many these were. */
int supervisor_close_rest(void);

/* Any thread. ready also ends a reload. */
void supervisor_ready(void);
void supervisor_reloading(void);
void supervisor_stopping(void);
/* A sign of life, if one is wanted (WatchdogSec=). */
void supervisor_alive(void);

#endif
