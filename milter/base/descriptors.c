#include "base/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Postfix keeps a connection to the map for each of its processes that asks,
   and another to the milter. */
#define WANTED 65536

void
descriptors_raise(void)
{
	struct rlimit limit, wanted = {WANTED, WANTED};

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= WANTED)
		return;
	if (limit.rlim_max < WANTED && setrlimit(RLIMIT_NOFILE, &wanted) == 0)
		return; /* we were root */
	limit.rlim_cur = limit.rlim_max < WANTED ? limit.rlim_max : WANTED;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The kernel gives the lowest that is free, so a high one tells that those below
   are in use. */
bool
descriptors_are_short(void)
{
	struct rlimit limit;
	int lowest;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (lowest < 0)
		return true;
	close(lowest);
	return (rlim_t)lowest >= limit.rlim_cur / 4 * 3;
}
