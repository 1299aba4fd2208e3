#include "evidence/fitness.h"

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MIN (60 * CLOCK_SEC)
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)
#define START (1000 * CLOCK_SEC)

#define LOCAL(d) (UINT32_C(0x7f000000) | (d))
#define ELSEWHERE UINT32_C(0xc6336450) /* 198.51.100.80 */
#define PUBLIC_RESOLVER UINT32_C(0x7ffffffe)

static const struct dns_settings settings = {
    .check_min_ms = MIN,
    .check_every_ms = 10 * MIN,
};

static struct list_refusal refusals[] = {
    {PUBLIC_RESOLVER, PUBLIC_RESOLVER, "asked through a public resolver"},
};

static const struct list list = {
    .id = "bl",
    .zone = "bl.test",
    .knows_ip4 = true,
    .knows_ip6 = true,
    .refusals = refusals,
    .refusal_count = COUNT(refusals),
    .test4 = {{4, {127, 0, 0, 2}}, {4, {127, 0, 0, 1}}},
    .test6 = {{6, {[10] = 0xff, 0xff, 127, 0, 0, 2}},
	{6, {[10] = 0xff, 0xff, 127, 0, 0, 1}}},
};

static struct controls
draw(uint8_t family, unsigned seed, const struct address *own, size_t count)
{
	struct controls controls;
	uint8_t bytes[16];

	srandom(seed);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = random() >> 8;
	fitness_controls(&list, family, bytes, own, count, &controls);
	return controls;
}

static const char *
name_of(const struct address *address)
{
	static char name[DNSBL_NAME_MAX];

	assert_int_equal(dnsbl_name(name, &list, list.zone, address), 0);
	return name;
}

#define ZEROS(text) text ".0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"

static void
fixed_controls_are_the_lists_own(void **state)
{
	struct controls four = draw(4, 1, NULL, 0), six = draw(6, 1, NULL, 0);

	(void)state;
	assert_string_equal(
	    name_of(&four.items[CONTROL_LISTED]), "2.0.0.127.bl.test");
	assert_string_equal(
	    name_of(&four.items[CONTROL_CLEAN]), "1.0.0.127.bl.test");
	assert_string_equal(name_of(&six.items[CONTROL_LISTED]),
	    ZEROS("2.0.0.0.0.0.f.7.f.f.f.f") ".bl.test");
	assert_string_equal(name_of(&six.items[CONTROL_CLEAN]),
	    ZEROS("1.0.0.0.0.0.f.7.f.f.f.f") ".bl.test");
}

static void
a_list_without_a_clean_entry_has_no_stranger(void **state)
{
	static const uint8_t bytes[16];
	struct list bogons = list;
	struct controls controls;

	(void)state;
	bogons.test4.clean.family = 0;
	fitness_controls(&bogons, 4, bytes, NULL, 0, &controls);
	assert_int_equal(controls.items[CONTROL_LISTED].family, 4);
	assert_int_equal(controls.items[CONTROL_CLEAN].family, 0);
	assert_int_equal(controls.items[CONTROL_STRANGER].family, 0);
	fitness_controls(&bogons, 6, bytes, NULL, 0, &controls);
	assert_int_equal(controls.items[CONTROL_STRANGER].family, 6);
}

static bool
is_in(const char *network_text, const struct address *address)
{
	struct network network;

	assert_int_equal(network_parse(network_text, &network), 0);
	return network_contains(&network, address);
}

static bool
is_documentation(const struct address *address)
{
	return is_in("192.0.2.0/24", address) ||
	       is_in("198.51.100.0/24", address) ||
	       is_in("203.0.113.0/24", address) ||
	       is_in("2001:db8::/32", address);
}

static void
strangers_are_nobody_and_new(void **state)
{
	static const uint8_t families[] = {4, 6};

	(void)state;
	for (size_t f = 0; f < COUNT(families); f++) {
		struct address last = {0};
		int repeated = 0;

		for (unsigned i = 0; i < 1000; i++) {
			struct address now = draw(families[f], i, NULL, 0)
						 .items[CONTROL_STRANGER];

			assert_int_equal(now.family, families[f]);
			assert_true(is_documentation(&now));
			repeated += address_equal(&now, &last);
			last = now;
		}
		assert_in_range(repeated, 0, 10);
	}
}

static const struct {
	const char *own[4];
	const char *near[4]; /* not to be drawn */
} neighbours[] = {
    {{"203.0.113.5"}, {"203.0.113.0/24"}},
    {{"203.0.113.5", "192.0.2.9"}, {"203.0.113.0/24", "192.0.2.0/24"}},
    /* Not to be helped, but it is none of ours. */
    {{"203.0.113.5", "192.0.2.9", "198.51.100.1"},
	{"203.0.113.5/32", "192.0.2.9/32", "198.51.100.1/32"}},
    {{"2001:db8::5"}, {"2001:db8::/64"}},
};

static void
strangers_are_not_our_neighbours(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(neighbours); n++) {
		struct address own[4];
		size_t count = 0;

		for (; neighbours[n].own[count]; count++)
			address_parse(neighbours[n].own[count], &own[count]);
		for (unsigned i = 0; i < 3000; i++) {
			struct address stranger =
			    draw(own[0].family, i, own, count)
				.items[CONTROL_STRANGER];

			for (size_t j = 0; neighbours[n].near[j]; j++)
				assert_false(
				    is_in(neighbours[n].near[j], &stranger));
		}
	}
}

#define IS_CLEAN                       \
	{                              \
		.result = RESULT_CLEAN \
	}
#define IS_LISTED                                            \
	{                                                    \
		.result = RESULT_LISTED, .address = LOCAL(2) \
	}
#define SAYS(why, code)                                 \
	{                                               \
		.cause = CAUSE_##why, .address = (code) \
	}
#define FAILS(how)                                   \
	{                                            \
		.cause = CAUSE_DNS, .dns = DNS_##how \
	}

/* To 127.0.0.2, 127.0.0.1 and a stranger. */
static const struct {
	const char *name;
	struct answer answers[CONTROLS];
	bool no_zone;
	enum unfit want;
	const char *want_text;
} judgements[] = {
    {"good", {IS_LISTED, IS_CLEAN, IS_CLEAN}, false, UNFIT_NONE, ""},
    {"good, by a code of its own",
	{SAYS(UNDEFINED, LOCAL(99)), IS_CLEAN, IS_CLEAN}, false, UNFIT_NONE,
	""},
    {"lists 127.0.0.1", {IS_LISTED, IS_LISTED, IS_CLEAN}, false, UNFIT_EVERYONE,
	"lists 127.0.0.1, so it lists everyone"},
    {"lists 127.0.0.1 with any code",
	{IS_LISTED, SAYS(UNDEFINED, LOCAL(99)), IS_CLEAN}, false,
	UNFIT_EVERYONE, "lists 127.0.0.1, so it lists everyone"},
    {"spares 127.0.0.1 alone", {IS_LISTED, IS_CLEAN, IS_LISTED}, false,
	UNFIT_EVERYONE, "lists 198.51.100.7, so it lists everyone"},
    {"lists the wrong one", {IS_CLEAN, IS_LISTED, IS_CLEAN}, false,
	UNFIT_EVERYONE, "lists 127.0.0.1, so it lists everyone"},
    {"empty", {IS_CLEAN, IS_CLEAN, IS_CLEAN}, false, UNFIT_EMPTY,
	"does not list 127.0.0.2, so it is empty"},
    {"gone", {IS_CLEAN, IS_CLEAN, IS_CLEAN}, true, UNFIT_RETIRED,
	"is retired: its zone does not exist any more"},
    {"no zone, but entries", {IS_LISTED, IS_CLEAN, IS_CLEAN}, true, UNFIT_NONE,
	""},
    {"empty and silent", {IS_CLEAN, FAILS(TIMEOUT), FAILS(TIMEOUT)}, false,
	UNFIT_EMPTY, "does not list 127.0.0.2, so it is empty"},
    {"refuses",
	{SAYS(REFUSED, PUBLIC_RESOLVER), SAYS(REFUSED, PUBLIC_RESOLVER),
	    SAYS(REFUSED, PUBLIC_RESOLVER)},
	false, UNFIT_REFUSED,
	"refuses us with 127.255.255.254: asked through a public resolver"},
    {"refuses with a code of no meaning",
	{IS_LISTED, SAYS(REFUSED, PUBLIC_RESOLVER - 1), IS_CLEAN}, false,
	UNFIT_REFUSED, "refuses us with 127.255.255.253"},
    {"refuses and lists",
	{IS_LISTED, IS_LISTED, SAYS(REFUSED, PUBLIC_RESOLVER)}, false,
	UNFIT_REFUSED,
	"refuses us with 127.255.255.254: asked through a public resolver"},
    {"parked",
	{SAYS(OUTSIDE, ELSEWHERE), SAYS(OUTSIDE, ELSEWHERE),
	    SAYS(OUTSIDE, ELSEWHERE)},
	false, UNFIT_REWRITTEN,
	"answers 198.51.100.80 for 127.0.0.2: the zone is parked, or the "
	"resolver rewrites answers"},
    {"only what is not there is rewritten",
	{IS_LISTED, SAYS(OUTSIDE, ELSEWHERE), SAYS(OUTSIDE, ELSEWHERE)}, false,
	UNFIT_REWRITTEN,
	"answers 198.51.100.80 for 127.0.0.1: the zone is parked, or the "
	"resolver rewrites answers"},
    {"silent", {FAILS(TIMEOUT), FAILS(TIMEOUT), FAILS(TIMEOUT)}, false,
	UNFIT_SILENT, "does not answer: timed out"},
    {"one is missing", {IS_LISTED, IS_CLEAN, FAILS(SERVFAIL)}, false,
	UNFIT_SILENT, "does not answer: SERVFAIL"},
    {"the listed one is missing", {FAILS(MALFORMED), IS_CLEAN, IS_CLEAN}, false,
	UNFIT_SILENT, "does not answer: malformed answer"},
    {"silence hides nothing", {FAILS(TIMEOUT), IS_LISTED, FAILS(TIMEOUT)},
	false, UNFIT_EVERYONE, "lists 127.0.0.1, so it lists everyone"},
    {"refuses by its server", {FAILS(REFUSED), FAILS(REFUSED), FAILS(REFUSED)},
	false, UNFIT_REFUSED, "refuses us: REFUSED"},
    {"its server hides nothing", {FAILS(REFUSED), IS_CLEAN, IS_LISTED}, false,
	UNFIT_EVERYONE, "lists 198.51.100.7, so it lists everyone"},
};

static struct controls
some_controls(void)
{
	struct controls controls = draw(4, 1, NULL, 0);

	address_parse("198.51.100.7", &controls.items[CONTROL_STRANGER]);
	return controls;
}

static void
tests_are_judged(void **state)
{
	struct controls controls = some_controls();
	char text[DNSBL_CAUSE_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(judgements); i++) {
		struct fitness fitness = {.state = FITNESS_UNFIT};

		print_message("%s\n", judgements[i].name);
		fitness_judge(&controls, judgements[i].answers,
		    !judgements[i].no_zone, &fitness.flaw);
		assert_int_equal(fitness.flaw.unfit, judgements[i].want);
		assert_string_equal(fitness_cause_text(text, &list, &fitness),
		    judgements[i].want_text);
	}
}

/* A list without an entry of a kind is not judged by it. */
static void
controls_not_asked_do_not_count(void **state)
{
	static const struct answer all_listed[CONTROLS] = {
	    IS_LISTED, IS_LISTED, IS_LISTED};
	static const struct answer all_clean[CONTROLS] = {
	    IS_CLEAN, IS_CLEAN, IS_CLEAN};
	struct controls controls = some_controls();
	struct flaw flaw;

	(void)state;
	controls.items[CONTROL_CLEAN].family = 0;
	fitness_judge(&controls, all_listed, true, &flaw);
	assert_int_equal(flaw.unfit, UNFIT_EVERYONE);
	controls.items[CONTROL_STRANGER].family = 0;
	fitness_judge(&controls, all_listed, true, &flaw);
	assert_int_equal(flaw.unfit, UNFIT_NONE);
	fitness_judge(&controls, all_clean, true, &flaw);
	assert_int_equal(flaw.unfit, UNFIT_EMPTY);
	controls.items[CONTROL_LISTED].family = 0;
	fitness_judge(&controls, all_clean, true, &flaw);
	assert_int_equal(flaw.unfit, UNFIT_NONE);
}

static struct flaw
flaw_of(char letter)
{
	switch (letter) {
	case 'p':
		return (struct flaw){.unfit = UNFIT_NONE};
	case 's':
		return (struct flaw){.unfit = UNFIT_SILENT, .dns = DNS_TIMEOUT};
	case 'R':
		return (struct flaw){
		    .unfit = UNFIT_REFUSED, .dns = DNS_REFUSED};
	case 'r':
		return (struct flaw){
		    .unfit = UNFIT_REFUSED, .code = PUBLIC_RESOLVER};
	case 'w':
		return (struct flaw){.unfit = UNFIT_EVERYONE};
	case 'e':
		return (struct flaw){.unfit = UNFIT_EMPTY};
	case 'o':
		return (struct flaw){.unfit = UNFIT_REWRITTEN};
	}
	fail_msg("what is a test that ends with %c?", letter);
	return (struct flaw){0};
}

/* 'u' untested, 'f' fit, or the letter of why it is unfit. */
static char
letter_of(const struct fitness *fitness)
{
	static const char letters[] = {
	    [UNFIT_EVERYONE] = 'w',
	    [UNFIT_EMPTY] = 'e',
	    [UNFIT_REFUSED] = 'r',
	    [UNFIT_SILENT] = 's',
	    [UNFIT_REWRITTEN] = 'o',
	};

	if (fitness->state == FITNESS_UNFIT)
		return letters[fitness->flaw.unfit];
	return fitness->state == FITNESS_FIT ? 'f' : 'u';
}

/* One letter for each test, and for what the list is after it. */
static const struct {
	const char *name, *tests, *want;
} stories[] = {
    {"good from the start", "pp", "ff"},
    {"one packet lost at the start", "sp", "uf"},
    {"two lost at the start", "ssp", "uuf"},
    {"silent from the start", "ssss", "uuss"},
    {"every other one lost", "pspspsp", "fffffss"},
    {"one of three lost", "psppsppsppspp", "fffffffffffff"},
    {"two in a row lost", "psspppss", "ffffffff"},
    {"three in a row", "psss", "fffs"},
    {"three of six", "pssppps", "fffffff"},
    {"three of five", "psspps", "fffffs"},
    {"back after two", "pssspp", "fffssf"},
    {"not after one", "psssps", "fffsss"},
    {"its return is a new start", "pssspps", "fffssff"},
    {"its return is a new start, with all its patience", "pssspppsps",
	"fffssfffff"},
    {"a wrong answer is enough", "pw", "fw"},
    {"at the start too", "w", "w"},
    {"refusals by code are answers", "pr", "fr"},
    {"refusals by the server are silence", "pRRR", "fffr"},
    {"silence of two kinds", "psRs", "fffs"},
    {"empty", "pepp", "feef"},
    {"rewritten", "popp", "foof"},
    {"flapping does not bring it back", "pwpwpwpp", "fwwwwwwf"},
    {"worse and other", "pweor", "fweor"},
    {"silence tells nothing new at first", "pwssp", "fwwww"},
    {"but it does later", "pwsss", "fwwws"},
};

static void
states_follow_tests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stories); i++) {
		struct fitness fitness;
		char before = 'u';
		int64_t since_ms = CLOCK_NEVER;

		print_message("%s\n", stories[i].name);
		fitness_init(&fitness);
		for (size_t j = 0; stories[i].tests[j]; j++) {
			struct flaw flaw = flaw_of(stories[i].tests[j]);
			int64_t now_ms = START + (int64_t)j;
			char want = stories[i].want[j];

			assert_int_equal(
			    fitness_step(&fitness, &settings, &flaw, now_ms),
			    want != before);
			if (want != before)
				since_ms = now_ms;
			if (letter_of(&fitness) != want)
				fail_msg("%c after test %zu, want %c",
				    letter_of(&fitness), j + 1, want);
			assert_int_equal(fitness.since_ms, since_ms);
			before = want;
		}
	}
}

/* After each test, the minutes to the next. */
static const struct {
	const char *name, *tests;
	int want[14];
} spans[] = {
    {"fit", "ppp", {10, 10, 10}},
    {"lost packets are looked into", "sspsp", {1, 1, 10, 1, 10}},
    {"silent", "psssss", {10, 1, 1, 1, 2, 4}},
    {"backing off, to an hour", "wwwwwwwww", {1, 2, 4, 8, 16, 32, 60, 60, 60}},
    {"on its way back", "wwwwpp", {1, 2, 4, 8, 1, 10}},
    {"one that comes and goes", "wwwppwwwppw",
	{1, 2, 4, 1, 10, 8, 16, 32, 1, 10, 60}},
};

static void
tests_come_in_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(spans); i++) {
		struct fitness fitness;
		int64_t now_ms = START;

		print_message("%s\n", spans[i].name);
		fitness_init(&fitness);
		assert_true(fitness.due_ms <= now_ms);
		for (size_t j = 0; spans[i].tests[j]; j++) {
			struct flaw flaw = flaw_of(spans[i].tests[j]);

			fitness_step(&fitness, &settings, &flaw, now_ms);
			assert_int_equal(
			    (fitness.due_ms - now_ms) / MIN, spans[i].want[j]);
			now_ms = fitness.due_ms;
		}
	}
}

static void
a_day_without_fault_is_forgiven(void **state)
{
	static const int64_t fit_for_ms[] = {DAY - 1, DAY};
	static const int64_t want_ms[] = {16 * MIN, MIN};
	const struct flaw wrong = flaw_of('w'), none = flaw_of('p');

	(void)state;
	for (size_t i = 0; i < COUNT(want_ms); i++) {
		struct fitness fitness;
		int64_t now_ms = START;

		fitness_init(&fitness);
		for (int j = 0; j < 4; j++)
			fitness_step(&fitness, &settings, &wrong, now_ms);
		for (int j = 0; j < 2; j++)
			fitness_step(&fitness, &settings, &none, now_ms);
		assert_int_equal(fitness.state, FITNESS_FIT);
		now_ms += fit_for_ms[i];
		fitness_step(&fitness, &settings, &wrong, now_ms);
		assert_int_equal(fitness.due_ms - now_ms, want_ms[i]);
	}
}

static void
doubt_brings_the_test_forward(void **state)
{
	const struct flaw wrong = flaw_of('w'), none = flaw_of('p');
	struct fitness fitness;

	(void)state;
	fitness_init(&fitness);
	fitness_step(&fitness, &settings, &none, START);
	fitness_doubt(&fitness, &settings, START + 1);
	assert_int_equal(fitness.due_ms, START + MIN);
	fitness_doubt(&fitness, &settings, START + 5 * MIN);
	assert_int_equal(fitness.due_ms, START + MIN);
	fitness_step(&fitness, &settings, &none, START);
	fitness_doubt(&fitness, &settings, START + 5 * MIN);
	assert_int_equal(fitness.due_ms, START + 5 * MIN);
	/* That an unfit list does not answer is nothing new. */
	fitness_step(&fitness, &settings, &wrong, START);
	fitness_step(&fitness, &settings, &wrong, START);
	fitness_doubt(&fitness, &settings, START);
	assert_int_equal(fitness.due_ms, START + 2 * MIN);
}

static const struct {
	const char *tests;
	bool want_lied;
	enum cause want_cause;
	const char *want_text, *want_cause_text;
} ends[] = {
    {"s", false, CAUSE_UNTESTED,
	"the list's test entries got no answer: timed out", "not tested yet"},
    {"ps", false, CAUSE_UNTESTED,
	"the list's test entries got no answer: timed out", ""},
    {"sss", false, CAUSE_UNFIT, "the list is unfit: it does not answer",
	"does not answer: timed out"},
    {"r", false, CAUSE_UNFIT, "the list is unfit: it refuses us",
	"refuses us with 127.255.255.254: asked through a public resolver"},
    {"RRR", false, CAUSE_UNFIT, "the list is unfit: it refuses us",
	"refuses us: REFUSED"},
    {"w", true, CAUSE_UNFIT, "the list is unfit: it lists everyone", NULL},
    {"e", true, CAUSE_UNFIT, "the list is unfit: it is empty", NULL},
    {"o", true, CAUSE_UNFIT,
	"the list is unfit: it is parked or rewritten by the resolver", NULL},
};

static void
answers_of_unfit_lists_say_so(void **state)
{
	char text[DNSBL_CAUSE_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct fitness fitness;
		struct answer answer;

		fitness_init(&fitness);
		for (size_t j = 0; ends[i].tests[j]; j++) {
			struct flaw flaw = flaw_of(ends[i].tests[j]);

			fitness_step(&fitness, &settings, &flaw, START);
		}
		assert_int_equal(fitness_lied(&fitness), ends[i].want_lied);
		fitness_answer(&fitness, &answer);
		assert_int_equal(answer.result, RESULT_UNKNOWN);
		assert_int_equal(answer.cause, ends[i].want_cause);
		assert_string_equal(
		    dnsbl_cause_text(text, &list, &answer), ends[i].want_text);
		fitness_cause_text(text, &list, &fitness);
		if (ends[i].want_cause_text)
			assert_string_equal(text, ends[i].want_cause_text);
	}
}

static void
domain_lists_have_controls_of_their_own(void **state)
{
	struct list domains = {.id = "dbl",
	    .zone = "dbl.test",
	    .knows_domain = true,
	    .test_domain = {"dbltest.com", "example.com"}};
	const uint8_t bytes[16] = {1, 2, 3, 4, 5, 6, 7, 0xff};
	struct controls controls;
	char name[DNSBL_NAME_MAX];

	(void)state;
	fitness_controls(&domains, FAMILY_DOMAIN, bytes, NULL, 0, &controls);
	control_entry_name(name, &domains, "dbl.test", &controls.items[0]);
	assert_string_equal(name, "dbltest.com.dbl.test");
	control_entry_name(name, &domains, "dbl.test", &controls.items[1]);
	assert_string_equal(name, "example.com.dbl.test");
	control_entry_name(name, &domains, "dbl.test", &controls.items[2]);
	assert_string_equal(name, "01020304050607ff.invalid.dbl.test");

	domains.test_domain.clean = NULL;
	fitness_controls(&domains, FAMILY_DOMAIN, bytes, NULL, 0, &controls);
	assert_int_equal(controls.items[0].family, FAMILY_DOMAIN);
	assert_int_equal(controls.items[1].family, 0);
	assert_int_equal(controls.items[2].family, 0);
}

static void
causes_name_the_domain(void **state)
{
	const struct list domains = {.id = "dbl",
	    .zone = "dbl.test",
	    .test_domain = {"test", "invalid"}};
	struct answer answers[CONTROLS] = {
	    {.result = RESULT_LISTED, .address = LOCAL(2)},
	    {.result = RESULT_LISTED, .address = LOCAL(2)},
	    {.result = RESULT_CLEAN},
	};
	char text[DNSBL_CAUSE_MAX];
	struct controls controls;
	struct fitness fitness;
	struct flaw flaw;

	(void)state;
	fitness_controls(&domains, FAMILY_DOMAIN, (const uint8_t[16]){0}, NULL,
	    0, &controls);
	fitness_judge(&controls, answers, true, &flaw);
	fitness_init(&fitness);
	fitness_step(&fitness, &settings, &flaw, START);
	assert_string_equal(fitness_cause_text(text, &domains, &fitness),
	    "lists invalid, so it lists everyone");
	answers[CONTROL_LISTED].result = RESULT_CLEAN;
	answers[CONTROL_CLEAN].result = RESULT_CLEAN;
	fitness_judge(&controls, answers, true, &flaw);
	fitness_step(&fitness, &settings, &flaw, START);
	assert_string_equal(fitness_cause_text(text, &domains, &fitness),
	    "does not list test, so it is empty");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fixed_controls_are_the_lists_own),
	    cmocka_unit_test(a_list_without_a_clean_entry_has_no_stranger),
	    cmocka_unit_test(strangers_are_nobody_and_new),
	    cmocka_unit_test(strangers_are_not_our_neighbours),
	    cmocka_unit_test(tests_are_judged),
	    cmocka_unit_test(controls_not_asked_do_not_count),
	    cmocka_unit_test(states_follow_tests),
	    cmocka_unit_test(tests_come_in_time),
	    cmocka_unit_test(a_day_without_fault_is_forgiven),
	    cmocka_unit_test(doubt_brings_the_test_forward),
	    cmocka_unit_test(answers_of_unfit_lists_say_so),
	    cmocka_unit_test(domain_lists_have_controls_of_their_own),
	    cmocka_unit_test(causes_name_the_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
