#include "base/loop.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* What the loop did, told to the test's thread: whoever waits for it waits as
   long as it takes. */
struct seen {
	pthread_t thread;
	int ticks_before_began;
	sem_t began, ticked, woken;
};

static void
on_begin(void *arg)
{
	struct seen *seen = arg;

	seen->thread = pthread_self();
	sem_getvalue(&seen->ticked, &seen->ticks_before_began);
	sem_post(&seen->began);
}

static void
on_tick(void *arg)
{
	struct seen *seen = arg;

	sem_post(&seen->ticked);
}

static void
on_wake(void *arg)
{
	struct seen *seen = arg;

	sem_post(&seen->woken);
}

static const struct loop_calls calls = {on_begin, on_tick, on_wake};

static void
init(struct seen *seen)
{
	sem_init(&seen->began, 0, 0);
	sem_init(&seen->ticked, 0, 0);
	sem_init(&seen->woken, 0, 0);
}

static void
ticks_at_the_start_and_again(void **state)
{
	struct seen seen = {0};
	struct loop *loop = loop_create(&calls, &seen);

	(void)state;
	init(&seen);
	assert_int_equal(loop_start(loop), 0);
	sem_wait(&seen.began);
	sem_wait(&seen.ticked);
	sem_wait(&seen.ticked);
	loop_stop(loop);
	assert_int_equal(seen.ticks_before_began, 0);
	assert_false(pthread_equal(seen.thread, pthread_self()));
	loop_destroy(&loop);
	assert_null(loop);
}

static void
can_be_woken_before_it_runs_and_after(void **state)
{
	struct seen seen = {0};
	struct loop *loop = loop_create(&calls, &seen);

	(void)state;
	init(&seen);
	loop_wake(loop);
	assert_int_equal(loop_start(loop), 0);
	sem_wait(&seen.woken);
	loop_wake(loop);
	sem_wait(&seen.woken);
	loop_stop(loop);
	loop_destroy(&loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ticks_at_the_start_and_again),
	    cmocka_unit_test(can_be_woken_before_it_runs_and_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
