#include "evidence/finding.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/key.h"
#include "evidence/roster.h"

#include <stdlib.h>

/* The span of an UNKNOWN is doubled up to this many times. */
#define DOUBLINGS_MAX 10

void
finding_init(struct finding *finding, const struct list_use *use,
    const struct tested *tested)
{
	*finding = (struct finding){
	    .list = use->list,
	    .use = use,
	    .weight = use->weight,
	    .tested = tested,
	    .answer = {.result = RESULT_UNKNOWN, .cause = CAUSE_NOT_ASKED},
	    .asked_ms = CLOCK_NEVER,
	    .known_ms = CLOCK_NEVER,
	    .due_ms = CLOCK_NEVER,
	};
}

void
finding_go_on(struct finding *finding, struct finding *old, int64_t latest_ms)
{
	struct finding new = *old;

	new.list = finding->list;
	new.use = finding->use;
	new.weight = finding->weight;
	new.tested = finding->tested;
	new.is_asking = false;
	if (new.due_ms > latest_ms)
		new.due_ms = CLOCK_NEVER;
	old->text = NULL;
	*finding = new;
}

void
finding_recall(struct finding *finding, const struct finding *told)
{
	finding->known = told->known;
	finding->known_codes = told->known_codes;
	finding->known_ms = told->known_ms;
	finding->listed_in_a_row = told->listed_in_a_row;
	finding->listed_ms = told->listed_ms;
	finding->answer.cause = CAUSE_STALE;
	finding->answer.codes = told->known_codes;
}

void
finding_clear(struct finding *finding)
{
	free(finding->text);
	finding->text = NULL;
}

bool
finding_is_due(const struct finding *finding, int64_t now_ms)
{
	return finding->tested->fitness.state == FITNESS_FIT &&
	       !finding->is_asking && finding->due_ms <= now_ms;
}

bool
finding_wants_proof(
    const struct finding *finding, const struct answer *answer, int confirm)
{
	if (finding->tested->fitness.state != FITNESS_FIT)
		return false;
	if (answer->result == RESULT_LISTED)
		return finding->known != RESULT_LISTED ||
		       answer->codes != finding->known_codes ||
		       finding->listed_in_a_row < confirm;
	return answer->result == RESULT_CLEAN &&
	       finding->known == RESULT_LISTED;
}

bool
finding_wants_text(const struct finding *finding, const struct answer *answer)
{
	return finding->tested->fitness.state == FITNESS_FIT &&
	       answer->result == RESULT_LISTED &&
	       (!finding->text || answer->codes != finding->answer.codes);
}

void
finding_take_text(struct finding *finding, const struct message *message)
{
	/* An older text told of other codes. */
	finding_clear(finding);
	if (!message || message->text_length == 0)
		return;
	finding->text = alloc_bytes(message->text, message->text_length);
	/* Lists like to repeat the name that was asked. */
	key_hide(finding->text, message->text_length, finding->use->key);
}

static void
know(struct finding *finding)
{
	finding->failures = 0;
	finding->known = finding->answer.result;
	finding->known_codes = finding->answer.codes;
	finding->known_ms = finding->asked_ms;
	if (finding->answer.result == RESULT_CLEAN) {
		finding->listed_in_a_row = 0;
		finding_clear(finding);
		return;
	}
	if (finding->listed_in_a_row == 0)
		finding->listed_ms = finding->asked_ms;
	if (finding->listed_in_a_row < UINT16_MAX)
		finding->listed_in_a_row++;
}

void
finding_take(
    struct finding *finding, const struct answer *answer, int64_t now_ms)
{
	finding->answer = *answer;
	finding->asked_ms = now_ms;
	finding->known_before = finding->known;
	/* It may have turned unfit since. */
	if (finding->tested->fitness.state != FITNESS_FIT)
		fitness_answer(&finding->tested->fitness, &finding->answer);
	if (finding->answer.result != RESULT_UNKNOWN)
		know(finding);
	else if (finding->failures < UINT16_MAX)
		finding->failures++;
}

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

static int64_t
doubled(int64_t span, int failures)
{
	int doublings = failures - 1;

	return span << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
}

int64_t
finding_span_ms(const struct finding *finding, const struct config *config,
    bool is_domain, uint64_t random)
{
	const struct dns_settings *dns = &config->dns;
	int64_t span = finding->answer.ttl_sec * CLOCK_SEC;

	if (finding->answer.result == RESULT_UNKNOWN)
		span = doubled(dns->check_min_ms, finding->failures);
	else if (finding->answer.result == RESULT_LISTED &&
		 finding->listed_in_a_row < config->confirm)
		span = dns->check_min_ms;
	else if (finding->answer.result == RESULT_CLEAN && is_domain)
		span = dns->check_every_ms;
	span = clamp(span, dns->check_min_ms, dns->check_every_ms);
	return span - (int64_t)(random % (span / 10 + 1));
}

/* Words of a list that may have lied are as old as its last passed test. What
   it said then was proven when it first said so; and so was what it is known
   to have said before this process, while it has passed none here. */
void
finding_set_aside(struct finding *finding, int64_t now_ms)
{
	const struct fitness *fitness = &finding->tested->fitness;

	fitness_answer(fitness, &finding->answer);
	finding->known_before = finding->known;
	if (fitness_lied(fitness) && fitness->passed_ms != CLOCK_NEVER &&
	    finding->known_ms > fitness->passed_ms)
		finding->known_ms = fitness->passed_ms;
	finding->asked_ms = now_ms;
	finding->due_ms = CLOCK_NEVER;
}
