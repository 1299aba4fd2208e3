/*
 * control -- the unix socket that the repgate command talks to. Engine thread
 * only.
 *
 * A client sends one line, "VERB\n" or "VERB ARGUMENT\n", and gets one JSON
 * object back, then the end of the connection. Whoever may open the socket may ask everything.
 */
#ifndef DOORS_CONTROL_H
#define DOORS_CONTROL_H

#include <stddef.h>

struct control;
struct event_base;

#define CONTROL_REQUEST_MAX 1024

enum control_verb {
	CONTROL_INVALID,
	CONTROL_STATUS,
	CONTROL_RELOAD,
	CONTROL_HELD,
	CONTROL_FORGET /* a queue id */
};

/* Reads the bytes up to a newline. *used gets how many make up the request,
   0 while it is not complete; a request that is too long is invalid. Pure. */
enum control_verb control_parse(const char *bytes, size_t length, size_t *used);

/* A client's open question. control_answer takes it, and sends and frees the
   JSON text; the client may be long gone. */
struct control_client;
/* Of CONTROL_FORGET, else "". Borrowed until control_answer. */
const char *control_argument(const struct control_client *);
void control_answer(struct control_client *, char *json);

typedef void control_asked(
    void *arg, struct control_client *, enum control_verb);

/* NULL with *reason set (to be freed). Where the supervisor has a socket named
   "control" that is taken. A stale socket is replaced, one that
   answers is not. */
struct control *control_create(struct event_base *, const char *path,
    control_asked *, void *arg, char **reason);
void control_destroy(struct control **);

#endif
