#include "evidence/fitness.h"

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS (24 * 60 * 60 * CLOCK_SEC)
/* check_every is less than this many doublings of check_min. */
#define DOUBLINGS_MAX 30

/* Addresses of documentation, from which nothing is ever sent: RFC 5737 and
   RFC 3849. A list that spares 127.0.0.1 and lists the world has them. */
static const struct address strangers_ip4[] = {
    {4, {192, 0, 2}},
    {4, {198, 51, 100}},
    {4, {203, 0, 113}},
};
static const struct address strangers_ip6[] = {{6, {0x20, 0x01, 0x0d, 0xb8}}};

/* Some lists take in whole networks, so ours may be in one. */
static bool
is_neighbour(const struct address *a, const struct address *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, a->family == 4 ? 3 : 8) == 0;
}

static bool
is_near_one(
    const struct address *address, const struct address *own, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_neighbour(address, &own[i]))
			return true;
	return false;
}

static bool
is_one(const struct address *address, const struct address *own, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (address_equal(address, &own[i]))
			return true;
	return false;
}

static struct address
stranger_ip4(const uint8_t random[16], const struct address *own, size_t count)
{
	const size_t networks = sizeof strangers_ip4 / sizeof strangers_ip4[0];
	struct address address;

	for (size_t i = 0; i < networks; i++) {
		address = strangers_ip4[(random[0] + i) % networks];
		if (!is_near_one(&address, own, count))
			break;
	}
	address.bytes[3] = random[1];
	for (int i = 0; i < 256 && is_one(&address, own, count); i++)
		address.bytes[3]++;
	return address;
}

static struct address
stranger_ip6(const uint8_t random[16], const struct address *own, size_t count)
{
	struct address address = strangers_ip6[0];

	memcpy(address.bytes + 4, random + 4, 12);
	while (is_near_one(&address, own, count))
		address.bytes[7]++;
	return address;
}

static void
domain_controls(
    const struct list *list, const uint8_t random[16], struct controls *out)
{
	for (int i = 0; i < CONTROLS; i++)
		out->items[i] = control_entry_domain(list, i, random);
}

void
fitness_controls(const struct list *list, uint8_t family,
    const uint8_t random[16], const struct address *own, size_t own_count,
    struct controls *out)
{
	const struct list_test *test =
	    family == 4 ? &list->test4 : &list->test6;
	struct controls controls = {{
	    [CONTROL_LISTED] = test->listed,
	    [CONTROL_CLEAN] = test->clean,
	}};

	if (family == FAMILY_DOMAIN) {
		domain_controls(list, random, out);
		return;
	}
	/* A list that has no clean entry may have any. */
	if (test->clean.family != 0)
		controls.items[CONTROL_STRANGER] =
		    family == 4 ? stranger_ip4(random, own, own_count)
				: stranger_ip6(random, own, own_count);
	*out = controls;
}

/* Nothing was answered: this may pass, and packets get lost. */
static bool
is_silent(const struct flaw *flaw)
{
	return flaw->dns != DNS_RESPONSE;
}

/* A wrong answer weighs more than a missing one, and what is wrong with the
   way there more than what is wrong with the list. */
static int
rank(const struct flaw *flaw)
{
	static const int ranks[] = {
	    [UNFIT_REFUSED] = 6,
	    [UNFIT_REWRITTEN] = 5,
	    [UNFIT_EVERYONE] = 4,
	    [UNFIT_RETIRED] = 3,
	    [UNFIT_EMPTY] = 2,
	    [UNFIT_SILENT] = 1,
	    [UNFIT_NONE] = 0,
	};

	return is_silent(flaw) ? ranks[UNFIT_SILENT] : ranks[flaw->unfit];
}

/* A code that the list does not define is a listing here: whether there is an
   entry is all that a control is asked for. */
static enum unfit
judge_control(
    enum control_entry control, const struct answer *answer, bool has_zone)
{
	bool is_listed =
	    answer->result == RESULT_LISTED || answer->cause == CAUSE_UNDEFINED;

	if (answer->cause == CAUSE_DNS)
		return answer->dns == DNS_REFUSED ? UNFIT_REFUSED
						  : UNFIT_SILENT;
	if (answer->cause == CAUSE_REFUSED)
		return UNFIT_REFUSED;
	if (answer->cause == CAUSE_OUTSIDE)
		return UNFIT_REWRITTEN;
	if (control != CONTROL_LISTED)
		return is_listed ? UNFIT_EVERYONE : UNFIT_NONE;
	if (is_listed)
		return UNFIT_NONE;
	return has_zone ? UNFIT_EMPTY : UNFIT_RETIRED;
}

void
fitness_judge(const struct controls *controls, const struct answer *answers,
    bool has_zone, struct flaw *out)
{
	struct flaw worst = {0};

	for (int i = 0; i < CONTROLS; i++) {
		struct flaw flaw = {
		    .unfit = judge_control(i, &answers[i], has_zone),
		    .dns = answers[i].dns,
		    .code = answers[i].address,
		    .control = controls->items[i],
		};

		if (flaw.control.family != 0 && rank(&flaw) > rank(&worst))
			worst = flaw;
	}
	*out = worst;
}

void
fitness_init(struct fitness *fitness)
{
	*fitness = (struct fitness){
	    .state = FITNESS_UNTESTED,
	    .since_ms = CLOCK_NEVER,
	    .passed_ms = CLOCK_NEVER,
	    .due_ms = CLOCK_NEVER,
	    .tested_ms = CLOCK_NEVER,
	};
}

static bool
is_silent_too_often(const struct fitness *fitness)
{
	int count = 0;

	for (int i = 0; i < FITNESS_SILENT_OF; i++)
		count += fitness->silence >> i & 1;
	return count >= FITNESS_SILENT_LIMIT;
}

static void
set_state(struct fitness *fitness, enum fitness_state state,
    const struct flaw *flaw, int64_t now_ms)
{
	fitness->from = fitness->state;
	fitness->state = state;
	fitness->flaw = *flaw;
	fitness->since_ms = now_ms;
}

/* Also of a list that is unfit already: for another cause. */
static bool
set_aside(struct fitness *fitness, const struct flaw *flaw, int64_t now_ms)
{
	if (fitness->state == FITNESS_UNFIT &&
	    fitness->flaw.unfit == flaw->unfit)
		return false;
	/* One that was unfit a day ago has been fit for long. */
	if (fitness->state == FITNESS_FIT &&
	    now_ms - fitness->since_ms >= DAY_MS)
		fitness->doublings = 0;
	set_state(fitness, FITNESS_UNFIT, flaw, now_ms);
	return true;
}

static bool
take_pass(struct fitness *fitness, int64_t now_ms)
{
	static const struct flaw none = {.unfit = UNFIT_NONE};

	fitness->passed_ms = now_ms;
	fitness->silence <<= 1;
	if (fitness->state == FITNESS_FIT) {
		fitness->flaw = none;
		return false;
	}
	if (fitness->state == FITNESS_UNFIT &&
	    ++fitness->passes < FITNESS_PASSES)
		return false;
	fitness->passes = 0;
	fitness->silence = 0;
	set_state(fitness, FITNESS_FIT, &none, now_ms);
	return true;
}

static bool
take_flaw(struct fitness *fitness, const struct flaw *flaw, int64_t now_ms)
{
	fitness->passes = 0;
	fitness->silence = fitness->silence << 1 | is_silent(flaw);
	if (!is_silent(flaw) || is_silent_too_often(fitness))
		return set_aside(fitness, flaw, now_ms);
	if (fitness->state != FITNESS_UNFIT)
		fitness->flaw = *flaw;
	return false;
}

static int64_t
next_span_ms(struct fitness *fitness, const struct dns_settings *dns,
    const struct flaw *flaw)
{
	int64_t span_ms = dns->check_min_ms,
		limit_ms = FITNESS_SPANS * dns->check_every_ms;

	if (fitness->state != FITNESS_UNFIT)
		return flaw->unfit == UNFIT_NONE ? dns->check_every_ms
						 : dns->check_min_ms;
	if (flaw->unfit == UNFIT_NONE)
		return dns->check_min_ms;
	for (int i = 0; i < fitness->doublings && span_ms < limit_ms; i++)
		span_ms *= 2;
	if (span_ms < limit_ms && fitness->doublings < DOUBLINGS_MAX)
		fitness->doublings++;
	return span_ms < limit_ms ? span_ms : limit_ms;
}

bool
fitness_step(struct fitness *fitness, const struct dns_settings *dns,
    const struct flaw *flaw, int64_t now_ms)
{
	bool has_changed = flaw->unfit == UNFIT_NONE
			       ? take_pass(fitness, now_ms)
			       : take_flaw(fitness, flaw, now_ms);

	fitness->tested_ms = now_ms;
	fitness->due_ms = now_ms + next_span_ms(fitness, dns, flaw);
	return has_changed;
}

void
fitness_doubt(
    struct fitness *fitness, const struct dns_settings *dns, int64_t now_ms)
{
	int64_t soonest_ms = fitness->tested_ms == CLOCK_NEVER
				 ? now_ms
				 : fitness->tested_ms + dns->check_min_ms;

	if (fitness->state == FITNESS_UNFIT)
		return;
	if (soonest_ms < now_ms)
		soonest_ms = now_ms;
	if (fitness->due_ms > soonest_ms)
		fitness->due_ms = soonest_ms;
}

bool
fitness_lied(const struct fitness *fitness)
{
	return fitness->state == FITNESS_UNFIT &&
	       fitness->flaw.unfit != UNFIT_REFUSED &&
	       fitness->flaw.unfit != UNFIT_SILENT;
}

void
fitness_answer(const struct fitness *fitness, struct answer *out)
{
	assert(
	    fitness->state != FITNESS_FIT || fitness->flaw.unfit != UNFIT_NONE);
	*out = (struct answer){
	    .result = RESULT_UNKNOWN,
	    .cause =
		fitness->state == FITNESS_UNFIT ? CAUSE_UNFIT : CAUSE_UNTESTED,
	    .dns = fitness->flaw.dns,
	    .unfit = fitness->flaw.unfit,
	    .address = fitness->flaw.code,
	};
}

static void
unfit_text(char text[DNSBL_CAUSE_MAX], const struct list *list,
    const struct flaw *flaw)
{
	char control[DNSBL_NAME_MAX], refusal[DNSBL_CAUSE_MAX];
	const struct answer answer = {.address = flaw->code};
	char code[ADDRESS_TEXT_MAX];

	control_entry_text(control, list, &flaw->control);
	switch ((enum unfit)flaw->unfit) {
	case UNFIT_NONE:
		text[0] = '\0';
		break;
	case UNFIT_EVERYONE:
		snprintf(text, DNSBL_CAUSE_MAX,
		    "lists %.60s, so it lists everyone", control);
		break;
	case UNFIT_EMPTY:
		snprintf(text, DNSBL_CAUSE_MAX,
		    "does not list %.60s, so it is empty", control);
		break;
	case UNFIT_REFUSED:
		dnsbl_refusal_text(refusal, list, flaw->code);
		if (is_silent(flaw))
			snprintf(text, DNSBL_CAUSE_MAX, "refuses us: %s",
			    dns_status_text(flaw->dns));
		else
			snprintf(text, DNSBL_CAUSE_MAX,
			    "refuses us with %.140s", refusal);
		break;
	case UNFIT_SILENT:
		snprintf(text, DNSBL_CAUSE_MAX, "does not answer: %s",
		    dns_status_text(flaw->dns));
		break;
	case UNFIT_REWRITTEN:
		snprintf(text, DNSBL_CAUSE_MAX,
		    "answers %s for %.60s: the zone is parked, or the resolver "
		    "rewrites answers",
		    dnsbl_address_text(code, &answer), control);
		break;
	case UNFIT_RETIRED:
		snprintf(text, DNSBL_CAUSE_MAX,
		    "is retired: its zone does not exist any more");
		break;
	}
}

const char *
fitness_cause_text(char text[DNSBL_CAUSE_MAX], const struct list *list,
    const struct fitness *fitness)
{
	if (fitness->state == FITNESS_UNFIT)
		unfit_text(text, list, &fitness->flaw);
	else
		snprintf(text, DNSBL_CAUSE_MAX, "%s",
		    fitness->state == FITNESS_UNTESTED ? "not tested yet" : "");
	return text;
}

const char *
fitness_name(enum fitness_state state)
{
	switch (state) {
	case FITNESS_UNTESTED:
		return "untested";
	case FITNESS_FIT:
		return "fit";
	case FITNESS_UNFIT:
		return "unfit";
	}
	assert(false);
	return "untested";
}
