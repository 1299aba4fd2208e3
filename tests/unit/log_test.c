#include "base/log.h"

#include "base/line.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

enum { THREADS = 4, LINES = 100, FLOOD = 3000 };

static int real_stderr, pipe_fds[2];

/* Standard error goes into a pipe. */
static int
catch_stderr(void **state)
{
	(void)state;
	real_stderr = dup(STDERR_FILENO);
	if (real_stderr < 0 || pipe(pipe_fds) != 0 ||
	    dup2(pipe_fds[1], STDERR_FILENO) < 0)
		return -1;
	close(pipe_fds[1]);
	log_open("log_test", LOG_USER, true);
	return 0;
}

static int
give_back_stderr(void **state)
{
	(void)state;
	log_open("log_test", LOG_USER, false);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(pipe_fds[0]);
	return 0;
}

/* All that lies in the pipe, without waiting for more. */
static char *
caught(void)
{
	enum { ROOM = 1 << 20 };
	char *text = calloc(1, ROOM);
	size_t length = 0;
	ssize_t n;

	assert_non_null(text);
	fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
	while ((n = read(pipe_fds[0], text + length, ROOM - 1 - length)) > 0)
		length += n;
	return text;
}

static void
writes_at_once_without_a_thread(void **state)
{
	char *text;

	(void)state;
	log_info("one\ntwo");
	log_warning("three");
	text = caught();
	assert_string_equal(
	    text, "log_test: one\\x0atwo\nlog_test: warning: three\n");
	free(text);
}

static void *
write_lines(void *arg)
{
	for (int i = 0; i < LINES; i++)
		log_info("thread %d line %d.", *(int *)arg, i);
	return NULL;
}

/* Every line whole and once, and those of one thread in their order. */
static void
keeps_all_lines(void **state)
{
	pthread_t threads[THREADS];
	int numbers[THREADS], next[THREADS] = {0}, thread, number;
	char *text, *line, *rest;

	(void)state;
	log_start();
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		assert_int_equal(
		    pthread_create(&threads[i], NULL, write_lines, &numbers[i]),
		    0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	log_stop();
	text = caught();
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		assert_int_equal(sscanf(line, "log_test: thread %d line %d.",
				     &thread, &number),
		    2);
		assert_int_equal(number, next[thread]++);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(next[i], LINES);
	free(text);
}

/* Nobody reads what is written: the callers go on, and the loss is told. */
static void
does_not_wait_for_a_log_that_hangs(void **state)
{
	long written = 0, lost = 0;
	char *text, *more, *line, *rest;

	(void)state;
	fcntl(pipe_fds[0], F_SETPIPE_SZ, 4096);
	log_start();
	for (int i = 0; i < FLOOD; i++)
		log_info("%0100d", i);
	text = caught();
	assert_true(strlen(text) > 0);
	/* From here on somebody reads. */
	fcntl(pipe_fds[0], F_SETPIPE_SZ, 1 << 20);
	log_stop();
	more = caught();
	text = realloc(text, strlen(text) + strlen(more) + 1);
	assert_non_null(text);
	strcat(text, more);
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *loss = strstr(line, "warning: ");
		if (loss)
			lost += atol(loss + strlen("warning: "));
		else
			written++;
	}
	assert_true(lost > 0);
	assert_int_equal(written + lost, FLOOD);
	free(more);
	free(text);
}

#define TEST(function)                   \
	cmocka_unit_test_setup_teardown( \
	    function, catch_stderr, give_back_stderr)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(writes_at_once_without_a_thread),
	    TEST(keeps_all_lines),
	    TEST(does_not_wait_for_a_log_that_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
