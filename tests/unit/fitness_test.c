/* What a list is after one test and another. */
#include "evidence/fitness.h"

#include "tested_list.h"

#define HOUR (60 * MIN)
#define DAY (24 * HOUR)
#define START (1000 * CLOCK_SEC)

static struct flaw
flaw_of(char letter)
{
	switch (letter) {
	case 'p':
		return (struct flaw){.unfit = UNFIT_NONE};
	case 's':
		return (struct flaw){.unfit = UNFIT_SILENT, .dns = DNS_TIMEOUT};
	case 'R':
		return (struct flaw){
		    .unfit = UNFIT_REFUSED, .dns = DNS_REFUSED};
	case 'r':
		return (struct flaw){
		    .unfit = UNFIT_REFUSED, .code = PUBLIC_RESOLVER};
	case 'w':
		return (struct flaw){.unfit = UNFIT_EVERYONE};
	case 'e':
		return (struct flaw){.unfit = UNFIT_EMPTY};
	case 'o':
		return (struct flaw){.unfit = UNFIT_REWRITTEN};
	}
	fail_msg("what is a test that ends with %c?", letter);
	return (struct flaw){0};
}

/* 'u' untested, 'f' fit, or the letter of why it is unfit. */
static char
letter_of(const struct fitness *fitness)
{
	static const char letters[] = {
	    [UNFIT_EVERYONE] = 'w',
	    [UNFIT_EMPTY] = 'e',
	    [UNFIT_REFUSED] = 'r',
	    [UNFIT_SILENT] = 's',
	    [UNFIT_REWRITTEN] = 'o',
	};

	if (fitness->state == FITNESS_UNFIT)
		return letters[fitness->flaw.unfit];
	return fitness->state == FITNESS_FIT ? 'f' : 'u';
}

/* One letter for each test, and for what the list is after it. */
static const struct {
	const char *name, *tests, *want;
} stories[] = {
    {"good from the start", "pp", "ff"},
    {"one packet lost at the start", "sp", "uf"},
    {"two lost at the start", "ssp", "uuf"},
    {"silent from the start", "ssss", "uuss"},
    {"every other one lost", "pspspsp", "fffffss"},
    {"one of three lost", "psppsppsppspp", "fffffffffffff"},
    {"two in a row lost", "psspppss", "ffffffff"},
    {"three in a row", "psss", "fffs"},
    {"three of six", "pssppps", "fffffff"},
    {"three of five", "psspps", "fffffs"},
    {"back after two", "pssspp", "fffssf"},
    {"not after one", "psssps", "fffsss"},
    {"its return is a new start", "pssspps", "fffssff"},
    {"its return is a new start, with all its patience", "pssspppsps",
	"fffssfffff"},
    {"a wrong answer is enough", "pw", "fw"},
    {"at the start too", "w", "w"},
    {"refusals by code are answers", "pr", "fr"},
    {"refusals by the server are silence", "pRRR", "fffr"},
    {"silence of two kinds", "psRs", "fffs"},
    {"empty", "pepp", "feef"},
    {"rewritten", "popp", "foof"},
    {"flapping does not bring it back", "pwpwpwpp", "fwwwwwwf"},
    {"worse and other", "pweor", "fweor"},
    {"silence tells nothing new at first", "pwssp", "fwwww"},
    {"but it does later", "pwsss", "fwwws"},
};

static void
states_follow_tests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stories); i++) {
		struct fitness fitness;
		char before = 'u';
		int64_t since_ms = CLOCK_NEVER;

		print_message("%s\n", stories[i].name);
		fitness_init(&fitness);
		for (size_t j = 0; stories[i].tests[j]; j++) {
			struct flaw flaw = flaw_of(stories[i].tests[j]);
			int64_t now_ms = START + (int64_t)j;
			char want = stories[i].want[j];

			assert_int_equal(fitness_step(&fitness,
					     &tested_settings, &flaw, now_ms),
			    want != before);
			if (want != before)
				since_ms = now_ms;
			if (letter_of(&fitness) != want)
				fail_msg("%c after test %zu, want %c",
				    letter_of(&fitness), j + 1, want);
			assert_int_equal(fitness.since_ms, since_ms);
			before = want;
		}
	}
}

/* After each test, the minutes to the next. */
static const struct {
	const char *name, *tests;
	int want[14];
} spans[] = {
    {"fit", "ppp", {10, 10, 10}},
    {"lost packets are looked into", "sspsp", {1, 1, 10, 1, 10}},
    {"silent", "psssss", {10, 1, 1, 1, 2, 4}},
    {"backing off, to an hour", "wwwwwwwww", {1, 2, 4, 8, 16, 32, 60, 60, 60}},
    {"on its way back", "wwwwpp", {1, 2, 4, 8, 1, 10}},
    {"one that comes and goes", "wwwppwwwppw",
	{1, 2, 4, 1, 10, 8, 16, 32, 1, 10, 60}},
};

static void
tests_come_in_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(spans); i++) {
		struct fitness fitness;
		int64_t now_ms = START;

		print_message("%s\n", spans[i].name);
		fitness_init(&fitness);
		assert_true(fitness.due_ms <= now_ms);
		for (size_t j = 0; spans[i].tests[j]; j++) {
			struct flaw flaw = flaw_of(spans[i].tests[j]);

			fitness_step(&fitness, &tested_settings, &flaw, now_ms);
			assert_int_equal(
			    (fitness.due_ms - now_ms) / MIN, spans[i].want[j]);
			now_ms = fitness.due_ms;
		}
	}
}

static void
a_day_without_fault_is_forgiven(void **state)
{
	static const int64_t fit_for_ms[] = {DAY - 1, DAY};
	static const int64_t want_ms[] = {16 * MIN, MIN};
	const struct flaw wrong = flaw_of('w'), none = flaw_of('p');

	(void)state;
	for (size_t i = 0; i < COUNT(want_ms); i++) {
		struct fitness fitness;
		int64_t now_ms = START;

		fitness_init(&fitness);
		for (int j = 0; j < 4; j++)
			fitness_step(
			    &fitness, &tested_settings, &wrong, now_ms);
		for (int j = 0; j < 2; j++)
			fitness_step(&fitness, &tested_settings, &none, now_ms);
		assert_int_equal(fitness.state, FITNESS_FIT);
		now_ms += fit_for_ms[i];
		fitness_step(&fitness, &tested_settings, &wrong, now_ms);
		assert_int_equal(fitness.due_ms - now_ms, want_ms[i]);
	}
}

static void
doubt_brings_the_test_forward(void **state)
{
	const struct flaw wrong = flaw_of('w'), none = flaw_of('p');
	struct fitness fitness;

	(void)state;
	fitness_init(&fitness);
	fitness_step(&fitness, &tested_settings, &none, START);
	fitness_doubt(&fitness, &tested_settings, START + 1);
	assert_int_equal(fitness.due_ms, START + MIN);
	fitness_doubt(&fitness, &tested_settings, START + 5 * MIN);
	assert_int_equal(fitness.due_ms, START + MIN);
	fitness_step(&fitness, &tested_settings, &none, START);
	fitness_doubt(&fitness, &tested_settings, START + 5 * MIN);
	assert_int_equal(fitness.due_ms, START + 5 * MIN);
	/* That an unfit list does not answer is nothing new. */
	fitness_step(&fitness, &tested_settings, &wrong, START);
	fitness_step(&fitness, &tested_settings, &wrong, START);
	fitness_doubt(&fitness, &tested_settings, START);
	assert_int_equal(fitness.due_ms, START + 2 * MIN);
}

static const struct {
	const char *tests;
	bool want_lied;
	enum cause want_cause;
	const char *want_text, *want_cause_text;
} ends[] = {
    {"s", false, CAUSE_UNTESTED,
	"the list's test entries got no answer: timed out", "not tested yet"},
    {"ps", false, CAUSE_UNTESTED,
	"the list's test entries got no answer: timed out", ""},
    {"sss", false, CAUSE_UNFIT, "the list is unfit: it does not answer",
	"does not answer: timed out"},
    {"r", false, CAUSE_UNFIT, "the list is unfit: it refuses us",
	"refuses us with 127.255.255.254: asked through a public resolver"},
    {"RRR", false, CAUSE_UNFIT, "the list is unfit: it refuses us",
	"refuses us: REFUSED"},
    {"w", true, CAUSE_UNFIT, "the list is unfit: it lists everyone", NULL},
    {"e", true, CAUSE_UNFIT, "the list is unfit: it is empty", NULL},
    {"o", true, CAUSE_UNFIT,
	"the list is unfit: it is parked or rewritten by the resolver", NULL},
};

static void
answers_of_unfit_lists_say_so(void **state)
{
	char text[DNSBL_CAUSE_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct fitness fitness;
		struct answer answer;

		fitness_init(&fitness);
		for (size_t j = 0; ends[i].tests[j]; j++) {
			struct flaw flaw = flaw_of(ends[i].tests[j]);

			fitness_step(&fitness, &tested_settings, &flaw, START);
		}
		assert_int_equal(fitness_lied(&fitness), ends[i].want_lied);
		fitness_answer(&fitness, &answer);
		assert_int_equal(answer.result, RESULT_UNKNOWN);
		assert_int_equal(answer.cause, ends[i].want_cause);
		assert_string_equal(
		    dnsbl_cause_text(text, &tested_list, &answer),
		    ends[i].want_text);
		fitness_cause_text(text, &tested_list, &fitness);
		if (ends[i].want_cause_text)
			assert_string_equal(text, ends[i].want_cause_text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(states_follow_tests),
	    cmocka_unit_test(tests_come_in_time),
	    cmocka_unit_test(a_day_without_fault_is_forgiven),
	    cmocka_unit_test(doubt_brings_the_test_forward),
	    cmocka_unit_test(answers_of_unfit_lists_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
