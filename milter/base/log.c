#include "base/log.h"

#include "base/alloc.h"
#include "base/line.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* Lines that wait for the writer. A syslog that takes no more for a moment is
   bridged; one that hangs costs lines and never a message its time. */
#define QUEUE_MAX 512
/* The writer lets lines gather, so that under load it is not woken for each.
   A queue that is half full is written at once. */
#define GATHER_NS 10000000

struct entry {
	int priority;
	char text[LINE_MAX_BYTES + 8];
};

static const char *program_name = "repgate";
static atomic_bool to_stderr;

/* The mutex guards all of it, but for the entry at `first` while the writer
   has it. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_work = PTHREAD_COND_INITIALIZER;
static pthread_cond_t has_enough; /* by the monotonic clock */
static struct entry *queue;	  /* NULL: each thread writes for itself */
static size_t first, count;
static uint64_t lost;
static bool is_stopping;
static pthread_t writer;

void
log_open(const char *program, int facility, bool foreground)
{
	program_name = program;
	atomic_store(&to_stderr, foreground);
	openlog(program, LOG_PID | LOG_NDELAY, facility);
}

static void
write_all(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(STDERR_FILENO, bytes, length);

		if (n <= 0)
			return;
		bytes += n;
		length -= n;
	}
}

static void
write_out(int priority, const char *text)
{
	syslog(priority, "%s", text);
	if (atomic_load(&to_stderr)) {
		char out[LINE_MAX_BYTES + 128];
		int n =
		    snprintf(out, sizeof out, "%s: %s\n", program_name, text);
		/* One write, so that threads do not mix their lines. */
		write_all(out, n);
	}
}

static void
emit(int priority, const char *text)
{
	bool is_queued;

	pthread_mutex_lock(&mutex);
	is_queued = queue && !is_stopping;
	if (is_queued && count == QUEUE_MAX) {
		lost++;
	} else if (is_queued) {
		struct entry *entry = &queue[(first + count++) % QUEUE_MAX];

		entry->priority = priority;
		snprintf(entry->text, sizeof entry->text, "%s", text);
		if (count == 1)
			pthread_cond_signal(&has_work);
		else if (count == QUEUE_MAX / 2)
			pthread_cond_signal(&has_enough);
	}
	pthread_mutex_unlock(&mutex);
	if (!is_queued)
		write_out(priority, text);
}

static void
tell_of_lost(uint64_t lines)
{
	char text[96];

	snprintf(text, sizeof text,
	    "warning: %llu log lines were lost: syslog did not keep up",
	    (unsigned long long)lines);
	write_out(LOG_WARNING, text);
}

/* One write for all lines that came while the last were written. */
static void
write_stderr(size_t lines)
{
	static char batch[32 * 1024]; /* the writer's own */
	size_t used = 0;

	for (size_t i = 0; i < lines; i++) {
		const char *text = queue[(first + i) % QUEUE_MAX].text;

		if (used + LINE_MAX_BYTES + 128 > sizeof batch) {
			write_all(batch, used);
			used = 0;
		}
		used += snprintf(batch + used, sizeof batch - used, "%s: %s\n",
		    program_name, text);
	}
	write_all(batch, used);
}

static void
write_batch(void)
{
	uint64_t lines_lost = lost;
	size_t lines = count, to_syslog = lines;

	lost = 0;
	pthread_mutex_unlock(&mutex);
	if (lines_lost > 0)
		tell_of_lost(lines_lost);
	/* Without its socket syslog(3) would try to reach it for each line. */
	if (access(_PATH_LOG, F_OK) != 0)
		to_syslog = 0;
	for (size_t i = 0; i < to_syslog; i++) {
		const struct entry *entry = &queue[(first + i) % QUEUE_MAX];

		syslog(entry->priority, "%s", entry->text);
	}
	if (atomic_load(&to_stderr))
		write_stderr(lines);
	pthread_mutex_lock(&mutex);
	first = (first + lines) % QUEUE_MAX;
	count -= lines;
}

static void
gather(void)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += GATHER_NS;
	end.tv_sec += end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&has_enough, &mutex, &end);
}

/* Until there is nothing more and log_stop was called. */
static void *
write_queue(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&mutex);
	while (count > 0 || !is_stopping) {
		if (count == 0)
			pthread_cond_wait(&has_work, &mutex);
		if (count < QUEUE_MAX / 2 && !is_stopping)
			gather();
		if (count > 0)
			write_batch();
	}
	pthread_mutex_unlock(&mutex);
	return NULL;
}

void
log_start(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&has_enough, &attributes);
	pthread_condattr_destroy(&attributes);
	queue = alloc_zeroed(QUEUE_MAX, sizeof *queue);
	if (pthread_create(&writer, NULL, write_queue, NULL) == 0)
		return;
	free(queue);
	queue = NULL;
}

void
log_stop(void)
{
	if (!queue)
		return;
	pthread_mutex_lock(&mutex);
	is_stopping = true;
	pthread_cond_signal(&has_work);
	pthread_cond_signal(&has_enough);
	pthread_mutex_unlock(&mutex);
	pthread_join(writer, NULL);
	pthread_cond_destroy(&has_enough);
	pthread_mutex_lock(&mutex);
	free(queue);
	queue = NULL;
	is_stopping = false;
	if (lost > 0)
		tell_of_lost(lost);
	lost = 0;
	pthread_mutex_unlock(&mutex);
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
