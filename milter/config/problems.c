#include "config/problems.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct problems {
	char **texts;
	size_t count, error_count;
};

struct problems *
problems_create(void)
{
	return alloc_zeroed(1, sizeof(struct problems));
}

void
problems_destroy(struct problems **problems)
{
	if (!*problems)
		return;
	for (size_t i = 0; i < (*problems)->count; i++)
		free((*problems)->texts[i]);
	free((*problems)->texts);
	free(*problems);
	*problems = NULL;
}

/* Keeps text. */
static void
add(struct problems *problems, char *text)
{
	problems->texts = alloc_resize(
	    problems->texts, problems->count + 1, sizeof problems->texts[0]);
	problems->texts[problems->count++] = text;
}

/* The same with \xHH for what a terminal would not show as it is: what was
   found in a file may be anything. To be freed. */
static char *
printable(const char *text)
{
	char *out = alloc_zeroed(strlen(text) + 1, 4), *end = out;

	for (; *text; text++)
		if (*text >= ' ' && *text <= '~')
			*end++ = *text;
		else
			end +=
			    snprintf(end, 5, "\\x%02x", (unsigned char)*text);
	return out;
}

static __attribute__((format(printf, 4, 0))) char *
place(const char *file, int line, const char *severity, const char *format,
    va_list args)
{
	char *raw = NULL, *text, *placed;

	if (vasprintf(&raw, format, args) < 0)
		abort();
	text = printable(raw);
	free(raw);
	if (line > 0)
		placed =
		    alloc_printf("%s:%d: %s: %s", file, line, severity, text);
	else
		placed = alloc_printf("%s: %s: %s", file, severity, text);
	free(text);
	return placed;
}

void
problems_error(struct problems *problems, const char *file, int line,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(problems, place(file, line, "error", format, args));
	va_end(args);
	problems->error_count++;
}

void
problems_warning(struct problems *problems, const char *file, int line,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(problems, place(file, line, "warning", format, args));
	va_end(args);
}

size_t
problems_error_count(const struct problems *problems)
{
	return problems->error_count;
}

size_t
problems_count(const struct problems *problems)
{
	return problems->count;
}

const char *
problems_text(const struct problems *problems, size_t index)
{
	assert(index < problems->count);
	return problems->texts[index];
}

void
problems_print(const struct problems *problems, FILE *to)
{
	for (size_t i = 0; i < problems_count(problems); i++)
		fprintf(to, "%s\n", problems_text(problems, i));
}
