#include "standing/standing.h"

#include "base/address.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/uses.h"
#include "evidence/dnsbl.h"
#include "evidence/watch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What a list says of its subject at this moment; UNKNOWN is no word. */
static enum result
word_of(
    const struct config *config, const struct finding *finding, int64_t now_ms)
{
	if (finding->answer.result != RESULT_UNKNOWN)
		return finding->answer.result;
	if (finding->known_ms >= now_ms - config->keep_unknown_ms)
		return finding->known;
	return RESULT_UNKNOWN;
}

static bool
counts(
    const struct config *config, const struct finding *finding, int64_t now_ms)
{
	return word_of(config, finding, now_ms) == RESULT_LISTED &&
	       finding->listed_in_a_row >= config->confirm;
}

static uint32_t
codes_of(const struct finding *finding)
{
	return finding->answer.result == RESULT_LISTED ? finding->answer.codes
						       : finding->known_codes;
}

/* What a finding adds to the weight of its address now; less than 0 where the
   list speaks for it. */
static int
weight_of(
    const struct config *config, const struct finding *finding, int64_t now_ms)
{
	return counts(config, finding, now_ms)
		   ? use_weight(finding->use, codes_of(finding))
		   : 0;
}

/* Adds one address to the reading. Returns its weight. */
static int
read_subject(const struct config *config, const struct subject *subject,
    int64_t now_ms, struct reading *reading)
{
	int weight = 0, suspected = 0;

	for (size_t i = 0; i < subject->finding_count; i++) {
		const struct finding *finding = &subject->findings[i];

		reading->of++;
		reading->full_weight += finding->use->most;
		if (finding->answer.result != RESULT_UNKNOWN)
			reading->answered++;
		if (word_of(config, finding, now_ms) != RESULT_UNKNOWN)
			reading->known_weight += finding->use->most;
		if (word_of(config, finding, now_ms) == RESULT_LISTED)
			suspected +=
			    use_weight(finding->use, codes_of(finding));
		weight += weight_of(config, finding, now_ms);
	}
	if (suspected > reading->suspected)
		reading->suspected = suspected;
	return weight < 0 ? 0 : weight;
}

static bool
is_covered(const struct config *config, const struct reading *reading)
{
	return reading->known_weight > 0 &&
	       reading->known_weight * INT64_C(100) >=
		   config->coverage * (int64_t)reading->full_weight;
}

static bool
is_heavy(const struct config *config, const struct reading *reading)
{
	return reading->weight >= config->listed_at;
}

/* A clock that went back restarts the span: better listed for too long than
   clean too soon. */
static void
time_below(struct standing *standing, bool heavy, int64_t now_ms)
{
	if (standing->state != STANDING_LISTED || heavy)
		standing->below_since_ms = CLOCK_NEVER;
	else if (standing->below_since_ms == CLOCK_NEVER ||
		 standing->below_since_ms > now_ms)
		standing->below_since_ms = now_ms;
}

static enum standing_state
next_state(const struct standing *standing, const struct config *config,
    const struct reading *reading, int64_t now_ms)
{
	if (is_heavy(config, reading))
		return STANDING_LISTED;
	/* A lack of words is damped as well: lists that fall silent while they
	   list us must not end a listing sooner than lists that clear us. */
	if (standing->state == STANDING_LISTED &&
	    now_ms - standing->below_since_ms < config->clear_after_ms)
		return STANDING_LISTED;
	if (standing->state == STANDING_UNKNOWN &&
	    reading->suspected >= config->listed_at)
		return STANDING_UNKNOWN;
	return is_covered(config, reading) ? STANDING_CLEAN : STANDING_UNKNOWN;
}

/* The finding that adds weight and comes after `last` when the heaviest stand
   first and equal ones keep their order. NULL: the first, or none left. */
static const struct finding *
next_blamed(const struct config *config, const struct subject *subject,
    int64_t now_ms, const struct finding *last)
{
	const struct finding *best = NULL;
	int last_weight = last ? weight_of(config, last, now_ms) : 0;
	int best_weight = 0;

	for (size_t i = 0; i < subject->finding_count; i++) {
		const struct finding *finding = &subject->findings[i];
		int weight = weight_of(config, finding, now_ms);

		if (last && (weight > last_weight ||
				(weight == last_weight && finding <= last)))
			continue;
		if (weight > best_weight) {
			best = finding;
			best_weight = weight;
		}
	}
	return best;
}

/* "SpamCop SpamCop" would help nobody. */
static bool
has_code_named_as_provider(const struct finding *finding)
{
	const struct list *list = finding->list;

	for (size_t i = 0; i < list->code_count; i++)
		if ((codes_of(finding) & UINT32_C(1) << i) &&
		    strcasecmp(list->codes[i].name, list->provider) == 0)
			return true;
	return false;
}

static void
append(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s", more);
}

static void
append_blame(char *text, size_t size, const struct finding *finding)
{
	const struct answer said = {.codes = codes_of(finding)};
	char codes[DNSBL_CODES_TEXT_MAX] = "";

	if (!has_code_named_as_provider(finding))
		dnsbl_codes_text(codes, finding->list, &said);
	append(text, size, finding->list->provider);
	if (codes[0]) {
		append(text, size, " ");
		append(text, size, codes);
	}
}

void
standing_read(const struct config *config,
    const struct subject *const *subjects, size_t count, int64_t now_ms,
    struct reading *out)
{
	struct reading reading = {0};

	for (size_t i = 0; i < count; i++) {
		int weight =
		    read_subject(config, subjects[i], now_ms, &reading);

		if (!reading.worst || weight > reading.weight) {
			reading.weight = weight;
			reading.worst = subjects[i];
		}
	}
	*out = reading;
}

void
standing_init(struct standing *standing)
{
	*standing = (struct standing){
	    .state = STANDING_UNKNOWN,
	    .since_ms = CLOCK_NEVER,
	    .below_since_ms = CLOCK_NEVER,
	};
}

bool
standing_step(struct standing *standing, const struct config *config,
    const struct reading *reading, int64_t now_ms)
{
	enum standing_state before = standing->state;

	time_below(standing, is_heavy(config, reading), now_ms);
	standing->state = next_state(standing, config, reading, now_ms);
	if (standing->state != before || standing->since_ms == CLOCK_NEVER)
		standing->since_ms = now_ms;
	standing->reading = *reading;
	return standing->state != before;
}

void
standing_blame(const struct config *config, const struct subject *subject,
    int64_t now_ms, char *blocked_by, size_t size, char *removal,
    size_t removal_size)
{
	const struct finding *finding = NULL;
	char name[SUBJECT_TEXT_MAX];

	assert(size > 0 && removal_size > 0);
	blocked_by[0] = removal[0] = '\0';
	while ((finding = next_blamed(config, subject, now_ms, finding))) {
		if (blocked_by[0])
			append(blocked_by, size, ", ");
		else
			list_removal(removal, removal_size, finding->list,
			    subject_text(name, subject));
		append_blame(blocked_by, size, finding);
	}
}

const char *
standing_name(enum standing_state state)
{
	switch (state) {
	case STANDING_UNKNOWN:
		return "unknown";
	case STANDING_CLEAN:
		return "clean";
	case STANDING_LISTED:
		return "listed";
	}
	return "unknown";
}
