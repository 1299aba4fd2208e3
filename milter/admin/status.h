/*
 * status -- what the daemon says of itself, as tables for people. Of repgate
 * status; one thread.
 */
#ifndef ADMIN_STATUS_H
#define ADMIN_STATUS_H

#include <jansson.h>

/* Prints the daemon's answer to "status" to standard output, in colours on a
   terminal. */
void status_print(const json_t *status);

#endif
