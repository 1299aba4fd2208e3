/* What becomes of a log while nobody reads it. */
#include "growing_log.h"

#include <fcntl.h>
#include <stdio.h>

static void
goes_on_after_a_restart(void **state)
{
	(void)state;
	begin_behind("0\n");
	append("1\n2");
	check_reads("1|");
	restart();
	check_reads("");
	append("2\n");
	check_reads("22|");
	restart();
	append("3\n");
	check_reads("3|");
	restart();
	check_reads("");
	assert_int_equal(look().gaps, 0);
}

static void
finishes_what_was_renamed_meanwhile(void **state)
{
	(void)state;
	append("0\n");
	begin(NULL);
	append("1\n");
	check_reads("");
	append("2\n");
	check_reads("2|");
	append("3\n");
	rename(path, old_path);
	append("4\n");
	restart();
	check_reads("3|4|");
	/* By another name than usual, and the new one is not there yet. */
	append("5\n");
	snprintf(old_path, sizeof old_path, "%s/mail-20261121.log", dir);
	rename(path, old_path);
	restart();
	check_reads("5|");
	append("6\n");
	check_reads("6|");
	assert_int_equal(look().gaps, 0);
}

static void
finishes_what_was_copied_meanwhile(void **state)
{
	(void)state;
	begin_behind("0\n");
	append("1\n");
	check_reads("1|");
	append("2\n");
	copy_file(path, old_path);
	put_bytes(path, O_TRUNC, "3\n", 2);
	restart();
	check_reads("2|3|");
	assert_int_equal(look().gaps, 0);
}

static void
begins_anew_where_all_is_gone(void **state)
{
	(void)state;
	begin_behind("0\n");
	append("1\n");
	check_reads("1|");
	put_bytes(path, O_TRUNC, "2\n3\n4\n", 6);
	restart();
	check_reads("2|3|4|");
	assert_int_equal(look().gaps, 1);
}

/* The same inode and a good size are no proof. */
static void
is_not_deceived_by_an_inode(void **state)
{
	struct place place;

	(void)state;
	begin_behind("0\n");
	assert_int_equal(tail_place(tail, &place), 0);
	tail_destroy(&tail);
	put_bytes(path, O_TRUNC, "x\ny\n", 4);
	begin(&place);
	check_reads("x|y|");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    GROWING_LOG_TEST(goes_on_after_a_restart),
	    GROWING_LOG_TEST(finishes_what_was_renamed_meanwhile),
	    GROWING_LOG_TEST(finishes_what_was_copied_meanwhile),
	    GROWING_LOG_TEST(begins_anew_where_all_is_gone),
	    GROWING_LOG_TEST(is_not_deceived_by_an_inode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
