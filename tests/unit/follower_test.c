/* The thread and its queue; the ways of files are in tail_test. */
#include "evidence/follower.h"

#include "scratch.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <time.h>
#include <cmocka.h>

#define LINE                                                                 \
	"Nov 21 17:34:56 mail postfix-news/smtp[1]: %s: to=<b@x.example>, "  \
	"relay=mx.x.example[192.0.2.1]:25, delay=1, delays=0/0/1/0, "        \
	"dsn=5.7.1, status=bounced (host mx.x.example[192.0.2.1] said: 550 " \
	"5.7.1 blocked (in reply to RCPT TO command))\n"

static int wake_fd;

static void
on_woken(void *arg)
{
	uint64_t one = 1;

	(void)arg;
	if (write(wake_fd, &one, sizeof one) < 0)
		return;
}

static int
set_up(void **state)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	wake_fd = eventfd(0, EFD_NONBLOCK);
	return scratch_create(state);
}

static int
tear_down(void **state)
{
	close(wake_fd);
	return scratch_destroy(state);
}

static void
append(const char *path, const char *qid)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	fprintf(file, LINE, qid);
	fclose(file);
}

/* The next attempt, once the thread has it. */
static void
take(struct follower *follower, struct sighted *out)
{
	struct pollfd fd = {wake_fd, POLLIN, 0};
	uint64_t count;

	while (follower_take(follower, out) != 0) {
		assert_int_equal(poll(&fd, 1, 10000), 1);
		assert_int_equal(read(wake_fd, &count, sizeof count), 8);
	}
}

/* At once, so that a second need not pass. */
static struct follower *
follow(const char *path, const struct place *from)
{
	struct follower *follower = follower_create(on_woken, NULL);

	assert_int_equal(follower_follow(follower, path, from), 0);
	follower_start(follower);
	return follower;
}

static void
wait_for_lines(struct follower *follower, uint64_t lines)
{
	struct follower_view view;
	const struct timespec tenth = {.tv_nsec = 10000000};

	for (int i = 0; i < 1000; i++) {
		assert_int_equal(follower_look(follower, 0, &view), 0);
		if (view.lines >= lines)
			return;
		nanosleep(&tenth, NULL);
	}
	fail();
}

static void
hands_over_attempts(void **state)
{
	const char *path = scratch_write("mail.log", "no attempt\n");
	struct place start = {0};
	struct follower *follower;
	struct follower_view view;
	struct sighted seen;

	(void)state;
	append(path, "AB12");
	follower = follow(path, &start);
	take(follower, &seen);
	assert_int_equal(seen.file, 0);
	assert_string_equal(seen.qid, "AB12");
	assert_string_equal(seen.program, "postfix-news/smtp");
	assert_string_equal(seen.to, "b@x.example");
	assert_string_equal(seen.host, "mx.x.example");
	assert_string_equal(seen.dsn, "5.7.1");
	assert_string_equal(seen.text, "550 5.7.1 blocked");
	assert_int_equal(seen.text_length, strlen(seen.text));
	assert_int_equal(seen.status, ATTEMPT_BOUNCED);
	assert_int_equal(seen.stage, REPLY_STAGE_RCPT);
	assert_true(seen.is_reply);
	assert_int_equal(seen.address.family, 4);
	append(path, "AB13");
	take(follower, &seen);
	assert_string_equal(seen.qid, "AB13");
	assert_int_equal(follower_look(follower, 1, &view), -1);
	wait_for_lines(follower, 3);
	assert_int_equal(follower_look(follower, 0, &view), 0);
	assert_string_equal(view.path, path);
	assert_string_equal(view.problem, "");
	assert_int_equal(view.attempts, 2);
	assert_int_equal(view.lag, 0);
	follower_destroy(&follower);
	assert_null(follower);
}

/* Five times what the queue holds, while nobody takes; then a restart in the
   middle of what was taken. Each comes once. */
static void
loses_nothing_and_repeats_nothing(void **state)
{
	const char *path = scratch_write("mail.log", "");
	struct place place = {0};
	struct follower *follower;
	struct sighted seen;
	char qid[16];

	(void)state;
	for (int i = 0; i < 5 * FOLLOWER_QUEUE_MAX; i++) {
		snprintf(qid, sizeof qid, "Q%d", i);
		append(path, qid);
	}
	follower = follow(path, &place);
	for (int i = 0; i < 5 * FOLLOWER_QUEUE_MAX; i++) {
		snprintf(qid, sizeof qid, "Q%d", i);
		take(follower, &seen);
		assert_string_equal(seen.qid, qid);
		if (i % 777 != 776)
			continue;
		assert_int_equal(follower_place(follower, 0, &place), 0);
		follower_destroy(&follower);
		follower = follow(path, &place);
	}
	assert_int_equal(follower_take(follower, &seen), -1);
	follower_destroy(&follower);
}

static void
stops_while_the_queue_is_full(void **state)
{
	const char *path = scratch_write("mail.log", "");
	struct place place = {0};
	struct follower *follower;

	(void)state;
	for (int i = 0; i < 2 * FOLLOWER_QUEUE_MAX; i++)
		append(path, "AB12");
	follower = follow(path, &place);
	assert_int_equal(follower_place(follower, 0, &place), -1);
	while (poll(&(struct pollfd){wake_fd, POLLIN, 0}, 1, 100) == 0)
		continue;
	follower_destroy(&follower);
}

static void
leaves_and_comes_back(void **state)
{
	const char *path = scratch_write("mail.log", "");
	struct place place = {0};
	struct follower *follower = follow(path, &place);
	struct follower_view view;
	struct sighted seen;
	char name[64];

	(void)state;
	append(path, "AB12");
	take(follower, &seen);
	follower_leave(follower, 0);
	assert_int_equal(follower_look(follower, 0, &view), 0);
	assert_false(view.is_followed);
	assert_int_equal(follower_follow(follower, path, NULL), 0);
	for (int i = 1; i < FOLLOWER_FILES_MAX; i++) {
		snprintf(name, sizeof name, "/nonexistent/%d", i);
		assert_int_equal(follower_follow(follower, name, NULL), i);
	}
	assert_int_equal(follower_follow(follower, "/nonexistent", NULL), -1);
	follower_destroy(&follower);
}

static void
cuts_long_texts(void **state)
{
	const char *path = scratch_write("mail.log", "");
	struct place place = {0};
	struct follower *follower;
	struct sighted seen;
	char *qid = test_malloc(50000);

	(void)state;
	memset(qid, 'A', 49999);
	qid[49999] = '\0';
	append(path, qid);
	follower = follow(path, &place);
	take(follower, &seen);
	assert_int_equal(strlen(seen.qid), SIGHTED_WORD_MAX - 1);
	follower_destroy(&follower);
	test_free(qid);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(hands_over_attempts),
	    TEST(loses_nothing_and_repeats_nothing),
	    TEST(stops_while_the_queue_is_full),
	    TEST(leaves_and_comes_back),
	    TEST(cuts_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
