/* The rules of the house for conf/providers.conf and for the set of lists in
   conf/repgate.conf, beyond what the parser wants. Run from the top of the
   tree; `make lint` does. */
#include "base/alloc.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/problems.h"
#include "config/uses.h"
#include "evidence/dnsbl.h"
#include "scratch.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <strings.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define LIVING_MIN 60

static struct directory *
read_directory(const char *path)
{
	struct problems *problems = problems_create();
	struct directory *directory = directory_read(path, problems);

	for (size_t i = 0; i < problems_count(problems); i++)
		print_message("%s\n", problems_text(problems, i));
	problems_destroy(&problems);
	return directory;
}

static bool
is_lower_case(const char *text)
{
	for (; *text; text++)
		if (isupper((unsigned char)*text))
			return false;
	return true;
}

/* "2024-06-05", "2025-03", "2013" or "before 2026". */
static bool
is_date(const char *text)
{
	if (strncmp(text, "before ", 7) == 0)
		text += 7;
	for (size_t i = 0; text[i]; i++)
		if (i == 4 || i == 7 ? text[i] != '-'
				     : !isdigit((unsigned char)text[i]))
			return false;
	return strlen(text) == 4 || strlen(text) == 7 || strlen(text) == 10;
}

static bool
is_within(const char *zone, const char *parent)
{
	size_t length = strlen(zone), tail = strlen(parent);

	return length >= tail &&
	       strcasecmp(zone + length - tail, parent) == 0 &&
	       (length == tail || zone[length - tail - 1] == '.');
}

static bool
is_wide(const struct list *list)
{
	for (size_t i = 0; i < list->code_count; i++)
		if (list->codes[i].scope != SCOPE_RANGE &&
		    list->codes[i].scope != SCOPE_ASN)
			return false;
	return true;
}

/* NULL, or the rule that a living list breaks. */
static const char *
fault_of_living(const struct list *list)
{
	bool is_keyed = list->terms == TERMS_KEY;

	if (!list->lookup && !list->removal && !list->advice)
		return "neither lookup nor removal nor advice";
	if (list->how == HOW_UNKNOWN && list->impact >= IMPACT_MEDIUM)
		return "it matters, but how to get off it is not known";
	if (list->how == HOW_SELF_SERVICE && !list->lookup && !list->removal)
		return "self-service without a page";
	if (list_needs_key(list) != is_keyed)
		return "{key} and terms = \"key\" go together";
	if (list->terms != TERMS_PUBLIC && !list->limits &&
	    list->impact != IMPACT_NOISE)
		return "terms without limits";
	if (list->impact >= IMPACT_LOW && list->code_count > 0 && is_wide(list))
		return "lists of networks are noise";
	if (list->allows && list->impact > IMPACT_LOW)
		return "an allow-list blocks nobody";
	return NULL;
}

static const char *
fault_of(const struct list *list)
{
	if (!is_lower_case(list->id))
		return "an id is in small letters";
	if (list->id[0] == '-' || list->id[strlen(list->id) - 1] == '-')
		return "an id does not begin or end with -";
	if (!is_lower_case(list->zone))
		return "a zone is in small letters";
	if (!list->sources)
		return "no sources";
	if (!list->is_dead)
		return fault_of_living(list);
	return is_date(list->since) ? NULL : "since is no date";
}

/* What two lists have wrong together; a comes before b. */
static const char *
fault_of_pair(const struct list *a, const struct list *b)
{
	if (strcasecmp(a->zone, b->zone) == 0)
		return "the same zone twice";
	if (a->is_dead && !b->is_dead)
		return "a living list behind a dead one";
	if (b->is_dead && !a->is_dead && is_within(a->zone, b->zone))
		return "it lives below the zone of a dead one";
	if (a->is_dead == b->is_dead &&
	    strcasecmp(a->provider, b->provider) > 0)
		return "not sorted by provider";
	return NULL;
}

/* NULL, or the first fault, "ID: RULE"; to be freed. */
static char *
lint(const struct directory *directory)
{
	for (size_t i = 0; i < directory->list_count; i++) {
		const struct list *list = &directory->lists[i];
		const char *fault = fault_of(list);

		for (size_t j = 0; !fault && j < i; j++)
			fault = fault_of_pair(&directory->lists[j], list);
		if (fault)
			return alloc_printf("%s: %s", list->id, fault);
	}
	return NULL;
}

static void
the_directory_keeps_the_rules(void **state)
{
	struct directory *directory = read_directory("conf/providers.conf");
	size_t living = 0;
	char *fault;

	(void)state;
	assert_non_null(directory);
	fault = lint(directory);
	if (fault)
		fail_msg("%s", fault);
	for (size_t i = 0; i < directory->list_count; i++)
		living += !directory->lists[i].is_dead;
	print_message(
	    "%zu living, %zu dead\n", living, directory->list_count - living);
	assert_true(living >= LIVING_MIN);
	directory_destroy(&directory);
}

/* What the lists as shipped make of answers: the codes' names when LISTED, the
   cause when UNKNOWN, and what a use with weight 5 adds. */
static const struct {
	const char *id;
	const char *answers;
	enum result want;
	const char *want_text;
	int want_weight;
} meanings[] = {
    /* exact, several records, ranges, a policy */
    {"spamhaus-zen", "127.0.0.2", RESULT_LISTED, "SBL", 5},
    {"spamhaus-zen", "127.0.0.2 127.0.0.4 127.0.0.9", RESULT_LISTED,
	"SBL, XBL, DROP", 5},
    {"spamhaus-zen", "127.0.0.6", RESULT_LISTED, "XBL", 5},
    {"spamhaus-zen", "127.0.0.8", RESULT_UNKNOWN,
	"answered 127.0.0.8, which the list does not define", 0},
    {"spamhaus-zen", "127.0.0.10", RESULT_LISTED, "PBL", 5},
    {"spamhaus-zen", "127.255.255.254", RESULT_UNKNOWN,
	"refused with 127.255.255.254: asked through a public resolver", 0},
    {"spamhaus-dbl", "127.0.1.255", RESULT_UNKNOWN,
	"refused with 127.0.1.255: an address was asked for, it lists domains",
	0},
    {"blocklist-de", "127.0.0.15", RESULT_LISTED, "w00tw00t", 5},
    {"0spam", "127.0.0.1", RESULT_LISTED, "spam", 5},
    {"0spam", "127.0.17.0", RESULT_LISTED, "network", 0},
    {"dronebl", "127.0.0.255", RESULT_LISTED, "unknown", 5},
    /* sums of bits */
    {"senderscore", "127.0.0.26", RESULT_LISTED,
	"no authentication, suspicious attachment, low sender score", 5},
    {"senderscore", "127.0.0.1", RESULT_LISTED, "bot", 5},
    {"senderscore", "127.0.0.32", RESULT_UNKNOWN,
	"answered 127.0.0.32, which the list does not define", 0},
    {"senderscore", "127.0.0.33", RESULT_UNKNOWN,
	"answered 127.0.0.33, which the list does not define", 0},
    {"senderscore", "127.255.255.255", RESULT_UNKNOWN,
	"refused with 127.255.255.255: the asking address is not registered, "
	"or over its limit",
	0},
    {"surbl", "127.0.0.80", RESULT_LISTED, "MW, ABUSE", 5},
    {"surbl", "127.0.0.1", RESULT_UNKNOWN,
	"refused with 127.0.0.1: too many questions, or a public resolver", 0},
    {"surbl", "127.0.0.0", RESULT_UNKNOWN,
	"answered 127.0.0.0, which the list does not define", 0},
    {"surbl", "127.0.1.64", RESULT_UNKNOWN,
	"answered 127.0.1.64, which the list does not define", 0},
    {"uribl", "127.0.0.14", RESULT_LISTED, "black, grey, red", 5},
    {"uribl", "127.0.0.4", RESULT_LISTED, "grey", 0},
    {"uribl", "127.0.0.12", RESULT_LISTED, "grey, red", 0},
    /* scores, from both sides of the limit */
    {"senderscore-score", "127.0.4.0", RESULT_LISTED, "score below 70", 5},
    {"senderscore-score", "127.0.4.69", RESULT_LISTED, "score below 70", 5},
    {"senderscore-score", "127.0.4.70", RESULT_CLEAN, "", 0},
    {"senderscore-score", "127.0.4.100", RESULT_CLEAN, "", 0},
    {"senderscore-score", "127.0.4.101", RESULT_UNKNOWN,
	"answered 127.0.4.101, which the list does not define", 0},
    {"mailspike-rep", "127.0.0.12", RESULT_LISTED, "L3", 5},
    {"mailspike-rep", "127.0.0.13", RESULT_CLEAN, "", 0},
    {"mailspike-rep", "127.0.0.20", RESULT_CLEAN, "", 0},
    /* answers that are no listings */
    {"hostkarma", "127.0.0.1", RESULT_CLEAN, "", 0},
    {"hostkarma", "127.0.0.5 127.0.1.1", RESULT_CLEAN, "", 0},
    {"hostkarma", "127.0.1.2 127.0.0.2", RESULT_LISTED, "black", 5},
    {"hostkarma", "127.0.0.4", RESULT_LISTED, "brown", 0},
    {"spfbl", "127.0.0.2", RESULT_LISTED, "bad reputation", 5},
    {"spfbl", "127.0.0.3", RESULT_LISTED, "suspicious", 0},
    /* allow-lists */
    {"dnswl", "127.0.5.3", RESULT_LISTED, "high", -5},
    {"dnswl", "127.0.15.1", RESULT_LISTED, "low", -5},
    {"dnswl", "127.0.5.0", RESULT_CLEAN, "", 0},
    {"dnswl", "127.0.10.3", RESULT_CLEAN, "", 0},
    {"dnswl", "127.0.21.3", RESULT_UNKNOWN,
	"answered 127.0.21.3, which the list does not define", 0},
    {"dnswl", "127.0.0.255", RESULT_UNKNOWN,
	"refused with 127.0.0.255: over the limit", 0},
    {"isipp-iadb", "127.0.0.1 127.2.128.3 127.0.1.255", RESULT_LISTED,
	"accredited", -5},
    /* networks tell but do not gate */
    {"uceprotect-1", "127.0.0.2", RESULT_LISTED, "Level 1", 5},
    {"uceprotect-2", "127.0.0.2", RESULT_LISTED, "Level 2", 0},
    {"uceprotect-3", "127.0.0.2", RESULT_LISTED, "Level 3", 0},
    /* parked, and told so */
    {"psbl", "203.0.113.5", RESULT_UNKNOWN,
	"answered 203.0.113.5, which is outside 127.0.0.0/8", 0},
};

static void
put_addresses(struct message *message, const char *answers)
{
	*message = (struct message){.name_exists = true};
	for (const char *at = answers; *at;) {
		size_t length = strcspn(at, " ");
		char text[ADDRESS_TEXT_MAX] = "";
		struct run run;

		memcpy(text, at, length);
		assert_int_equal(run_parse(text, &run), 0);
		message->addresses[message->address_count++] = run.low;
		at += length + (at[length] == ' ');
	}
}

static void
answers_mean_what_the_operators_say(void **state)
{
	struct directory *directory = read_directory("conf/providers.conf");

	(void)state;
	for (size_t i = 0; i < COUNT(meanings); i++) {
		const struct list *list =
		    directory_find(directory, meanings[i].id);
		const struct list_use use = {
		    .list = list, .weight = 5, .scopes = SCOPES_DEFAULT};
		char text[DNSBL_CAUSE_MAX];
		struct message message;
		struct answer got;

		assert_non_null(list);
		put_addresses(&message, meanings[i].answers);
		dnsbl_read(list, DNS_RESPONSE, &message, &got);
		if (got.result == RESULT_UNKNOWN)
			dnsbl_cause_text(text, list, &got);
		else
			dnsbl_codes_text(text, list, &got);
		if (got.result != meanings[i].want ||
		    strcmp(text, meanings[i].want_text) != 0 ||
		    use_weight(&use, got.codes) != meanings[i].want_weight)
			fail_msg("%s %s: %s \"%s\" %d", meanings[i].id,
			    meanings[i].answers, result_name(got.result), text,
			    use_weight(&use, got.codes));
	}
	directory_destroy(&directory);
}

#define LIST(id, provider, zone, more)                                   \
	"{ id = \"" id "\"; provider = \"" provider "\"; zone = \"" zone \
	"\"; " more " }"
#define CODE "codes = ( { answer = \"127.0.0.2\"; name = \"A\"; } );"
#define IP4 "subjects = \"ip4\"; " CODE
#define PAGE "lookup = \"https://a.test/\"; sources = \"s\"; "
#define DEAD(since)                                                  \
	"status = \"dead\"; since = \"" since "\"; reason = \"r\"; " \
	"sources = \"s\";"

static const struct {
	const char *lists;
	const char *want;
} lints[] = {
    {LIST("a", "A", "a.test", IP4 PAGE), NULL},
    {LIST("A", "A", "a.test", IP4 PAGE), "A: an id is in small letters"},
    {LIST("a-", "A", "a.test", IP4 PAGE), "a-: an id does not begin"},
    {LIST("a", "A", "a.Test", IP4 PAGE), "a: a zone is in small letters"},
    {LIST("a", "A", "a.test", IP4 "lookup = \"https://a.test/\";"),
	"a: no sources"},
    {LIST("a", "A", "a.test", IP4 "sources = \"s\";"), "a: neither lookup"},
    {LIST("a", "A", "a.test", IP4 PAGE "impact = \"high\";"),
	"a: it matters, but"},
    {LIST("a", "A", "a.test", IP4 PAGE "impact = \"high\"; how = \"isp\";"),
	NULL},
    {LIST("a", "A", "a.test",
	 IP4 "how = \"self-service\"; advice = \"x\"; sources = \"s\";"),
	"a: self-service without a page"},
    {LIST("a", "A", "{key}.a.test", IP4 PAGE), "a: terms without limits"},
    {LIST("a", "A", "{key}.a.test", IP4 PAGE "terms = \"public\";"),
	"a: {key} and terms"},
    {LIST("a", "A", "a.test", IP4 PAGE "terms = \"key\";"),
	"a: {key} and terms"},
    {LIST("a", "A", "a.test", IP4 PAGE "scope = \"asn\";"),
	"a: lists of networks are noise"},
    {LIST("a", "A", "a.test", IP4 PAGE "scope = \"asn\"; impact = \"noise\";"),
	NULL},
    {LIST("a", "A", "a.test",
	 IP4 PAGE "kind = \"allow\"; impact = \"high\";"
		  "how = \"paid\";"),
	"a: an allow-list"},
    {LIST("a", "A", "a.test", DEAD("2024-06-05")), NULL},
    {LIST("a", "A", "a.test", DEAD("before 2020")), NULL},
    {LIST("a", "A", "a.test", DEAD("June 2024")), "a: since is no date"},
    {LIST("a", "A", "a.test", DEAD("2024-6-5")), "a: since is no date"},
    {LIST("a", "A", "a.test", IP4 PAGE) ", " LIST(
	 "b", "B", "A.test", DEAD("2024")),
	"b: a zone is in small"},
    {LIST("a", "A", "a.test", IP4 PAGE) ", " LIST(
	 "b", "B", "a.test", DEAD("2024")),
	"b: the same zone twice"},
    {LIST("a", "A", "x.a.test", IP4 PAGE) ", " LIST(
	 "b", "B", "a.test", DEAD("2024")),
	"b: it lives below"},
    {LIST("a", "A", "xa.test", IP4 PAGE) ", " LIST(
	 "b", "B", "a.test", DEAD("2024")),
	NULL},
    {LIST("a", "A", "a.test", DEAD("2024")) ", " LIST(
	 "b", "B", "b.test", IP4 PAGE),
	"b: a living list behind"},
    {LIST("a", "B", "a.test", IP4 PAGE) ", " LIST("b", "A", "b.test", IP4 PAGE),
	"b: not sorted"},
};

static void
the_lint_finds_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lints); i++) {
		struct directory *directory;
		char text[2048], *fault;

		snprintf(
		    text, sizeof text, "lists = ( %s );\n", lints[i].lists);
		directory = read_directory(scratch_write("p.conf", text));
		assert_non_null(directory);
		fault = lint(directory);
		if (!lints[i].want != !fault ||
		    (fault && strncmp(fault, lints[i].want,
				  strlen(lints[i].want)) != 0))
			fail_msg("row %zu: %s", i, fault ? fault : "no fault");
		free(fault);
		directory_destroy(&directory);
	}
}

/* Zones that are still to be met as defaults, years after they ended. */
static void
the_dead_are_known_for_it(void **state)
{
	static const char *const zones[] = {"dnsbl.sorbs.net",
	    "ix.dnsbl.manitu.net", "dnsbl.inps.de", "wormrbl.imp.ch",
	    "dnsbl.ahbl.org", "bl.spamcannibal.org"};
	struct directory *directory = read_directory("conf/providers.conf");

	(void)state;
	for (size_t i = 0; i < COUNT(zones); i++) {
		bool is_dead = false;

		print_message("%s\n", zones[i]);
		for (size_t j = 0; j < directory->list_count; j++)
			is_dead |=
			    directory->lists[j].is_dead &&
			    is_within(zones[i], directory->lists[j].zone);
		assert_true(is_dead);
	}
	directory_destroy(&directory);
}

/* Asked about an address they would never list it, and it would look clean. */
static void
lists_of_domains_are_asked_about_domains(void **state)
{
	static const char *const ids[] = {"surbl", "spamhaus-dbl"};
	struct directory *directory = read_directory("conf/providers.conf");

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		const struct list *list = directory_find(directory, ids[i]);

		assert_non_null(list);
		assert_true(list->knows_domain);
		assert_false(list->knows_ip4);
		assert_false(list->knows_ip6);
	}
	directory_destroy(&directory);
}

/* What is shipped has to work on a machine where nobody registered. */
static void
the_default_set_can_be_asked(void **state)
{
	struct problems *problems = problems_create();
	struct config *config = config_load("conf/repgate.conf", problems);
	int by_ip4 = 0, by_ip6 = 0;

	(void)state;
	assert_non_null(config);
	assert_int_equal(problems_count(problems), 0);
	for (size_t i = 0; i < config->list_count; i++) {
		const struct list *list = config->lists[i].list;

		print_message("%s\n", list->id);
		assert_false(list->is_dead);
		assert_int_equal(list->terms, TERMS_PUBLIC);
		assert_int_not_equal(list->impact, IMPACT_NOISE);
		assert_true(config->lists[i].most > 0);
		by_ip4 += list->knows_ip4;
		by_ip6 += list->knows_ip6;
	}
	assert_true(by_ip4 >= 5 && by_ip6 >= 3);
	config_unref(config);
	problems_destroy(&problems);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_directory_keeps_the_rules),
	    cmocka_unit_test_setup_teardown(
		the_lint_finds_faults, scratch_create, scratch_destroy),
	    cmocka_unit_test(answers_mean_what_the_operators_say),
	    cmocka_unit_test(the_dead_are_known_for_it),
	    cmocka_unit_test(lists_of_domains_are_asked_about_domains),
	    cmocka_unit_test(the_default_set_can_be_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
