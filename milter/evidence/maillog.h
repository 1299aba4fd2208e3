/*
 * maillog -- one line of an MTA's log: is it an attempt to deliver a message
 * to another host, and how did it end? Pure; any thread.
 *
 * Postfix (syslog, maillog_file, journalctl's short forms; traditional and
 * RFC 3339 stamps) and Sendmail. What our own smtpd said to others, and
 * deliveries to local programs, are no attempts. Lines may be cut or begin in
 * the middle; what is missing is empty.
 */
#ifndef EVIDENCE_MAILLOG_H
#define EVIDENCE_MAILLOG_H

#include "evidence/attempt.h"

#include <stdbool.h>
#include <stddef.h>

/* Longer lines are cut to this by whoever reads them. */
#define MAILLOG_LINE_MAX (100 * 1024)

/* Whether the line is an attempt; if not, *out is undefined. */
bool maillog_read(const char *line, size_t length, struct attempt *out);

/* The same for a line of Postfix that says what a host replied before the next
   one was asked in the same attempt: an attempt of its own, put off by that
   host, of which the recipient is not told. */
bool maillog_read_host(const char *line, size_t length, struct attempt *out);

#endif
