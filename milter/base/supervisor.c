#include "base/supervisor.h"

#ifdef HAVE_SYSTEMD

#include "base/alloc.h"

#include <systemd/sd-daemon.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* One entry for each descriptor from SD_LISTEN_FDS_START on; NULL once it is
   taken. */
static char **names;
static int count;
static bool is_watched;

void
supervisor_begin(void)
{
	uint64_t interval;

	count = sd_listen_fds_with_names(1, &names);
	if (count < 0)
		count = 0;
	is_watched = sd_watchdog_enabled(1, &interval) > 0;
}

/* -1: there is none. */
static int
find(const char *name)
{
	for (int i = 0; i < count; i++)
		if (names[i] && strcmp(names[i], name) == 0 &&
		    sd_is_socket(
			SD_LISTEN_FDS_START + i, AF_UNSPEC, SOCK_STREAM, 1) > 0)
			return i;
	return -1;
}

bool
supervisor_has(const char *name)
{
	return find(name) >= 0;
}

int
supervisor_socket(const char *name)
{
	int i = find(name);

	if (i < 0)
		return -1;
	free(names[i]);
	names[i] = NULL;
	return SD_LISTEN_FDS_START + i;
}

int
supervisor_close_rest(void)
{
	int closed = 0;

	for (int i = 0; i < count; i++) {
		if (!names[i])
			continue;
		close(SD_LISTEN_FDS_START + i);
		free(names[i]);
		closed++;
	}
	free(names);
	names = NULL;
	count = 0;
	return closed;
}

void
supervisor_ready(void)
{
	sd_notify(0, "READY=1");
}

/* systemd tells by the time which of several reloads has ended. */
void
supervisor_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
	    (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void
supervisor_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void
supervisor_alive(void)
{
	if (is_watched)
		sd_notify(0, "WATCHDOG=1");
}

#else

void
supervisor_begin(void)
{
}

bool
supervisor_has(const char *name)
{
	(void)name;
	return false;
}

int
supervisor_socket(const char *name)
{
	(void)name;
	return -1;
}

int
supervisor_close_rest(void)
{
	return 0;
}

void
supervisor_ready(void)
{
}

void
supervisor_reloading(void)
{
}

void
supervisor_stopping(void)
{
}

void
supervisor_alive(void)
{
}

#endif
