/*
 * socket -- unix sockets by path, and how TCP sends small pieces. Any thread.
 */
#ifndef BASE_SOCKET_H
#define BASE_SOCKET_H

#include <sys/types.h>

/* Makes way for a listening socket at path: a socket that nobody answers is
   removed. 0, or -1 with *reason set (to be freed) if a process answers
   there, or if something that is no socket is in the way. */
int socket_claim(const char *path, char **reason);

/* The inode of what is at path, 0 if nothing is; and its removal, unless it is
   another by now: a successor may already have put its own there. */
ino_t socket_file(const char *path);
void socket_remove(const char *path, ino_t file);

/* What is accepted from now on, by any TCP socket of this process that listens,
   sends each piece at once: else the second waits for the delayed
   acknowledgement of the first (TCP_NODELAY). For libraries that do not show
   their socket. */
void socket_listeners_send_at_once(void);

/* A connected stream socket, or -1 with errno set. */
int socket_connect(const char *path);

#endif
