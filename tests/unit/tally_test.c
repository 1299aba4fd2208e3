#include "evidence/tally.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct piece
piece(const char *text)
{
	return (struct piece){text, strlen(text)};
}

static struct meaning
meaning_of(enum reply_class class, const char *list)
{
	struct meaning meaning = {.class = class};

	strcpy(meaning.list, list);
	return meaning;
}

static void
add(struct tally *tally, const char *receiver, const struct meaning *meaning,
    const char *qid, const char *to, int hour)
{
	const struct moment when = {{2026, 11, 21, hour, 0, 0}, "Z"};
	const struct tally_entry entry = {receiver, meaning,
	    hour < 0 ? NULL : &when, piece(qid), piece(to),
	    piece("550 no\x1b[1m"), 1};

	tally_add(tally, &entry);
}

static void
counts_messages_and_recipients_once(void **state)
{
	struct tally *tally = tally_create();
	struct meaning blocked = meaning_of(REPLY_IP_BLOCKED, "L1");
	struct meaning throttled = meaning_of(REPLY_IP_THROTTLED, "");
	const struct tally_row *const *rows;
	size_t count;

	(void)state;
	add(tally, "a", &throttled, "Q1", "x", -1);
	add(tally, "b", &blocked, "Q1", "x", 5);
	add(tally, "a", &blocked, "Q1", "x", 3);
	add(tally, "a", &blocked, "Q1", "y", 9);
	add(tally, "a", &blocked, "Q2", "x", 4);
	strcpy(blocked.list, "L2");
	strcpy(blocked.removal, "https://x.test/");
	add(tally, "a", &blocked, "Q2", "x", 2);
	rows = tally_rows(tally, &count);
	assert_int_equal(count, 3);
	assert_string_equal(rows[0]->receiver, "a");
	assert_int_equal(rows[0]->class, REPLY_IP_BLOCKED);
	assert_int_equal(rows[0]->attempts, 4);
	assert_int_equal(rows[0]->messages, 2);
	assert_int_equal(rows[0]->recipients, 2);
	assert_int_equal(rows[0]->first.stamp.hour, 2);
	assert_int_equal(rows[0]->last.stamp.hour, 9);
	assert_int_equal(rows[0]->list_count, 2);
	assert_string_equal(rows[0]->lists[0], "L1");
	assert_string_equal(rows[0]->sample, "550 no?[1m");
	assert_string_equal(rows[0]->removal, "https://x.test/");
	assert_string_equal(rows[1]->receiver, "b");
	assert_int_equal(rows[2]->class, REPLY_IP_THROTTLED);
	assert_int_equal(rows[2]->first.stamp.month, 0);
	/* Sorting must not lose the way to a row. */
	add(tally, "a", &throttled, "Q1", "x", -1);
	add(tally, "b", &blocked, "Q1", "x", 5);
	rows = tally_rows(tally, &count);
	assert_int_equal(count, 3);
	assert_int_equal(rows[1]->attempts, 2);
	assert_int_equal(rows[2]->attempts, 2);
	tally_destroy(&tally);
	assert_null(tally);
}

static void
counts_receivers_beyond_the_limit_together(void **state)
{
	struct tally *tally = tally_create();
	struct meaning meaning = meaning_of(REPLY_IP_BLOCKED, "");
	const struct tally_row *const *rows;
	size_t count;
	uint64_t attempts = 0;

	(void)state;
	for (int i = 0; i < 3 * TALLY_ROWS_MAX; i++) {
		char name[16], list[16];

		snprintf(name, sizeof name, "r%d", i % (TALLY_ROWS_MAX + 100));
		snprintf(list, sizeof list, "l%d", i % 100);
		meaning.class = i % 2 ? REPLY_IP_BLOCKED : REPLY_IP_THROTTLED;
		strcpy(meaning.list, list);
		add(tally, name, &meaning, name, list, 1);
	}
	meaning.list[0] = '\0';
	for (int i = 0; i < 100; i++) {
		meaning.address = (struct address){4, {192, 0, 2, i}};
		add(tally, "r1", &meaning, "Q", "x", 1);
	}
	rows = tally_rows(tally, &count);
	assert_int_equal(count, TALLY_ROWS_MAX + 2);
	for (size_t i = 0; i < count; i++) {
		attempts += rows[i]->attempts;
		assert_true(rows[i]->list_count <= TALLY_LISTS_MAX);
	}
	assert_int_equal(attempts, 3 * TALLY_ROWS_MAX + 100);
	assert_string_equal(rows[0]->receiver, TALLY_OTHERS);
	tally_addresses(tally, &count);
	assert_int_equal(count, TALLY_ADDRESSES_MAX);
	tally_destroy(&tally);
}

static void
stops_telling_apart_at_the_limit(void **state)
{
	struct tally *tally = tally_create();
	struct meaning meaning = meaning_of(REPLY_IP_BLOCKED, "");
	const struct tally_row *const *rows;
	size_t count;

	(void)state;
	for (int i = 0; i < TALLY_DISTINCT_MAX; i++) {
		char qid[16];

		assert_false(tally_is_full(tally));
		snprintf(qid, sizeof qid, "%X", i);
		add(tally, "a", &meaning, qid, "x", -1);
	}
	assert_true(tally_is_full(tally));
	rows = tally_rows(tally, &count);
	assert_int_equal(rows[0]->attempts, TALLY_DISTINCT_MAX);
	assert_int_equal(rows[0]->messages, TALLY_DISTINCT_MAX - 1);
	assert_int_equal(rows[0]->recipients, 1);
	tally_destroy(&tally);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_messages_and_recipients_once),
	    cmocka_unit_test(counts_receivers_beyond_the_limit_together),
	    cmocka_unit_test(stops_telling_apart_at_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
