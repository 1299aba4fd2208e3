/*
 * table -- rows of text in aligned columns, for a terminal or a pipe.
 * One thread at a time.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 8

enum colour { COLOUR_NONE, COLOUR_RED, COLOUR_GREEN, COLOUR_GREY };

struct table;

/* titles end with NULL. */
struct table *table_create(const char *const *titles);
void table_destroy(struct table **);

/* cells: one for each title, copied; NULL is shown as "-". The colour is that
   of the whole row, where the terminal has any. */
void table_add(struct table *, enum colour, const char *const *cells);

void table_print(const struct table *, FILE *, bool with_colour);

/* Whether a stream may be coloured: a terminal, and NO_COLOR not set. */
bool table_may_colour(FILE *);

#endif
