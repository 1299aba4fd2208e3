#include "evidence/watch.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/key.h"
#include "evidence/resolver.h"
#include "evidence/roster.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* The span of an UNKNOWN is doubled up to this many times. */
#define DOUBLINGS_MAX 10

/* Open questions about domains. The other half of the resolver's room is that
   of addresses, which never wait behind them. */
#define DOMAIN_QUESTIONS_MAX (RESOLVER_INFLIGHT_MAX / 2)

/* Open questions about addresses: what waits longer waits as a finding that is
   due, which takes no memory. */
#define ADDRESS_QUESTIONS_MAX 1024

/* A subject and a finding of it, by their indices. */
struct place {
	size_t subject, finding;
};

struct watch {
	watch_answered *answered;
	watch_list_changed *list_changed;
	void *arg;
	const struct config *config;
	struct resolver *resolver;
	struct subject **subjects;
	size_t subject_count;
	size_t address_questions;  /* open ones */
	size_t address_findings;   /* of all addresses */
	struct place next_address; /* where to look for what is due */
	size_t left;		   /* questions until the next tick */
	bool is_sated;		   /* nothing was due when it was last looked */
	size_t domain_questions;   /* open ones */
	size_t next_domain;	   /* to be asked about, in subjects */
	struct roster *roster;
	struct addresses added;
	struct asking *asking; /* all open questions */
	uint64_t random;
	int64_t now_ms; /* of the last tick */
};

/* One open question. It outlives its finding when that is forgotten while
   the resolver still has it: then watch is NULL. */
struct asking {
	struct watch *watch;
	struct asking *next, **link;
	struct subject *subject;
	size_t finding;	      /* index */
	struct answer answer; /* while a test or the TXT question is open */
	unsigned proof;	      /* the test of the list it waits for, or 0 */
};

static const struct answer not_asked = {
    .result = RESULT_UNKNOWN,
    .cause = CAUSE_NOT_ASKED,
};

static struct asking *
open_asking(struct watch *watch, struct subject *subject, size_t finding)
{
	struct asking *asking = alloc_zeroed(1, sizeof *asking);

	asking->watch = watch;
	asking->subject = subject;
	asking->finding = finding;
	asking->next = watch->asking;
	asking->link = &watch->asking;
	if (asking->next)
		asking->next->link = &asking->next;
	watch->asking = asking;
	watch->domain_questions += subject->domain != NULL;
	watch->address_questions += subject->domain == NULL;
	return asking;
}

static void
unlink_asking(struct asking *asking)
{
	/* NOLINTBEGIN(*-unix.Malloc,*-core.NullDereference): the analyzer does
	   not see that what is freed is unlinked before. */
	*asking->link = asking->next;
	if (asking->next)
		asking->next->link = asking->link;
	asking->watch->domain_questions -= asking->subject->domain != NULL;
	asking->watch->address_questions -= asking->subject->domain == NULL;
	/* NOLINTEND(*-unix.Malloc,*-core.NullDereference) */
}

static void
forget_question(struct asking *asking)
{
	unlink_asking(asking);
	assert(asking->watch->asking != asking);
	asking->watch = NULL;
	/* Those that wait for a test are not the resolver's. */
	if (asking->proof > 0)
		free(asking);
}

/* All that are open; with a subject, of that one. */
static void
forget_questions(struct watch *watch, const struct subject *subject)
{
	struct asking *asking, *next;

	for (asking = watch->asking; asking; asking = next) {
		next = asking->next; // NOLINT(*-unix.Malloc)
		if (!subject || asking->subject == subject)
			forget_question(asking);
	}
}

/* xorshift64: questions only have to spread out. */
static uint64_t
next_random(struct watch *watch)
{
	watch->random ^= watch->random << 13;
	watch->random ^= watch->random >> 7;
	watch->random ^= watch->random << 17;
	return watch->random;
}

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* How long the answer just taken is good for. */
static int64_t
span_ms(struct watch *watch, const struct subject *subject,
    const struct finding *finding)
{
	const struct dns_settings *dns = &watch->config->dns;
	int64_t span = finding->answer.ttl_sec * CLOCK_SEC;
	int doublings = finding->failures - 1;

	if (finding->answer.result == RESULT_UNKNOWN)
		span =
		    dns->check_min_ms
		    << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
	else if (finding->answer.result == RESULT_LISTED &&
		 finding->listed_in_a_row < watch->config->confirm)
		span = dns->check_min_ms;
	else if (finding->answer.result == RESULT_CLEAN && subject->domain)
		span = dns->check_every_ms;
	span = clamp(span, dns->check_min_ms, dns->check_every_ms);
	return span - (int64_t)(next_random(watch) % (span / 10 + 1));
}

static void
take_answer(struct finding *finding, const struct answer *answer)
{
	finding->answer = *answer;
	finding->known_before = finding->known;
	if (answer->result == RESULT_UNKNOWN) {
		if (finding->failures < UINT16_MAX)
			finding->failures++;
		return;
	}
	finding->failures = 0;
	finding->known = answer->result;
	finding->known_codes = answer->codes;
	finding->known_ms = finding->asked_ms;
	if (answer->result == RESULT_CLEAN) {
		finding->listed_in_a_row = 0;
		return;
	}
	if (finding->listed_in_a_row == 0)
		finding->listed_ms = finding->asked_ms;
	if (finding->listed_in_a_row < UINT16_MAX)
		finding->listed_in_a_row++;
}

static void ask_addresses(struct watch *);

static void
deliver(struct watch *watch, struct asking *asking)
{
	struct subject *subject = asking->subject;
	struct finding *finding = &subject->findings[asking->finding];
	struct answer before = finding->answer;

	unlink_asking(asking);
	/* It may have turned unfit since. */
	if (finding->tested->fitness.state != FITNESS_FIT)
		fitness_answer(&finding->tested->fitness, &asking->answer);
	finding->is_asking = false;
	finding->asked_ms = watch->now_ms;
	take_answer(finding, &asking->answer);
	if (finding->answer.result == RESULT_CLEAN) {
		free(finding->text);
		finding->text = NULL;
	}
	finding->due_ms = finding->asked_ms + span_ms(watch, subject, finding);
	/* A list that comes back is asked at once. */
	if (finding->answer.cause == CAUSE_UNFIT)
		finding->due_ms = CLOCK_NEVER;
	free(asking);
	watch->answered(watch->arg, subject, finding, &before);
	if (!watch->is_sated &&
	    watch->address_questions <= ADDRESS_QUESTIONS_MAX / 2)
		ask_addresses(watch);
}

static struct finding *
finding_of(const struct asking *asking)
{
	return &asking->subject->findings[asking->finding];
}

/* A resolver that is destroyed says nothing of any address: the question is
   as good as never asked. */
static void
abandon(struct asking *asking)
{
	if (asking->watch) {
		struct finding *finding = finding_of(asking);

		finding->is_asking = false;
		finding->due_ms = CLOCK_NEVER;
		unlink_asking(asking);
	}
	free(asking);
}

static void
on_text(void *arg, enum dns_status status, const struct message *message)
{
	struct asking *asking = arg;
	struct finding *finding;

	if (!asking->watch || status == DNS_CANCELLED) {
		abandon(asking);
		return;
	}
	/* An older text told of other codes. */
	finding = finding_of(asking);
	free(finding->text);
	finding->text = NULL;
	if (status == DNS_RESPONSE && message->text_length > 0) {
		finding->text =
		    alloc_bytes(message->text, message->text_length);
		/* Lists like to repeat the name that was asked. */
		key_hide(
		    finding->text, message->text_length, finding->use->key);
	}
	deliver(asking->watch, asking);
}

/* Whether what the list says of a listing has to be asked for. */
static bool
wants_text(const struct finding *finding, const struct answer *answer)
{
	return answer->result == RESULT_LISTED &&
	       (!finding->text || answer->codes != finding->answer.codes);
}

static int
question_name(char name[DNSBL_NAME_MAX], const struct list_use *use,
    const struct subject *subject)
{
	if (subject->domain)
		return dnsbl_domain_name(
		    name, use->list, use->zone, subject->domain);
	return dnsbl_name(name, use->list, use->zone, &subject->address);
}

/* Asks for the text if that is wanted, and delivers. */
static void
accept(struct watch *watch, struct asking *asking)
{
	const struct finding *finding = finding_of(asking);
	char name[DNSBL_NAME_MAX];

	if (finding->tested->fitness.state == FITNESS_FIT &&
	    wants_text(finding, &asking->answer) &&
	    question_name(name, finding->use, asking->subject) == 0)
		resolver_ask(
		    watch->resolver, name, DNS_TYPE_TXT, on_text, asking);
	else
		deliver(watch, asking);
}

/* The moment at which a list that has just gone wrong would do harm. */
static bool
wants_proof(const struct watch *watch, const struct finding *finding,
    const struct answer *answer)
{
	if (answer->result == RESULT_LISTED)
		return finding->known != RESULT_LISTED ||
		       answer->codes != finding->known_codes ||
		       finding->listed_in_a_row < watch->config->confirm;
	return answer->result == RESULT_CLEAN &&
	       finding->known == RESULT_LISTED;
}

static void
on_address(void *arg, enum dns_status status, const struct message *message)
{
	struct asking *asking = arg;
	struct watch *watch = asking->watch;
	const struct tested *tested;
	struct finding *finding;

	if (!watch || status == DNS_CANCELLED) {
		abandon(asking);
		return;
	}
	finding = finding_of(asking);
	tested = finding->tested;
	dnsbl_read(finding->list, status, message, &asking->answer);
	if (asking->answer.result == RESULT_UNKNOWN)
		roster_doubt(tested);
	if (tested->fitness.state == FITNESS_FIT &&
	    wants_proof(watch, finding, &asking->answer)) {
		asking->proof = roster_demand(tested);
		return;
	}
	accept(watch, asking);
}

static void
ask(struct watch *watch, struct subject *subject, size_t j)
{
	struct finding *finding = &subject->findings[j];
	char name[DNSBL_NAME_MAX];

	if (question_name(name, finding->use, subject) != 0)
		return;
	finding->is_asking = true;
	resolver_ask(watch->resolver, name, DNS_TYPE_A, on_address,
	    open_asking(watch, subject, j));
}

/* Of a domain. */
static bool
is_of_interest(const struct subject *subject, const struct finding *finding)
{
	return finding->known == RESULT_LISTED ||
	       finding->asked_ms < subject->seen_ms;
}

static bool
is_due(const struct watch *watch, const struct finding *finding)
{
	return finding->tested->fitness.state == FITNESS_FIT &&
	       !finding->is_asking && finding->due_ms <= watch->now_ms;
}

static void
ask_domain(struct watch *watch, struct subject *subject)
{
	for (size_t j = 0; j < subject->finding_count; j++) {
		const struct finding *finding = &subject->findings[j];

		if (is_of_interest(subject, finding) && is_due(watch, finding))
			ask(watch, subject, j);
	}
}

/* The next finding of an address; there is at least one. Subjects come and go
   between two calls. */
static struct finding *
next_finding(struct watch *watch, struct subject **subject)
{
	struct place *next = &watch->next_address;

	for (;;) {
		if (next->subject >= watch->subject_count)
			*next = (struct place){0, 0};
		*subject = watch->subjects[next->subject];
		if (!(*subject)->domain &&
		    next->finding < (*subject)->finding_count)
			return &(*subject)->findings[next->finding++];
		next->subject++;
		next->finding = 0;
	}
}

/* From where it was last left off, so that nothing is passed over for ever
   where more is due than may be asked. */
static void
ask_addresses(struct watch *watch)
{
	size_t looked = 0;

	while (looked < watch->address_findings && watch->left > 0 &&
	       watch->address_questions < ADDRESS_QUESTIONS_MAX) {
		struct subject *subject;
		const struct finding *finding = next_finding(watch, &subject);

		looked++;
		if (is_due(watch, finding)) {
			watch->left--;
			ask(watch, subject, finding - subject->findings);
		}
	}
	watch->is_sated = looked == watch->address_findings;
}

/* In turn, going on where the last time there were enough. */
static void
ask_domains(struct watch *watch)
{
	for (size_t i = 0; i < watch->subject_count &&
			   watch->domain_questions < DOMAIN_QUESTIONS_MAX;
	     i++) {
		size_t place = watch->next_domain++ % watch->subject_count;

		if (watch->subjects[place]->domain)
			ask_domain(watch, watch->subjects[place]);
	}
}

/* Words of a list that may have lied are as old as its last passed test. What
   it said then was proven when it first said so; and so was what it is known
   to have said before this process, while it has passed none here. */
static void
set_finding_aside(struct finding *finding, int64_t now_ms)
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

static void
set_list_aside(struct watch *watch, const struct tested *tested)
{
	for (size_t i = 0; i < watch->subject_count; i++) {
		struct subject *subject = watch->subjects[i];

		for (size_t j = 0; j < subject->finding_count; j++) {
			struct finding *finding = &subject->findings[j];
			struct answer before = finding->answer;

			if (finding->tested != tested)
				continue;
			set_finding_aside(finding, watch->now_ms);
			watch->answered(watch->arg, subject, finding, &before);
		}
	}
}

static bool
waits_for(const struct asking *asking, const struct tested *tested)
{
	return asking->proof > 0 && finding_of(asking)->tested == tested;
}

/* Answers that waited for the test that has just ended. */
static void
settle(
    struct watch *watch, const struct tested *tested, const struct flaw *flaw)
{
	struct asking *asking, *next;

	for (asking = watch->asking; asking; asking = next) {
		next = asking->next;
		if (!waits_for(asking, tested) || asking->proof > tested->ended)
			continue;
		asking->proof = 0;
		if (flaw->unfit != UNFIT_NONE)
			fitness_answer(&tested->fitness, &asking->answer);
		accept(watch, asking);
	}
}

static void
on_test_ended(void *arg, const struct tested *tested, const struct flaw *flaw,
    bool has_changed)
{
	struct watch *watch = arg;

	if (has_changed)
		watch->list_changed(watch->arg, tested);
	if (has_changed && tested->fitness.state == FITNESS_UNFIT)
		set_list_aside(watch, tested);
	settle(watch, tested, flaw);
	if (tested->fitness.state == FITNESS_FIT)
		ask_addresses(watch);
}

static void
on_test_cancelled(void *arg, const struct tested *tested)
{
	struct watch *watch = arg;
	struct asking *asking, *next;

	for (asking = watch->asking; asking; asking = next) {
		next = asking->next;
		if (waits_for(asking, tested))
			abandon(asking);
	}
}

/* An answer that came by another key is not carried over: that key may have
   been refused in a way that looks like "not listed". */
static struct finding *
find(struct finding *findings, size_t count, const struct list_use *use)
{
	for (size_t i = 0; i < count; i++)
		if (list_equal(findings[i].list, use->list) &&
		    strcmp(findings[i].use->zone, use->zone) == 0)
			return &findings[i];
	return NULL;
}

/* Moves what was found before out of the old finding, if there is one. */
static void
fill_finding(struct finding *finding, const struct list_use *use,
    const struct tested *tested, struct finding *old, int64_t latest_ms)
{
	if (old) {
		*finding = *old;
		old->text = NULL;
		if (finding->due_ms > latest_ms)
			finding->due_ms = CLOCK_NEVER;
		finding->is_asking = false;
	} else {
		finding->answer = not_asked;
		finding->asked_ms = finding->known_ms = CLOCK_NEVER;
		finding->due_ms = CLOCK_NEVER;
	}
	finding->use = use;
	finding->list = use->list;
	finding->weight = use->weight;
	finding->tested = tested;
}

static void
free_findings(struct finding *findings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(findings[i].text);
	free(findings);
}

/* For the lists that are in use now. */
static void
fill_subject(const struct watch *watch, struct subject *subject)
{
	const struct config *config = watch->config;
	uint8_t family =
	    subject->domain ? FAMILY_DOMAIN : subject->address.family;
	int64_t latest_ms = watch->now_ms + config->dns.check_every_ms;
	struct finding *old = subject->findings;
	size_t old_count = subject->finding_count;
	char name[DNSBL_NAME_MAX];

	subject->finding_count = 0;
	subject->findings =
	    alloc_zeroed(config->list_count, sizeof *subject->findings);
	for (size_t i = 0; i < config->list_count; i++) {
		const struct list_use *use = &config->lists[i];

		if (question_name(name, use, subject) == 0)
			fill_finding(
			    &subject->findings[subject->finding_count++], use,
			    watch_list(watch, use->list, family),
			    find(old, old_count, use), latest_ms);
	}
	free_findings(old, old_count);
}

static struct subject *
add_subject(struct watch *watch)
{
	struct subject *subject = alloc_zeroed(1, sizeof *subject);

	subject->place = watch->subject_count;
	watch->subjects = alloc_resize(watch->subjects,
	    watch->subject_count + 1, sizeof(struct subject *));
	watch->subjects[watch->subject_count++] = subject;
	return subject;
}

/* Puts the last one in its place. */
static void
remove_subject(struct watch *watch, struct subject *subject)
{
	struct subject *last = watch->subjects[--watch->subject_count];

	forget_questions(watch, subject);
	last->place = subject->place;
	watch->subjects[last->place] = last;
	free_findings(subject->findings, subject->finding_count);
	free(subject->domain);
	free(subject);
}

static bool
is_wanted(const struct watch *watch, const struct subject *subject)
{
	const struct config *config = watch->config;

	for (size_t i = 0; i < config->egress_count; i++)
		if (addresses_hold(
			&config->egresses[i].addresses, &subject->address))
			return true;
	return subject->domain ||
	       addresses_hold(&watch->added, &subject->address);
}

static void
add_addresses(struct watch *watch, const struct addresses *addresses)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (!watch_subject(watch, &addresses->items[i]))
			add_subject(watch)->address = addresses->items[i];
}

void
watch_add_addresses(
    struct watch *watch, const struct address *addresses, size_t count)
{
	addresses_free(&watch->added);
	addresses_add(&watch->added, addresses, count);
}

void
watch_configure(
    struct watch *watch, const struct config *config, struct resolver *resolver)
{
	forget_questions(watch, NULL);
	watch->config = config;
	watch->resolver = resolver;
	roster_configure(watch->roster, config, &watch->added, resolver);
	for (size_t i = watch->subject_count; i > 0; i--)
		if (!is_wanted(watch, watch->subjects[i - 1]))
			remove_subject(watch, watch->subjects[i - 1]);
	for (size_t i = 0; i < config->egress_count; i++)
		add_addresses(watch, &config->egresses[i].addresses);
	add_addresses(watch, &watch->added);
	watch->address_findings = 0;
	for (size_t i = 0; i < watch->subject_count; i++) {
		struct subject *subject = watch->subjects[i];

		fill_subject(watch, subject);
		if (!subject->domain)
			watch->address_findings += subject->finding_count;
	}
}

const struct subject *
watch_follow(struct watch *watch, const char *domain)
{
	struct subject *subject = add_subject(watch);

	subject->domain = alloc_string(domain);
	subject->seen_ms = CLOCK_NEVER;
	if (watch->config)
		fill_subject(watch, subject);
	return subject;
}

void
watch_unfollow(struct watch *watch, const struct subject *subject)
{
	remove_subject(watch, watch->subjects[subject->place]);
}

void
watch_see(struct watch *watch, const struct subject *subject, int64_t now_ms)
{
	watch->subjects[subject->place]->seen_ms = now_ms;
}

static void
recall(const struct subject *subject, struct finding *finding,
    watch_known *known, void *arg)
{
	struct finding told = *finding;

	if (finding->answer.cause != CAUSE_NOT_ASKED ||
	    known(arg, subject, &told) != 0)
		return;
	finding->known = told.known;
	finding->known_codes = told.known_codes;
	finding->known_ms = told.known_ms;
	finding->listed_in_a_row = told.listed_in_a_row;
	finding->listed_ms = told.listed_ms;
	finding->answer.cause = CAUSE_STALE;
	finding->answer.codes = told.known_codes;
}

void
watch_recall(struct watch *watch, watch_known *known, void *arg)
{
	for (size_t i = 0; i < watch->subject_count; i++) {
		struct subject *subject = watch->subjects[i];

		for (size_t j = 0; j < subject->finding_count; j++)
			recall(subject, &subject->findings[j], known, arg);
	}
}

const char *
subject_text(char text[SUBJECT_TEXT_MAX], const struct subject *subject)
{
	if (!subject->domain)
		return address_format(text, &subject->address);
	strcpy(text, subject->domain);
	return text;
}

void
watch_tick(struct watch *watch, int64_t now_ms)
{
	watch->now_ms = now_ms;
	watch->left = WATCH_TICK_MAX;
	roster_tick(watch->roster, now_ms);
	ask_addresses(watch);
	ask_domains(watch);
}

void
watch_ask_all(struct watch *watch)
{
	for (size_t i = 0; i < watch->subject_count; i++) {
		struct subject *subject = watch->subjects[i];

		for (size_t j = 0; j < subject->finding_count; j++)
			subject->findings[j].due_ms = CLOCK_NEVER;
	}
	roster_test_all(watch->roster);
}

static void
ask_named(const struct watch *watch, struct subject *subject, const char *name)
{
	int64_t old_ms = watch->now_ms - watch->config->dns.check_min_ms;

	for (size_t i = 0; i < subject->finding_count; i++) {
		struct finding *finding = &subject->findings[i];

		if (finding->asked_ms <= old_ms &&
		    list_is_named(finding->list, name))
			finding->due_ms = CLOCK_NEVER;
	}
}

void
watch_ask_named(struct watch *watch, const char *name, int64_t now_ms)
{
	watch->now_ms = now_ms;
	for (size_t i = 0; i < watch->subject_count; i++)
		if (!watch->subjects[i]->domain)
			ask_named(watch, watch->subjects[i], name);
}

const struct subject *
watch_subject(const struct watch *watch, const struct address *address)
{
	for (size_t i = 0; i < watch->subject_count; i++)
		if (address_equal(&watch->subjects[i]->address, address))
			return watch->subjects[i];
	return NULL;
}

const struct tested *
watch_list(const struct watch *watch, const struct list *list, uint8_t family)
{
	return roster_find(watch->roster, list, family);
}

struct watch *
watch_create(
    watch_answered *answered, watch_list_changed *list_changed, void *arg)
{
	struct watch *watch = alloc_zeroed(1, sizeof *watch);

	watch->answered = answered;
	watch->list_changed = list_changed;
	watch->arg = arg;
	watch->roster = roster_create(on_test_ended, on_test_cancelled, watch);
	if (getrandom(&watch->random, sizeof watch->random, 0) < 0 ||
	    watch->random == 0)
		watch->random = 1;
	return watch;
}

void
watch_destroy(struct watch **watch_r)
{
	struct watch *watch = *watch_r;

	if (!watch)
		return;
	*watch_r = NULL;
	while (watch->subject_count > 0)
		remove_subject(watch, watch->subjects[0]);
	free(watch->subjects);
	roster_destroy(&watch->roster);
	free(watch->added.items);
	free(watch);
}
