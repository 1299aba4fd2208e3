/* What the probes make of a course of replies; receptions_test has the rest. */
#include "reception_course.h"
#include "standing/receptions.h"
#include "standing/store.h"
#include "uncounted_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* course_config with probes. */
static char transport[] = "egress-probe:";
static struct strings domains = {(char *[]){"example.com"}, 1};

static struct config
with_probes(void)
{
	struct config probed = course_config;

	probed.mode = MODE_ENFORCE;
	probed.reroute_by = REROUTE_BY_MAP;
	probed.local_domains = domains;
	probed.probe = (struct probe_settings){.transport = transport,
	    .after_ms = 10 * COURSE_MINUTE,
	    .every_ms = 10 * COURSE_MINUTE};
	return probed;
}

/* With probes, whose stages are ten minutes long, as the rest is at first. */
static const struct {
	const char *title, *course;
	enum receiver_state want;
	enum probe_stage want_probe;
} probed_courses[] = {
    {"it rests", "b.b.b.", RECEIVER_BLOCKED, PROBE_REST},
    {"for ten minutes", "b.b.bm", RECEIVER_BLOCKED, PROBE_ONE},
    {"what was under way does not open it", "b.b.b.s.s.s.s.", RECEIVER_BLOCKED,
	PROBE_REST},
    {"nor at once what was tried", "b.b.bm.s.s.s.s.s.s.", RECEIVER_BLOCKED,
	PROBE_ONE},
    {"one success, one step", "b.b.bm.sm", RECEIVER_BLOCKED, PROBE_FEW},
    {"without one it stays", "b.b.bm.smmmm", RECEIVER_BLOCKED, PROBE_FEW},
    {"recipients of one message", "b.b.bm.sm.sm.sm.s.=s.=sm", RECEIVER_BLOCKED,
	PROBE_ALL},
    {"three at the last", "b.b.bm.sm.sm.sm.s.s.sm", RECEIVER_OPEN, PROBE_REST},
    {"not sooner than the stage is over", "b.b.bm.sm.sm.sm.s.s.s.",
	RECEIVER_BLOCKED, PROBE_ALL},
    {"a block at any step", "b.b.bm.sm.sm.s.b.", RECEIVER_BLOCKED, PROBE_REST},
    {"a throttle too", "b.b.bm.sm.sm.s.t.", RECEIVER_BLOCKED, PROBE_REST},
    {"then it rests for twenty", "b.b.bm.b.m", RECEIVER_BLOCKED, PROBE_REST},
    {"not for longer", "b.b.bm.b.mm", RECEIVER_BLOCKED, PROBE_ONE},
    {"who does not exist is no block", "b.b.bm.sm.u.", RECEIVER_BLOCKED,
	PROBE_FEW},
    {"a quiet one is open in the end", "b.b.bhhhhhh", RECEIVER_OPEN,
	PROBE_REST},
    {"blocked anew it rests for ten", "b.b.bm.b.mhhhhhhb.b.bm",
	RECEIVER_BLOCKED, PROBE_ONE},
};

static void
test_probed_courses(void **state)
{
	struct config probed = with_probes();
	int wrong = 0;

	for (size_t i = 0; i < sizeof probed_courses / sizeof probed_courses[0];
	     i++) {
		struct board_receiver got;

		course_create(state);
		receptions_configure(receptions, &probed);
		got = course_entry(
		    0, COURSE_MS, course_run(probed_courses[i].course));
		course_destroy(state);
		if (got.state == probed_courses[i].want &&
		    got.probe == probed_courses[i].want_probe)
			continue;
		print_error("%s: %s, %s\n", probed_courses[i].title,
		    receiver_state_name(got.state),
		    probe_stage_name(got.probe));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* Nothing is tried in monitor mode, or where the map does not move mail: then
   deliveries are all there is. */
static void
test_without_probes(void **state)
{
	struct config others[5];

	for (size_t i = 0; i < 5; i++)
		others[i] = with_probes();
	others[0].mode = MODE_MONITOR;
	others[1].mta = MTA_SENDMAIL;
	others[2].reroute_by = REROUTE_BY_HEADER;
	others[3].local_domains.count = 0;
	others[4].probe.transport = NULL;
	for (size_t i = 0; i < 5; i++) {
		course_create(state);
		receptions_configure(receptions, &others[i]);
		course_run("b.b.bm");
		assert_int_equal(course_state(0, COURSE_MS, 2 * COURSE_HOUR),
		    RECEIVER_BLOCKED);
		assert_false(
		    course_entry(0, COURSE_MS, 2 * COURSE_HOUR).is_probed);
		assert_false(receptions_take(receptions, 0, COURSE_MS,
		    "a@example.com", 2 * COURSE_HOUR));
		course_run("b.b.b.s.s.s");
		assert_int_equal(
		    course_state(0, COURSE_MS, 2 * COURSE_HOUR), RECEIVER_OPEN);
		course_destroy(state);
	}
}

static void
test_who_tries(void **state)
{
	struct config probed = with_probes(), serving = with_probes();
	int64_t now_ms;

	(void)state;
	receptions_configure(receptions, &probed);
	now_ms = course_run("b.b.b");
	assert_false(
	    receptions_take(receptions, 0, COURSE_MS, "a@example.com", now_ms));
	now_ms += 10 * COURSE_MINUTE;
	receptions_step(receptions, now_ms, COURSE_WALL);
	assert_false(
	    receptions_take(receptions, 1, COURSE_MS, "a@example.com", now_ms));
	assert_false(
	    receptions_take(receptions, 0, "x", "a@example.com", now_ms));
	assert_true(
	    receptions_take(receptions, 0, COURSE_MS, "a@example.com", now_ms));
	assert_false(
	    receptions_take(receptions, 0, COURSE_MS, "b@example.com", now_ms));
	for (int i = 0; i < 5; i++)
		course_see("slow", ATTEMPT_DEFERRED, REPLY_IP_THROTTLED, NULL,
		    now_ms + i * COURSE_MINUTE);
	assert_int_equal(course_state(0, "slow", now_ms), RECEIVER_THROTTLED);
	assert_false(
	    receptions_take(receptions, 0, "slow", "a@example.com", now_ms));
	serving.probe.serves_throttled = true;
	receptions_configure(receptions, &serving);
	assert_true(
	    receptions_take(receptions, 0, "slow", "a@example.com", now_ms));
	receptions_configure(receptions, &course_config);
}

static void
test_reload_of_probes(void **state)
{
	struct config probed = with_probes(), other = with_probes();
	int64_t now_ms;

	(void)state;
	other.egresses = course_swapped;
	receptions_configure(receptions, &probed);
	now_ms = course_run("b.b.bm.sm");
	assert_int_equal(course_entry(0, COURSE_MS, now_ms).probe, PROBE_FEW);
	receptions_configure(receptions, &other);
	assert_int_equal(course_entry(1, COURSE_MS, now_ms).probe, PROBE_FEW);
	assert_true(
	    receptions_take(receptions, 1, COURSE_MS, "a@example.com", now_ms));
	assert_false(
	    receptions_take(receptions, 0, COURSE_MS, "b@example.com", now_ms));
	receptions_configure(receptions, &course_config);
}

struct probes_told {
	int calls;
	enum probe_stage from, to;
};

static void
on_probed(
    void *arg, const struct board_receiver *receiver, enum probe_stage from)
{
	struct probes_told *told = arg;

	told->calls++;
	told->from = from;
	told->to = receiver->probe;
}

static void
tell_probes(struct probes_told *told, int64_t now_ms)
{
	struct board *board = board_create(&course_config);

	receptions_fill(receptions, board, now_ms);
	board_sort(board);
	receptions_tell_probes(receptions, board, on_probed, told);
	board_unref(board);
}

static void
test_probes_are_told_once(void **state)
{
	struct config probed = with_probes();
	struct probes_told told = {0};
	int64_t now_ms;

	(void)state;
	receptions_configure(receptions, &probed);
	tell_probes(&told, course_run("b.b.b"));
	assert_int_equal(told.calls, 0);
	now_ms = course_run("b.b.bm");
	tell_probes(&told, now_ms);
	tell_probes(&told, now_ms);
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.from, PROBE_REST);
	assert_int_equal(told.to, PROBE_ONE);
	/* That it is open again is told elsewhere. */
	receptions_step(receptions, now_ms + 7 * COURSE_HOUR, COURSE_WALL);
	tell_probes(&told, now_ms + 7 * COURSE_HOUR);
	assert_int_equal(told.calls, 1);
	receptions_configure(receptions, &course_config);
}

/* The stage goes on by the wall clock, and so does the longer pause. */
static void
test_restart_of_probes(void **state)
{
	static const struct {
		const char *course;
		enum probe_stage want, want_later;
	} restarts[] = {
	    {"b.b.b", PROBE_REST, PROBE_ONE},
	    {"b.b.bm", PROBE_ONE, PROBE_ONE},
	    {"b.b.bm.sm.sm", PROBE_SOME, PROBE_SOME},
	    {"b.b.bm.b.", PROBE_REST, PROBE_REST},
	};
	struct config probed = with_probes();

	(void)state;
	for (size_t i = 0; i < sizeof restarts / sizeof restarts[0]; i++) {
		struct store *store = course_begin_with_store();
		struct probes_told told = {0};
		int64_t end_ms;

		receptions_configure(receptions, &probed);
		end_ms = course_run(restarts[i].course);
		receptions_keep(receptions, end_ms, COURSE_WALL);
		course_begin_anew(store, 7, COURSE_WALL + 60);
		receptions_configure(receptions, &probed);
		assert_int_equal(
		    course_entry(0, COURSE_MS, 7).probe, restarts[i].want);
		tell_probes(&told, 7);
		assert_int_equal(told.calls, 0);
		receptions_step(
		    receptions, 7 + 9 * COURSE_MINUTE, COURSE_WALL + 600);
		assert_int_equal(course_entry(0, COURSE_MS, 7).probe,
		    restarts[i].want_later);
		course_begin_anew(NULL, 0, COURSE_WALL);
		store_close(&store);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_probed_courses),
	    cmocka_unit_test(test_without_probes),
	    cmocka_unit_test_setup_teardown(
		test_who_tries, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_reload_of_probes, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_probes_are_told_once, course_create, course_destroy),
	    cmocka_unit_test_setup_teardown(
		test_restart_of_probes, course_create, course_destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
