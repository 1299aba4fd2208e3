#include "base/child.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static char *
run(const char *script, int stop_fd, int64_t limit_ms)
{
	char *words[] = {"/bin/sh", "-c", (char *)script, NULL};
	char *environment[] = {"PATH=/usr/bin:/bin", "A=1", NULL};
	struct child_terms terms = {
	    .words = words, .environment = environment, .input = -1};

	return child_output(&terms, stop_fd, clock_now_ms() + limit_ms);
}

static const struct {
	const char *script, *want;
	int64_t limit_ms;
} cases[] = {
    {"echo one; echo two", "one\ntwo\n", 20000},
    {"echo bad >&2; exit 1", "", 20000},
    {"echo \"$A$HOME\"", "1\n", 20000},
    {"cat", "", 20000},
    {"ls /proc/self/fd | wc -l", "4\n", 20000}, /* one is of ls */
    /* Without an end there is nothing, and nobody waits for one. */
    {"echo half; sleep 1000", "", 200},
    {"while :; do echo without end; done", "", 20000},
    {"exec >&-; sleep 1000", "", 20000},
};

static void
tells_what_it_prints(void **state)
{
	int stop_fd = eventfd(0, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = run(cases[i].script, stop_fd, cases[i].limit_ms);

		print_message("%s\n", cases[i].script);
		assert_string_equal(text, cases[i].want);
		free(text);
	}
	close(stop_fd);
}

static void
is_stopped(void **state)
{
	int stop_fd = eventfd(1, 0);
	int64_t before_ms = clock_now_ms();
	char *text = run("echo half; sleep 1000", stop_fd, 1000000);

	(void)state;
	assert_string_equal(text, "");
	assert_true(clock_now_ms() - before_ms < 60000);
	free(text);
	close(stop_fd);
}

static void
is_found(void **state)
{
	char *directories, *path;

	(void)state;
	scratch_write("plain", "");
	chmod(scratch_write("program", ""), 0755);
	directories = malloc(strlen(scratch) + 32);
	strcpy(directories, "relative:/nowhere:");
	strcat(directories, scratch);
	path = child_find(directories, "program");
	assert_non_null(path);
	assert_string_equal(path + strlen(scratch), "/program");
	free(path);
	assert_null(child_find(directories, "plain"));
	assert_null(child_find("", "program"));
	free(directories);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_what_it_prints),
	    cmocka_unit_test(is_stopped),
	    cmocka_unit_test_setup_teardown(
		is_found, scratch_create, scratch_destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
