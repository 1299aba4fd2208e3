/* What the answers of its control entries say of a list. */
#include "evidence/fitness.h"

#include "tested_list.h"

#define START (1000 * CLOCK_SEC)
#define LOCAL(d) (UINT32_C(0x7f000000) | (d))
#define ELSEWHERE UINT32_C(0xc6336450) /* 198.51.100.80 */

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
	static const uint8_t bytes[16];
	struct controls controls;

	fitness_controls(&tested_list, 4, bytes, NULL, 0, &controls);
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
		assert_string_equal(
		    fitness_cause_text(text, &tested_list, &fitness),
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
	fitness_step(&fitness, &tested_settings, &flaw, START);
	assert_string_equal(fitness_cause_text(text, &domains, &fitness),
	    "lists invalid, so it lists everyone");
	answers[CONTROL_LISTED].result = RESULT_CLEAN;
	answers[CONTROL_CLEAN].result = RESULT_CLEAN;
	fitness_judge(&controls, answers, true, &flaw);
	fitness_step(&fitness, &tested_settings, &flaw, START);
	assert_string_equal(fitness_cause_text(text, &domains, &fitness),
	    "does not list test, so it is empty");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tests_are_judged),
	    cmocka_unit_test(controls_not_asked_do_not_count),
	    cmocka_unit_test(causes_name_the_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
