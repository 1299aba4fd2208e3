/*
 * delivery_status -- how one attempt to deliver to one recipient ended, as
 * Postfix tells smtp_delivery_status_filter: an enhanced status code and its
 * own words about it. Pure; any thread.
 *
 *   5.7.1 host mx.example.com[192.0.2.1] said: 550 ... (in reply to ...)
 *   4.7.1 host mx.example.com[192.0.2.1] refused to talk to me: 554 ...
 *   4.4.1 connect to mx.example.com[192.0.2.1]:25: Connection refused
 *   2.0.0 250 2.0.0 Ok: queued as 4F232A72072
 *
 * Neither the message is in it nor the recipient; of a success not even who
 * took it.
 */
#ifndef EVIDENCE_DELIVERY_STATUS_H
#define EVIDENCE_DELIVERY_STATUS_H

#include "evidence/attempt.h"

#include <stddef.h>

/* Sets dsn, status, and what attempt_read_words sets; all else is empty. 0, or
   -1 with *out untouched if it is none. */
int delivery_status_read(const char *key, size_t length, struct attempt *out);

#endif
