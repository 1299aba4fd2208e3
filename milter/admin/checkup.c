#include "admin/checkup.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/uses.h"
#include "evidence/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
checkup_state_name(enum checkup_state state)
{
	static const char *const names[] = {
	    [CHECKUP_CLEAN] = "clean",
	    [CHECKUP_BELOW] = "listed below the threshold",
	    [CHECKUP_LISTED] = "listed",
	    [CHECKUP_UNKNOWN] = "unknown",
	};

	return names[state];
}

bool
checkup_is_against(const struct survey_row *row)
{
	struct list_use all = *row->use;

	all.scopes = ~0U;
	return row->answer.result == RESULT_LISTED &&
	       use_weight(&all, row->answer.codes) > 0;
}

int
checkup_weight(const struct survey_row *row)
{
	return row->answer.result == RESULT_LISTED
		   ? use_weight(row->use, row->answer.codes)
		   : 0;
}

const char *
checkup_subject_text(char text[CHECKUP_SUBJECT_MAX],
    const struct checkup *checkup, size_t subject)
{
	const struct checkup_subject *s = &checkup->subjects[subject];

	return s->domain ? s->domain : address_format(text, &s->address);
}

/* A listing is sure. Whether something unknown is worse than a listing that
   does not count is another matter: it may be one that does. */
bool
checkup_is_worse(enum checkup_state a, enum checkup_state b)
{
	static const int ranks[] = {
	    [CHECKUP_CLEAN] = 0,
	    [CHECKUP_BELOW] = 1,
	    [CHECKUP_UNKNOWN] = 2,
	    [CHECKUP_LISTED] = 3,
	};

	return ranks[a] > ranks[b];
}

static void
count(struct checkup_subject *subject, const struct survey_row *row)
{
	subject->weight += checkup_weight(row);
	if (row->answer.result == RESULT_UNKNOWN)
		subject->unknown++;
	else if (checkup_is_against(row))
		subject->listed++;
	else
		subject->clean++;
}

/* As the daemon has it: the part of the weight that has a word. Where no list
   gates, each counts the same. */
static bool
is_covered(const struct checkup *checkup, size_t subject)
{
	int64_t known = 0, full = 0, answered = 0, lists = 0;

	for (size_t i = 0; i < checkup->row_count; i++) {
		const struct survey_row *row = &checkup->rows[i];
		bool has_word = row->answer.result != RESULT_UNKNOWN;

		if (row->subject != subject)
			continue;
		lists++;
		full += row->use->most;
		answered += has_word;
		known += has_word ? row->use->most : 0;
	}
	if (full == 0)
		return answered > 0 &&
		       answered * 100 >= checkup->coverage * lists;
	return known > 0 && known * 100 >= checkup->coverage * full;
}

static enum checkup_state
state_of(const struct checkup *checkup, size_t index)
{
	const struct checkup_subject *subject = &checkup->subjects[index];

	if (subject->listed > 0 && subject->weight >= checkup->listed_at)
		return CHECKUP_LISTED;
	if (!is_covered(checkup, index))
		return CHECKUP_UNKNOWN;
	return subject->listed > 0 ? CHECKUP_BELOW : CHECKUP_CLEAN;
}

void
checkup_judge(struct checkup *checkup)
{
	/* A clean domain says nothing of the addresses behind it. */
	checkup->state = checkup->subject_count > 0 && !checkup->is_unresolved
			     ? CHECKUP_CLEAN
			     : CHECKUP_UNKNOWN;
	for (size_t i = 0; i < checkup->row_count; i++)
		count(&checkup->subjects[checkup->rows[i].subject],
		    &checkup->rows[i]);
	for (size_t i = 0; i < checkup->subject_count; i++) {
		struct checkup_subject *subject = &checkup->subjects[i];

		subject->state = state_of(checkup, i);
		if (checkup_is_worse(subject->state, checkup->state))
			checkup->state = subject->state;
	}
}

static const char *
silence_text(enum dns_status status)
{
	switch (status) {
	case DNS_TIMEOUT:
		return "did not answer";
	case DNS_SERVFAIL:
		return "answered SERVFAIL to every question";
	case DNS_REFUSED:
		return "refused every question";
	case DNS_MALFORMED:
		return "gave malformed answers to every question";
	default:
		return "could not be reached";
	}
}

bool
checkup_is_deaf(const struct checkup *checkup, char reason[CHECKUP_REASON_MAX])
{
	size_t counts[DNS_CANCELLED + 1] = {0};
	enum dns_status most = DNS_UNREACHABLE;

	if (checkup->has_response || checkup->row_count == 0)
		return false;
	for (size_t i = 0; i < checkup->row_count; i++)
		counts[checkup->rows[i].answer.dns]++;
	for (size_t i = 0; i <= DNS_CANCELLED; i++)
		if (counts[i] > counts[most])
			most = i;
	snprintf(reason, CHECKUP_REASON_MAX,
	    "%.140s %s, so no list could be asked", checkup->servers,
	    silence_text(most));
	return true;
}

static size_t
count_cause(const struct checkup *checkup, size_t subject, const char *cause)
{
	size_t count = 0;

	for (size_t i = 0; i < checkup->row_count; i++)
		count += checkup->rows[i].subject == subject &&
			 strcmp(checkup->rows[i].cause, cause) == 0;
	return count;
}

const char *
checkup_usual_cause(
    const struct checkup *checkup, size_t subject, size_t *count)
{
	const char *usual = NULL;

	*count = 0;
	for (size_t i = 0; i < checkup->row_count; i++) {
		const struct survey_row *row = &checkup->rows[i];
		size_t same;

		if (row->subject != subject || row->cause[0] == '\0')
			continue;
		same = count_cause(checkup, subject, row->cause);
		if (same > *count) {
			usual = row->cause;
			*count = same;
		}
	}
	return usual;
}

const char *
checkup_removal(const struct checkup *checkup, const struct survey_row *row,
    char url[CHECKUP_URL_MAX])
{
	char text[CHECKUP_SUBJECT_MAX];

	if (row->answer.result != RESULT_LISTED)
		return NULL;
	return list_removal(url, CHECKUP_URL_MAX, row->use->list,
	    checkup_subject_text(text, checkup, row->subject));
}

static bool
is_of_subject(const struct survey_row *row, size_t subject)
{
	return row->subject == subject;
}

static bool
is_trouble(const struct survey_row *row, size_t subject)
{
	(void)subject;
	return checkup_is_against(row);
}

static int
rank(const struct survey_row *row)
{
	if (checkup_is_against(row))
		return 0;
	return row->answer.result == RESULT_UNKNOWN ? 1 : 2;
}

/* Trouble first, then by weight and impact, then as they were asked. */
static int
compare(const void *a, const void *b)
{
	const struct survey_row *x = *(const struct survey_row *const *)a;
	const struct survey_row *y = *(const struct survey_row *const *)b;
	int order = rank(x) - rank(y);

	if (order == 0)
		order = checkup_weight(y) - checkup_weight(x);
	if (order == 0)
		order = y->use->list->impact - x->use->list->impact;
	if (order == 0)
		order = x < y ? -1 : 1;
	return order;
}

static int
compare_by_subject(const void *a, const void *b)
{
	const struct survey_row *x = *(const struct survey_row *const *)a;
	const struct survey_row *y = *(const struct survey_row *const *)b;

	if (x->subject != y->subject)
		return x->subject < y->subject ? -1 : 1;
	return compare(a, b);
}

static const struct survey_row **
pick(const struct checkup *checkup,
    bool (*wanted)(const struct survey_row *, size_t), size_t subject,
    int (*order)(const void *, const void *), size_t *count)
{
	const struct survey_row **rows =
	    alloc_zeroed(checkup->row_count, sizeof(struct survey_row *));

	*count = 0;
	for (size_t i = 0; i < checkup->row_count; i++)
		if (wanted(&checkup->rows[i], subject))
			rows[(*count)++] = &checkup->rows[i];
	qsort(rows, *count, sizeof rows[0], order);
	return rows;
}

const struct survey_row **
checkup_rows_of(const struct checkup *checkup, size_t subject, size_t *count)
{
	return pick(checkup, is_of_subject, subject, compare, count);
}

const struct survey_row **
checkup_trouble(const struct checkup *checkup, size_t *count)
{
	return pick(checkup, is_trouble, 0, compare, count);
}

const struct survey_row **
checkup_trouble_by_subject(const struct checkup *checkup, size_t *count)
{
	return pick(checkup, is_trouble, 0, compare_by_subject, count);
}
