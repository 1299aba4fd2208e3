#include "standing/store.h"

#include "base/log.h"
#include "scratch.h"
#include "standing/state_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>

#include <cmocka.h>

#define HUNDREDTHS_MAX 3000

static char path[128], log_path[128];
static int real_stderr;

/* What is logged goes into a file beside the store. */
static int
setup(void **state)
{
	int fd, result = scratch_create(state);

	snprintf(path, sizeof path, "%s/state.db", scratch);
	snprintf(log_path, sizeof log_path, "%s/log", scratch);
	fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	real_stderr = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	log_open("store_test", LOG_USER, true);
	return result;
}

static int
teardown(void **state)
{
	DIR *directory = opendir(scratch);
	struct dirent *entry;

	log_open("store_test", LOG_USER, false);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	return scratch_destroy(state);
}

static void
rest(void)
{
	const struct timespec hundredth = {.tv_nsec = 10000000};

	nanosleep(&hundredth, NULL);
}

static int
lines_with(const char *text)
{
	FILE *file = fopen(log_path, "r");
	char line[1024];
	int count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		count += strstr(line, text) != NULL;
	fclose(file);
	return count;
}

static void
wait_for_lines(const char *text, int want)
{
	for (int i = 0; i < HUNDREDTHS_MAX && lines_with(text) < want; i++)
		rest();
	assert_int_equal(lines_with(text), want);
}

static void
wait_for_disk(struct store *store)
{
	for (int i = 0; i < HUNDREDTHS_MAX && store_waiting(store) > 0; i++)
		rest();
	assert_int_equal(store_waiting(store), 0);
}

struct want {
	const char *key, *value; /* value: what was found */
	int count;
};

static void
on_record(void *arg, const char *key, const char *value)
{
	struct want *want = arg;
	static char found[4096];

	want->count++;
	if (strcmp(key, want->key) != 0)
		return;
	snprintf(found, sizeof found, "%s", value);
	want->value = found;
}

/* What is kept of that; NULL: nothing. */
static const char *
kept(struct store *store, const char *kind, const char *key)
{
	struct want want = {.key = key};

	store_each(store, kind, on_record, &want);
	return want.value;
}

static int
count_of(struct store *store, const char *kind)
{
	struct want want = {.key = ""};

	store_each(store, kind, on_record, &want);
	return want.count;
}

static struct store *
open_started(void)
{
	struct store *store = store_open(path);

	store_start(store);
	return store;
}

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
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);

	store = store_open(path);
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
	store = store_open(path);
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
	store = store_open(path);
	for (int i = 0; i < 1000; i++) {
		snprintf(value, sizeof value, "%d", i);
		store_put(store, "answer", "a", value);
		store_put(store, "answer", "b", value);
	}
	assert_int_equal(store_waiting(store), 2);
	store_start(store);
	store_close(&store);
	store = store_open(path);
	assert_string_equal(kept(store, "answer", "a"), "999");
	store_close(&store);
}

static void
has_a_limit(void **state)
{
	struct store *store = store_open(path);
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
	store = store_open(path);
	assert_int_equal(store_count(store), STORE_RECORDS_MAX);
	assert_string_equal(kept(store, "held", "there is room again"), "y");
	assert_null(kept(store, "held", "1"));
	store_close(&store);
}

static void
write_file(const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
}

static void
damaged_file_is_moved_aside(void **state)
{
	struct store *store;
	char aside[160], text[64];
	FILE *file;

	(void)state;
	snprintf(aside, sizeof aside, "%s.corrupt", path);
	write_file("this is no database, but it is long enough to be one", 52);
	store = open_started();
	assert_int_equal(lines_with("is damaged"), 1);
	store_put(store, "a", "b", "c");
	store_close(&store);
	file = fopen(aside, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof text, file));
	assert_memory_equal(text, "this is no database", 19);
	fclose(file);
	store = store_open(path);
	assert_string_equal(kept(store, "a", "b"), "c");
	store_close(&store);
	assert_int_equal(lines_with("warning"), 1);
}

/* Pages in the middle overwritten, as by a disk that lost some. */
static void
hole_in_the_file_is_found(void **state)
{
	struct store *store = open_started();
	char key[16], noise[4096];
	int fd;

	(void)state;
	memset(noise, 0x5a, sizeof noise);
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof key, "%d", i);
		store_put(store, "a", key, "some value that takes up room");
	}
	store_close(&store);
	fd = open(path, O_WRONLY);
	assert_true(lseek(fd, 0, SEEK_END) > 20 * 4096);
	assert_int_equal(
	    pwrite(fd, noise, sizeof noise, 8 * 4096), sizeof noise);
	close(fd);
	store = store_open(path);
	assert_int_equal(lines_with("is damaged"), 1);
	assert_int_equal(store_count(store), 0);
	store_close(&store);
}

/* What is in memory goes into the new file. */
static void
removed_while_it_runs(void **state)
{
	struct store *store = open_started();

	(void)state;
	store_put(store, "a", "b", "c");
	store_put(store, "a", "d", "e");
	wait_for_disk(store);
	assert_int_equal(unlink(path), 0);
	store_put(store, "a", "f", "g");
	wait_for_disk(store);
	store_close(&store);
	store = store_open(path);
	assert_int_equal(store_count(store), 3);
	assert_string_equal(kept(store, "a", "b"), "c");
	store_close(&store);
}

static void
missing_directory_is_tried_again(void **state)
{
	char directory[100];
	struct store *store;

	(void)state;
	snprintf(directory, sizeof directory, "%s/later", scratch);
	snprintf(path, sizeof path, "%s/state.db", directory);
	store = open_started();
	assert_int_equal(lines_with("No such file or directory"), 1);
	store_put(store, "a", "b", "c");
	assert_string_equal(kept(store, "a", "b"), "c");
	for (int i = 0; i < 120; i++)
		rest();
	assert_int_equal(lines_with("warning"), 1);
	assert_int_equal(mkdir(directory, 0700), 0);
	wait_for_disk(store);
	assert_int_equal(lines_with("is written again"), 1);
	store_close(&store);
	store = store_open(path);
	assert_string_equal(kept(store, "a", "b"), "c");
	store_close(&store);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void
read_only_directory(void **state)
{
	struct store *store;
	uid_t user = geteuid();

	(void)state;
	assert_int_equal(chmod(scratch, 0555), 0);
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	store = open_started();
	store_put(store, "a", "b", "c");
	assert_string_equal(kept(store, "a", "b"), "c");
	store_close(&store);
	assert_int_equal(seteuid(user), 0);
	prctl(PR_SET_DUMPABLE, 1); /* as the leak check needs it */
	assert_int_equal(lines_with("Permission denied"), 1);
	assert_int_equal(lines_with("warning"), 1);
	assert_int_equal(chmod(scratch, 0700), 0);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
make_another_database(void)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(database, "CREATE TABLE other (x)", NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(database);
}

/* No file of ours, and none to be moved away. */
static void
leaves_alone_what_is_not_its_own(void **state)
{
	struct state_file *file = NULL;
	struct store *store;
	char *reason = NULL;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	store = open_started();
	store_put(store, "a", "b", "c");
	store_close(&store);
	assert_int_equal(lines_with("warning"), 1);
	assert_int_equal(rmdir(path), 0);

	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(state_file_open(&file, path, &reason), STATE_FAILED);
	assert_null(file);
	free(reason);
	unlink(path);

	make_another_database();
	assert_int_equal(state_file_open(&file, path, &reason), STATE_FAILED);
	assert_non_null(strstr(reason, "not of repgate"));
	free(reason);
}

/* Another daemon has it. */
static void
one_at_a_time(void **state)
{
	struct state_file *file = NULL;
	struct store *store;
	char *reason = NULL;
	int ready[2], go[2], status;
	char byte;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ready) + pipe(go), 0);
	child = fork();
	if (child == 0) {
		const struct state_change change = {"a", "b", "theirs"};

		if (state_file_open(&file, path, &reason) != STATE_GOOD ||
		    state_file_write(file, &change, 1, &reason) != STATE_GOOD)
			_exit(1);
		if (write(ready[1], "x", 1) != 1 || read(go[0], &byte, 1) != 1)
			_exit(1);
		state_file_close(&file);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	store = open_started();
	assert_int_equal(lines_with("locked"), 1);
	store_put(store, "a", "c", "ours");
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	wait_for_disk(store);
	assert_int_equal(lines_with("is written again"), 1);
	store_close(&store);
	store = store_open(path);
	assert_string_equal(kept(store, "a", "b"), "theirs");
	assert_string_equal(kept(store, "a", "c"), "ours");
	store_close(&store);
}

/* The limit stands for a full disk: nothing grows any more. */
static void
full_disk(void **state)
{
	struct rlimit full, before;
	struct store *store = open_started();
	char key[16], value[1001];
	struct stat info;

	(void)state;
	memset(value, 'x', 1000);
	value[1000] = '\0';
	store_put(store, "a", "first", "c");
	wait_for_disk(store);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	full = before;
	assert_int_equal(stat(path, &info), 0);
	full.rlim_cur = 64 * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	for (int i = 0; i < 300; i++) {
		snprintf(key, sizeof key, "%d", i);
		store_put(store, "a", key, value);
	}
	wait_for_lines("until that is mended a restart forgets", 1);
	assert_int_equal(count_of(store, "a"), 301);
	store_forget(store, "a", "first");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	wait_for_disk(store);
	wait_for_lines("is written again", 1);
	store_close(&store);
	assert_int_equal(lines_with("warning"), 1);
	store = store_open(path);
	assert_int_equal(store_count(store), 300);
	assert_string_equal(kept(store, "a", "299"), value);
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
	store = store_open(path);
	assert_int_equal(store_count(store), 50);
	assert_string_equal(kept(store, "a", "49"), "last");
	store_close(&store);
	assert_int_equal(lines_with("warning"), 0);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(is_there_again),
	    TEST(needs_no_close),
	    TEST(none_keeps_nothing),
	    TEST(same_value_costs_no_write),
	    TEST(has_a_limit),
	    TEST(damaged_file_is_moved_aside),
	    TEST(hole_in_the_file_is_found),
	    TEST(removed_while_it_runs),
	    TEST(missing_directory_is_tried_again),
	    TEST(read_only_directory),
	    TEST(leaves_alone_what_is_not_its_own),
	    TEST(one_at_a_time),
	    TEST(full_disk),
	    TEST(many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
