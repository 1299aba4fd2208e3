#include "config/spelling.h"

#include <string.h>

/* More of a word than this says nothing about what was meant. */
#define WORD_MAX 64

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance, one row of the table at a time. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows = strnlen(a, WORD_MAX), columns = strnlen(b, WORD_MAX);
	size_t row[WORD_MAX + 1];

	for (size_t j = 0; j <= columns; j++)
		row[j] = j;
	for (size_t i = 1; i <= rows; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= columns; j++) {
			size_t above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1,
			    diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[columns];
}

const char *
spelling_nearest(const char *word, const char *const *known, size_t count)
{
	const char *nearest = NULL;
	size_t fewest = 0;

	for (size_t i = 0; i < count; i++) {
		size_t edits = distance(word, known[i]);

		if (!nearest || edits < fewest) {
			nearest = known[i];
			fewest = edits;
		}
	}
	return nearest;
}
