/*
 * socket -- unix sockets by path. Any thread.
 */
#ifndef BASE_SOCKET_H
#define BASE_SOCKET_H

/* Makes way for a listening socket at path: a socket that nobody answers is
   removed. 0, or -1 with *reason set (to be freed) if a process answers
   there, or if something that is no socket is in the way. */
int socket_claim(const char *path, char **reason);

/* A connected stream socket, or -1 with errno set. */
int socket_connect(const char *path);

#endif
