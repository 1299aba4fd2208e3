#include "config/terms.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

struct term {
	char *name, *pattern;
};

struct terms {
	struct term *items;
	size_t count;
};

struct terms *
terms_create(void)
{
	return alloc_zeroed(1, sizeof(struct terms));
}

void
terms_destroy(struct terms **terms_r)
{
	struct terms *terms = *terms_r;

	if (!terms)
		return;
	for (size_t i = 0; i < terms->count; i++) {
		free(terms->items[i].name);
		free(terms->items[i].pattern);
	}
	free(terms->items);
	free(terms);
	*terms_r = NULL;
}

void
terms_add(struct terms *terms, const char *name, const char *pattern)
{
	terms->items = alloc_resize(
	    terms->items, terms->count + 1, sizeof terms->items[0]);
	terms->items[terms->count++] =
	    (struct term){alloc_string(name), alloc_string(pattern)};
}

/* The length of "%name%" at text, or 0. */
static size_t
name_at(const char *text)
{
	size_t length = 1;

	if (text[0] != '%')
		return 0;
	while (
	    (text[length] >= 'a' && text[length] <= 'z') || text[length] == '-')
		length++;
	if (text[length] != '%' || length == 1 || length > TERM_NAME_MAX)
		return 0;
	return length + 1;
}

static const char *
find_term(const struct terms *terms, const char *name)
{
	for (size_t i = 0; i < terms->count; i++)
		if (strcmp(terms->items[i].name, name) == 0)
			return terms->items[i].pattern;
	return NULL;
}

char *
terms_expand(
    const struct terms *terms, const char *pattern, char unknown[TERM_NAME_MAX])
{
	char *text = alloc_string(""), *whole;
	size_t plain = 0;

	while (pattern[plain]) {
		size_t length = name_at(pattern + plain);
		char name[TERM_NAME_MAX] = "", *longer;
		const char *term;

		if (length == 0) {
			plain++;
			continue;
		}
		memcpy(name, pattern + plain + 1, length - 2);
		term = find_term(terms, name);
		if (!term) {
			memcpy(unknown, name, sizeof name);
			free(text);
			return NULL;
		}
		longer = alloc_printf(
		    "%s%.*s(?:%s)", text, (int)plain, pattern, term);
		free(text);
		text = longer;
		pattern += plain + length;
		plain = 0;
	}
	whole = alloc_printf("%s%s", text, pattern);
	free(text);
	return whole;
}
