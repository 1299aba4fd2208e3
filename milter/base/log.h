/*
 * log -- where lines go: syslog, and standard error with --foreground.
 * Any thread once log_open has returned. A line is written whole or not.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

struct line;

/* facility as syslog(3) has it. May be called again to change it. */
void log_open(const char *program, int facility, bool foreground);

/* From log_start to log_stop a thread of its own writes the lines, so that no
   other waits for syslog; what it cannot keep up with is lost and counted. To
   be called by one thread, the first after any fork; log_stop writes what is
   left. */
void log_start(void);
void log_stop(void);

void log_line(const struct line *);

/* One warning: or error: line of free text; foreign bytes are escaped. */
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
