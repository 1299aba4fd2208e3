/*
 * sheet -- a checkup for people, and for machines. Foreign text is escaped.
 * One thread at a time.
 */
#ifndef ADMIN_SHEET_H
#define ADMIN_SHEET_H

#include <stdbool.h>
#include <stdio.h>

struct checkup;

/* Tables, and then what to do, heaviest first. */
void sheet_print(const struct checkup *, FILE *, bool with_colour);

void sheet_print_json(const struct checkup *, FILE *);

#endif
