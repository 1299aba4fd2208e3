/* What is put is kept, by one process and for the next. */
#include "stored.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
is_there_again(void **state)
{
	struct store *store = open_started();
	struct stat info;
	char *value;

	(void)state;
	store_put(store, "standing", "main", "{\"since\": 1}");
	store_put(store, "standing", "news", "old");
	store_put(store, "standing", "news", "'; DROP TABLE record; --\xff");
	store_put(store, "held", "main", "another kind");
	store_put(store, "held", "gone", "x");
	store_forget(store, "held", "gone");
	assert_null(store_get(store, "held", "gone"));
	assert_null(store_get(store, "gone", "main"));
	value = store_get(store, "standing", "main");
	assert_string_equal(value, "{\"since\": 1}");
	free(value);
	store_forget(store, "held", "never there");
	assert_string_equal(kept(store, "held", "main"), "another kind");
	store_close(&store);
	assert_null(store);
	assert_int_equal(stat(store_path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);

	store = store_open(store_path);
	assert_int_equal(store_count(store), 3);
	assert_int_equal(count_of(store, "standing"), 2);
	assert_string_equal(kept(store, "standing", "main"), "{\"since\": 1}");
	assert_string_equal(
	    kept(store, "standing", "news"), "'; DROP TABLE record; --\xff");
	assert_null(kept(store, "held", "gone"));
	assert_null(kept(store, "held", "news"));
	store_close(&store);
	assert_int_equal(lines_with("warning"), 0);
}

/* A process that is killed has written what was put a moment before. */
static void
needs_no_close(void **state)
{
	struct store *store;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		store = open_started();
		store_put(store, "standing", "main", "listed");
		store_put(store, "standing", "news", "listed");
		while (store_waiting(store) > 0)
			rest();
		store_forget(store, "standing", "news");
		while (store_count(store) > 1)
			rest();
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	store = store_open(store_path);
	assert_string_equal(kept(store, "standing", "main"), "listed");
	assert_null(kept(store, "standing", "news"));
	store_close(&store);
	assert_int_equal(lines_with("warning"), 0);
}

static void
none_keeps_nothing(void **state)
{
	struct store *store = store_open(NULL);

	(void)state;
	assert_null(store);
	store_start(store);
	store_put(store, "a", "b", "c");
	store_forget(store, "a", "b");
	assert_int_equal(count_of(store, "a"), 0);
	assert_int_equal(store_count(store) + store_waiting(store), 0);
	store_close(&store);
}

static void
same_value_costs_no_write(void **state)
{
	struct store *store = open_started();
	char value[16];

	(void)state;
	store_put(store, "answer", "a", "0");
	wait_for_disk(store);
	store_put(store, "answer", "a", "0");
	assert_int_equal(store_waiting(store), 0);
	store_close(&store);

	/* Nobody writes yet: of many values the last one waits. */
	store = store_open(store_path);
	for (int i = 0; i < 1000; i++) {
		snprintf(value, sizeof value, "%d", i);
		store_put(store, "answer", "a", value);
		store_put(store, "answer", "b", value);
	}
	assert_int_equal(store_waiting(store), 2);
	store_start(store);
	store_close(&store);
	store = store_open(store_path);
	assert_string_equal(kept(store, "answer", "a"), "999");
	store_close(&store);
}

static void
has_a_limit(void **state)
{
	struct store *store = store_open(store_path);
	char key[16];

	(void)state;
	for (int i = 0; i < STORE_RECORDS_MAX + 5; i++) {
		snprintf(key, sizeof key, "%d", i);
		store_put(store, "held", key, "x");
	}
	assert_int_equal(store_count(store), STORE_RECORDS_MAX);
	assert_int_equal(lines_with("warning: store: 65536 records"), 1);
	store_put(store, "held", "0", "one that is there may change");
	store_start(store);
	wait_for_disk(store);
	store_forget(store, "held", "1");
	for (int i = 0; store_count(store) == STORE_RECORDS_MAX; i++) {
		assert_true(i < HUNDREDTHS_MAX);
		rest();
	}
	store_put(store, "held", "there is room again", "y");
	store_close(&store);
	store = store_open(store_path);
	assert_int_equal(store_count(store), STORE_RECORDS_MAX);
	assert_string_equal(kept(store, "held", "there is room again"), "y");
	assert_null(kept(store, "held", "1"));
	store_close(&store);
}

/* Writers of several threads, and one that reads. */
static void *
put_many(void *arg)
{
	char key[16];

	for (int i = 0; i < 3000; i++) {
		snprintf(key, sizeof key, "%d", i % 50);
		if (i % 7 == 0)
			store_forget(arg, "a", key);
		else
			store_put(arg, "a", key, i % 3 ? "one" : "two");
	}
	return NULL;
}

static void
many_threads(void **state)
{
	struct store *store = open_started();
	pthread_t threads[3];
	char key[16];

	(void)state;
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, put_many, store);
	for (int i = 0; i < 100; i++)
		assert_true(count_of(store, "a") <= 50);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 50; i++) {
		snprintf(key, sizeof key, "%d", i);
		store_put(store, "a", key, "last");
	}
	store_close(&store);
	store = store_open(store_path);
	assert_int_equal(store_count(store), 50);
	assert_string_equal(kept(store, "a", "49"), "last");
	store_close(&store);
	assert_int_equal(lines_with("warning"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(is_there_again),
	    STORE_TEST(needs_no_close),
	    STORE_TEST(none_keeps_nothing),
	    STORE_TEST(same_value_costs_no_write),
	    STORE_TEST(has_a_limit),
	    STORE_TEST(many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
