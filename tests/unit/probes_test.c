#include "policy/probes.h"

#include "base/clock.h"
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MINUTE (60 * CLOCK_SEC)

static char transport[] = "egress-probe:";
static const struct probe_settings settings = {
    .transport = transport, .after_ms = 15 * MINUTE, .every_ms = 5 * MINUTE};

struct fixture {
	struct probes *probes;
	struct board_receiver receiver;
	enum probe_stage told;
	int tellings;
};

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	assert_non_null(fixture);
	fixture->probes = probes_create();
	fixture->receiver = (struct board_receiver){.name = "Microsoft 365",
	    .state = RECEIVER_BLOCKED,
	    .is_gated = true,
	    .replies = 3};
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	probes_destroy(&fixture->probes);
	free(fixture);
	return 0;
}

static void
on_changed(void *arg, const struct board_receiver *receiver,
    enum probe_stage from, enum probe_stage to)
{
	struct fixture *fixture = arg;

	assert_string_equal(receiver->name, "Microsoft 365");
	assert_int_equal(from, fixture->told);
	assert_int_not_equal(from, to);
	fixture->told = to;
	fixture->tellings++;
}

static void
step(struct fixture *fixture, int64_t now_ms)
{
	probes_step(fixture->probes, &settings, &fixture->receiver, 1, now_ms,
	    on_changed, fixture);
}

static bool
take(struct fixture *fixture, const char *address, int64_t now_ms)
{
	return probes_take(
	    fixture->probes, &settings, &fixture->receiver, address, now_ms);
}

/* -1: none. */
static int
stage_of(const struct fixture *fixture)
{
	enum probe_stage stage;

	if (probes_stage(fixture->probes, &fixture->receiver, &stage) != 0)
		return -1;
	return stage;
}

/* How many of a thousand addresses try the direct way. */
static int
taken(struct fixture *fixture, int64_t now_ms)
{
	char address[32];
	int count = 0;

	for (int i = 0; i < 1000; i++) {
		snprintf(address, sizeof address, "%d@example.com", i);
		count += take(fixture, address, now_ms);
	}
	return count;
}

/* One life, told by minutes: what the witnesses said by then, and what comes of
   it. */
static const struct {
	int minute;
	int delivered, replies;
	enum probe_stage want;
	int want_least, want_most; /* of a thousand addresses */
} life[] = {
    {0, 0, 3, PROBE_REST, 0, 0},
    {14, 0, 3, PROBE_REST, 0, 0},
    {15, 0, 3, PROBE_ONE, 1, 1},
    {19, 0, 3, PROBE_ONE, 0, 0},
    {20, 0, 3, PROBE_ONE, 1, 1},
    /* Nothing was delivered, so it goes on as it is. */
    {60, 0, 3, PROBE_ONE, 1, 1},
    {61, 1, 3, PROBE_FEW, 30, 75},
    /* The stage is not old enough yet. */
    {63, 4, 3, PROBE_FEW, 30, 75},
    {66, 4, 3, PROBE_SOME, 210, 290},
    /* Nothing new of this stage. */
    {75, 4, 3, PROBE_SOME, 210, 290},
    {76, 5, 3, PROBE_ALL, 1000, 1000},
    {99, 9, 3, PROBE_ALL, 1000, 1000},
    /* One refusal, and all of it ends. */
    {100, 0, 4, PROBE_REST, 0, 0},
    {114, 0, 4, PROBE_REST, 0, 0},
    {115, 0, 4, PROBE_ONE, 1, 1},
    /* Refused again and again: the rest is after the last. */
    {116, 0, 5, PROBE_REST, 0, 0},
    {120, 0, 6, PROBE_REST, 0, 0},
    {134, 0, 6, PROBE_REST, 0, 0},
    {135, 0, 6, PROBE_ONE, 1, 1},
    /* A refusal that is too old for the number of replies to grow. */
    {141, 1, 6, PROBE_FEW, 30, 75},
    {142, 0, 6, PROBE_REST, 0, 0},
};

static void
steps_up_and_snaps_back(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(life); i++) {
		int64_t now_ms = life[i].minute * MINUTE;
		int count;

		fixture->receiver.delivered = life[i].delivered;
		fixture->receiver.replies = life[i].replies;
		step(fixture, now_ms);
		if (fixture->told != life[i].want)
			fail_msg("minute %d: %s, want %s", life[i].minute,
			    probe_stage_name(fixture->told),
			    probe_stage_name(life[i].want));
		assert_int_equal(stage_of(fixture), life[i].want);
		count = taken(fixture, now_ms);
		if (count < life[i].want_least || count > life[i].want_most)
			fail_msg(
			    "minute %d: %d of 1000", life[i].minute, count);
	}
}

/* Asked twice for one message, the answer is the same; not for ever. */
static void
says_the_same_twice(void **state)
{
	struct fixture *fixture = *state;
	const int64_t one_ms = 15 * MINUTE;

	step(fixture, 0);
	step(fixture, one_ms);
	assert_true(take(fixture, "a@example.com", one_ms));
	assert_true(take(fixture, "a@example.com", one_ms + 59 * CLOCK_SEC));
	assert_false(take(fixture, "b@example.com", one_ms + CLOCK_SEC));
	assert_false(take(fixture, "a@example.com", one_ms + 61 * CLOCK_SEC));
	assert_true(take(fixture, "b@example.com", one_ms + 5 * MINUTE));
	assert_false(take(fixture, "a@example.com", one_ms + 5 * MINUTE));
}

/* Over the spans it is not always the same addresses that are tried. */
static void
is_fair(void **state)
{
	struct fixture *fixture = *state;
	int times = 0;

	step(fixture, 0);
	step(fixture, 15 * MINUTE);
	fixture->receiver.delivered = 1;
	step(fixture, 20 * MINUTE);
	assert_int_equal(fixture->told, PROBE_FEW);
	for (int i = 0; i < 1000; i++) {
		int64_t now_ms = 20 * MINUTE + i * 5 * MINUTE;

		/* Another takes the one place of the span, unless it has luck
		   as well. */
		take(fixture, "first@example.com", now_ms);
		times += take(fixture, "a@example.com", now_ms);
	}
	assert_in_range(times, 50, 150);
}

static void
forgets_who_opened(void **state)
{
	struct fixture *fixture = *state;

	step(fixture, 0);
	step(fixture, 15 * MINUTE);
	assert_true(take(fixture, "a@example.com", 15 * MINUTE));
	fixture->receiver.state = RECEIVER_OPEN;
	fixture->receiver.is_gated = false;
	step(fixture, 16 * MINUTE);
	assert_int_equal(stage_of(fixture), -1);
	assert_false(take(fixture, "a@example.com", 16 * MINUTE));
	fixture->receiver.state = RECEIVER_BLOCKED;
	fixture->receiver.is_gated = true;
	fixture->told = PROBE_REST;
	step(fixture, 17 * MINUTE);
	assert_false(take(fixture, "a@example.com", 17 * MINUTE));
	step(fixture, 31 * MINUTE);
	assert_int_equal(fixture->told, PROBE_REST);
	step(fixture, 32 * MINUTE);
	assert_int_equal(fixture->told, PROBE_ONE);
	assert_true(take(fixture, "a@example.com", 32 * MINUTE));
}

static void
serves_the_throttled(void **state)
{
	struct fixture *fixture = *state;
	struct probe_settings serving = settings;

	fixture->receiver.state = RECEIVER_THROTTLED;
	fixture->receiver.is_gated = false;
	step(fixture, 0);
	assert_false(take(fixture, "a@example.com", 0));
	serving.serves_throttled = true;
	assert_true(probes_take(
	    fixture->probes, &serving, &fixture->receiver, "a@example.com", 0));
	serving.transport = NULL;
	assert_false(probes_take(
	    fixture->probes, &serving, &fixture->receiver, "a@example.com", 0));
}

static void
keeps_receivers_apart(void **state)
{
	struct fixture *fixture = *state;
	struct board_receiver two[] = {fixture->receiver, fixture->receiver};

	two[1].egress = 1;
	probes_step(fixture->probes, &settings, two, 2, 0, NULL, NULL);
	probes_step(
	    fixture->probes, &settings, two, 2, 15 * MINUTE, NULL, NULL);
	two[1].replies++;
	probes_step(
	    fixture->probes, &settings, two, 2, 16 * MINUTE, NULL, NULL);
	assert_true(probes_take(
	    fixture->probes, &settings, &two[0], "a@example.com", 16 * MINUTE));
	assert_false(probes_take(
	    fixture->probes, &settings, &two[1], "a@example.com", 16 * MINUTE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		steps_up_and_snaps_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		says_the_same_twice, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(is_fair, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		forgets_who_opened, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		serves_the_throttled, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		keeps_receivers_apart, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
