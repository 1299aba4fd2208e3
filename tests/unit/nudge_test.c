#include "daemon/nudge.h"

#include "config/config.h"
#include "daemon/command.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>
#include <cmocka.h>

#define TENTHS_MAX 200

static char *command[] = {"/bin/sh", "-c", NULL};
static const struct strings words = {command, 3};
static const char *seen;

/* The command may run as nobody, so what it writes to is open to all. */
static int
setup(void **state)
{
	static char script[256];
	int result = scratch_create(state);

	seen = scratch_write("seen", "");
	chmod(scratch, 0777);
	chmod(seen, 0666);
	snprintf(script, sizeof script, "echo x >>%s; id -u >>%s", seen, seen);
	command[2] = script;
	return result;
}

static void
rest(void)
{
	const struct timespec tenth = {.tv_nsec = 100000000};

	nanosleep(&tenth, NULL);
}

/* Two lines each. */
static int
runs(void)
{
	FILE *file = fopen(seen, "r");
	int lines = 0, c;

	while ((c = getc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines / 2;
}

static void
expect_runs(int want)
{
	for (int i = 0; i < TENTHS_MAX && runs() < want; i++)
		rest();
	rest();
	assert_int_equal(runs(), want);
}

static void
runs_twice_for_a_wish(void **state)
{
	struct nudge *nudge = nudge_create();

	(void)state;
	nudge_tick(nudge, &words, 1000);
	expect_runs(0);
	nudge_want(nudge);
	nudge_tick(nudge, &words, 2000);
	expect_runs(1);
	nudge_tick(nudge, &words, 2000 + NUDGE_APART_MS - 1);
	expect_runs(1);
	nudge_tick(nudge, &words, 2000 + NUDGE_APART_MS);
	expect_runs(2);
	nudge_tick(nudge, &words, 2000 + 3 * NUDGE_APART_MS);
	expect_runs(2);
	nudge_destroy(&nudge);
}

/* However often standings clear. */
static void
never_runs_too_often(void **state)
{
	struct nudge *nudge = nudge_create();

	(void)state;
	for (int i = 0; i < 30; i++) {
		nudge_want(nudge);
		nudge_tick(nudge, &words, 1000 + i * 1000);
	}
	expect_runs(1);
	nudge_destroy(&nudge);
}

static void
waits_while_too_many_commands_run(void **state)
{
	static char *sleeper[] = {"/bin/sleep", "3"};
	static const struct strings hangs = {sleeper, 2};
	struct nudge *nudge = nudge_create();

	(void)state;
	while (command_has_room())
		command_run("on_block", &hangs, "4A");
	nudge_want(nudge);
	nudge_tick(nudge, &words, 1000);
	for (int i = 0; i < TENTHS_MAX && !command_has_room(); i++)
		rest();
	nudge_tick(nudge, &words, 2000);
	expect_runs(1);
	nudge_destroy(&nudge);
}

static void
runs_without_privilege(void **state)
{
	struct nudge *nudge = nudge_create();
	char text[64] = "";
	FILE *file;

	(void)state;
	nudge_want(nudge);
	nudge_tick(nudge, &words, 1000);
	expect_runs(1);
	file = fopen(seen, "r");
	assert_true(fread(text, 1, sizeof text - 1, file) > 0);
	fclose(file);
	assert_string_not_equal(text, "x\n0\n");
	nudge_destroy(&nudge);
}

static void
runs_nothing_without_a_command(void **state)
{
	static const struct strings none = {NULL, 0};
	struct nudge *nudge = nudge_create();

	(void)state;
	nudge_want(nudge);
	nudge_tick(nudge, &none, 1000);
	expect_runs(0);
	nudge_destroy(&nudge);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scratch_destroy)
	    TEST(runs_twice_for_a_wish),
	    TEST(never_runs_too_often),
	    TEST(waits_while_too_many_commands_run),
	    TEST(runs_without_privilege),
	    TEST(runs_nothing_without_a_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
