#include "mta/checklist.h"

#include <stdarg.h>

void
checklist_item(struct checklist *list, bool is_there, const char *format, ...)
{
	va_list arguments;

	fprintf(list->to, "%-8s ", is_there ? "ok" : "MISSING");
	va_start(arguments, format);
	vfprintf(list->to, format, arguments);
	va_end(arguments);
	fputc('\n', list->to);
	if (!is_there)
		list->missing++;
}

void
checklist_unknown(struct checklist *list, const char *format, ...)
{
	va_list arguments;

	fprintf(list->to, "%-8s ", "unknown");
	va_start(arguments, format);
	vfprintf(list->to, format, arguments);
	va_end(arguments);
	fputc('\n', list->to);
}
