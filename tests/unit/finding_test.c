#include "evidence/finding.h"

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/message.h"
#include "evidence/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MIN_MS (60 * CLOCK_SEC)
#define EVERY_MS (600 * CLOCK_SEC)
#define START_MS (1000 * CLOCK_SEC)

static struct list list = {.id = "one"};
static const struct list_use use = {.list = &list, .weight = 3};
static struct tested tested;
static const struct config config = {
    .dns = {.check_every_ms = EVERY_MS, .check_min_ms = MIN_MS},
    .confirm = 2,
};

static int
set_up(void **state)
{
	static struct finding finding;

	tested = (struct tested){.list = &list};
	fitness_init(&tested.fitness);
	tested.fitness.state = FITNESS_FIT;
	finding_init(&finding, &use, &tested);
	*state = &finding;
	return 0;
}

static int
tear_down(void **state)
{
	finding_clear(*state);
	return 0;
}

static struct answer
says(enum result result, uint32_t codes, uint32_t ttl_sec)
{
	return (struct answer){
	    .result = result,
	    .cause = result == RESULT_UNKNOWN ? CAUSE_DNS : CAUSE_NONE,
	    .codes = codes,
	    .ttl_sec = ttl_sec,
	};
}

static void
take(
    struct finding *finding, enum result result, uint32_t codes, int64_t now_ms)
{
	struct answer answer = says(result, codes, 300);

	finding_take(finding, &answer, now_ms);
}

static void
knows_nothing_at_first(void **state)
{
	const struct finding *finding = *state;

	assert_ptr_equal(finding->list, &list);
	assert_int_equal(finding->weight, 3);
	assert_int_equal(finding->answer.result, RESULT_UNKNOWN);
	assert_int_equal(finding->answer.cause, CAUSE_NOT_ASKED);
	assert_int_equal(finding->known, RESULT_UNKNOWN);
	assert_int_equal(finding->known_ms, CLOCK_NEVER);
	assert_true(finding_is_due(finding, START_MS));
}

/* That of the first answer in a row, whatever UNKNOWN comes between; not that
   of a listing before the last CLEAN. */
static void
knows_since_when(void **state)
{
	static const struct {
		enum result result;
		uint32_t codes;
		enum result want_known;
		int want_in_a_row, want_since; /* a step */
	} steps[] = {
	    {RESULT_LISTED, 1, RESULT_LISTED, 1, 0},
	    {RESULT_LISTED, 2, RESULT_LISTED, 2, 0},
	    {RESULT_UNKNOWN, 0, RESULT_LISTED, 2, 0},
	    {RESULT_LISTED, 1, RESULT_LISTED, 3, 0},
	    {RESULT_CLEAN, 0, RESULT_CLEAN, 0, 0},
	    {RESULT_UNKNOWN, 0, RESULT_CLEAN, 0, 0},
	    {RESULT_LISTED, 1, RESULT_LISTED, 1, 6},
	};
	struct finding *finding = *state;
	enum result before = RESULT_UNKNOWN;

	for (size_t i = 0; i < COUNT(steps); i++) {
		print_message("step %zu\n", i);
		take(finding, steps[i].result, steps[i].codes, START_MS + i);
		assert_int_equal(finding->asked_ms, START_MS + i);
		assert_int_equal(finding->known, steps[i].want_known);
		assert_int_equal(finding->known_before, before);
		assert_int_equal(
		    finding->listed_in_a_row, steps[i].want_in_a_row);
		assert_int_equal(
		    finding->listed_ms, START_MS + steps[i].want_since);
		before = finding->known;
	}
}

/* TTL clamped, unless it is the first LISTED of two, or UNKNOWN, or a domain
   that is clean. */
static void
is_asked_again_in_time(void **state)
{
	static const struct {
		enum result result;
		uint32_t ttl_sec;
		uint16_t in_a_row, failures;
		bool is_domain;
		int64_t want_ms;
	} spans[] = {
	    {RESULT_CLEAN, 300, 0, 0, false, 300 * CLOCK_SEC},
	    {RESULT_CLEAN, 5, 0, 0, false, MIN_MS},
	    {RESULT_CLEAN, 9000, 0, 0, false, EVERY_MS},
	    {RESULT_CLEAN, UINT32_MAX, 0, 0, false, EVERY_MS},
	    {RESULT_CLEAN, 300, 0, 0, true, EVERY_MS},
	    {RESULT_LISTED, 300, 1, 0, false, MIN_MS},
	    {RESULT_LISTED, 300, 1, 0, true, MIN_MS},
	    {RESULT_LISTED, 300, 2, 0, false, 300 * CLOCK_SEC},
	    {RESULT_LISTED, 300, 2, 0, true, 300 * CLOCK_SEC},
	    {RESULT_UNKNOWN, 300, 0, 1, false, MIN_MS},
	    {RESULT_UNKNOWN, 300, 0, 2, false, 2 * MIN_MS},
	    {RESULT_UNKNOWN, 300, 2, 3, true, 4 * MIN_MS},
	    {RESULT_UNKNOWN, 300, 0, 4, false, 8 * MIN_MS},
	    {RESULT_UNKNOWN, 300, 0, 5, false, EVERY_MS},
	    {RESULT_UNKNOWN, 300, 0, UINT16_MAX, false, EVERY_MS},
	};
	struct finding *finding = *state;

	for (size_t i = 0; i < COUNT(spans); i++) {
		int64_t want_ms = spans[i].want_ms;

		print_message("span %zu\n", i);
		finding->answer = says(spans[i].result, 0, spans[i].ttl_sec);
		finding->listed_in_a_row = spans[i].in_a_row;
		finding->failures = spans[i].failures;
		assert_int_equal(
		    finding_span_ms(finding, &config, spans[i].is_domain, 0),
		    want_ms);
		/* Questions spread out over a tenth of it. */
		assert_int_equal(finding_span_ms(finding, &config,
				     spans[i].is_domain, want_ms / 10),
		    want_ms - want_ms / 10);
		assert_int_equal(finding_span_ms(finding, &config,
				     spans[i].is_domain, want_ms / 10 + 1),
		    want_ms);
	}
}

/* Whatever would change what is known, and what would confirm a listing. */
static void
wants_proof_of_news(void **state)
{
	static const struct {
		enum result known;
		uint32_t known_codes;
		uint16_t in_a_row;
		enum result result;
		uint32_t codes;
		bool want;
	} cases[] = {
	    {RESULT_UNKNOWN, 0, 0, RESULT_LISTED, 1, true},
	    {RESULT_CLEAN, 0, 0, RESULT_LISTED, 1, true},
	    {RESULT_LISTED, 1, 1, RESULT_LISTED, 1, true},
	    {RESULT_LISTED, 1, 2, RESULT_LISTED, 1, false},
	    {RESULT_LISTED, 1, 2, RESULT_LISTED, 3, true},
	    {RESULT_LISTED, 1, 2, RESULT_CLEAN, 0, true},
	    {RESULT_CLEAN, 0, 0, RESULT_CLEAN, 0, false},
	    {RESULT_UNKNOWN, 0, 0, RESULT_CLEAN, 0, false},
	    {RESULT_LISTED, 1, 2, RESULT_UNKNOWN, 0, false},
	};
	struct finding *finding = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer answer =
		    says(cases[i].result, cases[i].codes, 300);

		print_message("case %zu\n", i);
		finding->known = cases[i].known;
		finding->known_codes = cases[i].known_codes;
		finding->listed_in_a_row = cases[i].in_a_row;
		tested.fitness.state = FITNESS_FIT;
		assert_int_equal(
		    finding_wants_proof(finding, &answer, 2), cases[i].want);
		/* It is not believed anyway. */
		tested.fitness.state = FITNESS_UNFIT;
		assert_false(finding_wants_proof(finding, &answer, 2));
	}
}

static void
take_text(struct finding *finding, const char *text)
{
	struct message message = {.text_length = strlen(text)};

	memcpy(message.text, text, strlen(text));
	finding_take_text(finding, &message);
}

static void
keeps_the_text_of_a_listing(void **state)
{
	struct finding *finding = *state;
	struct answer listed = says(RESULT_LISTED, 1, 300);
	struct answer other = says(RESULT_LISTED, 2, 300);
	struct answer clean = says(RESULT_CLEAN, 0, 300);

	assert_true(finding_wants_text(finding, &listed));
	take_text(finding, "why");
	finding_take(finding, &listed, START_MS);
	assert_string_equal(finding->text, "why");
	assert_false(finding_wants_text(finding, &listed));
	assert_true(finding_wants_text(finding, &other));
	assert_false(finding_wants_text(finding, &clean));
	finding_take_text(finding, NULL);
	assert_null(finding->text);
	assert_true(finding_wants_text(finding, &listed));
	take_text(finding, "again");
	finding_take(finding, &clean, START_MS);
	assert_null(finding->text);
}

static void
goes_on_where_the_old_one_was(void **state)
{
	struct finding *old = *state, finding;
	struct list_use heavier = {.list = &list, .weight = 7};

	take_text(old, "why");
	take(old, RESULT_LISTED, 2, START_MS);
	old->due_ms = START_MS + MIN_MS;
	old->is_asking = true;
	finding_init(&finding, &heavier, &tested);
	finding_go_on(&finding, old, START_MS + MIN_MS);
	assert_null(old->text);
	assert_string_equal(finding.text, "why");
	assert_ptr_equal(finding.use, &heavier);
	assert_int_equal(finding.weight, 7);
	assert_int_equal(finding.known, RESULT_LISTED);
	assert_int_equal(finding.known_codes, 2);
	assert_int_equal(finding.due_ms, START_MS + MIN_MS);
	assert_false(finding.is_asking);
	/* By a shorter interval it is due. */
	*old = finding;
	finding_init(&finding, &heavier, &tested);
	finding_go_on(&finding, old, START_MS + MIN_MS - 1);
	assert_int_equal(finding.due_ms, CLOCK_NEVER);
	finding_clear(&finding);
}

static void
is_not_asked_of_what_is_unfit(void **state)
{
	struct finding *finding = *state;

	tested.fitness.state = FITNESS_UNFIT;
	assert_false(finding_is_due(finding, START_MS));
	tested.fitness.flaw.unfit = UNFIT_EVERYONE;
	take(finding, RESULT_LISTED, 1, START_MS);
	assert_int_equal(finding->answer.result, RESULT_UNKNOWN);
	assert_int_equal(finding->answer.cause, CAUSE_UNFIT);
	assert_int_equal(finding->known, RESULT_UNKNOWN);
}

/* The word of a list that may have lied is as old as its last passed test. */
static void
words_of_a_liar_are_withdrawn(void **state)
{
	struct finding *finding = *state;

	tested.fitness.passed_ms = START_MS;
	take(finding, RESULT_CLEAN, 0, START_MS + 5);
	tested.fitness.state = FITNESS_UNFIT;
	tested.fitness.flaw.unfit = UNFIT_EVERYONE;
	finding_set_aside(finding, START_MS + 9);
	assert_int_equal(finding->answer.cause, CAUSE_UNFIT);
	assert_int_equal(finding->known, RESULT_CLEAN);
	assert_int_equal(finding->known_ms, START_MS);
	assert_int_equal(finding->asked_ms, START_MS + 9);
	assert_int_equal(finding->due_ms, CLOCK_NEVER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(knows_nothing_at_first),
	    TEST(knows_since_when),
	    TEST(is_asked_again_in_time),
	    TEST(wants_proof_of_news),
	    TEST(keeps_the_text_of_a_listing),
	    TEST(goes_on_where_the_old_one_was),
	    TEST(is_not_asked_of_what_is_unfit),
	    TEST(words_of_a_liar_are_withdrawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
