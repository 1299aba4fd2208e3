/* Whatever lists say, in whatever order. */
#include "standing/standing.h"

#include "said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t
roll(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint64_t)(*seed) * sides >> 32;
}

static void
answer(struct finding *finding, enum result result, int64_t now_ms)
{
	const struct answer answer = {
	    .result = result, .codes = result == RESULT_LISTED};

	finding_take(finding, &answer, now_ms);
}

struct walk {
	struct standing standing;
	int64_t last_heavy_ms, last_change_ms;
	int entered[3];
};

static void
check_step(
    struct walk *walk, enum standing_state before, bool changed, int64_t now_ms)
{
	const struct standing *s = &walk->standing;
	bool heavy = s->reading.weight >= settings.listed_at;
	bool covered = s->reading.known_weight * 2 >= s->reading.full_weight;
	bool suspected = before == STANDING_UNKNOWN &&
			 s->reading.suspected >= settings.listed_at;

	assert_int_equal(changed, s->state != before);
	if (heavy) {
		assert_int_equal(s->state, STANDING_LISTED);
		walk->last_heavy_ms = now_ms;
	}
	if (s->state != STANDING_LISTED)
		assert_int_equal(
		    s->state == STANDING_CLEAN, covered && !suspected);
	if (!changed)
		return;
	walk->entered[s->state]++;
	assert_int_equal(s->since_ms, now_ms);
	if (s->state == STANDING_LISTED)
		assert_true(heavy);
	if (before == STANDING_LISTED) {
		assert_true(
		    now_ms - walk->last_heavy_ms >= settings.clear_after_ms);
		assert_true(
		    now_ms - walk->last_change_ms >= settings.clear_after_ms);
	}
	walk->last_change_ms = now_ms;
}

/* Spells of calm, of anything, of silence and of trouble take turns. */
static enum result
draw(uint32_t *seed, int step)
{
	static const uint8_t spells[4][4] = {
	    {CLEAN, CLEAN, CLEAN, LISTED},
	    {CLEAN, NONE, LISTED, LISTED},
	    {NONE, NONE, NONE, NONE},
	    {LISTED, LISTED, NONE, CLEAN},
	};

	return spells[step / 100 % 4][roll(seed, 4)];
}

static void
random_walk(uint32_t seed, int entered[3])
{
	static const struct said lists[SAID_MAX] = {
	    {.weight = 3}, {.weight = 1}, {.weight = 2}};
	struct place places[2];
	const struct subject *subjects[] = {
	    &places[0].subject, &places[1].subject};
	struct walk walk = {0};
	int64_t now_ms = 0;

	put(&places[0], lists);
	put(&places[1], lists);
	standing_init(&walk.standing);
	for (int i = 0; i < 1000; i++) {
		enum standing_state before = walk.standing.state;
		struct place *place = &places[roll(&seed, 2)];
		struct finding *finding = &place->findings[roll(&seed, 3)];
		struct reading reading;
		bool changed;

		now_ms += roll(&seed, 20 * MIN);
		answer(finding, draw(&seed, i), now_ms);
		standing_read(&settings, subjects, 2, now_ms, &reading);
		changed =
		    standing_step(&walk.standing, &settings, &reading, now_ms);
		check_step(&walk, before, changed, now_ms);
	}
	for (int i = 0; i < 3; i++)
		entered[i] += walk.entered[i];
}

static void
holds_its_rules_on_random_walks(void **state)
{
	int entered[3] = {0};

	(void)state;
	for (uint32_t seed = 1; seed <= 300; seed++)
		random_walk(seed, entered);
	/* A walk that goes nowhere would prove nothing. */
	print_message("unknown %d, clean %d, listed %d\n", entered[0],
	    entered[1], entered[2]);
	for (int i = 0; i < 3; i++)
		assert_true(entered[i] > 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(holds_its_rules_on_random_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
