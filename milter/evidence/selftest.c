#include "evidence/selftest.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/resolver.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define EVERY_MS (60 * 60 * CLOCK_SEC)
#define SOON_MS (60 * CLOCK_SEC)

/* By this code lists name the public resolver as the cause. */
#define PUBLIC_RESOLVER UINT32_C(0x7ffffffe)

static const char fix_server[] =
    "have a DNS server of your own (unbound on this host will do), and name it "
    "in dns.servers";

enum kind { KIND_INVALID, KIND_ABSENT, KIND_ENTRY };

/* One test under way. It outlives a selftest that has forgotten it. */
struct round {
	struct selftest *selftest; /* NULL: forgotten */
	const struct list *lists[SELFTEST_LISTS];
	struct finds finds;
	bool is_cancelled;
	int open; /* questions */
};

struct asked {
	struct round *round;
	enum kind kind;
	size_t list;
};

struct selftest {
	selftest_changed *changed;
	void *arg;
	const struct config *config;
	struct resolver *resolver;
	struct round *round;
	struct diagnosis diagnosis;
	int64_t now_ms, due_ms, span_ms;
	int64_t tested_ms; /* the last test; CLOCK_NEVER */
};

/* ---- the meaning --------------------------------------------------------- */

static void
diagnose(struct diagnosis *out, enum health health, const char *cause,
    const char *fix)
{
	out->health = health;
	snprintf(out->cause, sizeof out->cause, "%s", cause);
	snprintf(out->fix, sizeof out->fix, "%s", fix);
}

static bool
is_silence(enum dns_status status)
{
	return status == DNS_TIMEOUT || status == DNS_UNREACHABLE;
}

/* How a question to a list ended; an answer of any kind is a response. */
static enum dns_status
status_of(const struct answer *answer)
{
	return answer->cause == CAUSE_DNS ? answer->dns : DNS_RESPONSE;
}

/* Nobody got a response. Without a list nothing is known: some servers know
   nothing of .invalid and yet serve the lists. */
static bool
judge_failure(const struct finds *finds, struct diagnosis *out)
{
	enum dns_status last = finds->invalid;
	bool is_silent = is_silence(last);

	if (finds->invalid == DNS_RESPONSE || finds->list_count == 0)
		return false;
	for (size_t i = 0; i < finds->list_count; i++) {
		if (status_of(&finds->absent[i]) == DNS_RESPONSE ||
		    status_of(&finds->entry[i]) == DNS_RESPONSE)
			return false;
		last = status_of(&finds->entry[i]);
		is_silent = is_silent && is_silence(last);
	}
	if (is_silent)
		diagnose(out, HEALTH_SILENT, dns_status_text(last),
		    "see that the servers of dns.servers, or else of "
		    "/etc/resolv.conf, run and that no firewall is in between");
	else
		diagnose(out, HEALTH_FAILING, dns_status_text(last),
		    "see in the DNS server's log why, and that it allows "
		    "this host to ask");
	return true;
}

static bool
judge_rewriting(const struct finds *finds, struct diagnosis *out)
{
	const struct answer found = {.address = finds->invalid_address};
	char address[ADDRESS_TEXT_MAX], cause[DNSBL_CAUSE_MAX];
	const struct answer *shown = &found;
	size_t count = 0;

	for (size_t i = 0; i < finds->list_count; i++)
		count += finds->absent[i].cause == CAUSE_OUTSIDE;
	/* One list alone may be parked. */
	if (!finds->is_invalid_found &&
	    (count < 2 || count < finds->list_count))
		return false;
	if (!finds->is_invalid_found)
		shown = &finds->absent[0];
	snprintf(cause, sizeof cause,
	    "it answers %s for names that do not exist",
	    dnsbl_address_text(address, shown));
	diagnose(out, HEALTH_REWRITING, cause, fix_server);
	return true;
}

static bool
judge_public(const struct finds *finds, struct diagnosis *out)
{
	char cause[DNSBL_CAUSE_MAX];

	for (size_t i = 0; i < finds->list_count; i++) {
		if (finds->entry[i].cause != CAUSE_REFUSED ||
		    finds->entry[i].address != PUBLIC_RESOLVER)
			continue;
		snprintf(cause, sizeof cause,
		    "%.100s refuses it as a public resolver",
		    finds->providers[i]);
		diagnose(out, HEALTH_PUBLIC, cause, fix_server);
		return true;
	}
	return false;
}

/* All lists are up and say that they are empty. */
static bool
judge_filtering(const struct finds *finds, struct diagnosis *out)
{
	for (size_t i = 0; i < finds->list_count; i++)
		if (finds->entry[i].result != RESULT_CLEAN)
			return false;
	if (finds->list_count < 2)
		return false;
	diagnose(out, HEALTH_FILTERING,
	    "no list has its test entry: answers in 127.0.0.0/8 do not get "
	    "through",
	    "turn off the DNS server's rebinding protection for 127.0.0.0/8 "
	    "(unbound: private-address; dnsmasq: stop-dns-rebind)");
	return true;
}

void
selftest_judge(const struct finds *finds, struct diagnosis *out)
{
	if (!judge_failure(finds, out) && !judge_rewriting(finds, out) &&
	    !judge_public(finds, out) && !judge_filtering(finds, out))
		diagnose(out, HEALTH_OK, "", "");
}

/* ---- the questions ------------------------------------------------------- */

static void
take_diagnosis(struct selftest *selftest, const struct diagnosis *now)
{
	struct diagnosis *kept = &selftest->diagnosis;
	enum health before = kept->health;

	if (now->health == HEALTH_OK)
		selftest->span_ms = EVERY_MS;
	else if (before == HEALTH_OK || before == HEALTH_UNTESTED)
		selftest->span_ms = SOON_MS;
	else if (selftest->span_ms < EVERY_MS)
		selftest->span_ms *= 2;
	selftest->tested_ms = selftest->now_ms;
	selftest->due_ms = selftest->now_ms + selftest->span_ms;
	if (now->health == before)
		return;
	*kept = *now;
	kept->since_ms = selftest->now_ms;
	if (before != HEALTH_UNTESTED || now->health != HEALTH_OK)
		selftest->changed(selftest->arg, kept);
}

static void
end(struct round *round)
{
	struct selftest *selftest = round->selftest;
	struct diagnosis diagnosis;

	if (--round->open > 0)
		return;
	if (selftest) {
		selftest->round = NULL;
		selftest->due_ms = CLOCK_NEVER;
		if (!round->is_cancelled) {
			selftest_judge(&round->finds, &diagnosis);
			take_diagnosis(selftest, &diagnosis);
		}
	}
	free(round);
}

static void
take_invalid(
    struct finds *finds, enum dns_status status, const struct message *message)
{
	finds->invalid = status;
	finds->is_invalid_found = message && message->address_count > 0;
	if (finds->is_invalid_found)
		finds->invalid_address = message->addresses[0];
}

static void
on_done(void *arg, enum dns_status status, const struct message *message)
{
	struct asked *asked = arg;
	struct round *round = asked->round;
	struct finds *finds = &round->finds;

	if (status == DNS_CANCELLED)
		round->is_cancelled = true;
	else if (asked->kind == KIND_INVALID)
		take_invalid(finds, status, message);
	else if (round->selftest)
		dnsbl_read(round->lists[asked->list], status, message,
		    asked->kind == KIND_ABSENT ? &finds->absent[asked->list]
					       : &finds->entry[asked->list]);
	free(asked);
	end(round);
}

static void
ask(struct round *round, const char *name, enum kind kind, size_t list)
{
	struct asked *asked = alloc_zeroed(1, sizeof *asked);

	asked->round = round;
	asked->kind = kind;
	asked->list = list;
	round->open++;
	resolver_ask(
	    round->selftest->resolver, name, DNS_TYPE_A, on_done, asked);
}

/* A label that nobody has used before; of letters and digits, since some
   servers fail on others. */
static const char *
draw_label(char label[32])
{
	uint64_t random;

	if (getrandom(&random, sizeof random, 0) < 0)
		abort();
	snprintf(label, 32, "repgate%016llx", (unsigned long long)random);
	return label;
}

static bool
says_public(const struct list *list)
{
	for (size_t i = 0; i < list->refusal_count; i++)
		if (run_covers(list->refusals[i].low, list->refusals[i].high,
			PUBLIC_RESOLVER))
			return true;
	return false;
}

/* 0, or -1 if the list cannot be asked so. */
static int
ask_list(struct round *round, const struct list_use *use)
{
	const struct list *list = use->list;
	char entry[DNSBL_NAME_MAX], absent[DNSBL_NAME_MAX], label[32];
	size_t index = round->finds.list_count;

	if (list->test4.listed.family != 4 ||
	    dnsbl_name(entry, list, use->zone, &list->test4.listed) != 0)
		return -1;
	if ((size_t)snprintf(absent, sizeof absent, "%s.%s", draw_label(label),
		use->zone) >= sizeof absent)
		return -1;
	round->lists[index] = list;
	round->finds.providers[index] = list->provider;
	round->finds.list_count++;
	ask(round, absent, KIND_ABSENT, index);
	ask(round, entry, KIND_ENTRY, index);
	return 0;
}

/* First those that would name a public resolver. */
static void
ask_lists(struct round *round, const struct config *config)
{
	for (int wanted = 1; wanted >= 0; wanted--)
		for (size_t i = 0; i < config->list_count; i++) {
			const struct list_use *use = &config->lists[i];

			if (round->finds.list_count < SELFTEST_LISTS &&
			    says_public(use->list) == wanted)
				ask_list(round, use);
		}
}

static void
start(struct selftest *selftest)
{
	struct round *round = alloc_zeroed(1, sizeof *round);
	char name[64], label[32];

	round->selftest = selftest;
	selftest->round = round;
	snprintf(name, sizeof name, "%s.invalid", draw_label(label));
	ask(round, name, KIND_INVALID, 0);
	ask_lists(round, selftest->config);
}

static void
forget(struct selftest *selftest)
{
	if (selftest->round)
		selftest->round->selftest = NULL;
	selftest->round = NULL;
}

void
selftest_configure(struct selftest *selftest, const struct config *config,
    struct resolver *resolver)
{
	forget(selftest);
	selftest->config = config;
	selftest->resolver = resolver;
	selftest->due_ms = CLOCK_NEVER;
}

void
selftest_tick(struct selftest *selftest, int64_t now_ms)
{
	selftest->now_ms = now_ms;
	if (!selftest->round && selftest->due_ms <= now_ms)
		start(selftest);
}

void
selftest_doubt(struct selftest *selftest)
{
	int64_t soonest_ms = selftest->now_ms;

	if (selftest->tested_ms != CLOCK_NEVER)
		soonest_ms = selftest->tested_ms + SOON_MS;
	if (selftest->due_ms > soonest_ms)
		selftest->due_ms = soonest_ms;
}

const struct diagnosis *
selftest_diagnosis(const struct selftest *selftest)
{
	return &selftest->diagnosis;
}

struct selftest *
selftest_create(selftest_changed *changed, void *arg)
{
	struct selftest *selftest = alloc_zeroed(1, sizeof *selftest);

	selftest->changed = changed;
	selftest->arg = arg;
	selftest->due_ms = selftest->tested_ms = CLOCK_NEVER;
	selftest->diagnosis.since_ms = CLOCK_NEVER;
	return selftest;
}

void
selftest_destroy(struct selftest **where)
{
	if (!*where)
		return;
	forget(*where);
	free(*where);
	*where = NULL;
}

const char *
health_name(enum health health)
{
	switch (health) {
	case HEALTH_UNTESTED:
		return "untested";
	case HEALTH_OK:
		return "ok";
	case HEALTH_SILENT:
		return "silent";
	case HEALTH_FAILING:
		return "failing";
	case HEALTH_REWRITING:
		return "rewriting";
	case HEALTH_FILTERING:
		return "filtering";
	case HEALTH_PUBLIC:
		return "public";
	}
	assert(false);
	return "untested";
}
