/* What becomes of the store where its file or its disk is not as it should. */
#include "stored.h"

#include "standing/state_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
write_file(const char *text, size_t length)
{
	FILE *file = fopen(store_path, "w");

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
	snprintf(aside, sizeof aside, "%s.corrupt", store_path);
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
	store = store_open(store_path);
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
	fd = open(store_path, O_WRONLY);
	assert_true(lseek(fd, 0, SEEK_END) > 20 * 4096);
	assert_int_equal(
	    pwrite(fd, noise, sizeof noise, 8 * 4096), sizeof noise);
	close(fd);
	store = store_open(store_path);
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
	assert_int_equal(unlink(store_path), 0);
	store_put(store, "a", "f", "g");
	wait_for_disk(store);
	store_close(&store);
	store = store_open(store_path);
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
	snprintf(directory, sizeof directory, "%s/later", store_directory);
	snprintf(store_path, sizeof store_path, "%s/state.db", directory);
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
	store = store_open(store_path);
	assert_string_equal(kept(store, "a", "b"), "c");
	store_close(&store);
	assert_int_equal(unlink(store_path), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void
read_only_directory(void **state)
{
	struct store *store;
	uid_t user = geteuid();

	(void)state;
	assert_int_equal(chmod(store_directory, 0555), 0);
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
	assert_int_equal(chmod(store_directory, 0700), 0);
	assert_int_not_equal(access(store_path, F_OK), 0);
}

static void
make_another_database(void)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(store_path, &database), SQLITE_OK);
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
	assert_int_equal(mkdir(store_path, 0700), 0);
	store = open_started();
	store_put(store, "a", "b", "c");
	store_close(&store);
	assert_int_equal(lines_with("warning"), 1);
	assert_int_equal(rmdir(store_path), 0);

	assert_int_equal(symlink("/etc/passwd", store_path), 0);
	assert_int_equal(
	    state_file_open(&file, store_path, &reason), STATE_FAILED);
	assert_null(file);
	free(reason);
	unlink(store_path);

	make_another_database();
	assert_int_equal(
	    state_file_open(&file, store_path, &reason), STATE_FAILED);
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

		if (state_file_open(&file, store_path, &reason) != STATE_GOOD ||
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
	store = store_open(store_path);
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
	assert_int_equal(stat(store_path, &info), 0);
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
	store = store_open(store_path);
	assert_int_equal(store_count(store), 300);
	assert_string_equal(kept(store, "a", "299"), value);
	store_close(&store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(damaged_file_is_moved_aside),
	    STORE_TEST(hole_in_the_file_is_found),
	    STORE_TEST(removed_while_it_runs),
	    STORE_TEST(missing_directory_is_tried_again),
	    STORE_TEST(read_only_directory),
	    STORE_TEST(leaves_alone_what_is_not_its_own),
	    STORE_TEST(one_at_a_time),
	    STORE_TEST(full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
