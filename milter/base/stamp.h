/*
 * stamp -- the point in time at the start of a log line: "Nov 21 17:34:56", or
 * RFC 3339. Pure; any thread.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stddef.h>

/* As the log has it: no zone, and no year in traditional stamps (0 then). */
struct stamp {
	int year, month, day, hour, minute, second;
};

/* 0, or -1 with *out untouched. What stands behind an RFC 3339 stamp's seconds
   is not looked at. */
int stamp_read(const char *text, size_t length, struct stamp *out);

#endif
