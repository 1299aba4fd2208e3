#include "doors/control.h"

#include "base/alloc.h"
#include "base/socket.h"

#include <event2/event.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
	const char *bytes;
	enum control_verb want;
	size_t want_used;
} requests[] = {
    {"", CONTROL_INVALID, 0},
    {"status", CONTROL_INVALID, 0},
    {"status\n", CONTROL_STATUS, 7},
    {"reload\n", CONTROL_RELOAD, 7},
    {"status\nreload\n", CONTROL_STATUS, 7},
    {"held\n", CONTROL_HELD, 5},
    {"held 4F23\n", CONTROL_INVALID, 10},
    {"forget 4F23\n", CONTROL_FORGET, 12},
    {"forget \n", CONTROL_INVALID, 8},
    {"forget\n", CONTROL_INVALID, 7},
    {"forgets 4F23\n", CONTROL_INVALID, 13},
    {"Status\n", CONTROL_INVALID, 7},
    {"status \n", CONTROL_INVALID, 8},
    {"status\r\n", CONTROL_INVALID, 8},
    {"\n", CONTROL_INVALID, 1},
    {"statu\n", CONTROL_INVALID, 6},
};

static void
parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		const char *bytes = requests[i].bytes;
		size_t used = 99;

		assert_int_equal(control_parse(bytes, strlen(bytes), &used),
		    requests[i].want);
		assert_int_equal(used, requests[i].want_used);
	}
}

static void
bounds_a_request(void **state)
{
	char bytes[CONTROL_REQUEST_MAX];
	size_t used;

	(void)state;
	memset(bytes, 'x', sizeof bytes);
	control_parse(bytes, sizeof bytes - 1, &used);
	assert_int_equal(used, 0);
	assert_int_equal(
	    control_parse(bytes, sizeof bytes, &used), CONTROL_INVALID);
	assert_int_equal(used, sizeof bytes);
}

/* A control socket whose engine answers at once, late, or never. */
struct world {
	struct event_base *base;
	struct control *control;
	char directory[32], path[64];
	struct control_client *kept;
	bool keep;
	int asked;
};

static void
on_asked(void *arg, struct control_client *client, enum control_verb verb)
{
	struct world *world = arg;

	world->asked++;
	if (world->keep)
		world->kept = client;
	else
		control_answer(client,
		    alloc_string(verb == CONTROL_STATUS ? "{status}" : "{no}"));
}

static void
start(struct world *world)
{
	char *reason = NULL;

	*world = (struct world){.directory = "/tmp/control_test.XXXXXX"};
	assert_non_null(mkdtemp(world->directory));
	snprintf(
	    world->path, sizeof world->path, "%s/socket", world->directory);
	world->base = event_base_new();
	world->control =
	    control_create(world->base, world->path, on_asked, world, &reason);
	assert_non_null(world->control);
}

static void
stop(struct world *world)
{
	control_destroy(&world->control);
	assert_null(world->control);
	event_base_free(world->base);
	assert_int_equal(access(world->path, F_OK), -1);
	rmdir(world->directory);
}

/* Turns of the loop, as many as a few steps on loopback take. */
static void
turn(struct world *world)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(world->base, EVLOOP_NONBLOCK);
}

static void
want_answer(struct world *world, int fd, const char *want)
{
	char got[64];
	ssize_t length;

	turn(world);
	length = recv(fd, got, sizeof got - 1, MSG_DONTWAIT);
	got[length < 0 ? 0 : length] = '\0';
	assert_string_equal(got, want);
}

static int
client_says(struct world *world, const char *bytes)
{
	int fd = socket_connect(world->path);

	assert_true(fd >= 0);
	assert_int_equal(
	    send(fd, bytes, strlen(bytes), 0), (ssize_t)strlen(bytes));
	return fd;
}

static void
answers_and_closes(void **state)
{
	struct world world;
	char byte;
	int fd;

	(void)state;
	start(&world);
	fd = client_says(&world, "sta");
	want_answer(&world, fd, "");
	assert_int_equal(send(fd, "tus\n", 4, 0), 4);
	want_answer(&world, fd, "{status}\n");
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
	close(fd);
	stop(&world);
}

static void
survives_clients_that_leave(void **state)
{
	struct world world;
	int fd;

	(void)state;
	start(&world);
	close(client_says(&world, "status\n"));
	close(client_says(&world, "stat"));
	turn(&world);
	world.keep = true;
	fd = client_says(&world, "status\n");
	turn(&world);
	close(fd);
	turn(&world);
	assert_non_null(world.kept);
	control_answer(world.kept, alloc_string("{late}"));
	turn(&world);
	world.keep = false;
	fd = client_says(&world, "reload\n");
	want_answer(&world, fd, "{no}\n");
	close(fd);
	stop(&world);
}

static void
hears_a_client_that_half_closed(void **state)
{
	struct world world;
	int fd;

	(void)state;
	start(&world);
	world.keep = true;
	fd = client_says(&world, "status\n");
	shutdown(fd, SHUT_WR);
	turn(&world);
	control_answer(world.kept, alloc_string("{late}"));
	want_answer(&world, fd, "{late}\n");
	close(fd);
	stop(&world);
}

/* Those beyond the limit are turned away, and the rest are served. */
static void
limits_clients(void **state)
{
	enum { CROWD = 80, LIMIT = 64 };
	struct world world;
	int fds[CROWD], served = 0;

	(void)state;
	start(&world);
	for (int i = 0; i < CROWD; i++) {
		fds[i] = socket_connect(world.path);
		assert_true(fds[i] >= 0);
		turn(&world);
	}
	for (int i = 0; i < CROWD; i++)
		send(fds[i], "status\n", 7, MSG_NOSIGNAL);
	turn(&world);
	for (int i = 0; i < CROWD; i++) {
		char got[16];
		served += recv(fds[i], got, sizeof got, MSG_DONTWAIT) == 9;
		close(fds[i]);
	}
	assert_int_equal(served, LIMIT);
	stop(&world);
}

static void
spares_what_is_in_the_way(void **state)
{
	struct world world, second;
	char *reason = NULL;

	(void)state;
	start(&world);
	second = world;
	assert_null(control_create(
	    second.base, second.path, on_asked, &second, &reason));
	assert_non_null(strstr(reason, "another process serves"));
	free(reason);
	stop(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	    cmocka_unit_test(bounds_a_request),
	    cmocka_unit_test(answers_and_closes),
	    cmocka_unit_test(survives_clients_that_leave),
	    cmocka_unit_test(hears_a_client_that_half_closed),
	    cmocka_unit_test(limits_clients),
	    cmocka_unit_test(spares_what_is_in_the_way),
	};

	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
