/* Every way in which a log changes under its reader, with real files. */
#include "growing_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
begins_at_the_end(void **state)
{
	(void)state;
	begin_behind("old\nolder\n");
	append("new\n");
	check_reads("new|");
	assert_int_equal(look().offset, 14);
	assert_int_equal(look().lag, 0);
	assert_null(look().problem);
}

static void
waits_for_the_file(void **state)
{
	(void)state;
	begin(NULL);
	check_reads("");
	assert_true(look().is_missing);
	assert_string_equal(look().problem, strerror(ENOENT));
	append("one\n");
	check_reads("one|");
	assert_false(look().is_missing);
	assert_null(look().problem);
}

static void
waits_for_the_newline(void **state)
{
	(void)state;
	begin_behind("");
	append("on");
	check_reads("");
	append("e\ntw");
	check_reads("one|");
	append("o\n");
	check_reads("two|");
}

static void
follows_a_rename(void **state)
{
	(void)state;
	begin_behind("0\n");
	append("1\n");
	rename(path, old_path);
	check_reads("1|");
	assert_true(look().is_missing);
	/* Who writes still has the old one open, and the new one is made. */
	put_bytes(old_path, O_APPEND, "2\n", 2);
	append("");
	check_reads("2|");
	put_bytes(old_path, O_APPEND, "3\n", 2);
	append("4\n5\n");
	check_reads("3|4|5|");
	append("6\n");
	check_reads("6|");
	assert_int_equal(look().gaps, 0);
}

static void
follows_many_renames(void **state)
{
	char want[16], line[16];

	(void)state;
	begin_behind("first\n");
	for (int i = 0; i < 20; i++) {
		rename(path, old_path);
		snprintf(line, sizeof line, "%d\n", i);
		append(line);
		snprintf(want, sizeof want, "%d|", i);
		check_reads(want);
	}
	assert_int_equal(look().gaps, 0);
}

static void
follows_a_cut(void **state)
{
	(void)state;
	begin_behind("a line that is longer than the next\n");
	put_bytes(path, O_TRUNC, "1\n", 2);
	check_reads("1|");
	/* Cut, and longer than before when that is seen. */
	put_bytes(path, O_TRUNC, "2\n3\n4\n", 6);
	check_reads("2|3|4|");
	/* To nothing, and then on. */
	put_bytes(path, O_TRUNC, "", 0);
	check_reads("");
	append("5\n");
	check_reads("5|");
}

/* Nothing was there to know the file by when it was opened. */
static void
follows_a_cut_of_what_began_empty(void **state)
{
	(void)state;
	begin_behind("");
	append("1\n");
	check_reads("1|");
	put_bytes(path, O_TRUNC, "2\n3\n", 4);
	check_reads("2|3|");
}

/* logrotate's copytruncate: what was not read yet is in the copy. */
static void
finishes_the_copy(void **state)
{
	(void)state;
	begin_behind("0\n");
	append("1\n");
	check_reads("1|");
	append("2\n3\n");
	copy_file(path, old_path);
	put_bytes(path, O_TRUNC, "", 0);
	check_reads("2|3|");
	append("4\n");
	check_reads("4|");
	assert_int_equal(look().gaps, 0);
	/* And with the next line already there. */
	append("5\n");
	copy_file(path, old_path);
	put_bytes(path, O_TRUNC, "6\n", 2);
	check_reads("5|6|");
	assert_int_equal(look().gaps, 0);
}

/* The writer goes on at its old place: NUL bytes stand before it. */
static void
passes_over_a_hole(void **state)
{
	(void)state;
	begin_behind("0\n");
	append("1\n");
	check_reads("1|");
	put_bytes(path, O_TRUNC, "", 0);
	assert_int_equal(truncate(path, 300000), 0);
	append("2\n");
	check_reads("2|");
}

static void
knows_what_is_lost(void **state)
{
	(void)state;
	begin_behind("0\n");
	unlink(path);
	check_reads("");
	append("1\n");
	check_reads("1|");
	assert_int_equal(look().gaps, 0);
	put_bytes(path, O_TRUNC, "", 0);
	check_reads("");
	assert_int_equal(look().gaps, 1);
}

static void
cuts_and_counts_long_lines(void **state)
{
	size_t size = 1000000;
	char *text = test_malloc(size);

	(void)state;
	begin_behind("");
	memset(text, 'x', size);
	put_bytes(path, O_APPEND, text, size);
	check_reads("");
	assert_int_equal(line_count, 0);
	restart();
	append("\nnext\n");
	check_reads("next|");
	assert_int_equal(line_count, 2);
	assert_int_equal(byte_count, LONGEST + 4);
	test_free(text);
}

/* The same bytes for each run, with lines of all lengths; how many lines. */
static uint64_t
fill(char *bytes, size_t size, uint64_t *hash_out)
{
	uint64_t lines = 0, value = 0;
	unsigned seed = 1;

	for (size_t i = 0; i < size; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = seed >> 16 & 127 ? 'a' + (seed >> 16) % 26 : '\n';
		if (i + 1 == size)
			bytes[i] = '\n';
		if (bytes[i] == '\n')
			lines++;
		else
			value =
			    (value ^ (unsigned char)bytes[i]) * 1099511628211u;
	}
	*hash_out = value;
	return lines;
}

/* Odd pieces, restarts and rotations in between: the same as at one go. */
static void
reads_all_of_it_once(void **state)
{
	static char bytes[400000];
	uint64_t want, lines = fill(bytes, sizeof bytes, &want);
	size_t at = 0;
	unsigned seed = 1;
	int rotations = 0;

	(void)state;
	/* So that the first bytes tell one from another. */
	begin_behind("begin\n");
	for (int i = 0; at < sizeof bytes; i++) {
		size_t size = (seed = seed * 1103515245 + 12345) >> 16 & 4095;
		size_t left = sizeof bytes - at;

		if (i % 3 == 0)
			while (tail_read(tail))
				continue;
		size = size < left ? size : left;
		/* Rotated where a line ends, and before that was read. */
		while (i % 3 == 0 && size > 0 && bytes[at + size - 1] != '\n')
			size--;
		put_bytes(path, O_APPEND, bytes + at, size);
		at += size;
		if (i % 3 == 0 && size > 0 && at < sizeof bytes) {
			rename(path, old_path);
			rotations++;
		}
		if (i % 7 == 0)
			restart();
	}
	while (tail_read(tail))
		continue;
	assert_true(rotations > 10);
	assert_int_equal(look().gaps, 0);
	assert_int_equal(line_count, lines);
	assert_true(hash == want);
}

static void
reads_a_fifo(void **state)
{
	struct place place;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	begin(NULL);
	check_reads("");
	assert_int_equal(tail_waits_at(tail), -1);
	fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, "1\n2", 3), 3);
	check_reads("1|");
	assert_true(tail_waits_at(tail) >= 0);
	assert_int_equal(write(fd, "\n", 1), 1);
	check_reads("2|");
	assert_int_equal(write(fd, "half", 4), 4);
	close(fd);
	check_reads("");
	assert_int_equal(tail_waits_at(tail), -1);
	fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, "3\n", 2), 2);
	check_reads("3|");
	close(fd);
	/* Its unit made it anew. */
	unlink(path);
	check_reads("");
	assert_int_equal(mkfifo(path, 0600), 0);
	check_reads("");
	fd = open(path, O_WRONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "4\n", 2), 2);
	check_reads("4|");
	close(fd);
	assert_int_equal(tail_place(tail, &place), -1);
}

static void
says_what_is_wrong(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	begin(NULL);
	check_reads("");
	assert_string_equal(look().problem, "it is neither a file nor a FIFO");
	assert_int_equal(rmdir(path), 0);
	append("1\n");
	check_reads("");
	append("2\n");
	check_reads("2|");
	assert_null(look().problem);
}

static void
reads_no_other_json(void **state)
{
	static const char *const bad[] = {"", "{}", "[]", "null",
	    "{\"inode\": 1, \"offset\": -1, \"head\": 0, \"hash\": \"0\"}",
	    "{\"inode\": 1, \"offset\": 1, \"head\": -1, \"hash\": \"0\"}",
	    "{\"inode\": 1, \"offset\": 1, \"head\": 513, \"hash\": \"0\"}",
	    "{\"inode\": 1, \"offset\": 1, \"head\": 1, \"hash\": \"x\"}",
	    "{\"inode\": 1, \"offset\": \"1\", \"head\": 1, \"hash\": \"0\"}"};
	struct place place = {.offset = 42};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(place_read(bad[i], &place), -1);
	assert_int_equal(place.offset, 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    GROWING_LOG_TEST(begins_at_the_end),
	    GROWING_LOG_TEST(waits_for_the_file),
	    GROWING_LOG_TEST(waits_for_the_newline),
	    GROWING_LOG_TEST(follows_a_rename),
	    GROWING_LOG_TEST(follows_many_renames),
	    GROWING_LOG_TEST(follows_a_cut),
	    GROWING_LOG_TEST(follows_a_cut_of_what_began_empty),
	    GROWING_LOG_TEST(finishes_the_copy),
	    GROWING_LOG_TEST(passes_over_a_hole),
	    GROWING_LOG_TEST(knows_what_is_lost),
	    GROWING_LOG_TEST(cuts_and_counts_long_lines),
	    GROWING_LOG_TEST(reads_all_of_it_once),
	    GROWING_LOG_TEST(reads_a_fifo),
	    GROWING_LOG_TEST(says_what_is_wrong),
	    GROWING_LOG_TEST(reads_no_other_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
