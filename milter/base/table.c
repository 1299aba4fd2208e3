#include "base/table.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct row {
	enum colour colour;
	char *cells[TABLE_COLUMNS_MAX];
};

struct table {
	size_t columns;
	struct row *rows; /* the first holds the titles */
	size_t row_count;
};

static const char *const escapes[] = {
    [COLOUR_NONE] = "",
    [COLOUR_RED] = "\033[31m",
    [COLOUR_GREEN] = "\033[32m",
    [COLOUR_GREY] = "\033[90m",
};

struct table *
table_create(const char *const *titles)
{
	struct table *table = alloc_zeroed(1, sizeof *table);

	while (titles[table->columns])
		table->columns++;
	assert(table->columns <= TABLE_COLUMNS_MAX);
	table_add(table, COLOUR_NONE, titles);
	return table;
}

void
table_destroy(struct table **table_r)
{
	struct table *table = *table_r;

	if (!table)
		return;
	*table_r = NULL;
	for (size_t i = 0; i < table->row_count; i++)
		for (size_t j = 0; j < table->columns; j++)
			free(table->rows[i].cells[j]);
	free(table->rows);
	free(table);
}

void
table_add(struct table *table, enum colour colour, const char *const *cells)
{
	struct row *row;

	table->rows = alloc_resize(
	    table->rows, table->row_count + 1, sizeof *table->rows);
	row = &table->rows[table->row_count++];
	row->colour = colour;
	for (size_t i = 0; i < table->columns; i++)
		row->cells[i] = alloc_string(cells[i] ? cells[i] : "-");
}

static size_t
width_of(const struct table *table, size_t column)
{
	size_t width = 0;

	for (size_t i = 0; i < table->row_count; i++) {
		size_t length = strlen(table->rows[i].cells[column]);
		if (length > width)
			width = length;
	}
	return width;
}

void
table_print(const struct table *table, FILE *to, bool with_colour)
{
	size_t last = table->columns - 1;
	int widths[TABLE_COLUMNS_MAX] = {0};

	for (size_t j = 0; j < table->columns; j++)
		widths[j] = width_of(table, j);
	for (size_t i = 0; i < table->row_count; i++) {
		const struct row *row = &table->rows[i];
		bool coloured = with_colour && row->colour != COLOUR_NONE;

		fputs(coloured ? escapes[row->colour] : "", to);
		for (size_t j = 0; j < last; j++)
			fprintf(to, "%-*s  ", widths[j], row->cells[j]);
		fprintf(
		    to, "%s%s\n", row->cells[last], coloured ? "\033[0m" : "");
	}
}

bool
table_may_colour(FILE *stream)
{
	const char *no_colour = getenv("NO_COLOR");

	return (!no_colour || !no_colour[0]) && isatty(fileno(stream));
}
