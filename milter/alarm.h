/*
 * alarm -- a checkup in one line, with performance data, as monitoring plugins
 * print it. Foreign text is escaped. One thread at a time.
 */
#ifndef ALARM_H
#define ALARM_H

#include <stdio.h>

struct checkup;

void alarm_print(const struct checkup *, FILE *);

#endif
