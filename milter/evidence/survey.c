#include "evidence/survey.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/key.h"
#include "evidence/fitness.h"
#include "evidence/resolver.h"
#include "evidence/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { FAMILIES = 3 };

/* The test of one list for one family, or for domains. */
struct probe {
	struct survey *survey;
	const struct list_use *use;
	struct flaw flaw; /* once it has ended */
	bool is_started, has_ended;
};

struct survey {
	struct resolver *resolver;
	const struct survey_subject *subjects;
	struct address *addresses; /* of the subjects, side by side */
	size_t subject_count;
	survey_progress *progress;
	void *arg;
	struct probe *probes; /* FAMILIES for each use */
	struct survey_row *rows;
	size_t row_count, settled;
	bool has_response, is_ended;
};

/* ---- what is known ------------------------------------------------------ */

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

/* One test is all that there is time for, so one that is silent counts. */
static void
judge(struct survey_row *row)
{
	struct fitness fitness = {
	    .state = FITNESS_UNFIT, .flaw = row->probe->flaw};

	if (row->answer.result == RESULT_UNKNOWN) {
		dnsbl_cause_text(row->cause, row->use->list, &row->answer);
	} else if (fitness.flaw.unfit != UNFIT_NONE) {
		fitness_answer(&fitness, &row->answer);
		fitness_cause_text(row->cause, row->use->list, &fitness);
		disbelieve(row);
	}
}

/* What needs no more answers: an answer that says nothing needs no test, one
   that is no listing needs no text. */
static bool
is_known(const struct survey_row *row)
{
	if (!row->has_answer)
		return false;
	if (row->answer.result == RESULT_UNKNOWN)
		return true;
	return row->probe->has_ended &&
	       (row->answer.result == RESULT_CLEAN || row->has_text);
}

static void
settle(struct survey_row *row)
{
	struct survey *survey = row->survey;

	if (row->is_settled || !is_known(row))
		return;
	row->is_settled = true;
	survey->settled++;
	judge(row);
	survey->progress(survey->arg, survey->settled, survey->row_count);
}

/* ---- questions ---------------------------------------------------------- */

static void
on_probed(void *arg, const struct flaw *flaw)
{
	struct probe *probe = arg;
	struct survey *survey = probe->survey;

	if (survey->is_ended || !flaw)
		return;
	probe->flaw = *flaw;
	probe->has_ended = true;
	/* A list without control entries passes without a word. */
	survey->has_response |=
	    flaw->unfit != UNFIT_NONE && flaw->dns == DNS_RESPONSE;
	for (size_t i = 0; i < survey->row_count; i++)
		if (survey->rows[i].probe == probe)
			settle(&survey->rows[i]);
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
start_probe(struct probe *probe, struct survey *survey,
    const struct list_use *use, uint8_t family)
{
	struct controls controls;
	uint8_t random[16];

	if (getrandom(random, sizeof random, 0) < 0)
		abort();
	fitness_controls(use->list, family, random, survey->addresses,
	    survey->subject_count, &controls);
	probe->survey = survey;
	probe->use = use;
	probe->is_started = true;
	trial_start(survey->resolver, use, &controls, on_probed, probe);
}

static int
question_name(char name[DNSBL_NAME_MAX], const struct list_use *use,
    const struct survey_subject *subject)
{
	if (subject->domain)
		return dnsbl_domain_name(
		    name, use->list, use->zone, subject->domain);
	return dnsbl_name(name, use->list, use->zone, &subject->address);
}

static uint8_t
family_of(const struct survey_subject *subject)
{
	return subject->domain ? FAMILY_DOMAIN : subject->address.family;
}

static struct probe *
probe_of(
    struct survey *survey, const struct survey_subject *subject, size_t use)
{
	uint8_t family = family_of(subject);
	int place = family == 4 ? 0 : family == 6 ? 1 : 2;

	return &survey->probes[use * FAMILIES + place];
}

static void
start_row(struct survey *survey, size_t subject, const struct list_use *use,
    struct probe *probe)
{
	const struct survey_subject *asked = &survey->subjects[subject];
	struct survey_row *row;
	char name[DNSBL_NAME_MAX];

	if (question_name(name, use, asked) != 0)
		return;
	row = &survey->rows[survey->row_count++];
	row->survey = survey;
	row->subject = subject;
	row->use = use;
	row->probe = probe;
	if (!probe->is_started)
		start_probe(probe, survey, use, family_of(asked));
	resolver_ask(survey->resolver, name, DNS_TYPE_A, on_address, row);
}

/* Texts come last: of a subject that is clean nobody waits for them. */
static void
ask_texts(struct survey *survey)
{
	char name[DNSBL_NAME_MAX];

	for (size_t i = 0; i < survey->row_count; i++) {
		struct survey_row *row = &survey->rows[i];

		if (question_name(
			name, row->use, &survey->subjects[row->subject]) == 0)
			resolver_ask(
			    survey->resolver, name, DNS_TYPE_TXT, on_text, row);
	}
}

struct survey *
survey_start(struct resolver *resolver, const struct list_use *uses,
    size_t use_count, const struct survey_subject *subjects,
    size_t subject_count, survey_progress *progress, void *arg)
{
	struct survey *survey = alloc_zeroed(1, sizeof *survey);

	survey->resolver = resolver;
	survey->subjects = subjects;
	survey->subject_count = subject_count;
	survey->addresses =
	    alloc_zeroed(subject_count, sizeof *survey->addresses);
	for (size_t i = 0; i < subject_count; i++)
		survey->addresses[i] = subjects[i].address;
	survey->progress = progress;
	survey->arg = arg;
	survey->probes =
	    alloc_zeroed(use_count * FAMILIES, sizeof *survey->probes);
	survey->rows =
	    alloc_zeroed(use_count * subject_count, sizeof *survey->rows);
	for (size_t i = 0; i < subject_count; i++) {
		for (size_t j = 0; j < use_count; j++)
			start_row(survey, i, &uses[j],
			    probe_of(survey, &subjects[i], j));
	}
	ask_texts(survey);
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
		if (row->has_answer && row->probe->has_ended) {
			judge(row);
			continue;
		}
		row->answer.cause = CAUSE_DNS;
		row->answer.dns = DNS_TIMEOUT;
		snprintf(row->cause, sizeof row->cause, "%.150s", reason);
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
	free(survey->addresses);
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
