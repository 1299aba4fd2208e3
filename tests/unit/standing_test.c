#include "standing/standing.h"

#include "said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct read_case {
	const char *name;
	int64_t now_ms;
	struct said said[2][SAID_MAX];
	int want_weight;
	int want_worst;
	int want_answered, want_of;
	int want_known, want_full;
};

static const struct read_case read_cases[] = {
    {"never asked", 1000, {{{3, NONE, NONE, 0, CLOCK_NEVER}}}, 0, 0, 0, 1, 0,
	3},
    {"clean", 1000, {{{3, CLEAN, CLEAN, 0, 1000}, {1, CLEAN, CLEAN, 0, 1000}}},
	0, 0, 2, 2, 4, 4},
    {"listed once is not confirmed but is a word", 1000,
	{{{3, LISTED, LISTED, 1, 1000}}}, 0, 0, 1, 1, 3, 3},
    {"listed as often as confirm", 1000, {{{3, LISTED, LISTED, 2, 1000}}}, 3, 0,
	1, 1, 3, 3},
    {"weights of one address add up", 1000,
	{{{3, LISTED, LISTED, 2, 1000}, {2, LISTED, LISTED, 9, 1000},
	    {5, LISTED, LISTED, 1, 1000}, {7, CLEAN, CLEAN, 0, 1000}}},
	5, 0, 4, 4, 17, 17},
    {"weights of two addresses do not", 1000,
	{{{2, LISTED, LISTED, 2, 1000}}, {{2, LISTED, LISTED, 2, 1000}}}, 2, 0,
	2, 2, 4, 4},
    {"the worst of two addresses", 1000,
	{{{2, LISTED, LISTED, 2, 1000}}, {{3, LISTED, LISTED, 2, 1000}}}, 3, 1,
	2, 2, 5, 5},
    {"the first is the worst when both are clean", 1000,
	{{{2, CLEAN, CLEAN, 0, 1000}}, {{3, CLEAN, CLEAN, 0, 1000}}}, 0, 0, 2,
	2, 5, 5},
    {"a listing is kept to the last millisecond", 6 * HOUR + 1000,
	{{{3, NONE, LISTED, 2, 1000}, {1, CLEAN, CLEAN, 0, 1000}}}, 3, 0, 1, 2,
	4, 4},
    {"and not one longer", 6 * HOUR + 1001,
	{{{3, NONE, LISTED, 2, 1000}, {1, CLEAN, CLEAN, 0, 1000}}}, 0, 0, 1, 2,
	1, 4},
    {"a clean word is kept as long", 6 * HOUR + 1000,
	{{{3, NONE, CLEAN, 0, 1000}}}, 0, 0, 0, 1, 3, 3},
    {"and not one millisecond longer", 6 * HOUR + 1001,
	{{{3, NONE, CLEAN, 0, 1000}}}, 0, 0, 0, 1, 0, 3},
    {"a kept listing needs its confirmation", 2000,
	{{{3, NONE, LISTED, 1, 1000}}}, 0, 0, 0, 1, 3, 3},
    {"an answer is not kept, it stands", 100 * HOUR,
	{{{3, LISTED, LISTED, 2, 1000}}}, 3, 0, 1, 1, 3, 3},
    {"the clock went back", 1000, {{{3, NONE, LISTED, 2, 9 * HOUR}}}, 3, 0, 0,
	1, 3, 3},
    {"no list knows the family", 1000, {{{0}}}, 0, 0, 0, 0, 0, 0},
};

static void
test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(read_cases); i++) {
		const struct read_case *c = &read_cases[i];
		struct place places[2];
		const struct subject *subjects[2] = {
		    &places[0].subject, &places[1].subject};
		struct reading got;

		print_message("%s\n", c->name);
		put(&places[0], c->said[0]);
		put(&places[1], c->said[1]);
		standing_read(&settings, subjects,
		    places[1].subject.finding_count ? 2 : 1, c->now_ms, &got);
		assert_int_equal(got.weight, c->want_weight);
		assert_ptr_equal(got.worst, subjects[c->want_worst]);
		assert_int_equal(got.answered, c->want_answered);
		assert_int_equal(got.of, c->want_of);
		assert_int_equal(got.known_weight, c->want_known);
		assert_int_equal(got.full_weight, c->want_full);
	}
}

/* What one list says by its codes, with a use of its own; most 0 ends. */
struct coded {
	enum scope scope;
	int own; /* weight of the code; 0: none */
	bool allows;
	int weight, most;
	uint8_t answer, known;
};

static const struct {
	const char *name;
	struct coded coded[SAID_MAX];
	int want_weight, want_known, want_full;
	const char *want_blame;
} coded_cases[] = {
    {"a code's own weight", {{SCOPE_ADDRESS, 7, false, 3, 7, LISTED, LISTED}},
	7, 7, 7, "Plain A"},
    {"and that of a kept word", {{SCOPE_ADDRESS, 7, false, 3, 7, NONE, LISTED}},
	7, 7, 7, "Plain A"},
    {"a policy counts", {{SCOPE_POLICY, 0, false, 3, 3, LISTED, LISTED}}, 3, 3,
	3, "Plain A"},
    {"a network tells but adds nothing, not even to what is known",
	{{SCOPE_RANGE, 0, false, 9, 0, LISTED, LISTED},
	    {SCOPE_ADDRESS, 0, false, 2, 2, LISTED, LISTED}},
	2, 2, 2, "Plain A"},
    {"nor does an ASN", {{SCOPE_ASN, 9, false, 9, 0, LISTED, LISTED}}, 0, 0, 0,
	""},
    {"an allow-list lowers the weight",
	{{SCOPE_ADDRESS, 0, false, 3, 3, LISTED, LISTED},
	    {SCOPE_ADDRESS, 0, true, 2, 0, LISTED, LISTED}},
	1, 3, 3, "Plain A"},
    {"but not below nothing",
	{{SCOPE_ADDRESS, 0, false, 3, 3, LISTED, LISTED},
	    {SCOPE_ADDRESS, 0, true, 5, 0, LISTED, LISTED}},
	0, 3, 3, "Plain A"},
    {"an allow-list without an entry is no lack of one",
	{{SCOPE_ADDRESS, 0, false, 3, 3, CLEAN, CLEAN},
	    {SCOPE_ADDRESS, 0, true, 5, 0, NONE, NONE}},
	0, 3, 3, ""},
};

static void
test_read_codes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(coded_cases); i++) {
		struct said said[SAID_MAX] = {{0}};
		struct list lists[SAID_MAX];
		struct list_code codes[SAID_MAX];
		struct place place;
		const struct subject *subject = &place.subject;
		char blame[64], removal[64];
		struct reading got;

		print_message("%s\n", coded_cases[i].name);
		for (int j = 0; j < SAID_MAX; j++) {
			const struct coded *coded = &coded_cases[i].coded[j];

			said[j] = (struct said){coded->weight, coded->answer,
			    coded->known, 2, 1000};
			codes[j] = (struct list_code){.name = "A",
			    .scope = coded->scope,
			    .has_weight = coded->own != 0,
			    .weight = coded->own};
			lists[j] = plain;
			lists[j].codes = &codes[j];
			lists[j].allows = coded->allows;
		}
		put(&place, said);
		for (int j = 0; j < SAID_MAX; j++) {
			place.uses[j].list = place.findings[j].list = &lists[j];
			place.uses[j].most = coded_cases[i].coded[j].most;
		}
		standing_read(&settings, &subject, 1, 1000, &got);
		assert_int_equal(got.weight, coded_cases[i].want_weight);
		assert_int_equal(got.known_weight, coded_cases[i].want_known);
		assert_int_equal(got.full_weight, coded_cases[i].want_full);
		standing_blame(&settings, &place.subject, 1000, blame,
		    sizeof blame, removal, sizeof removal);
		assert_string_equal(blame, coded_cases[i].want_blame);
	}
}

/* One step of a story: what is read when, and what comes of it. The full
   weight is 10, so that 5 is enough for a coverage of 50. */
struct step {
	int64_t at_ms;
	int weight, known;
	enum standing_state want;
	int64_t want_since_ms;
};

struct story {
	const char *name;
	struct step steps[8]; /* at 0: the end */
};

#define U STANDING_UNKNOWN
#define C STANDING_CLEAN
#define L STANDING_LISTED

static const struct story stories[] = {
    {"unknown stays unknown",
	{{1, 0, 0, U, 1}, {2, 0, 4, U, 1}, {3, 2, 4, U, 1}}},
    {"unknown to clean at the coverage",
	{{1, 0, 4, U, 1}, {2, 0, 5, C, 2}, {3, 2, 10, C, 2}}},
    {"unknown to listed at the weight",
	{{1, 2, 4, U, 1}, {2, 3, 4, L, 2}, {3, 9, 4, L, 2}}},
    {"listed by the very first reading", {{1, 3, 3, L, 1}}},
    {"clean to listed at once", {{1, 0, 10, C, 1}, {2, 3, 10, L, 2}}},
    {"clean to unknown and back",
	{{1, 0, 5, C, 1}, {2, 0, 4, U, 2}, {3, 0, 5, C, 3}}},
    {"listed to clean after clear_after, not a millisecond before",
	{{1, 3, 10, L, 1}, {5, 2, 10, L, 1}, {30 * MIN + 4, 2, 10, L, 1},
	    {30 * MIN + 5, 2, 10, C, 30 * MIN + 5}}},
    {"listed to unknown as late",
	{{1, 3, 10, L, 1}, {5, 0, 4, L, 1}, {30 * MIN + 4, 0, 4, L, 1},
	    {30 * MIN + 5, 0, 4, U, 30 * MIN + 5}}},
    {"listed with no word left", {{1, 3, 10, L, 1}, {5, 0, 0, L, 1},
				     {30 * MIN + 5, 0, 0, U, 30 * MIN + 5},
				     {30 * MIN + 6, 0, 5, C, 30 * MIN + 6}}},
    {"coverage counts at the end of the span only",
	{{1, 3, 10, L, 1}, {5, 0, 0, L, 1}, {10 * MIN, 0, 10, L, 1},
	    {30 * MIN + 5, 0, 5, C, 30 * MIN + 5}}},
    {"each heavy reading starts the span anew",
	{{1, 3, 10, L, 1}, {5, 0, 10, L, 1}, {29 * MIN, 3, 10, L, 1},
	    {30 * MIN, 0, 10, L, 1}, {60 * MIN - 1, 0, 10, L, 1},
	    {60 * MIN, 0, 10, C, 60 * MIN}}},
    {"a late listing finds no old span",
	{{1, 3, 10, L, 1}, {5, 0, 10, L, 1},
	    {30 * MIN + 5, 0, 10, C, 30 * MIN + 5},
	    {40 * MIN, 3, 10, L, 40 * MIN}, {70 * MIN, 0, 10, L, 40 * MIN},
	    {100 * MIN - 1, 0, 10, L, 40 * MIN},
	    {100 * MIN, 0, 10, C, 100 * MIN}}},
    {"a clock that went back makes the span longer, not endless",
	{{90 * MIN, 3, 10, L, 90 * MIN}, {95 * MIN, 0, 10, L, 90 * MIN},
	    {10 * MIN, 0, 10, L, 90 * MIN}, {40 * MIN - 1, 0, 10, L, 90 * MIN},
	    {40 * MIN, 0, 10, C, 40 * MIN}}},
    {"a clock that starts below zero",
	{{-90 * MIN, 3, 10, L, -90 * MIN}, {-80 * MIN, 0, 10, L, -90 * MIN},
	    {-50 * MIN - 1, 0, 10, L, -90 * MIN},
	    {-50 * MIN, 0, 10, C, -50 * MIN}}},
};

static void
test_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stories); i++) {
		struct standing standing;
		enum standing_state before = STANDING_UNKNOWN;

		standing_init(&standing);
		assert_int_equal(standing.state, STANDING_UNKNOWN);
		assert_true(standing.since_ms == CLOCK_NEVER);
		for (size_t k = 0; stories[i].steps[k].at_ms; k++) {
			const struct step *s = &stories[i].steps[k];
			struct reading reading = {.weight = s->weight,
			    .known_weight = s->known,
			    .full_weight = 10};
			bool changed = standing_step(
			    &standing, &settings, &reading, s->at_ms);

			print_message("%s: %zu\n", stories[i].name, k);
			assert_int_equal(standing.state, s->want);
			assert_int_equal(changed, s->want != before);
			assert_int_equal(standing.since_ms, s->want_since_ms);
			assert_memory_equal(
			    &standing.reading, &reading, sizeof reading);
			before = s->want;
		}
	}
}

#undef U
#undef C
#undef L

struct coverage_case {
	int coverage, known, full;
	enum standing_state want;
};

static const struct coverage_case coverage_cases[] = {
    {50, 4, 10, STANDING_UNKNOWN},
    {50, 5, 10, STANDING_CLEAN},
    {50, 5, 11, STANDING_UNKNOWN},
    {67, 2, 3, STANDING_UNKNOWN},
    {66, 2, 3, STANDING_CLEAN},
    {100, 9, 10, STANDING_UNKNOWN},
    {100, 10, 10, STANDING_CLEAN},
    {0, 0, 10, STANDING_UNKNOWN},
    {0, 1, 10, STANDING_CLEAN},
    {0, 0, 0, STANDING_UNKNOWN},
    {100, 1000000000, 1000000000, STANDING_CLEAN},
    {100, 999999999, 1000000000, STANDING_UNKNOWN},
};

static void
test_coverage(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(coverage_cases); i++) {
		const struct coverage_case *c = &coverage_cases[i];
		struct config config = settings;
		struct reading reading = {
		    .known_weight = c->known, .full_weight = c->full};
		struct standing standing;

		print_message(
		    "%d%% of %d: %d\n", c->coverage, c->full, c->known);
		config.coverage = c->coverage;
		standing_init(&standing);
		standing_step(&standing, &config, &reading, 1);
		assert_int_equal(standing.state, c->want);
	}
}

static void
test_new_settings_hold_from_the_next_step(void **state)
{
	struct config config = settings;
	struct reading reading = {
	    .weight = 3, .known_weight = 10, .full_weight = 10};
	struct standing standing;

	(void)state;
	standing_init(&standing);
	standing_step(&standing, &config, &reading, 1);
	assert_int_equal(standing.state, STANDING_LISTED);
	config.listed_at = 4;
	assert_false(standing_step(&standing, &config, &reading, 1000));
	config.clear_after_ms = 500;
	assert_false(standing_step(&standing, &config, &reading, 1499));
	assert_true(standing_step(&standing, &config, &reading, 1500));
	assert_int_equal(standing.state, STANDING_CLEAN);
	config.listed_at = 3;
	assert_true(standing_step(&standing, &config, &reading, 1501));
	assert_int_equal(standing.state, STANDING_LISTED);
}

/* At the start nobody is called clean whom the lists are about to list; who
   was clean stays so until that is confirmed. */
static void
test_suspicion(void **state)
{
	struct reading reading = {
	    .suspected = 3, .known_weight = 10, .full_weight = 10};
	static const struct said said[][SAID_MAX] = {
	    {{2, LISTED, LISTED, 2, 1000}, {3, LISTED, LISTED, 1, 1000},
		{5, CLEAN, CLEAN, 0, 1000}},
	    {{4, LISTED, LISTED, 1, 1000}},
	};
	struct place places[2];
	const struct subject *subjects[2] = {
	    &places[0].subject, &places[1].subject};
	struct standing standing;
	struct reading got;

	(void)state;
	put(&places[0], said[0]);
	put(&places[1], said[1]);
	standing_read(&settings, subjects, 2, 1000, &got);
	assert_int_equal(got.weight, 2);
	assert_int_equal(got.suspected, 5);
	standing_init(&standing);
	assert_false(standing_step(&standing, &settings, &reading, 1));
	assert_int_equal(standing.state, STANDING_UNKNOWN);
	reading.suspected = 2;
	assert_true(standing_step(&standing, &settings, &reading, 2));
	assert_int_equal(standing.state, STANDING_CLEAN);
	reading.suspected = 3;
	assert_false(standing_step(&standing, &settings, &reading, 3));
	reading.weight = 3;
	assert_true(standing_step(&standing, &settings, &reading, 4));
	assert_int_equal(standing.state, STANDING_LISTED);
}

static int
count_changes(int64_t every_ms, int64_t until_ms)
{
	struct standing standing;
	int changes = 0, weight = 0;

	standing_init(&standing);
	for (int64_t now = 0; now <= until_ms; now += every_ms) {
		struct reading reading = {.weight = weight ^= 3,
		    .known_weight = 10,
		    .full_weight = 10};

		changes += standing_step(&standing, &settings, &reading, now);
	}
	return changes;
}

/* A listing that comes and goes with each check is one listing. */
static void
test_flapping(void **state)
{
	(void)state;
	assert_int_equal(count_changes(10 * MIN, 24 * HOUR), 1);
	assert_int_equal(count_changes(29 * MIN, 24 * HOUR), 1);
	assert_int_equal(count_changes(1, 10 * MIN), 1);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(standing_name(STANDING_UNKNOWN), "unknown");
	assert_string_equal(standing_name(STANDING_CLEAN), "clean");
	assert_string_equal(standing_name(STANDING_LISTED), "listed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_read_codes),
	    cmocka_unit_test(test_step),
	    cmocka_unit_test(test_coverage),
	    cmocka_unit_test(test_new_settings_hold_from_the_next_step),
	    cmocka_unit_test(test_suspicion),
	    cmocka_unit_test(test_flapping),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
