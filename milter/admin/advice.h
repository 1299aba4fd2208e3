/*
 * advice -- what to do about a checkup: for each listing why, where to ask for
 * removal, and how. Foreign text is escaped. One thread at a time.
 */
#ifndef ADMIN_ADVICE_H
#define ADMIN_ADVICE_H

#include <stdio.h>

struct checkup;

/* The heaviest first; nothing where nothing is listed. */
void advice_print(const struct checkup *, FILE *);

#endif
