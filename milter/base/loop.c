#include "base/loop.h"

#include "base/alloc.h"

#include <event2/event.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const struct timeval tick_interval = {.tv_sec = 1};

struct loop {
	const struct loop_calls *calls;
	void *arg;
	pthread_t thread;
	struct event_base *base;
	struct event *tick, *wake;
	int wake_fd; /* eventfd */
	atomic_bool stop_wanted;
};

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	const struct loop *loop = arg;

	(void)fd, (void)what;
	loop->calls->ticked(loop->arg);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof count) < 0)
		return;
	if (atomic_load(&loop->stop_wanted))
		event_base_loopbreak(loop->base);
	else
		loop->calls->woken(loop->arg);
}

static void *
run(void *arg)
{
	struct loop *loop = arg;

	loop->calls->began(loop->arg);
	loop->calls->ticked(loop->arg);
	event_add(loop->tick, &tick_interval);
	event_add(loop->wake, NULL);
	event_base_dispatch(loop->base);
	return NULL;
}

struct loop *
loop_create(const struct loop_calls *calls, void *arg)
{
	struct loop *loop = alloc_zeroed(1, sizeof *loop);

	loop->calls = calls;
	loop->arg = arg;
	loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	loop->base = event_base_new();
	if (loop->wake_fd < 0 || !loop->base) {
		loop_destroy(&loop);
		return NULL;
	}
	loop->tick = event_new(loop->base, -1, EV_PERSIST, on_tick, loop);
	loop->wake = event_new(
	    loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
	return loop;
}

void
loop_destroy(struct loop **loop_r)
{
	struct loop *loop = *loop_r;

	if (!loop)
		return;
	*loop_r = NULL;
	if (loop->tick)
		event_free(loop->tick);
	if (loop->wake)
		event_free(loop->wake);
	if (loop->base)
		event_base_free(loop->base);
	if (loop->wake_fd >= 0)
		close(loop->wake_fd);
	free(loop);
}

struct event_base *
loop_base(const struct loop *loop)
{
	return loop->base;
}

int
loop_start(struct loop *loop)
{
	return pthread_create(&loop->thread, NULL, run, loop) == 0 ? 0 : -1;
}

void
loop_stop(struct loop *loop)
{
	atomic_store(&loop->stop_wanted, true);
	loop_wake(loop);
	pthread_join(loop->thread, NULL);
}

void
loop_wake(const struct loop *loop)
{
	uint64_t one = 1;

	/* A full counter wakes just as well. */
	if (write(loop->wake_fd, &one, sizeof one) < 0)
		return;
}
