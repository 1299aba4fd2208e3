/*
 * postfix_names -- how Postfix names what repgate.conf names, and where that
 * stands in its settings. Pure; any thread.
 */
#ifndef MTA_POSTFIX_NAMES_H
#define MTA_POSTFIX_NAMES_H

#include <stdbool.h>

struct route;

/* "unix:PATH" or "inet:PORT@HOST" as Postfix has it, "inet:HOST:PORT"; a path
   in the queue directory without that, since daemons may be chrooted there.
   queue_directory NULL: the whole path. To be freed. */
char *postfix_names_socket(const char *socket, const char *queue_directory);

/* The transport of a route if it is one of the administrator's own, else NULL;
   to be freed. */
char *postfix_names_own_transport(const struct route *);

/* Where a value has the socket, in either of its names, with that text before
   and after it; NULL if it has not. */
const char *postfix_names_find(const char *value, const char *socket,
    const char *queue_directory, const char *before, const char *after);

/* Whether the milter at that place of a value does no harm when it is not
   there: by its own default_action, in braces, else by milter_default_action,
   which is the last argument. */
bool postfix_names_fails_open(
    const char *value, const char *place, const char *default_action);

#endif
