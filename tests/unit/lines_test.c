#include "base/lines.h"
#include "scratch.h"

#include <zlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define LONGEST 1000

static struct lines *
open_lines(const char *path)
{
	char *reason = NULL;
	struct lines *lines = lines_open(path, LONGEST, &reason);

	assert_non_null(lines);
	return lines;
}

static void
check_next(struct lines *lines, const char *want)
{
	const char *line = NULL;
	size_t length = 0;

	assert_true(lines_next(lines, &line, &length));
	assert_int_equal(length, strlen(want));
	assert_memory_equal(line, want, length);
}

static void
check_end(struct lines *lines)
{
	const char *line;
	size_t length;

	assert_false(lines_next(lines, &line, &length));
	assert_false(lines_next(lines, &line, &length));
	assert_null(lines_reason(lines));
	lines_close(&lines);
	assert_null(lines);
}

static void
reads_lines_with_and_without_an_end(void **state)
{
	struct lines *lines = open_lines(scratch_write("a", "one\n\ntwo\nthr"));

	(void)state;
	assert_int_equal(lines_size(lines), 12);
	assert_true(lines_written_sec(lines) > 0);
	check_next(lines, "one");
	check_next(lines, "");
	check_next(lines, "two");
	check_next(lines, "thr");
	check_end(lines);
	check_end(open_lines(scratch_write("b", "")));
}

/* Around the limit, and far longer than what is read at once. */
static void
cuts_long_lines(void **state)
{
	static const size_t sizes[] = {
	    LONGEST - 1, LONGEST, LONGEST + 1, 2 * LONGEST, 300000, 2000000};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char *text = test_malloc(sizes[i] + 8), want[LONGEST + 1];
		struct lines *lines;
		size_t size = sizes[i] < LONGEST ? sizes[i] : LONGEST;

		memset(text, 'x', sizes[i]);
		strcpy(text + sizes[i], "\nnext\n");
		memset(want, 'x', size);
		want[size] = '\0';
		lines = open_lines(scratch_write("a", text));
		check_next(lines, want);
		check_next(lines, "next");
		check_end(lines);
		text[sizes[i]] = '\0';
		lines = open_lines(scratch_write("a", text));
		check_next(lines, want);
		check_end(lines);
		test_free(text);
	}
}

/* Lines that lie across the borders of what is read at once. */
static void
reads_large_files_whole(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	struct lines *lines;

	(void)state;
	for (int i = 0; i < 100000; i++)
		fprintf(to, "line %d %.*s\n", i, i % 97,
		    "...................................................."
		    "..............................................");
	fclose(to);
	lines = open_lines(scratch_write("a", text));
	for (int i = 0; i < 100000; i++) {
		const char *line;
		size_t length;

		assert_true(lines_next(lines, &line, &length));
		assert_int_equal(atoi(line + 5), i);
		assert_int_equal(line[length], '\n');
	}
	assert_int_equal(lines_position(lines), size);
	check_end(lines);
	free(text);
}

static void
reads_gzip_and_says_when_it_is_broken(void **state)
{
	const char *path = scratch_write("a.gz", "");
	gzFile file = gzopen(path, "wb");
	const char *line;
	size_t length, count = 0;
	struct lines *lines;

	(void)state;
	for (int i = 0; i < 20000; i++)
		gzprintf(file, "line %d of many\n", i * 7919);
	gzclose(file);
	lines = open_lines(path);
	check_next(lines, "line 0 of many");
	while (lines_next(lines, &line, &length))
		count++;
	assert_int_equal(count, 19999);
	check_end(lines);

	assert_int_equal(truncate(path, 20000), 0);
	lines = open_lines(path);
	for (count = 0; lines_next(lines, &line, &length);)
		count++;
	assert_true(count > 1000 && count < 20000);
	assert_non_null(lines_reason(lines));
	lines_close(&lines);
}

static void
says_why_a_file_cannot_be_opened(void **state)
{
	char *reason = NULL;

	(void)state;
	assert_null(lines_open("/nonexistent/x", LONGEST, &reason));
	assert_string_equal(
	    reason, "/nonexistent/x: No such file or directory");
	free(reason);
	assert_null(lines_open(scratch, LONGEST, &reason));
	assert_non_null(strstr(reason, "Is a directory"));
	free(reason);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, scratch_create, scratch_destroy)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(reads_lines_with_and_without_an_end),
	    TEST(cuts_long_lines),
	    TEST(reads_large_files_whole),
	    TEST(reads_gzip_and_says_when_it_is_broken),
	    TEST(says_why_a_file_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
