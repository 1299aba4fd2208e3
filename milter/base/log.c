#include "base/log.h"

#include "base/line.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static const char *program_name = "repgate";
static atomic_bool to_stderr;

void
log_open(const char *program, int facility, bool foreground)
{
	program_name = program;
	atomic_store(&to_stderr, foreground);
	openlog(program, LOG_PID | LOG_NDELAY, facility);
}

static void
emit(int priority, const char *text)
{
	syslog(priority, "%s", text);
	if (atomic_load(&to_stderr)) {
		char out[LINE_MAX_BYTES + 128];
		int n =
		    snprintf(out, sizeof out, "%s: %s\n", program_name, text);
		/* One write, so that threads do not mix their lines. */
		if (write(STDERR_FILENO, out, n) < 0)
			return;
	}
}

void
log_line(const struct line *line)
{
	emit(LOG_INFO, line->text);
}

static void __attribute__((format(printf, 3, 0)))
emit_text(int priority, const char *label, const char *format, va_list args)
{
	char raw[LINE_MAX_BYTES / 2], text[LINE_MAX_BYTES];
	size_t used = snprintf(text, sizeof text, "%s", label);

	vsnprintf(raw, sizeof raw, format, args);
	line_escape(text + used, sizeof text - used, raw, strlen(raw));
	emit(priority, text);
}

void
log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	emit_text(LOG_WARNING, "warning: ", format, args);
	va_end(args);
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	emit_text(LOG_ERR, "error: ", format, args);
	va_end(args);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	emit_text(LOG_INFO, "", format, args);
	va_end(args);
}
