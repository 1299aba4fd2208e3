#include "standing/records.h"

#include "standing/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static int
set_up(void **state)
{
	*state = records_create();
	return 0;
}

static int
tear_down(void **state)
{
	records_destroy((struct records **)state);
	assert_null(*state);
	return 0;
}

/* What the file is told of the oldest changes, as it hears of them or not. */
static void
check_batch(struct records *records, const char *want, bool is_written)
{
	static struct records_batch batch;
	char got[256] = "";

	records_take(records, &batch);
	for (size_t i = 0; i < batch.count; i++) {
		const struct state_change *change = &batch.changes[i];
		size_t used = strlen(got);

		snprintf(got + used, sizeof got - used, "%s/%s=%s ",
		    change->kind, change->key,
		    change->value ? change->value : "-");
	}
	assert_string_equal(got, want);
	records_settle(records, &batch, is_written);
}

static void
keeps_values_by_kind_and_key(void **state)
{
	struct records *records = *state;

	assert_null(records_get(records, "a", "x"));
	assert_int_equal(records_put(records, "a", "x", "1"), 0);
	assert_int_equal(records_put(records, "b", "x", "2"), 0);
	assert_string_equal(records_get(records, "a", "x"), "1");
	assert_string_equal(records_get(records, "b", "x"), "2");
	records_forget(records, "a", "x");
	assert_null(records_get(records, "a", "x"));
	assert_string_equal(records_get(records, "b", "x"), "2");
}

/* However often a value changes it waits once, and at its first place. */
static void
brings_what_changed(void **state)
{
	struct records *records = *state;

	records_put(records, "a", "x", "1");
	records_put(records, "a", "y", "1");
	records_put(records, "a", "x", "2");
	assert_int_equal(records_waiting(records), 2);
	check_batch(records, "a/x=2 a/y=1 ", true);
	assert_int_equal(records_unwritten(records), 0);
	records_put(records, "a", "x", "2");
	check_batch(records, "", true);
	records_put(records, "a", "y", "3");
	check_batch(records, "a/y=3 ", true);
}

static void
needs_not_be_told_what_it_loaded(void **state)
{
	struct records *records = *state;

	assert_int_equal(records_load(records, "a", "x", "1"), 0);
	assert_string_equal(records_get(records, "a", "x"), "1");
	records_put(records, "a", "x", "1");
	check_batch(records, "", true);
}

/* The record goes when the file has heard of it, and not before. */
static void
forgets_when_the_file_knows(void **state)
{
	struct records *records = *state;

	records_put(records, "a", "x", "1");
	check_batch(records, "a/x=1 ", true);
	records_forget(records, "a", "x");
	assert_int_equal(records_count(records), 1);
	check_batch(records, "a/x=- ", false);
	assert_int_equal(records_count(records), 1);
	check_batch(records, "a/x=- ", true);
	assert_int_equal(records_count(records), 0);
	records_forget(records, "a", "x");
	check_batch(records, "", true);
}

/* What came back while its end was under way stays. */
static void
may_change_under_way(void **state)
{
	static struct records_batch batch;
	struct records *records = *state;

	records_put(records, "a", "x", "1");
	check_batch(records, "a/x=1 ", true);
	records_forget(records, "a", "x");
	records_take(records, &batch);
	assert_int_equal(records_unwritten(records), 1);
	records_put(records, "a", "x", "2");
	assert_int_equal(records_unwritten(records), 2);
	assert_null(batch.changes[0].value);
	records_settle(records, &batch, true);
	assert_string_equal(records_get(records, "a", "x"), "2");
	check_batch(records, "a/x=2 ", true);
}

/* The next file may be another one. */
static void
brings_all_after_a_failure(void **state)
{
	struct records *records = *state;

	records_put(records, "a", "x", "1");
	check_batch(records, "a/x=1 ", true);
	records_put(records, "a", "y", "1");
	check_batch(records, "a/y=1 ", false);
	assert_int_equal(records_waiting(records), 2);
	check_batch(records, "a/y=1 a/x=1 ", true);
}

static void
has_limits(void **state)
{
	struct records *records = *state;
	char name[32];

	for (int i = 0; i < STORE_RECORDS_MAX; i++) {
		snprintf(name, sizeof name, "%d", i);
		assert_int_equal(records_put(records, "a", name, "1"), 0);
	}
	assert_int_equal(records_put(records, "a", "more", "1"), -1);
	assert_int_equal(records_load(records, "a", "more", "1"), -1);
	assert_null(records_get(records, "a", "more"));
	assert_int_equal(records_put(records, "a", "7", "2"), 0);
	assert_int_equal(records_count(records), STORE_RECORDS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(keeps_values_by_kind_and_key),
	    TEST(brings_what_changed),
	    TEST(needs_not_be_told_what_it_loaded),
	    TEST(forgets_when_the_file_knows),
	    TEST(may_change_under_way),
	    TEST(brings_all_after_a_failure),
	    TEST(has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
