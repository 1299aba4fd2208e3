#include "admin/checkup.h"

#include "config/config.h"
#include "config/directory.h"
#include "evidence/survey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { HEAVY, LIGHT, TELLING, RANGE, ALLOWING, LISTS };

static struct list_code code = {.low = 0x7f000002, .high = 0x7f000002};
static struct list_code range_code = {
    .low = 0x7f000002, .high = 0x7f000002, .scope = SCOPE_RANGE};

static const struct list lists[LISTS] = {
    [HEAVY] = {.codes = &code, .code_count = 1},
    [LIGHT] = {.codes = &code, .code_count = 1},
    [TELLING] = {.codes = &code, .code_count = 1},
    [RANGE] = {.codes = &range_code, .code_count = 1},
    [ALLOWING] = {.codes = &code, .code_count = 1, .allows = true},
};

static const struct list_use uses[LISTS] = {
    [HEAVY] = {&lists[HEAVY], 3, SCOPES_DEFAULT, 3, NULL, NULL},
    [LIGHT] = {&lists[LIGHT], 1, SCOPES_DEFAULT, 1, NULL, NULL},
    [TELLING] = {&lists[TELLING], 1, 0, 0, NULL, NULL},
    [RANGE] = {&lists[RANGE], 3, SCOPES_DEFAULT, 0, NULL, NULL},
    [ALLOWING] = {&lists[ALLOWING], 2, SCOPES_DEFAULT, 0, NULL, NULL},
};

/* results: a letter for each list above: Listed, Clean or Unknown. */
static const struct {
	const char *results;
	enum checkup_state want;
	int want_weight;
	size_t want_listed, want_clean, want_unknown;
} cases[] = {
    {"CCCCC", CHECKUP_CLEAN, 0, 0, 5, 0},
    {"LCCCC", CHECKUP_LISTED, 3, 1, 4, 0},
    {"CLCCC", CHECKUP_BELOW, 1, 1, 4, 0},
    {"CCLCC", CHECKUP_BELOW, 0, 1, 4, 0},
    {"CCCLC", CHECKUP_BELOW, 0, 1, 4, 0},
    {"CCCCL", CHECKUP_CLEAN, -2, 0, 5, 0},
    {"LCCCL", CHECKUP_BELOW, 1, 1, 4, 0},
    {"LUUUU", CHECKUP_LISTED, 3, 1, 0, 4},
    {"UCCCC", CHECKUP_UNKNOWN, 0, 0, 4, 1},
    {"ULCCC", CHECKUP_UNKNOWN, 1, 1, 3, 1},
    {"CUUUU", CHECKUP_CLEAN, 0, 0, 1, 4},
    {"UUUUU", CHECKUP_UNKNOWN, 0, 0, 0, 5},
};

static void
fill_row(struct survey_row *row, size_t subject, int list, char result)
{
	*row = (struct survey_row){.subject = subject, .use = &uses[list]};
	if (result == 'L') {
		row->answer.result = RESULT_LISTED;
		row->answer.codes = 1;
	} else if (result == 'C') {
		row->answer.result = RESULT_CLEAN;
	} else {
		row->answer.cause = CAUSE_DNS;
		row->answer.dns = DNS_TIMEOUT;
	}
}

static void
judges_one_subject(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct survey_row rows[LISTS];
		struct checkup_subject subject = {.via = NULL};
		struct checkup checkup = {.rows = rows,
		    .row_count = LISTS,
		    .subjects = &subject,
		    .subject_count = 1,
		    .listed_at = 3,
		    .coverage = 50};

		for (int j = 0; j < LISTS; j++)
			fill_row(&rows[j], 0, j, cases[i].results[j]);
		checkup_judge(&checkup);
		if (subject.state != cases[i].want ||
		    checkup.state != cases[i].want ||
		    subject.weight != cases[i].want_weight ||
		    subject.listed != cases[i].want_listed ||
		    subject.clean != cases[i].want_clean ||
		    subject.unknown != cases[i].want_unknown)
			fail_msg("%s: %d, weight %d, %zu %zu %zu",
			    cases[i].results, subject.state, subject.weight,
			    subject.listed, subject.clean, subject.unknown);
	}
}

/* Where no list gates, lists are counted, not weighed. */
static void
covers_without_weights(void **state)
{
	struct survey_row rows[3];
	struct checkup_subject subject = {.via = NULL};
	struct checkup checkup = {.rows = rows,
	    .row_count = 3,
	    .subjects = &subject,
	    .subject_count = 1,
	    .listed_at = 1,
	    .coverage = 50};

	(void)state;
	fill_row(&rows[0], 0, TELLING, 'C');
	fill_row(&rows[1], 0, TELLING, 'C');
	fill_row(&rows[2], 0, TELLING, 'U');
	checkup_judge(&checkup);
	assert_int_equal(checkup.state, CHECKUP_CLEAN);
	fill_row(&rows[1], 0, TELLING, 'U');
	subject = (struct checkup_subject){.via = NULL};
	checkup_judge(&checkup);
	assert_int_equal(checkup.state, CHECKUP_UNKNOWN);
}

static void
the_worst_subject_decides(void **state)
{
	static const enum checkup_state by_rank[] = {
	    CHECKUP_CLEAN, CHECKUP_BELOW, CHECKUP_UNKNOWN, CHECKUP_LISTED};
	struct checkup nothing = {.row_count = 0};

	(void)state;
	for (size_t i = 0; i < COUNT(by_rank); i++)
		for (size_t j = 0; j < COUNT(by_rank); j++)
			assert_int_equal(
			    checkup_is_worse(by_rank[i], by_rank[j]), i > j);
	checkup_judge(&nothing);
	assert_int_equal(nothing.state, CHECKUP_UNKNOWN);
}

/* Its addresses, which nobody could find out, may be listed. */
static void
a_clean_domain_is_not_all(void **state)
{
	struct survey_row row;
	struct checkup_subject subject = {.domain = "a.example"};
	struct checkup checkup = {.rows = &row,
	    .row_count = 1,
	    .subjects = &subject,
	    .subject_count = 1,
	    .listed_at = 3,
	    .coverage = 50,
	    .is_unresolved = true};

	(void)state;
	fill_row(&row, 0, HEAVY, 'C');
	checkup_judge(&checkup);
	assert_int_equal(subject.state, CHECKUP_CLEAN);
	assert_int_equal(checkup.state, CHECKUP_UNKNOWN);
	fill_row(&row, 0, HEAVY, 'L');
	subject = (struct checkup_subject){.domain = "a.example"};
	checkup_judge(&checkup);
	assert_int_equal(checkup.state, CHECKUP_LISTED);
}

static void
a_subject_is_an_address_or_a_domain(void **state)
{
	struct checkup_subject subjects[] = {
	    {.address = {4, {203, 0, 113, 5}}}, {.domain = "a.example"}};
	struct checkup checkup = {.subjects = subjects, .subject_count = 2};
	char text[CHECKUP_SUBJECT_MAX];

	(void)state;
	assert_string_equal(
	    checkup_subject_text(text, &checkup, 0), "203.0.113.5");
	assert_string_equal(
	    checkup_subject_text(text, &checkup, 1), "a.example");
}

static void
is_deaf_without_any_response(void **state)
{
	struct survey_row rows[3];
	struct checkup checkup = {
	    .rows = rows, .row_count = 3, .servers = "the server"};
	char reason[CHECKUP_REASON_MAX] = "";

	(void)state;
	for (int i = 0; i < 3; i++)
		fill_row(&rows[i], 0, i, 'U');
	rows[0].answer.dns = DNS_REFUSED;
	assert_true(checkup_is_deaf(&checkup, reason));
	assert_string_equal(
	    reason, "the server did not answer, so no list could be asked");
	checkup.has_response = true;
	assert_false(checkup_is_deaf(&checkup, reason));
	checkup.has_response = false;
	checkup.row_count = 0;
	assert_false(checkup_is_deaf(&checkup, reason));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judges_one_subject),
	    cmocka_unit_test(covers_without_weights),
	    cmocka_unit_test(the_worst_subject_decides),
	    cmocka_unit_test(a_clean_domain_is_not_all),
	    cmocka_unit_test(a_subject_is_an_address_or_a_domain),
	    cmocka_unit_test(is_deaf_without_any_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
