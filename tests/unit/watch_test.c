#include "evidence/watch.h"

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "dns_world.h"
#include "evidence/resolver.h"
#include "evidence/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MIN_MS (60 * CLOCK_SEC)
#define EVERY_MS (600 * CLOCK_SEC)
#define START_MS (1000 * CLOCK_SEC)

/* 192.0.2.1 and 2001:db8::1 at the lists one.test and two.test. */
#define ONE "1.2.0.192.one.test"
#define TWO "1.2.0.192.two.test"
#define OTHER "2.2.0.192.one.test"
#define SIX                                                                \
	"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2." \
	"two.test"

static struct list_code codes[] = {
    {.low = 0x7f000002, .high = 0x7f000002, .name = "SBL"},
    {.low = 0x7f000004, .high = 0x7f000007, .name = "XBL"},
};

/* What a test's configuration is made of; two, so that a second one can come
   while the first is still there. */
struct setting {
	struct list lists[2];
	struct address addresses[2];
	struct egress egresses[2];
	struct list_use uses[2];
	struct config config;
};

struct fixture {
	struct dns_world world;
	struct watch *watch;
	struct setting first, second;
	int64_t now_ms;
	int changes; /* of lists */
	int answers;
	struct answer before, after; /* of the last one */
	char text[64];		     /* and its text */
	struct address address;
};

static void
fill_list(struct list *list, const char *zone)
{
	*list = (struct list){.id = (char *)zone,
	    .provider = "Example",
	    .zone = (char *)zone,
	    .knows_ip4 = true,
	    .knows_ip6 = strcmp(zone, "two.test") == 0,
	    .codes = codes,
	    .code_count = COUNT(codes),
	    .test4 = {{4, {127, 0, 0, 2}}, {4, {127, 0, 0, 1}}},
	    .test6 = {{6, {[10] = 0xff, 0xff, 127, 0, 0, 2}},
		{6, {[10] = 0xff, 0xff, 127, 0, 0, 1}}}};
}

/* 192.0.2.1 at one.test: one pair. Tests add to it. */
static void
fill_setting(struct setting *setting)
{
	memset(setting, 0, sizeof *setting);
	fill_list(&setting->lists[0], "one.test");
	fill_list(&setting->lists[1], "two.test");
	address_parse("192.0.2.1", &setting->addresses[0]);
	address_parse("192.0.2.2", &setting->addresses[1]);
	for (int i = 0; i < 2; i++) {
		setting->uses[i].list = &setting->lists[i];
		setting->uses[i].zone = setting->lists[i].zone;
		setting->uses[i].weight = i + 1;
		setting->egresses[i].name = "egress";
		setting->egresses[i].addresses.items = &setting->addresses[i];
		setting->egresses[i].addresses.count = 1;
	}
	setting->config = (struct config){
	    .dns = {.check_every_ms = EVERY_MS, .check_min_ms = MIN_MS},
	    .egresses = setting->egresses,
	    .egress_count = 1,
	    .lists = setting->uses,
	    .list_count = 1,
	    .confirm = 2,
	};
}

static void
on_answered(void *arg, const struct subject *subject,
    const struct finding *finding, const struct answer *before)
{
	struct fixture *fixture = arg;

	fixture->answers++;
	fixture->before = *before;
	fixture->after = finding->answer;
	fixture->address = subject->address;
	fixture->text[0] = '\0';
	if (finding->text)
		strncat(fixture->text, finding->text, sizeof fixture->text - 1);
	event_base_loopbreak(fixture->world.base);
}

static void
on_list_changed(void *arg, const struct tested *tested)
{
	struct fixture *fixture = arg;

	(void)tested;
	fixture->changes++;
}

/* What a good list says of its control entries. Our addresses are in
   192.0.2.0/24, so no stranger is. */
#define CONTROLS_OF(zone)                          \
	"2.0.0.127." zone " A a 60 127.0.0.2\n"    \
	"1.0.0.127." zone " A nxdomain 60 60\n"    \
	"*.100.51.198." zone " A nxdomain 60 60\n" \
	"*.113.0.203." zone " A nxdomain 60 60\n"
#define MAPPED ".0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."

/* The answers of good lists, as the script has it for our own addresses. */
static void
say(struct fixture *fixture, const char *script)
{
	static const char controls[] = CONTROLS_OF("one.test")
	    CONTROLS_OF("two.test") "2" MAPPED "two.test A a 60 127.0.0.2\n"
				    "1" MAPPED "two.test A nxdomain 60 60\n";
	char whole[4096];

	snprintf(whole, sizeof whole, "%s%s", controls, script);
	dns_server_script(fixture->world.server, whole);
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	assert_non_null(fixture);
	dns_world_open(&fixture->world, 300);
	fixture->watch = watch_create(on_answered, on_list_changed, fixture);
	fixture->now_ms = START_MS;
	fill_setting(&fixture->first);
	fill_setting(&fixture->second);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	watch_destroy(&fixture->watch);
	dns_world_close(&fixture->world);
	free(fixture);
	return 0;
}

/* One tick, then the loop until so many answers came in. */
static void
tick(struct fixture *fixture, int answers)
{
	int before = fixture->answers;
	int64_t limit_ms = clock_now_ms() + 10 * CLOCK_SEC;

	watch_tick(fixture->watch, fixture->now_ms);
	while (fixture->answers < before + answers && clock_now_ms() < limit_ms)
		dns_world_run(&fixture->world, 1000);
	assert_int_equal(fixture->answers, before + answers);
}

static const struct finding *
first_finding(const struct fixture *fixture)
{
	const struct subject *subject =
	    watch_subject(fixture->watch, &fixture->first.addresses[0]);

	assert_non_null(subject);
	assert_true(subject->finding_count > 0);
	return &subject->findings[0];
}

static unsigned
count(struct fixture *fixture, const char *name, uint16_t type)
{
	return dns_server_count(fixture->world.server, name, type);
}

static void
check_due(const struct fixture *fixture, int64_t want_ms)
{
	int64_t span_ms = first_finding(fixture)->due_ms - fixture->now_ms;

	if (span_ms > want_ms || span_ms < want_ms - want_ms / 10)
		fail_msg("due in %lld ms, want %lld", (long long)span_ms,
		    (long long)want_ms);
}

static void
knows_nothing_at_first(void **state)
{
	struct fixture *fixture = *state;
	const struct finding *finding;

	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	finding = first_finding(fixture);
	assert_ptr_equal(finding->list, &fixture->first.lists[0]);
	assert_int_equal(finding->weight, 1);
	assert_int_equal(finding->answer.result, RESULT_UNKNOWN);
	assert_int_equal(finding->answer.cause, CAUSE_NOT_ASKED);
	assert_int_equal(finding->known, RESULT_UNKNOWN);
	assert_int_equal(finding->asked_ms, CLOCK_NEVER);
	assert_null(finding->text);
	assert_null(
	    watch_subject(fixture->watch, &fixture->first.addresses[1]));
}

/* The span that each answer is good for: TTL clamped, unless it is the first
   LISTED of two, or UNKNOWN. */
static const struct {
	const char *script;
	enum result want;
	int64_t want_ms;
} spans[] = {
    {"* A nxdomain 1000 300", RESULT_CLEAN, 300 * CLOCK_SEC},
    {"* A nxdomain 1000 5", RESULT_CLEAN, MIN_MS},
    {"* A nxdomain 9000 9000", RESULT_CLEAN, EVERY_MS},
    {"* A nxdomain 4294967295 4294967295", RESULT_CLEAN, MIN_MS},
    {"* A nxdomain 2147483647 2147483647", RESULT_CLEAN, EVERY_MS},
    {"* A nodata 120 500", RESULT_CLEAN, 120 * CLOCK_SEC},
    {"* A a 500 127.0.0.2", RESULT_LISTED, MIN_MS},
    {"* A a 500 127.0.0.3", RESULT_UNKNOWN, MIN_MS},
    {"* A servfail", RESULT_UNKNOWN, MIN_MS},
    {"* A drop", RESULT_UNKNOWN, MIN_MS},
};

static void
asks_again_in_time(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(spans); i++) {
		watch_destroy(&fixture->watch);
		fixture->watch =
		    watch_create(on_answered, on_list_changed, fixture);
		watch_configure(fixture->watch, &fixture->first.config,
		    fixture->world.resolver);
		say(fixture, spans[i].script);
		tick(fixture, 1);
		assert_int_equal(fixture->after.result, spans[i].want);
		assert_int_equal(
		    first_finding(fixture)->asked_ms, fixture->now_ms);
		check_due(fixture, spans[i].want_ms);
	}
}

/* More is due than one tick may ask: the rest has its turn at the next, and
   nothing twice. */
static void
leaves_the_rest_for_the_next_tick(void **state)
{
	enum { MANY = WATCH_TICK_MAX + 500 };
	struct fixture *fixture = *state;
	struct address *many = calloc(MANY, sizeof *many);

	assert_non_null(many);
	for (int i = 0; i < MANY; i++)
		many[i] = (struct address){4, {192, 0, i >> 8, i & 255}};
	fixture->first.egresses[0].addresses.items = many;
	fixture->first.egresses[0].addresses.count = MANY;
	say(fixture, "* A nxdomain 300 300");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, WATCH_TICK_MAX);
	dns_world_run(&fixture->world, 50);
	assert_int_equal(fixture->answers, WATCH_TICK_MAX);
	tick(fixture, MANY - WATCH_TICK_MAX);
	tick(fixture, 0);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(watch_subject(fixture->watch, &many[i])
				     ->findings[0]
				     .answer.result,
		    RESULT_CLEAN);
	watch_destroy(&fixture->watch);
	free(many);
}

/* Nothing goes out before an answer is due, and only once while it is on its
   way. */
static void
asks_when_due(void **state)
{
	struct fixture *fixture = *state;
	int64_t due_ms;

	say(fixture, "* A nxdomain 300 300");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 1);
	watch_ask_all(fixture->watch);
	watch_tick(fixture->watch, fixture->now_ms);
	assert_true(first_finding(fixture)->is_asking);
	tick(fixture, 1);
	assert_false(first_finding(fixture)->is_asking);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 2);
	due_ms = first_finding(fixture)->due_ms;
	fixture->now_ms = due_ms - 1;
	tick(fixture, 0);
	assert_false(first_finding(fixture)->is_asking);
	fixture->now_ms = due_ms;
	tick(fixture, 1);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 3);
	watch_ask_all(fixture->watch);
	tick(fixture, 1);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 4);
	assert_int_equal(fixture->before.result, RESULT_CLEAN);
}

/* A receiver says that it refuses us by that list. */
static void
asks_a_list_that_is_named(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, "* A nxdomain 300 300");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 1);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 1);
	/* Just asked. */
	watch_ask_named(fixture->watch, "one.test", fixture->now_ms);
	tick(fixture, 0);
	assert_false(first_finding(fixture)->is_asking);
	fixture->now_ms += fixture->first.config.dns.check_min_ms;
	watch_ask_named(fixture->watch, "other.test", fixture->now_ms);
	tick(fixture, 0);
	assert_false(first_finding(fixture)->is_asking);
	watch_ask_named(fixture->watch, "ONE.test", fixture->now_ms);
	tick(fixture, 1);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 2);
}

static void
spreads_questions_out(void **state)
{
	struct fixture *fixture = *state;
	int64_t first_ms = 0;
	bool is_spread = false;

	say(fixture, "* A nxdomain 300 300");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	for (int i = 0; i < 10; i++) {
		watch_ask_all(fixture->watch);
		tick(fixture, 1);
		check_due(fixture, 300 * CLOCK_SEC);
		if (i == 0)
			first_ms = first_finding(fixture)->due_ms;
		is_spread =
		    is_spread || first_finding(fixture)->due_ms != first_ms;
	}
	assert_true(is_spread);
}

static void
doubles_the_span_of_failures(void **state)
{
	static const int64_t want_ms[] = {MIN_MS, 2 * MIN_MS, 4 * MIN_MS,
	    8 * MIN_MS, EVERY_MS, EVERY_MS, EVERY_MS};
	struct fixture *fixture = *state;

	say(fixture, "* A servfail");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	for (size_t i = 0; i < COUNT(want_ms); i++) {
		watch_ask_all(fixture->watch);
		tick(fixture, 1);
		check_due(fixture, want_ms[i]);
		assert_int_equal(first_finding(fixture)->failures, i + 1);
	}
	for (int i = 0; i < 100; i++) {
		watch_ask_all(fixture->watch);
		tick(fixture, 1);
	}
	check_due(fixture, EVERY_MS);
	say(fixture, "* A nxdomain 300 300");
	watch_ask_all(fixture->watch);
	tick(fixture, 1);
	assert_int_equal(first_finding(fixture)->failures, 0);
	check_due(fixture, 300 * CLOCK_SEC);
}

/* The steps of one pair, each an answer with what is known after it. */
static const struct {
	const char *script;
	enum result want, want_known;
	int want_in_a_row;
	const char *want_text;
	unsigned want_texts; /* TXT questions so far */
	int64_t want_ms;
} steps[] = {
    {"* A nxdomain 300 300", RESULT_CLEAN, RESULT_CLEAN, 0, "", 0,
	300 * CLOCK_SEC},
    {"* A a 300 127.0.0.2\n* TXT txt 60 first", RESULT_LISTED, RESULT_LISTED, 1,
	"first", 1, MIN_MS},
    /* The same codes: the text is known. */
    {"* A a 300 127.0.0.2\n* TXT txt 60 second", RESULT_LISTED, RESULT_LISTED,
	2, "first", 1, 300 * CLOCK_SEC},
    {"* A a 300 127.0.0.2 127.0.0.4\n* TXT txt 60 third", RESULT_LISTED,
	RESULT_LISTED, 3, "third", 2, 300 * CLOCK_SEC},
    /* Silence keeps what was known. */
    {"* A servfail", RESULT_UNKNOWN, RESULT_LISTED, 3, "third", 2, MIN_MS},
    {"* A a 300 127.0.0.4\n* TXT servfail", RESULT_LISTED, RESULT_LISTED, 4, "",
	3, 300 * CLOCK_SEC},
    /* No text was had: another try. */
    {"* A a 300 127.0.0.4\n* TXT nodata 60 60", RESULT_LISTED, RESULT_LISTED, 5,
	"", 4, 300 * CLOCK_SEC},
    {"* A a 300 127.0.0.4\n* TXT drop", RESULT_LISTED, RESULT_LISTED, 6, "", 5,
	300 * CLOCK_SEC},
    {"* A a 300 127.0.0.4\n* TXT txt 60 at last", RESULT_LISTED, RESULT_LISTED,
	7, "at last", 6, 300 * CLOCK_SEC},
    {"* A nxdomain 300 300", RESULT_CLEAN, RESULT_CLEAN, 0, "", 6,
	300 * CLOCK_SEC},
    {"* A a 300 127.0.0.4\n* TXT txt 60 again", RESULT_LISTED, RESULT_LISTED, 1,
	"again", 7, MIN_MS},
    /* Silence in between confirms nothing and clears nothing. */
    {"* A drop", RESULT_UNKNOWN, RESULT_LISTED, 1, "again", 7, MIN_MS},
    {"* A a 300 127.0.0.4\n* TXT txt 60 again", RESULT_LISTED, RESULT_LISTED, 2,
	"again", 8, 300 * CLOCK_SEC},
    {"* A a 300 127.0.0.99", RESULT_UNKNOWN, RESULT_LISTED, 2, "again", 8,
	MIN_MS},
};

static void
remembers(void **state)
{
	struct fixture *fixture = *state;
	int64_t known_ms = CLOCK_NEVER;
	uint32_t known_codes = 0;

	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct answer before = first_finding(fixture)->answer;
		const struct finding *finding;

		fixture->now_ms += EVERY_MS;
		say(fixture, steps[i].script);
		tick(fixture, 1);
		finding = first_finding(fixture);
		if (steps[i].want != RESULT_UNKNOWN)
			known_ms = fixture->now_ms;
		if (steps[i].want != RESULT_UNKNOWN)
			known_codes = finding->answer.codes;
		assert_int_equal(finding->known_codes, known_codes);
		assert_int_equal(
		    known_codes != 0, steps[i].want_known == RESULT_LISTED);
		if (finding->answer.result != steps[i].want ||
		    finding->known != steps[i].want_known ||
		    finding->listed_in_a_row != steps[i].want_in_a_row ||
		    finding->known_ms != known_ms ||
		    strcmp(fixture->text, steps[i].want_text) != 0 ||
		    count(fixture, ONE, DNS_TYPE_TXT) != steps[i].want_texts)
			fail_msg("step %zu: %s, %d in a row, text \"%s\"", i,
			    result_name(finding->answer.result),
			    finding->listed_in_a_row, fixture->text);
		assert_memory_equal(&fixture->before, &before, sizeof before);
		check_due(fixture, steps[i].want_ms);
	}
}

/* The answer is kept back until its text is there. */
static void
delivers_answer_and_text_at_once(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, "* A a 300 127.0.0.2\n* TXT drop");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	watch_tick(fixture->watch, fixture->now_ms);
	dns_world_run(&fixture->world, 150);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_TXT), 1);
	assert_int_equal(fixture->answers, 0);
	assert_true(first_finding(fixture)->is_asking);
	assert_int_equal(first_finding(fixture)->answer.cause, CAUSE_NOT_ASKED);
	dns_world_run(&fixture->world, 1000);
	assert_int_equal(fixture->answers, 1);
	assert_false(first_finding(fixture)->is_asking);
	assert_int_equal(fixture->after.result, RESULT_LISTED);
}

/* A pair exists where the list knows the family; an address of two egresses
   is one subject. */
static void
watches_each_pair_once(void **state)
{
	struct fixture *fixture = *state;
	struct setting *setting = &fixture->first;
	const struct subject *subject;

	say(fixture, "* A nxdomain 300 300");
	address_parse("2001:db8::1", &setting->addresses[1]);
	setting->config.list_count = 2;
	setting->config.egress_count = 2;
	watch_configure(
	    fixture->watch, &setting->config, fixture->world.resolver);
	tick(fixture, 3);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 1);
	assert_int_equal(count(fixture, TWO, DNS_TYPE_A), 1);
	assert_int_equal(count(fixture, SIX, DNS_TYPE_A), 1);
	subject = watch_subject(fixture->watch, &setting->addresses[1]);
	assert_int_equal(subject->finding_count, 1);
	assert_ptr_equal(subject->findings[0].list, &setting->lists[1]);

	setting->addresses[1] = setting->addresses[0];
	watch_configure(
	    fixture->watch, &setting->config, fixture->world.resolver);
	watch_ask_all(fixture->watch);
	tick(fixture, 2);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 2);
	assert_int_equal(count(fixture, TWO, DNS_TYPE_A), 2);
}

/* A zone too long for an IPv6 name: the pair cannot be asked, so it is not
   there to be waited for. */
static void
leaves_out_what_cannot_be_asked(void **state)
{
	static const char label[] = "a23456789012345678901234567890123456789"
				    "012345678901234567890123.";
	struct fixture *fixture = *state;
	struct setting *setting = &fixture->first;
	char zone[256] = "";

	for (int i = 0; i < 3; i++)
		strcat(zone, label);
	strcat(zone, "test");
	setting->lists[0].zone = setting->uses[0].zone = zone;
	setting->lists[0].knows_ip6 = true;
	address_parse("2001:db8::1", &setting->addresses[1]);
	setting->config.egress_count = 2;
	watch_configure(
	    fixture->watch, &setting->config, fixture->world.resolver);
	assert_int_equal(watch_subject(fixture->watch, &setting->addresses[0])
			     ->finding_count,
	    1);
	assert_int_equal(watch_subject(fixture->watch, &setting->addresses[1])
			     ->finding_count,
	    0);
}

/* Gives the watch the second configuration and a resolver of its own, and
   spoils and frees what it had before. */
static void
reconfigure(struct fixture *fixture)
{
	struct resolver *old = fixture->world.resolver;

	fixture->world.resolver = dns_world_resolver(&fixture->world);
	watch_configure(
	    fixture->watch, &fixture->second.config, fixture->world.resolver);
	resolver_destroy(&old);
	memset(&fixture->first.lists, 0x5a, sizeof fixture->first.lists);
	memset(&fixture->first.config, 0x5a, sizeof fixture->first.config);
}

static void
keeps_findings_of_pairs_that_stay(void **state)
{
	struct fixture *fixture = *state;
	const struct finding *finding;

	say(fixture, "* A a 300 127.0.0.4\n* TXT txt 60 kept");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 1);
	fixture->second.uses[0].weight = 7;
	fixture->second.config.list_count = 2;
	fixture->second.config.egress_count = 2;
	reconfigure(fixture);
	finding = first_finding(fixture);
	assert_ptr_equal(finding->list, &fixture->second.lists[0]);
	assert_int_equal(finding->weight, 7);
	assert_int_equal(finding->answer.result, RESULT_LISTED);
	assert_int_equal(finding->answer.codes, 2);
	assert_int_equal(finding->listed_in_a_row, 1);
	assert_int_equal(finding->known_ms, fixture->now_ms);
	assert_string_equal(finding->text, "kept");
	check_due(fixture, MIN_MS);
	/* The three new pairs are asked, the kept one is not. */
	tick(fixture, 3);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 1);
	assert_int_equal(count(fixture, TWO, DNS_TYPE_A), 1);
	assert_int_equal(count(fixture, OTHER, DNS_TYPE_A), 1);
}

#define KEY "SECRETKEY"

static void
give_a_key(struct setting *setting, const char *key, const char *zone)
{
	setting->lists[0].zone = "{key}.one.test";
	setting->uses[0].key = (char *)key;
	setting->uses[0].zone = (char *)zone;
}

/* The name that is asked has it, the text that comes back does not. */
static void
hides_the_key(void **state)
{
	struct fixture *fixture = *state;

	give_a_key(&fixture->first, KEY, KEY ".one.test");
	say(fixture,
	    CONTROLS_OF(KEY
		".one.test") "1.2.0.192." KEY ".one.test A a 300 127.0.0.4\n"
			     "* TXT txt 60 see 1.2.0.192." KEY ".one.test");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 1);
	assert_int_equal(first_finding(fixture)->answer.result, RESULT_LISTED);
	assert_string_equal(
	    first_finding(fixture)->text, "see 1.2.0.192.*********.one.test");
}

/* That of the first answer in a row, whatever UNKNOWN comes between; not that
   of a listing before the last CLEAN. */
static void
knows_since_when(void **state)
{
	static const struct {
		const char *script;
		int64_t after_ms; /* of the tick before */
		bool is_new;
	} episodes[] = {
	    {"* A a 60 127.0.0.2\n* TXT txt 60 text", 0, true},
	    {"* A a 60 127.0.0.4\n* TXT txt 60 text", EVERY_MS, false},
	    {"* A servfail", EVERY_MS, false},
	    {"* A a 60 127.0.0.2\n* TXT txt 60 text", EVERY_MS, false},
	    {"* A nxdomain 60 60", EVERY_MS, false},
	    {"* A a 60 127.0.0.2\n* TXT txt 60 text", EVERY_MS, true},
	};
	struct fixture *fixture = *state;
	int64_t want_ms = 0;

	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	for (size_t i = 0; i < COUNT(episodes); i++) {
		fixture->now_ms += episodes[i].after_ms;
		if (episodes[i].is_new)
			want_ms = fixture->now_ms;
		say(fixture, episodes[i].script);
		tick(fixture, 1);
		if (fixture->after.result == RESULT_LISTED)
			assert_int_equal(
			    first_finding(fixture)->listed_ms, want_ms);
	}
	assert_int_equal(want_ms, fixture->now_ms);
}

static void
asks_anew_with_another_key(void **state)
{
	struct fixture *fixture = *state;

	give_a_key(&fixture->first, KEY, KEY ".one.test");
	give_a_key(&fixture->second, "OTHERKEY", "OTHERKEY.one.test");
	say(fixture, CONTROLS_OF(KEY ".one.test") CONTROLS_OF(
			 "OTHERKEY.one.test") "* A nxdomain 300 300");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 1);
	reconfigure(fixture);
	assert_int_equal(first_finding(fixture)->answer.cause, CAUSE_NOT_ASKED);
	tick(fixture, 1);
	assert_int_equal(
	    count(fixture, "1.2.0.192.OTHERKEY.one.test", DNS_TYPE_A), 1);
}

static void
forgets_pairs_that_change(void **state)
{
	static struct list_code other[] = {
	    {.low = 0x7f000002, .high = 0x7f000002, .name = "SBL"}};
	struct fixture *fixture = *state;

	say(fixture, "* A a 300 127.0.0.2\n* TXT txt 60 text");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 1);
	fixture->second.lists[0].codes = other;
	fixture->second.lists[0].code_count = 1;
	reconfigure(fixture);
	assert_int_equal(first_finding(fixture)->answer.cause, CAUSE_NOT_ASKED);
	assert_null(first_finding(fixture)->text);
	tick(fixture, 1);
}

static void
forgets_addresses_that_go(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, "* A a 300 127.0.0.2\n* TXT txt 60 text");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 1);
	fixture->second.addresses[0] = fixture->second.addresses[1];
	reconfigure(fixture);
	assert_null(
	    watch_subject(fixture->watch, &fixture->first.addresses[0]));
	assert_non_null(
	    watch_subject(fixture->watch, &fixture->second.addresses[0]));
	fixture->now_ms += 2 * EVERY_MS;
	tick(fixture, 1);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 1);
}

/* A shorter check_every holds for what was found under a longer one, too. */
static void
watches_added_addresses(void **state)
{
	struct fixture *fixture = *state;
	const struct address *own = &fixture->first.addresses[0];
	struct address added[2] = {*own, fixture->first.addresses[1]};
	const struct subject *subject;

	say(fixture, "*.one.test * nxdomain 60 60\n");
	watch_add_addresses(fixture->watch, added, 2);
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 2);
	subject = watch_subject(fixture->watch, &added[1]);
	assert_non_null(subject);
	assert_int_equal(subject->findings[0].answer.result, RESULT_CLEAN);

	/* The one that goes is forgotten, the other goes on as it was. */
	watch_add_addresses(fixture->watch, added, 1);
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	assert_null(watch_subject(fixture->watch, &added[1]));
	subject = watch_subject(fixture->watch, own);
	assert_non_null(subject);
	assert_int_equal(subject->findings[0].answer.result, RESULT_CLEAN);
}

static void
new_intervals_hold_at_once(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, "* A nxdomain 600 600");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 1);
	fixture->second.config.dns.check_every_ms = MIN_MS;
	reconfigure(fixture);
	tick(fixture, 1);
	check_due(fixture, MIN_MS);
}

static const char *const in_flight[] = {
    "* A slow 100 300 127.0.0.2", "* A a 300 127.0.0.2\n* TXT drop"};

/* The A or the TXT question is open when the configuration changes: its end
   is nobody's answer, and the pair is asked anew. */
static void
late_answers_are_ignored(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(in_flight); i++) {
		fill_setting(&fixture->first);
		say(fixture, "* A nxdomain 300 300");
		watch_configure(fixture->watch, &fixture->first.config,
		    fixture->world.resolver);
		watch_ask_all(fixture->watch);
		tick(fixture, 1);
		say(fixture, in_flight[i]);
		watch_ask_all(fixture->watch);
		watch_tick(fixture->watch, fixture->now_ms);
		dns_world_run(&fixture->world, 50);
		assert_true(first_finding(fixture)->is_asking);
		fixture->answers = 0;
		reconfigure(fixture);
		address_parse("192.0.2.1", &fixture->first.addresses[0]);
		assert_int_equal(fixture->answers, 0);
		assert_false(first_finding(fixture)->is_asking);
		assert_int_equal(
		    first_finding(fixture)->answer.result, RESULT_CLEAN);
		dns_world_run(&fixture->world, 200);
		assert_int_equal(fixture->answers, 0);
		say(fixture, "* A nxdomain 300 300");
		tick(fixture, 1);
	}
}

/* The same resolver goes on: the answer does come in. */
static void
late_answers_of_the_same_resolver_too(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, in_flight[0]);
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	watch_tick(fixture->watch, fixture->now_ms);
	dns_world_run(&fixture->world, 50);
	fixture->second.addresses[0] = fixture->second.addresses[1];
	watch_configure(
	    fixture->watch, &fixture->second.config, fixture->world.resolver);
	dns_world_run(&fixture->world, 200);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 1);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_TXT), 0);
	assert_int_equal(fixture->answers, 0);
}

/* Destroyed in either order with questions open, queued and unseen. */
static void
ends_in_any_order(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 3 * COUNT(in_flight); i++) {
		say(fixture, in_flight[i % COUNT(in_flight)]);
		watch_configure(fixture->watch, &fixture->first.config,
		    fixture->world.resolver);
		watch_tick(fixture->watch, fixture->now_ms);
		dns_world_run(
		    &fixture->world, i / COUNT(in_flight) == 2 ? 0 : 50);
		if (i % 4 < 2)
			resolver_destroy(&fixture->world.resolver);
		watch_destroy(&fixture->watch);
		if (fixture->world.resolver)
			dns_world_run(&fixture->world, 200);
		assert_int_equal(fixture->answers, 0);
		resolver_destroy(&fixture->world.resolver);
		fixture->watch =
		    watch_create(on_answered, on_list_changed, fixture);
		fixture->world.resolver = dns_world_resolver(&fixture->world);
	}
	watch_destroy(&fixture->watch);
	watch_destroy(&fixture->watch);
}

/* A resolver that goes away is no evidence. */
static void
cancelled_is_no_answer(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(in_flight); i++) {
		say(fixture, in_flight[i]);
		watch_configure(fixture->watch, &fixture->first.config,
		    fixture->world.resolver);
		watch_ask_all(fixture->watch);
		watch_tick(fixture->watch, fixture->now_ms);
		dns_world_run(&fixture->world, 50);
		resolver_destroy(&fixture->world.resolver);
		assert_int_equal(fixture->answers, 0);
		assert_false(first_finding(fixture)->is_asking);
		assert_int_equal(
		    first_finding(fixture)->answer.cause, CAUSE_NOT_ASKED);
		assert_int_equal(first_finding(fixture)->failures, 0);
		assert_true(first_finding(fixture)->due_ms <= fixture->now_ms);
		fixture->world.resolver = dns_world_resolver(&fixture->world);
	}
}

/* What every name gets, in place of a good list's answers. */
static void
say_of_all(struct fixture *fixture, const char *script)
{
	dns_server_script(fixture->world.server, script);
}

static const struct fitness *
fitness_of(const struct fixture *fixture)
{
	return &watch_list(fixture->watch, &fixture->first.lists[0], 4)
		    ->fitness;
}

/* One tick, then the loop until so many tests ended with a change. */
static void
tick_for_change(struct fixture *fixture, int changes)
{
	int before = fixture->changes;
	int64_t limit_ms = clock_now_ms() + 10 * CLOCK_SEC;

	watch_tick(fixture->watch, fixture->now_ms);
	while (fixture->changes < before + changes && clock_now_ms() < limit_ms)
		dns_world_run(&fixture->world, 10);
	assert_int_equal(fixture->changes, before + changes);
}

/* One tick, then the loop until the first list's test has ended. */
static void
tick_for_test(struct fixture *fixture)
{
	const struct tested *tested = first_finding(fixture)->tested;
	unsigned before = tested->ended;
	int64_t limit_ms = clock_now_ms() + 10 * CLOCK_SEC;

	watch_tick(fixture->watch, fixture->now_ms);
	while (tested->ended == before && clock_now_ms() < limit_ms)
		dns_world_run(&fixture->world, 10);
	assert_int_equal(tested->ended, before + 1);
}

static const struct {
	const char *script;
	enum unfit want;
} bad_lists[] = {
    {"* A a 60 127.0.0.2", UNFIT_EVERYONE},
    {"1.0.0.127.one.test A nxdomain 60 60\n* A a 60 127.0.0.2", UNFIT_EVERYONE},
    {"* A nodata 60 60", UNFIT_EMPTY},
    {"* A nxdomain 60 60", UNFIT_RETIRED},
    {"one.test A servfail\n* A nxdomain 60 60", UNFIT_EMPTY},
    {"* A a 60 198.51.100.80", UNFIT_REWRITTEN},
    {"* A a 60 127.0.0.2 198.51.100.80", UNFIT_REWRITTEN},
    {"* A a 60 127.255.255.254", UNFIT_REFUSED},
};

/* Its word on our address is not even asked for. */
static void
asks_no_list_that_is_unfit(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(bad_lists); i++) {
		watch_destroy(&fixture->watch);
		fixture->watch =
		    watch_create(on_answered, on_list_changed, fixture);
		watch_configure(fixture->watch, &fixture->first.config,
		    fixture->world.resolver);
		say_of_all(fixture, bad_lists[i].script);
		tick_for_change(fixture, 1);
		assert_int_equal(fitness_of(fixture)->state, FITNESS_UNFIT);
		assert_int_equal(
		    fitness_of(fixture)->flaw.unfit, bad_lists[i].want);
		assert_int_equal(fixture->after.cause, CAUSE_UNFIT);
		assert_int_equal(fixture->after.unfit, bad_lists[i].want);
		assert_int_equal(first_finding(fixture)->known, RESULT_UNKNOWN);
		dns_world_run(&fixture->world, 50);
		assert_int_equal(count(fixture, ONE, DNS_TYPE_A), 0);
	}
}

/* The list was good at its last test, and our address is due before the next
   one: what it says then changes what is known, so it is tested first. */
static const struct {
	const char *name, *before, *after;
	bool is_whole; /* after is what every name gets */
	enum result want;
	enum cause want_cause;
	enum result want_known;
} turns[] = {
    {"a new listing", "* A nxdomain 60 60",
	"* A a 60 127.0.0.2\n* TXT nodata 60 60", false, RESULT_LISTED,
	CAUSE_NONE, RESULT_LISTED},
    {"a new wildcard", "* A nxdomain 60 60",
	"* A a 60 127.0.0.2\n* TXT nodata 60 60", true, RESULT_UNKNOWN,
	CAUSE_UNFIT, RESULT_CLEAN},
    {"a wildcard with a code of its own", "* A nxdomain 60 60",
	"1.2.0.192.one.test A a 60 127.0.0.2\n* A a 60 127.0.0.77", true,
	RESULT_UNKNOWN, CAUSE_UNFIT, RESULT_CLEAN},
    {"a wildcard that spares 127.0.0.1", "* A nxdomain 60 60",
	"1.0.0.127.one.test A nxdomain 60 60\n* A a 60 127.0.0.2", true,
	RESULT_UNKNOWN, CAUSE_UNFIT, RESULT_CLEAN},
    {"a listing while the controls are silent", "* A nxdomain 60 60",
	"1.2.0.192.one.test A a 60 127.0.0.2\n* A servfail", true,
	RESULT_UNKNOWN, CAUSE_UNTESTED, RESULT_CLEAN},
    {"a removal", "* A a 60 127.0.0.2\n* TXT nodata 60 60",
	"* A nxdomain 60 60", false, RESULT_CLEAN, CAUSE_NONE, RESULT_CLEAN},
    {"an emptied list", "* A a 60 127.0.0.2\n* TXT nodata 60 60",
	"* A nodata 60 60", true, RESULT_UNKNOWN, CAUSE_UNFIT, RESULT_LISTED},
};

static void
tests_a_list_before_its_word_changes(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(turns); i++) {
		const struct finding *finding;
		int64_t known_ms;

		print_message("%s\n", turns[i].name);
		watch_destroy(&fixture->watch);
		fixture->watch =
		    watch_create(on_answered, on_list_changed, fixture);
		watch_configure(fixture->watch, &fixture->first.config,
		    fixture->world.resolver);
		say(fixture, turns[i].before);
		tick(fixture, 1);
		/* Twice, so that a listing is confirmed. */
		fixture->now_ms = first_finding(fixture)->due_ms;
		tick(fixture, 1);
		known_ms = fixture->now_ms;
		if (turns[i].is_whole)
			say_of_all(fixture, turns[i].after);
		else
			say(fixture, turns[i].after);
		fixture->now_ms = first_finding(fixture)->due_ms;
		assert_true(fitness_of(fixture)->due_ms > fixture->now_ms);
		watch_tick(fixture->watch, fixture->now_ms);
		dns_world_run(&fixture->world, 200);
		while (first_finding(fixture)->is_asking)
			dns_world_run(&fixture->world, 10);
		finding = first_finding(fixture);
		assert_int_equal(finding->answer.result, turns[i].want);
		assert_int_equal(finding->answer.cause, turns[i].want_cause);
		assert_int_equal(finding->known, turns[i].want_known);
		if (turns[i].want == RESULT_UNKNOWN)
			assert_true(finding->known_ms <= known_ms);
		assert_true(finding->known_ms > CLOCK_NEVER);
		assert_int_equal(fixture->changes,
		    turns[i].want_cause == CAUSE_UNFIT ? 2 : 1);
		fixture->changes = 0;
	}
}

/* A test that began before the list went wrong proves nothing. */
static void
waits_for_a_test_that_begins_later(void **state)
{
	struct fixture *fixture = *state;

	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	say(fixture, "* A nxdomain 60 60");
	tick(fixture, 1);
	say_of_all(fixture, "2.0.0.127.one.test A slow 200 60 127.0.0.2\n"
			    "* A nxdomain 60 60");
	fixture->now_ms = fitness_of(fixture)->due_ms;
	tick(fixture, 1);
	say_of_all(fixture, "2.0.0.127.one.test A slow 200 60 127.0.0.2\n"
			    "* A a 60 127.0.0.2\n* TXT nodata 60 60");
	watch_ask_all(fixture->watch);
	watch_tick(fixture->watch, fixture->now_ms);
	dns_world_run(&fixture->world, 100);
	assert_true(first_finding(fixture)->is_asking);
	tick(fixture, 2); /* all answers of the list, then this one */
	assert_int_equal(fitness_of(fixture)->passed_ms, fixture->now_ms);
	assert_int_equal(fitness_of(fixture)->state, FITNESS_UNFIT);
	assert_int_equal(fixture->after.cause, CAUSE_UNFIT);
	assert_int_equal(first_finding(fixture)->known, RESULT_CLEAN);
}

/* The word of a list that may have lied is as old as its last passed test;
   that of one that fell silent is its last. */
static const struct {
	const char *script;
	bool want_older;
} falls[] = {
    {"* A a 60 127.0.0.2", true},
    {"* A nodata 60 60", true},
    {"* A a 60 198.51.100.80", true},
    {"* A a 60 127.255.255.254", false},
    {"* A servfail", false},
};

static void
words_of_liars_are_withdrawn(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(falls); i++) {
		int64_t passed_ms, known_ms;

		watch_destroy(&fixture->watch);
		fixture->watch =
		    watch_create(on_answered, on_list_changed, fixture);
		watch_configure(fixture->watch, &fixture->first.config,
		    fixture->world.resolver);
		say(fixture, "* A nxdomain 60 60");
		tick(fixture, 1);
		passed_ms = fixture->now_ms;
		known_ms = fixture->now_ms = first_finding(fixture)->due_ms;
		tick(fixture, 1);
		assert_int_equal(first_finding(fixture)->known_ms, known_ms);
		assert_int_equal(fitness_of(fixture)->passed_ms, passed_ms);
		say_of_all(fixture, falls[i].script);
		fixture->changes = 0;
		for (int j = 0; j < 5 && fixture->changes == 0; j++) {
			fixture->now_ms = fitness_of(fixture)->due_ms;
			watch_tick(fixture->watch, fixture->now_ms);
			dns_world_run(&fixture->world, 200);
		}
		assert_int_equal(fixture->changes, 1);
		assert_int_equal(
		    first_finding(fixture)->answer.cause, CAUSE_UNFIT);
		assert_int_equal(first_finding(fixture)->known, RESULT_CLEAN);
		assert_int_equal(first_finding(fixture)->known_ms,
		    falls[i].want_older ? passed_ms : known_ms);
	}
}

static int
was_listed(void *arg, const struct subject *subject, struct finding *known)
{
	const struct fixture *fixture = arg;

	(void)subject;
	known->known = RESULT_LISTED;
	known->known_codes = 1;
	known->known_ms = fixture->now_ms - MIN_MS;
	known->listed_in_a_row = 2;
	return 0;
}

/* A list that lies by the time we start again has not lied before. */
static void
words_of_before_the_start_stay(void **state)
{
	struct fixture *fixture = *state;
	int64_t known_ms = fixture->now_ms - MIN_MS;

	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	watch_recall(fixture->watch, was_listed, fixture);
	assert_int_equal(first_finding(fixture)->answer.cause, CAUSE_STALE);
	say_of_all(fixture, "* A a 60 127.0.0.2");
	tick_for_change(fixture, 1);
	assert_int_equal(fitness_of(fixture)->state, FITNESS_UNFIT);
	assert_int_equal(first_finding(fixture)->answer.cause, CAUSE_UNFIT);
	assert_int_equal(first_finding(fixture)->known, RESULT_LISTED);
	assert_int_equal(first_finding(fixture)->known_ms, known_ms);
}

static void
unfit_lists_return_by_themselves(void **state)
{
	struct fixture *fixture = *state;
	unsigned asked;

	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	say(fixture, "* A nxdomain 300 300");
	tick(fixture, 1);
	say_of_all(fixture, "* A a 60 127.0.0.2");
	fixture->now_ms = fitness_of(fixture)->due_ms;
	tick_for_change(fixture, 1);
	asked = count(fixture, ONE, DNS_TYPE_A);
	/* Nothing changes until it was found good twice. */
	say(fixture, "* A nxdomain 300 300");
	fixture->now_ms += EVERY_MS;
	tick_for_test(fixture);
	assert_int_equal(fitness_of(fixture)->state, FITNESS_UNFIT);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), asked);
	/* Then its answers are asked for in the same tick. */
	fixture->now_ms += EVERY_MS;
	tick(fixture, 1);
	assert_int_equal(fitness_of(fixture)->state, FITNESS_FIT);
	assert_int_equal(fixture->after.result, RESULT_CLEAN);
	assert_int_equal(count(fixture, ONE, DNS_TYPE_A), asked + 1);
}

/* The third is another one each time; fitness draws it. */
static void
a_test_asks_three_names(void **state)
{
	struct fixture *fixture = *state;
	uint64_t before;

	say(fixture, "* A nxdomain 300 300");
	watch_configure(
	    fixture->watch, &fixture->first.config, fixture->world.resolver);
	tick(fixture, 1);
	before = resolver_asked(fixture->world.resolver);
	assert_int_equal(before, 4);
	for (unsigned i = 2; i < 20; i++) {
		watch_ask_all(fixture->watch);
		tick(fixture, 1);
		dns_world_run(&fixture->world, 20);
		assert_int_equal(
		    count(fixture, "2.0.0.127.one.test", DNS_TYPE_A), i);
		assert_int_equal(
		    count(fixture, "1.0.0.127.one.test", DNS_TYPE_A), i);
		assert_int_equal(
		    resolver_asked(fixture->world.resolver), before * i);
	}
}

static void
knows_which_families_it_tests(void **state)
{
	struct fixture *fixture = *state;
	struct setting *setting = &fixture->first;

	setting->config.list_count = 2;
	watch_configure(
	    fixture->watch, &setting->config, fixture->world.resolver);
	assert_non_null(watch_list(fixture->watch, &setting->lists[1], 4));
	assert_null(watch_list(fixture->watch, &setting->lists[1], 6));
	address_parse("2001:db8::1", &setting->addresses[1]);
	setting->config.egress_count = 2;
	watch_configure(
	    fixture->watch, &setting->config, fixture->world.resolver);
	assert_non_null(watch_list(fixture->watch, &setting->lists[1], 6));
	assert_null(watch_list(fixture->watch, &setting->lists[0], 6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(knows_nothing_at_first),
	    TEST(asks_again_in_time),
	    TEST(asks_when_due),
	    TEST(asks_a_list_that_is_named),
	    TEST(leaves_the_rest_for_the_next_tick),
	    TEST(spreads_questions_out),
	    TEST(doubles_the_span_of_failures),
	    TEST(remembers),
	    TEST(delivers_answer_and_text_at_once),
	    TEST(watches_each_pair_once),
	    TEST(leaves_out_what_cannot_be_asked),
	    TEST(keeps_findings_of_pairs_that_stay),
	    TEST(hides_the_key),
	    TEST(knows_since_when),
	    TEST(asks_anew_with_another_key),
	    TEST(forgets_pairs_that_change),
	    TEST(forgets_addresses_that_go),
	    TEST(watches_added_addresses),
	    TEST(new_intervals_hold_at_once),
	    TEST(late_answers_are_ignored),
	    TEST(late_answers_of_the_same_resolver_too),
	    TEST(ends_in_any_order),
	    TEST(cancelled_is_no_answer),
	    TEST(asks_no_list_that_is_unfit),
	    TEST(tests_a_list_before_its_word_changes),
	    TEST(waits_for_a_test_that_begins_later),
	    TEST(words_of_before_the_start_stay),
	    TEST(words_of_liars_are_withdrawn),
	    TEST(unfit_lists_return_by_themselves),
	    TEST(a_test_asks_three_names),
	    TEST(knows_which_families_it_tests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
