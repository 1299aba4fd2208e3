#include "evidence/remarks.h"

#include "base/alloc.h"
#include "base/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 600

const char *
remarks_add(struct remarks *remarks, const char *format, va_list list)
{
	char text[TEXT_MAX], escaped[2 * TEXT_MAX];
	int length = vsnprintf(text, sizeof text, format, list);

	if (length >= (int)sizeof text)
		length = sizeof text - 1;
	line_escape(escaped, sizeof escaped, text, length);
	for (size_t i = 0; i < remarks->count; i++)
		if (strcmp(remarks->items[i], escaped) == 0)
			return remarks->items[i];
	if (remarks->count == REMARKS_MAX)
		return NULL;
	return remarks->items[remarks->count++] = alloc_string(escaped);
}

void
remarks_clear(struct remarks *remarks)
{
	for (size_t i = 0; i < remarks->count; i++)
		free(remarks->items[i]);
	*remarks = (struct remarks){0};
}
