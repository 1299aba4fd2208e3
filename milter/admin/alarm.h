/*
 * alarm -- a checkup in one line, with performance data, as monitoring plugins
 * print it. Foreign text is escaped. One thread at a time.
 */
#ifndef ADMIN_ALARM_H
#define ADMIN_ALARM_H

#include <stdio.h>

struct checkup;

void alarm_print(const struct checkup *, FILE *);

#endif
