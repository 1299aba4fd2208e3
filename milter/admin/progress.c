#include "admin/progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

#define AGAIN_MS 50

/* To the start of the line, and all of it gone. */
#define ANEW "\r\033[K"

void
progress_start(struct progress *progress, int64_t now_ms, bool is_wanted)
{
	*progress = (struct progress){.started_ms = now_ms,
	    .is_shown = is_wanted && isatty(STDERR_FILENO)};
}

void
progress_show(
    struct progress *progress, const char *what, size_t done, size_t of)
{
	int64_t now_ms = clock_now_ms();
	int64_t spent_ms = now_ms - progress->started_ms;

	if (!progress->is_shown || now_ms - progress->shown_ms < AGAIN_MS)
		return;
	progress->shown_ms = now_ms;
	fprintf(stderr, ANEW "%s: %zu of %zu, %lld.%lld s", what, done, of,
	    (long long)(spent_ms / CLOCK_SEC),
	    (long long)(spent_ms % CLOCK_SEC / 100));
	fflush(stderr);
}

void
progress_clear(const struct progress *progress)
{
	if (progress->is_shown)
		fputs(ANEW, stderr);
}
