#include "doors/listener.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/socket.h"

#include <event2/event.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

struct world {
	struct event_base *base;
	char directory[32];
	char *path, *socket;
	int accepted[8], accepted_count, starved_count;
	bool has_more; /* to give up: the first accepted */
};

static int
set_up(void **state)
{
	struct world *world = alloc_zeroed(1, sizeof *world);

	world->base = event_base_new();
	strcpy(world->directory, "/tmp/listener_test.XXXXXX");
	assert_non_null(mkdtemp(world->directory));
	world->path = alloc_printf("%s/socket", world->directory);
	world->socket = alloc_printf("unix:%s", world->path);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < world->accepted_count; i++)
		close(world->accepted[i]);
	event_base_free(world->base);
	unlink(world->path);
	rmdir(world->directory);
	free(world->path);
	free(world->socket);
	free(world);
	return 0;
}

static void
on_accepted(void *arg, int fd)
{
	struct world *world = arg;

	world->accepted[world->accepted_count++] = fd;
}

static bool
on_starved(void *arg)
{
	struct world *world = arg;

	world->starved_count++;
	if (!world->has_more)
		return false;
	world->has_more = false;
	close(world->accepted[--world->accepted_count]);
	return true;
}

static struct listener *
open_listener(struct world *world, char **reason)
{
	static const struct listener_calls calls = {on_accepted, on_starved};

	return listener_open(
	    world->base, "test", world->socket, &calls, world, reason);
}

static void
run_for(struct world *world, int64_t ms)
{
	int64_t end_ms = clock_now_ms() + ms;

	while (clock_now_ms() < end_ms) {
		event_base_loop(world->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		usleep(1000);
	}
}

/* No descriptor more than there are. */
static struct rlimit
starve(void)
{
	struct rlimit before, now;
	int next = dup(0);

	close(next);
	getrlimit(RLIMIT_NOFILE, &before);
	now = before;
	now.rlim_cur = next;
	setrlimit(RLIMIT_NOFILE, &now);
	return before;
}

static void
accepts_and_removes(void **state)
{
	struct world *world = *state;
	char *reason = NULL;
	struct listener *listener = open_listener(world, &reason);
	int fd;

	assert_non_null(listener);
	fd = socket_connect(world->path);
	assert_true(fd >= 0);
	run_for(world, 20);
	assert_int_equal(world->accepted_count, 1);
	close(fd);
	listener_close(&listener);
	assert_null(listener);
	assert_int_not_equal(access(world->path, F_OK), 0);
	listener_close(&listener);
}

static void
replaces_none_that_answers(void **state)
{
	struct world *world = *state;
	char *reason = NULL;
	struct listener *listener = open_listener(world, &reason);

	assert_null(open_listener(world, &reason));
	assert_non_null(strstr(reason, "test.socket: cannot listen on unix:"));
	assert_non_null(strstr(reason, "another process serves"));
	assert_int_equal(access(world->path, F_OK), 0);
	free(reason);
	listener_close(&listener);
}

static void
says_why_not(void **state)
{
	static const struct {
		const char *socket, *want;
	} cases[] = {
	    {"unix:/nowhere/at/all/socket", "No such file"},
	    {"inet:port@127.0.0.1", "not known"},
	    {"inet:7@192.0.2.1", "annot assign"},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *reason = NULL;

		free(world->socket);
		world->socket = alloc_string(cases[i].socket);
		assert_null(open_listener(world, &reason));
		print_message("%s\n", reason);
		assert_non_null(strstr(reason, cases[i].want));
		free(reason);
	}
}

/* Without a descriptor the loop does not spin, and nobody who waits is lost. */
static void
pauses_while_starved(void **state)
{
	struct world *world = *state;
	char *reason = NULL;
	struct listener *listener = open_listener(world, &reason);
	int fd = socket_connect(world->path);
	struct rlimit before = starve();

	run_for(world, 350);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(world->accepted_count, 0);
	assert_in_range(world->starved_count, 1, 4);
	run_for(world, 200);
	assert_int_equal(world->accepted_count, 1);
	close(fd);
	listener_close(&listener);
}

static void
takes_what_is_given_up(void **state)
{
	struct world *world = *state;
	char *reason = NULL;
	struct listener *listener = open_listener(world, &reason);
	int fds[2] = {socket_connect(world->path)};
	struct rlimit before;

	run_for(world, 20);
	assert_int_equal(world->accepted_count, 1);
	fds[1] = socket_connect(world->path);
	world->has_more = true;
	before = starve();
	run_for(world, 20);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(world->starved_count, 1);
	assert_int_equal(world->accepted_count, 1);
	close(fds[0]);
	close(fds[1]);
	listener_close(&listener);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		accepts_and_removes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		replaces_none_that_answers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(says_why_not, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		pauses_while_starved, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		takes_what_is_given_up, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
