#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static void
give_up(void)
{
	syslog(LOG_CRIT, "fatal: out of memory");
	abort();
}

void *
alloc_zeroed(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);
	if (!p)
		give_up();
	return p;
}

void *
alloc_resize(void *array, size_t count, size_t size)
{
	void *p = reallocarray(array, count ? count : 1, size);
	if (!p)
		give_up();
	return p;
}

char *
alloc_bytes(const char *bytes, size_t length)
{
	char *copy = alloc_zeroed(length + 1, 1);
	if (length)
		memcpy(copy, bytes, length);
	return copy;
}

char *
alloc_string(const char *text)
{
	return alloc_bytes(text, strlen(text));
}

char *
alloc_printf(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		give_up();
	va_end(args);
	return text;
}
