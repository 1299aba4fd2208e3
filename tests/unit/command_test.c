#include "daemon/command.h"

#include "config/config.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <cmocka.h>

#define TENTHS_MAX 200

static const char *seen;

static int
setup(void **state)
{
	int result = scratch_create(state);

	seen = scratch_write("seen", "");
	chmod(scratch, 0777);
	chmod(seen, 0666);
	return result;
}

static void
rest(void)
{
	const struct timespec tenth = {.tv_nsec = 100000000};

	nanosleep(&tenth, NULL);
}

static void
read_seen(char *text, size_t size)
{
	FILE *file = fopen(seen, "r");

	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
}

static void
puts_the_queue_id_in(void **state)
{
	char script[256], text[128] = "";
	char *words[] = {"/bin/sh", "-c", script, "sh", "-i", "a{qid}b"};
	const struct strings command = {words, 6};

	(void)state;
	snprintf(script, sizeof script, "echo \"$*\" >>%s", seen);
	assert_int_equal(command_run("on_block", &command, "4F232A72072"), 0);
	for (int i = 0; i < TENTHS_MAX && !strchr(text, '\n'); i++) {
		rest();
		read_seen(text, sizeof text);
	}
	assert_string_equal(text, "-i a4F232A72072b\n");
}

/* Commands that hang do not pile up. */
static void
runs_no_more_than_so_many(void **state)
{
	char *words[] = {"/bin/sleep", "3"};
	const struct strings command = {words, 2};
	int started = 0;

	(void)state;
	for (int i = 0; i < 2 * COMMAND_RUNNING_MAX; i++)
		started += command_run("on_block", &command, "4A") == 0;
	/* One of the test before may be about to end. */
	assert_in_range(started, COMMAND_RUNNING_MAX - 1, COMMAND_RUNNING_MAX);
	for (int i = 0;
	     i < TENTHS_MAX && command_run("on_block", &command, "4A") != 0;
	     i++)
		rest();
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scratch_destroy)
	    TEST(puts_the_queue_id_in),
	    TEST(runs_no_more_than_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
