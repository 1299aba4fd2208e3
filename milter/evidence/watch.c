#include "evidence/watch.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/finding.h"
#include "evidence/inquiry.h"
#include "evidence/resolver.h"
#include "evidence/roster.h"
#include "evidence/subject.h"
#include "evidence/subjects.h"

#include <stdlib.h>
#include <sys/random.h>

/* Open questions about domains. The other half of the resolver's room is that
   of addresses, which never wait behind them. */
#define DOMAIN_QUESTIONS_MAX (RESOLVER_INFLIGHT_MAX / 2)

/* Open questions about addresses: what waits longer waits as a finding that is
   due, which takes no memory. */
#define ADDRESS_QUESTIONS_MAX 1024

struct watch {
	watch_answered *answered;
	watch_list_changed *list_changed;
	void *arg;
	const struct config *config;
	struct resolver *resolver;
	struct roster *roster;
	struct subjects subjects;
	struct addresses added;
	struct inquiries inquiries;
	size_t left;   /* questions until the next tick */
	bool is_sated; /* nothing was due when it was last looked */
	uint64_t random;
	int64_t now_ms; /* of the last tick */
};

/* xorshift64: questions only have to spread out. */
static uint64_t
next_random(struct watch *watch)
{
	watch->random ^= watch->random << 13;
	watch->random ^= watch->random >> 7;
	watch->random ^= watch->random << 17;
	return watch->random;
}

static void ask_addresses(struct watch *);

static void
deliver(struct watch *watch, struct inquiry *inquiry)
{
	struct subject *subject = inquiry->subject;
	struct finding *finding = inquiry_finding(inquiry);
	struct answer before = finding->answer;

	finding_take(finding, &inquiry->answer, watch->now_ms);
	finding->due_ms =
	    watch->now_ms + finding_span_ms(finding, watch->config,
				subject->domain != NULL, next_random(watch));
	/* A list that comes back is asked at once. */
	if (finding->answer.cause == CAUSE_UNFIT)
		finding->due_ms = CLOCK_NEVER;
	inquiry_close(inquiry);
	watch->answered(watch->arg, subject, finding, &before);
	if (!watch->is_sated &&
	    watch->inquiries.addresses <= ADDRESS_QUESTIONS_MAX / 2)
		ask_addresses(watch);
}

/* A resolver that is destroyed says nothing of any address: the question is
   as good as never asked. */
static void
abandon(struct inquiry *inquiry)
{
	if (inquiry->of)
		inquiry_finding(inquiry)->due_ms = CLOCK_NEVER;
	inquiry_close(inquiry);
}

static void
on_text(void *arg, enum dns_status status, const struct message *message)
{
	struct inquiry *inquiry = arg;

	if (!inquiry->of || status == DNS_CANCELLED) {
		abandon(inquiry);
		return;
	}
	finding_take_text(
	    inquiry_finding(inquiry), status == DNS_RESPONSE ? message : NULL);
	deliver(inquiry->of->watch, inquiry);
}

/* Asks for the text if that is wanted, and delivers. */
static void
accept(struct watch *watch, struct inquiry *inquiry)
{
	const struct finding *finding = inquiry_finding(inquiry);
	char name[DNSBL_NAME_MAX];

	if (finding_wants_text(finding, &inquiry->answer) &&
	    subject_question(name, inquiry->subject, finding->use) == 0)
		resolver_ask(
		    watch->resolver, name, DNS_TYPE_TXT, on_text, inquiry);
	else
		deliver(watch, inquiry);
}

static void
on_address(void *arg, enum dns_status status, const struct message *message)
{
	struct inquiry *inquiry = arg;
	const struct finding *finding;
	struct watch *watch;

	if (!inquiry->of || status == DNS_CANCELLED) {
		abandon(inquiry);
		return;
	}
	watch = inquiry->of->watch;
	finding = inquiry_finding(inquiry);
	dnsbl_read(finding->list, status, message, &inquiry->answer);
	if (inquiry->answer.result == RESULT_UNKNOWN)
		roster_doubt(finding->tested);
	if (finding_wants_proof(
		finding, &inquiry->answer, watch->config->confirm))
		inquiry->proof = roster_demand(finding->tested);
	else
		accept(watch, inquiry);
}

static void
ask(struct watch *watch, struct subject *subject, size_t j)
{
	const struct finding *finding = &subject->findings[j];
	char name[DNSBL_NAME_MAX];

	if (subject_question(name, subject, finding->use) == 0)
		resolver_ask(watch->resolver, name, DNS_TYPE_A, on_address,
		    inquiry_open(&watch->inquiries, subject, j));
}

/* Of a domain. */
static bool
is_of_interest(const struct subject *subject, const struct finding *finding)
{
	return finding->known == RESULT_LISTED ||
	       finding->asked_ms < subject->seen_ms;
}

static void
ask_domain(struct watch *watch, struct subject *subject)
{
	for (size_t j = 0; j < subject->finding_count; j++) {
		const struct finding *finding = &subject->findings[j];

		if (is_of_interest(subject, finding) &&
		    finding_is_due(finding, watch->now_ms))
			ask(watch, subject, j);
	}
}

static void
ask_addresses(struct watch *watch)
{
	struct subjects *subjects = &watch->subjects;
	size_t looked = 0;

	while (looked < subjects->address_findings && watch->left > 0 &&
	       watch->inquiries.addresses < ADDRESS_QUESTIONS_MAX) {
		struct subject *subject;
		const struct finding *finding =
		    subjects_next_finding(subjects, &subject);

		looked++;
		if (finding_is_due(finding, watch->now_ms)) {
			watch->left--;
			ask(watch, subject, finding - subject->findings);
		}
	}
	watch->is_sated = looked == subjects->address_findings;
}

static void
ask_domains(struct watch *watch)
{
	for (size_t i = 0; i < watch->subjects.count &&
			   watch->inquiries.domains < DOMAIN_QUESTIONS_MAX;
	     i++) {
		struct subject *subject =
		    subjects_next_domain(&watch->subjects);

		if (subject)
			ask_domain(watch, subject);
	}
}

static void
set_list_aside(struct watch *watch, const struct tested *tested)
{
	for (size_t i = 0; i < watch->subjects.count; i++) {
		struct subject *subject = watch->subjects.items[i];

		for (size_t j = 0; j < subject->finding_count; j++) {
			struct finding *finding = &subject->findings[j];
			struct answer before = finding->answer;

			if (finding->tested != tested)
				continue;
			finding_set_aside(finding, watch->now_ms);
			watch->answered(watch->arg, subject, finding, &before);
		}
	}
}

/* Answers that waited for the test that has just ended. */
static void
settle(
    struct watch *watch, const struct tested *tested, const struct flaw *flaw)
{
	struct inquiry *inquiry, *next;

	for (inquiry = LIST_FIRST(&watch->inquiries.open); inquiry;
	     inquiry = next) {
		next = LIST_NEXT(inquiry, link);
		if (!inquiry_waits_for(inquiry, tested) ||
		    inquiry->proof > tested->ended)
			continue;
		inquiry->proof = 0;
		if (flaw->unfit != UNFIT_NONE)
			fitness_answer(&tested->fitness, &inquiry->answer);
		accept(watch, inquiry);
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
	struct inquiry *inquiry, *next;

	for (inquiry = LIST_FIRST(&watch->inquiries.open); inquiry;
	     inquiry = next) {
		next = LIST_NEXT(inquiry, link);
		if (inquiry_waits_for(inquiry, tested))
			abandon(inquiry);
	}
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
add_addresses(struct subjects *subjects, const struct addresses *addresses)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (!subjects_find(subjects, &addresses->items[i]))
			subjects_add_address(subjects, &addresses->items[i]);
}

/* Of addresses; whoever had domains watched says when that ends. */
static void
update_subjects(struct watch *watch)
{
	struct subjects *subjects = &watch->subjects;
	const struct config *config = watch->config;

	for (size_t i = subjects->count; i > 0; i--)
		if (!is_wanted(watch, subjects->items[i - 1]))
			subjects_remove(subjects, subjects->items[i - 1]);
	for (size_t i = 0; i < config->egress_count; i++)
		add_addresses(subjects, &config->egresses[i].addresses);
	add_addresses(subjects, &watch->added);
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
	inquiries_forget(&watch->inquiries, NULL);
	watch->config = config;
	watch->resolver = resolver;
	roster_configure(watch->roster, config, &watch->added, resolver);
	update_subjects(watch);
	subjects_configure(
	    &watch->subjects, config, watch->roster, watch->now_ms);
}

const struct subject *
watch_follow(struct watch *watch, const char *domain)
{
	struct subject *subject = subjects_add_domain(&watch->subjects, domain);

	if (watch->config)
		subject_configure(
		    subject, watch->config, watch->roster, watch->now_ms);
	return subject;
}

void
watch_unfollow(struct watch *watch, const struct subject *subject)
{
	inquiries_forget(&watch->inquiries, subject);
	subjects_remove(
	    &watch->subjects, watch->subjects.items[subject->place]);
}

void
watch_see(struct watch *watch, const struct subject *subject, int64_t now_ms)
{
	watch->subjects.items[subject->place]->seen_ms = now_ms;
}

static void
recall(const struct subject *subject, struct finding *finding,
    watch_known *known, void *arg)
{
	struct finding told = *finding;

	if (finding->answer.cause == CAUSE_NOT_ASKED &&
	    known(arg, subject, &told) == 0)
		finding_recall(finding, &told);
}

void
watch_recall(struct watch *watch, watch_known *known, void *arg)
{
	for (size_t i = 0; i < watch->subjects.count; i++) {
		struct subject *subject = watch->subjects.items[i];

		for (size_t j = 0; j < subject->finding_count; j++)
			recall(subject, &subject->findings[j], known, arg);
	}
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
	for (size_t i = 0; i < watch->subjects.count; i++)
		if (!watch->subjects.items[i]->domain)
			ask_named(watch, watch->subjects.items[i], name);
}

const struct subject *
watch_subject(const struct watch *watch, const struct address *address)
{
	return subjects_find(&watch->subjects, address);
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
	watch->inquiries.watch = watch;
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
	inquiries_forget(&watch->inquiries, NULL);
	subjects_clear(&watch->subjects);
	roster_destroy(&watch->roster);
	addresses_free(&watch->added);
	free(watch);
}
