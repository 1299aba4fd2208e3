#include "standing/receptions.h"

#include "reception_course.h"
#include "standing/store.h"
#include "uncounted_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *title, *course;
	enum receiver_state want;
} courses[] = {
    {"two are not enough", "b.b", RECEIVER_OPEN},
    {"three messages", "b.b.b", RECEIVER_BLOCKED},
    {"one message three times", "b.=b.=b", RECEIVER_OPEN},
    {"three in more than an hour", "bmmmbmmmmb", RECEIVER_OPEN},
    {"the last three in an hour", "bhhbmbmb", RECEIVER_BLOCKED},
    {"recipients of one message at the map", "BBBBBB", RECEIVER_OPEN},
    {"three moments at the map", "B.B.B", RECEIVER_BLOCKED},
    {"both witnesses of the same two", "Bb.Bb", RECEIVER_OPEN},
    {"both witnesses of the same three", "Bb.Bb.Bb", RECEIVER_BLOCKED},
    {"attempts of one message", "Bb.=B=b.=B=b.=B=b", RECEIVER_OPEN},
    {"and of another", "Bb.=B=b.=B=b.=B=b.BbBb", RECEIVER_BLOCKED},
    {"attempts of one for hours", "Bb.mm=B=bmm=B=bmm=B=bmm=B=bmm=B=b",
	RECEIVER_OPEN},
    {"at the map alone", "B.=B.=B", RECEIVER_BLOCKED},
    {"where the log is silent for an hour", "Bb.=B=b.mmmmmmmB.B.B",
	RECEIVER_BLOCKED},
    {"users unknown", "uuuuuuuuuu", RECEIVER_OPEN},
    {"content", "d.d.d.d.d.d.d", RECEIVER_OPEN},
    {"a success between", "b.s.b.s.b", RECEIVER_BLOCKED},
    {"three successes between", "b.b.s.s.s.b", RECEIVER_OPEN},
    {"one message for three", "b.b.s.=s.=s.b", RECEIVER_BLOCKED},
    {"successes end it", "b.b.b.s.s.s", RECEIVER_OPEN},
    {"successes at the map", "b.b.b.S.S.S", RECEIVER_OPEN},
    {"not two", "b.b.b.s.s", RECEIVER_BLOCKED},
    {"nor with a block between", "b.b.b.s.s.b.s", RECEIVER_BLOCKED},
    {"a late word of before", "b.b.bsss", RECEIVER_BLOCKED},
    {"blocked again", "b.b.b.s.s.s.b.b.b", RECEIVER_BLOCKED},
    {"silence for five hours", "b.b.bhhhhh", RECEIVER_BLOCKED},
    {"silence for six hours", "b.b.bhhhhhh", RECEIVER_OPEN},
    {"a word in between", "b.b.bhhhbhhhhh", RECEIVER_BLOCKED},
    {"and then as before", "b.b.bhhhhhhb.b", RECEIVER_OPEN},
    {"four throttles", "t.t.t.t", RECEIVER_OPEN},
    {"five", "t.t.t.t.t", RECEIVER_THROTTLED},
    {"a few among many", "t.t.s.s.s.t.t.s.s.s.t", RECEIVER_OPEN},
    {"throttles end it", "t.t.t.t.t.s.s.s", RECEIVER_OPEN},
    {"they end by themselves", "t.t.t.t.tmmmmmm", RECEIVER_OPEN},
    {"not sooner", "t.t.t.t.tmmmm", RECEIVER_THROTTLED},
    {"then blocked", "t.t.t.t.t.b.b.b", RECEIVER_BLOCKED},
    {"throttles do not soften a block", "b.b.b.t.t.t.t.t", RECEIVER_BLOCKED},
    {"throttles are no blocks", "b.b.t.t.t", RECEIVER_OPEN},
};

static void
test_courses(void **state)
{
	int wrong = 0;

	for (size_t i = 0; i < sizeof courses / sizeof courses[0]; i++) {
		enum receiver_state got;

		course_create(state);
		got = course_state(0, COURSE_MS, course_run(courses[i].course));
		course_destroy(state);
		if (got == courses[i].want)
			continue;
		print_error("%s: %s, wanted %s\n", courses[i].title,
		    receiver_state_name(got),
		    receiver_state_name(courses[i].want));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
test_each_by_itself(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		course_see(COURSE_MS, ATTEMPT_DEFERRED, REPLY_IP_BLOCKED, NULL,
		    COURSE_HOUR + i * COURSE_MINUTE);
	assert_int_equal(
	    course_state(0, COURSE_MS, COURSE_HOUR), RECEIVER_BLOCKED);
	assert_int_equal(
	    course_state(1, COURSE_MS, COURSE_HOUR), RECEIVER_OPEN);
	assert_int_equal(course_state(0, "Google", COURSE_HOUR), RECEIVER_OPEN);
}

static void
test_entry(void **state)
{
	const struct sighted_reply reply = {
	    .receiver = "example.net",
	    .status = ATTEMPT_BOUNCED,
	    .class = REPLY_IP_BLOCKED,
	    .list = "SpamCop",
	    .removal = "https://example.net/removal",
	};
	struct sighted_reply named = reply;
	struct board *board = board_create(&course_config);
	const struct board_receiver *found;

	(void)state;
	for (int i = 0; i < 5; i++) {
		named.at_ms = COURSE_HOUR + i * COURSE_MINUTE;
		named.list = i == 0 ? "Spamhaus ZEN" : i < 4 ? "SpamCop" : "";
		receptions_see(receptions, &named, COURSE_WALL + i);
	}
	receptions_fill(receptions, board, COURSE_HOUR + 10 * COURSE_MINUTE);
	board_sort(board);
	found = board_find_receiver(board, 0, "example.net");
	assert_non_null(found);
	assert_string_equal(found->blocked_by, "example.net (SpamCop)");
	assert_string_equal(found->list, "SpamCop");
	assert_string_equal(found->acts_on, "Spamhaus ZEN, SpamCop");
	assert_string_equal(found->removal, "https://example.net/removal");
	assert_int_equal(found->replies, 5);
	assert_int_equal(found->since_wall_sec, COURSE_WALL + 2);
	assert_int_equal(found->for_ms, 8 * COURSE_MINUTE);
	assert_true(found->is_gated);
	board_unref(board);
}

static void
test_throttled_is_gated_if_wanted(void **state)
{
	struct config strict = course_config;

	(void)state;
	strict.receivers.acts_on_throttled = true;
	course_run("t.t.t.t.t");
	for (int i = 0; i < 2; i++) {
		struct board *board = board_create(&course_config);
		receptions_fill(receptions, board, 2 * COURSE_HOUR);
		assert_int_equal(board->receiver_count, 1);
		assert_int_equal(board->receivers[0].is_gated, i);
		board_unref(board);
		receptions_configure(receptions, &strict);
	}
	receptions_configure(receptions, &course_config);
}

static void
test_reload(void **state)
{
	struct config other = course_config, less = course_config;

	(void)state;
	other.egresses = course_swapped;
	less.egress_count = 1;
	less.egresses = course_swapped;
	course_run("b.b.b");
	receptions_configure(receptions, &other);
	assert_int_equal(
	    course_state(1, COURSE_MS, 2 * COURSE_HOUR), RECEIVER_BLOCKED);
	assert_int_equal(
	    course_state(0, COURSE_MS, 2 * COURSE_HOUR), RECEIVER_OPEN);
	receptions_configure(receptions, &less);
	receptions_configure(receptions, &course_config);
	assert_int_equal(
	    course_state(0, COURSE_MS, 2 * COURSE_HOUR), RECEIVER_OPEN);
}

static void
test_refusing(void **state)
{
	int64_t now_ms;

	(void)state;
	assert_int_equal(
	    receptions_refusing_ms(receptions, 0, COURSE_MS, COURSE_HOUR), 0);
	now_ms = course_run("b.b");
	assert_int_equal(
	    receptions_refusing_ms(receptions, 0, COURSE_MS, now_ms),
	    10 * CLOCK_SEC);
	course_see(COURSE_MS, ATTEMPT_SENT, REPLY_UNRELATED, "a", now_ms + 1);
	course_see(COURSE_MS, ATTEMPT_SENT, REPLY_UNRELATED, "b", now_ms + 2);
	course_see(COURSE_MS, ATTEMPT_SENT, REPLY_UNRELATED, "c", now_ms + 3);
	assert_int_equal(
	    receptions_refusing_ms(receptions, 0, COURSE_MS, now_ms + 5), 0);
}

struct told {
	int calls;
	enum receiver_state from, to;
};

static void
on_changed(
    void *arg, const struct board_receiver *receiver, enum receiver_state from)
{
	struct told *told = arg;

	told->calls++;
	told->from = from;
	told->to = receiver->state;
}

static void
tell(struct told *told, int64_t now_ms)
{
	struct board *board = board_create(&course_config);

	receptions_fill(receptions, board, now_ms);
	board_sort(board);
	receptions_tell(receptions, board, on_changed, told);
	board_unref(board);
}

static void
test_told_once(void **state)
{
	struct told told = {0};
	int64_t now_ms = course_run("b.b.b");

	(void)state;
	tell(&told, now_ms);
	tell(&told, now_ms);
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.to, RECEIVER_BLOCKED);
	receptions_step(receptions, now_ms + 7 * COURSE_HOUR, COURSE_WALL);
	tell(&told, now_ms + 7 * COURSE_HOUR);
	tell(&told, now_ms + 7 * COURSE_HOUR);
	assert_int_equal(told.calls, 2);
	assert_int_equal(told.from, RECEIVER_BLOCKED);
	assert_int_equal(told.to, RECEIVER_OPEN);
}

/* A flood of small hosts does not push out the block that counts. */
static void
test_room(void **state)
{
	int64_t now_ms = course_run("b.b.b");
	char name[32];

	(void)state;
	for (int i = 0; i < RECEPTIONS_MAX + 100; i++) {
		snprintf(name, sizeof name, "host%d.example", i);
		course_see(name, ATTEMPT_BOUNCED, REPLY_IP_BLOCKED, NULL,
		    now_ms + 1 + i);
	}
	assert_int_equal(course_state(0, COURSE_MS, now_ms), RECEIVER_BLOCKED);
	assert_int_equal(receptions_refusing_ms(receptions, 0, "host0.example",
			     now_ms + COURSE_HOUR),
	    0);
	assert_int_not_equal(
	    receptions_refusing_ms(receptions, 0, name, now_ms + COURSE_HOUR),
	    0);
}

static void
test_flood_of_users_unknown(void **state)
{
	char name[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof name, "%d", i);
		assert_false(course_see(COURSE_MS, ATTEMPT_BOUNCED,
		    REPLY_MAILBOX, name, COURSE_HOUR + i * CLOCK_SEC));
	}
	assert_int_equal(
	    course_state(0, COURSE_MS, 4 * COURSE_HOUR), RECEIVER_OPEN);
	assert_int_equal(
	    receptions_refusing_ms(receptions, 0, COURSE_MS, 4 * COURSE_HOUR),
	    0);
}

static void
test_restart(void **state)
{
	struct store *store = course_begin_with_store();
	struct told told = {0};
	struct board *board;
	int64_t end_ms = course_run("b.b.b"), wall_sec = COURSE_WALL + 5000;

	(void)state;
	receptions_keep(receptions, end_ms, wall_sec);
	/* Another boot, an hour later. */
	course_begin_anew(store, 7, wall_sec + 3600);
	assert_int_equal(course_state(0, COURSE_MS, 7), RECEIVER_BLOCKED);
	assert_int_equal(receptions_refusing_ms(receptions, 0, COURSE_MS, 7),
	    COURSE_HOUR + 20 * CLOCK_SEC);
	tell(&told, 7);
	assert_int_equal(told.calls, 0);
	board = board_create(&course_config);
	receptions_fill(receptions, board, 7);
	assert_int_equal(board->receivers[0].replies, 3);
	board_unref(board);
	receptions_step(receptions, 7 + 5 * COURSE_HOUR - 1, wall_sec);
	assert_int_equal(course_state(0, COURSE_MS, 7), RECEIVER_BLOCKED);
	receptions_step(receptions, 7 + 5 * COURSE_HOUR, wall_sec);
	assert_int_equal(course_state(0, COURSE_MS, 7), RECEIVER_OPEN);
	/* That is kept too. */
	receptions_keep(receptions, 7 + 5 * COURSE_HOUR, wall_sec);
	course_begin_anew(store, 9, wall_sec);
	assert_int_equal(course_state(0, COURSE_MS, 9), RECEIVER_OPEN);
	course_begin_anew(NULL, 0, COURSE_WALL);
	store_close(&store);
}

static void
test_restart_with_the_clock_put_back(void **state)
{
	struct store *store = course_begin_with_store();
	int64_t end_ms = course_run("b.b.b");

	(void)state;
	receptions_keep(receptions, end_ms, COURSE_WALL);
	course_begin_anew(store, 7, COURSE_WALL - 1000000);
	receptions_step(receptions, 7 + 6 * COURSE_HOUR - 1, COURSE_WALL);
	assert_int_equal(course_state(0, COURSE_MS, 7), RECEIVER_BLOCKED);
	receptions_step(receptions, 7 + 6 * COURSE_HOUR, COURSE_WALL);
	assert_int_equal(course_state(0, COURSE_MS, 7), RECEIVER_OPEN);
	course_begin_anew(NULL, 0, COURSE_WALL);
	store_close(&store);
}

static void
count_record(void *arg, const char *key, const char *value)
{
	(void)key, (void)value;
	++*(int *)arg;
}

static void
test_restart_with_rubbish(void **state)
{
	static const char *const values[] = {"", "{", "[]", "{}",
	    "{\"state\": 1}", "{\"state\": \"listed\"}",
	    "{\"state\": \"blocked\"} x"};
	struct store *store = course_begin_with_store();
	int kept = 0;
	char key[32];

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		snprintf(key, sizeof key, "main\nhost%zu", i);
		store_put(store, "receiver", key, values[i]);
	}
	store_put(store, "receiver", "main", "{\"state\": \"blocked\"}");
	store_put(store, "receiver", "gone\nx", "{\"state\": \"blocked\"}");
	store_put(store, "receiver", "main\nodd",
	    "{\"state\": \"blocked\", \"blocked\": -1, \"since\": 1e300, "
	    "\"list\": 3, \"lists\": [1, \"a\", {}]}");
	course_begin_anew(store, 7, COURSE_WALL);
	assert_int_equal(course_state(0, "host6", 7), RECEIVER_OPEN);
	assert_int_equal(course_state(0, "odd", 7), RECEIVER_BLOCKED);
	store_each(store, "receiver", count_record, &kept);
	assert_int_equal(kept, 1);
	receptions_step(receptions, 8, COURSE_WALL);
	assert_int_equal(course_state(0, "odd", 8), RECEIVER_OPEN);
	receptions_destroy(&receptions);
	store_close(&store);
	course_create(state);
}

/* Whoever made room is not to come back with a restart. */
static void
test_room_in_the_store(void **state)
{
	struct store *store = course_begin_with_store();
	int kept = 0;
	char name[32];

	(void)state;
	for (int i = 0; i < RECEPTIONS_MAX + 100; i++) {
		snprintf(name, sizeof name, "host%d.example", i);
		course_see(name, ATTEMPT_BOUNCED, REPLY_IP_BLOCKED, NULL,
		    COURSE_HOUR + i);
		if (i == RECEPTIONS_MAX - 1)
			receptions_keep(receptions, COURSE_HOUR, COURSE_WALL);
	}
	receptions_keep(receptions, COURSE_HOUR, COURSE_WALL);
	store_each(store, "receiver", count_record, &kept);
	assert_int_equal(kept, RECEPTIONS_MAX);
	course_begin_anew(NULL, 0, COURSE_WALL);
	store_close(&store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_courses),
	    cmocka_unit_test_setup_teardown(
		test_each_by_itself, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_entry, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(test_throttled_is_gated_if_wanted,
		course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_reload, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_refusing, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_told_once, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_restart, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_restart_with_the_clock_put_back, course_create,
		course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_restart_with_rubbish, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_room, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_room_in_the_store, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_flood_of_users_unknown, course_create, course_destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
