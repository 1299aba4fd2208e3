#include "evidence/survey.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/key.h"
#include "evidence/resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAMILIES = 2 };
enum control { CONTROL_LISTED, CONTROL_CLEAN, CONTROLS };

/* The control entries of one list for one family. */
struct probe {
	struct survey *survey;
	const struct list_use *use;
	struct answer answers[CONTROLS];
	int open; /* questions */
	bool is_started;
};

struct question {
	struct probe *probe;
	enum control control;
};

struct survey {
	struct resolver *resolver;
	const struct address *subjects;
	survey_progress *progress;
	void *arg;
	struct probe *probes; /* FAMILIES for each use */
	struct survey_row *rows;
	size_t row_count, settled;
	bool has_response, is_ended;
};

/* ---- what is known ------------------------------------------------------ */

/* Why the list is not to be believed; "" if it is. */
static void
judge(const struct probe *probe, char cause[DNSBL_CAUSE_MAX])
{
	const struct answer *listed = &probe->answers[CONTROL_LISTED];
	const struct answer *clean = &probe->answers[CONTROL_CLEAN];
	char why[DNSBL_CAUSE_MAX];

	cause[0] = '\0';
	if (clean->result == RESULT_LISTED)
		strcpy(cause, "lists 127.0.0.1, so it lists everyone");
	else if (listed->result == RESULT_CLEAN)
		strcpy(cause, "does not list 127.0.0.2, so it is empty");
	else if (listed->result == RESULT_UNKNOWN)
		snprintf(cause, DNSBL_CAUSE_MAX, "test entry 127.0.0.2: %.120s",
		    dnsbl_cause_text(why, probe->use->list, listed));
	else if (clean->result == RESULT_UNKNOWN)
		snprintf(cause, DNSBL_CAUSE_MAX, "test entry 127.0.0.1: %.120s",
		    dnsbl_cause_text(why, probe->use->list, clean));
}

/* A list that is not to be believed has no text either. */
static void
disbelieve(struct survey_row *row)
{
	row->answer.result = RESULT_UNKNOWN;
	row->answer.codes = 0;
	free(row->text);
	row->text = NULL;
	row->text_length = 0;
}

static void
settle(struct survey_row *row)
{
	struct survey *survey = row->survey;

	if (row->is_settled || !row->has_answer || row->probe->open > 0)
		return;
	if (row->answer.result == RESULT_LISTED && !row->has_text)
		return;
	row->is_settled = true;
	survey->settled++;
	if (row->answer.result == RESULT_UNKNOWN)
		dnsbl_cause_text(row->cause, row->use->list, &row->answer);
	else
		judge(row->probe, row->cause);
	if (row->cause[0] != '\0')
		disbelieve(row);
	survey->progress(survey->arg, survey->settled, survey->row_count);
}

static void
settle_probed(struct probe *probe)
{
	struct survey *survey = probe->survey;

	for (size_t i = 0; i < survey->row_count; i++)
		if (survey->rows[i].probe == probe)
			settle(&survey->rows[i]);
}

/* ---- questions ---------------------------------------------------------- */

static void
on_control(void *arg, enum dns_status status, const struct message *message)
{
	struct question *question = arg;
	struct probe *probe = question->probe;
	struct answer *answer = &probe->answers[question->control];

	free(question);
	probe->open--;
	if (probe->survey->is_ended)
		return;
	dnsbl_read(probe->use->list, status, message, answer);
	probe->survey->has_response |= status == DNS_RESPONSE;
	if (probe->open == 0)
		settle_probed(probe);
}

static void
on_address(void *arg, enum dns_status status, const struct message *message)
{
	struct survey_row *row = arg;

	if (row->survey->is_ended)
		return;
	dnsbl_read(row->use->list, status, message, &row->answer);
	row->survey->has_response |= status == DNS_RESPONSE;
	row->has_answer = true;
	settle(row);
}

static void
on_text(void *arg, enum dns_status status, const struct message *message)
{
	struct survey_row *row = arg;

	if (row->survey->is_ended || row->is_settled)
		return;
	row->has_text = true;
	if (status == DNS_RESPONSE && message->text_length > 0) {
		row->text_length = message->text_length;
		row->text = alloc_bytes(message->text, message->text_length);
		key_hide(row->text, row->text_length, row->use->key);
	}
	settle(row);
}

static void
ask_control(
    struct probe *probe, enum control control, const struct address *address)
{
	char name[DNSBL_NAME_MAX];
	struct question *question;

	if (address->family == 0 ||
	    dnsbl_name(name, probe->use->list, probe->use->zone, address) != 0)
		return;
	question = alloc_zeroed(1, sizeof *question);
	question->probe = probe;
	question->control = control;
	probe->open++;
	resolver_ask(
	    probe->survey->resolver, name, DNS_TYPE_A, on_control, question);
}

/* A list without a control entry passes as if it had answered well. */
static void
start_probe(struct probe *probe, struct survey *survey,
    const struct list_use *use, uint8_t family)
{
	const struct list_test *test =
	    family == 4 ? &use->list->test4 : &use->list->test6;

	probe->survey = survey;
	probe->use = use;
	probe->is_started = true;
	probe->answers[CONTROL_LISTED].result = RESULT_LISTED;
	probe->answers[CONTROL_CLEAN].result = RESULT_CLEAN;
	ask_control(probe, CONTROL_LISTED, &test->listed);
	ask_control(probe, CONTROL_CLEAN, &test->clean);
}

static void
start_row(struct survey *survey, size_t subject, const struct list_use *use,
    struct probe *probe)
{
	const struct address *address = &survey->subjects[subject];
	struct survey_row *row;
	char name[DNSBL_NAME_MAX];

	if (dnsbl_name(name, use->list, use->zone, address) != 0)
		return;
	row = &survey->rows[survey->row_count++];
	row->survey = survey;
	row->subject = subject;
	row->use = use;
	row->probe = probe;
	if (!probe->is_started)
		start_probe(probe, survey, use, address->family);
	resolver_ask(survey->resolver, name, DNS_TYPE_A, on_address, row);
	resolver_ask(survey->resolver, name, DNS_TYPE_TXT, on_text, row);
}

struct survey *
survey_start(struct resolver *resolver, const struct list_use *uses,
    size_t use_count, const struct address *subjects, size_t subject_count,
    survey_progress *progress, void *arg)
{
	struct survey *survey = alloc_zeroed(1, sizeof *survey);

	survey->resolver = resolver;
	survey->subjects = subjects;
	survey->progress = progress;
	survey->arg = arg;
	survey->probes =
	    alloc_zeroed(use_count * FAMILIES, sizeof *survey->probes);
	survey->rows =
	    alloc_zeroed(use_count * subject_count, sizeof *survey->rows);
	for (size_t i = 0; i < subject_count; i++) {
		for (size_t j = 0; j < use_count; j++)
			start_row(survey, i, &uses[j],
			    &survey->probes[j * FAMILIES +
					    (subjects[i].family == 6)]);
	}
	return survey;
}

void
survey_end(struct survey *survey, const char *reason)
{
	survey->is_ended = true;
	for (size_t i = 0; i < survey->row_count; i++) {
		struct survey_row *row = &survey->rows[i];

		if (row->is_settled)
			continue;
		/* The listing is known, only its text is not. */
		if (row->has_answer && row->probe->open == 0) {
			judge(row->probe, row->cause);
			if (row->cause[0] == '\0')
				continue;
		} else {
			snprintf(
			    row->cause, sizeof row->cause, "%.150s", reason);
		}
		row->answer.cause = CAUSE_DNS;
		row->answer.dns = DNS_TIMEOUT;
		disbelieve(row);
	}
}

void
survey_destroy(struct survey **survey_r)
{
	struct survey *survey = *survey_r;

	if (!survey)
		return;
	*survey_r = NULL;
	for (size_t i = 0; i < survey->row_count; i++)
		free(survey->rows[i].text);
	free(survey->rows);
	free(survey->probes);
	free(survey);
}

const struct survey_row *
survey_rows(const struct survey *survey, size_t *count)
{
	*count = survey->row_count;
	return survey->rows;
}

bool
survey_has_response(const struct survey *survey)
{
	return survey->has_response;
}
