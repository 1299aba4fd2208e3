/*
 * checklist -- what was looked for, a line each, and how much of it is missing.
 * One thread at a time.
 */
#ifndef MTA_CHECKLIST_H
#define MTA_CHECKLIST_H

#include <stdbool.h>
#include <stdio.h>

struct checklist {
	FILE *to; /* borrowed */
	int missing;
};

/* Prints "ok" or "MISSING", and what it is. */
void checklist_item(struct checklist *, bool is_there, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints "unknown", what it is, and why that cannot be told: not missing. */
void checklist_unknown(struct checklist *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
