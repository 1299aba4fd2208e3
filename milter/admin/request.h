/*
 * request -- one request of the command to the daemon, over its control
 * socket. Of repgate; one thread.
 */
#ifndef ADMIN_REQUEST_H
#define ADMIN_REQUEST_H

#include <jansson.h>

/* Sends a line ("status", without its end) to the daemon of that
   configuration file. The JSON object that it answered, which the caller owns,
   or NULL with the reason on standard error. */
json_t *request_send(const char *config_path, const char *line);

/* The same, where it is no fault that nobody answers: without a reason. */
json_t *request_try(const char *config_path, const char *line);

#endif
