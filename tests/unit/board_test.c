#include "standing/board.h"

#include "config/config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EGRESSES 2
#define READERS 3
#define BOARDS 3000

/* In the place of config.c's, to see which references a board holds. */
static atomic_int config_refs;

struct config *
config_ref(struct config *config)
{
	atomic_fetch_add(&config_refs, 1);
	return config;
}

void
config_unref(struct config *config)
{
	(void)config;
	atomic_fetch_sub(&config_refs, 1);
}

static struct config config = {.egress_count = EGRESSES};

static void
test_create(void **state)
{
	struct board *board = board_create(&config);

	(void)state;
	assert_ptr_equal(board->config, &config);
	assert_int_equal(config_refs, 1);
	for (size_t i = 0; i < EGRESSES; i++) {
		const struct board_egress *egress = &board->egresses[i];

		assert_int_equal(egress->state, STANDING_UNKNOWN);
		assert_int_equal(egress->since_wall_sec, 0);
		assert_int_equal(egress->of, 0);
		assert_int_equal(egress->address.family, 0);
		assert_string_equal(egress->blocked_by, "");
		assert_string_equal(egress->removal, "");
	}
	board_unref(board);
	assert_int_equal(config_refs, 0);
}

static void
test_blame_is_copied(void **state)
{
	struct board *board = board_create(&config);
	struct board_egress *egress = &board->egresses[1];
	char text[] = "Spamhaus SBL";

	(void)state;
	board_egress_blame(egress, text, "https://a.example/");
	memset(text, 'x', sizeof text - 1);
	assert_string_equal(egress->blocked_by, "Spamhaus SBL");
	assert_string_equal(egress->removal, "https://a.example/");
	board_egress_blame(egress, egress->removal, egress->blocked_by);
	assert_string_equal(egress->blocked_by, "https://a.example/");
	assert_string_equal(egress->removal, "Spamhaus SBL");
	assert_string_equal(board->egresses[0].blocked_by, "");
	board_unref(board);
}

static void
test_last_reference_frees(void **state)
{
	struct board *board = board_create(&config);

	(void)state;
	assert_ptr_equal(board_ref(board), board);
	assert_ptr_equal(board_ref(board), board);
	board_unref(board);
	board_unref(board);
	assert_int_equal(config_refs, 1);
	assert_string_equal(board->egresses[0].blocked_by, "");
	board_unref(board);
	assert_int_equal(config_refs, 0);
	board_unref(NULL);
}

static void
test_slot(void **state)
{
	struct board_slot *slot = board_slot_create();
	struct board *first = board_create(&config);
	struct board *second = board_create(&config);
	struct board *read;

	(void)state;
	assert_null(board_current(slot));
	board_publish(slot, first);
	read = board_current(slot);
	assert_ptr_equal(read, first);
	board_publish(slot, second);
	/* The first lives as long as its reader. */
	assert_int_equal(config_refs, 2);
	assert_string_equal(read->egresses[0].blocked_by, "");
	board_unref(read);
	assert_int_equal(config_refs, 1);

	read = board_current(slot);
	assert_ptr_equal(read, second);
	board_slot_destroy(&slot);
	assert_null(slot);
	assert_int_equal(config_refs, 1);
	board_unref(read);
	assert_int_equal(config_refs, 0);
	board_slot_destroy(&slot);
}

struct beat_case {
	int64_t beat_ms, now_ms, want_ms;
};

static void
test_silence(void **state)
{
	static const struct beat_case cases[] = {
	    {1000, 1000, 0},
	    {1000, 1001, 1},
	    {1000, 31000, 30000},
	    {1000, 999, 0},
	    {0, 5, 5},
	};
	struct board_slot *slot = board_slot_create();

	(void)state;
	assert_true(board_silence_ms(slot, 0) == INT64_MAX);
	assert_true(board_silence_ms(slot, 123456) == INT64_MAX);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		board_beat(slot, cases[i].beat_ms);
		assert_int_equal(
		    board_silence_ms(slot, cases[i].now_ms), cases[i].want_ms);
	}
	board_slot_destroy(&slot);
}

/* A board whose every part tells the same number. */
static struct board *
numbered(int number)
{
	struct board *board = board_create(&config);
	char text[16];

	snprintf(text, sizeof text, "%d", number);
	for (size_t i = 0; i < EGRESSES; i++) {
		board->egresses[i].weight = number;
		board_egress_blame(&board->egresses[i], text, text);
	}
	return board;
}

static int
number_of(const struct board *board)
{
	int number = board->egresses[0].weight;
	char text[16];

	snprintf(text, sizeof text, "%d", number);
	for (size_t i = 0; i < EGRESSES; i++)
		if (board->egresses[i].weight != number ||
		    strcmp(board->egresses[i].blocked_by, text) != 0 ||
		    strcmp(board->egresses[i].removal, text) != 0)
			return -1;
	return number;
}

struct reader {
	struct board_slot *slot;
	atomic_int *ready;
	int faults, seen;
};

/* Reads until the last board, as a session does at end of message. */
static void *
read_boards(void *arg)
{
	struct reader *reader = arg;
	int last = 0;

	atomic_fetch_add(reader->ready, 1);
	while (last < BOARDS) {
		struct board *board = board_current(reader->slot);
		int number = board ? number_of(board) : 0;

		reader->faults +=
		    number < last || board_silence_ms(reader->slot, BOARDS) < 0;
		reader->seen += number > last;
		if (number < 0)
			break;
		last = number;
		board_unref(board);
	}
	return NULL;
}

static void
test_publish_while_others_read(void **state)
{
	struct board_slot *slot = board_slot_create();
	struct reader readers[READERS];
	pthread_t threads[READERS];
	atomic_int ready = 0;

	(void)state;
	for (int i = 0; i < READERS; i++) {
		readers[i] = (struct reader){.slot = slot, .ready = &ready};
		assert_int_equal(
		    pthread_create(&threads[i], NULL, read_boards, &readers[i]),
		    0);
	}
	while (atomic_load(&ready) < READERS)
		continue;
	for (int number = 1; number <= BOARDS; number++) {
		board_beat(slot, number);
		board_publish(slot, numbered(number));
	}
	for (int i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(readers[i].faults, 0);
		assert_true(readers[i].seen > 0);
	}
	assert_int_equal(config_refs, 1);
	board_slot_destroy(&slot);
	assert_int_equal(config_refs, 0);
}

static void
test_finds_domains(void **state)
{
	static const char *const names[] = {
	    "m.test", "z.test", "a.test", "news.m.test"};
	struct board *board = board_create(&config);
	struct board_domain *domain;

	(void)state;
	board_sort(board);
	assert_null(board_find_domain(board, "a.test"));
	for (size_t i = 0; i < 4; i++) {
		char name[16], blame[16] = "blame";

		strcpy(name, names[i]);
		domain = board_add_domain(board, name, name, blame, "");
		domain->weight = i;
		/* They are copied. */
		name[0] = blame[0] = 'X';
	}
	board_sort(board);
	for (size_t i = 0; i < 4; i++) {
		const struct board_domain *found =
		    board_find_domain(board, names[i]);

		assert_non_null(found);
		assert_string_equal(found->name, names[i]);
		assert_string_equal(found->blocked_by, "blame");
		assert_int_equal(found->weight, i);
	}
	assert_null(board_find_domain(board, "b.test"));
	board_unref(board);
	assert_int_equal(config_refs, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_create),
	    cmocka_unit_test(test_finds_domains),
	    cmocka_unit_test(test_blame_is_copied),
	    cmocka_unit_test(test_last_reference_frees),
	    cmocka_unit_test(test_slot),
	    cmocka_unit_test(test_silence),
	    cmocka_unit_test(test_publish_while_others_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
