#include "config/uses.h"

#include "config/config.h"
#include "config/directory.h"
#include "config/problems.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

#define KEY "abcdefgh23456789"

static const char providers[] =
    "lists = (\n"
    "{ id = \"plain\"; provider = \"Plain\"; zone = \"plain.test\";\n"
    "  subjects = \"ip4\";\n"
    "  codes = ( { answer = \"127.0.0.2\"; name = \"A\"; } ); },\n"
    "{ id = \"mixed\"; provider = \"Mixed\"; zone = \"mixed.test\";\n"
    "  subjects = \"ip4\";\n"
    "  codes = ( { answer = \"127.0.0.2\"; name = \"A\"; },\n"
    "   { answer = \"127.0.0.3\"; name = \"B\"; weight = 9; },\n"
    "   { answer = \"127.0.0.4\"; name = \"C\"; weight = 0; },\n"
    "   { answer = \"127.0.0.5\"; name = \"D\"; scope = \"range\"; },\n"
    "   { answer = \"127.0.0.6\"; name = \"E\"; scope = \"asn\"; weight = 9;"
    "   },\n"
    "   { answer = \"127.0.0.7\"; name = \"F\"; scope = \"policy\"; },\n"
    "   { answer = \"127.0.0.8\"; name = \"G\"; weight = -4; } ); },\n"
    "{ id = \"wide\"; provider = \"Wide\"; zone = \"wide.test\";\n"
    "  subjects = \"ip4\"; scope = \"asn\";\n"
    "  codes = ( { answer = \"127.0.0.2\"; name = \"A\"; } ); },\n"
    "{ id = \"good\"; provider = \"Good\"; zone = \"good.test\";\n"
    "  subjects = \"ip4\"; kind = \"allow\";\n"
    "  codes = ( { answer = \"127.0.0.2\"; name = \"A\"; },\n"
    "   { answer = \"127.0.0.3\"; name = \"B\"; weight = 0; } ); },\n"
    "{ id = \"keyed\"; provider = \"Keyed\"; zone = \"{key}.keyed.test\";\n"
    "  subjects = \"ip4\";\n"
    "  codes = ( { answer = \"127.0.0.2\"; name = \"A\"; } ); },\n"
    "{ id = \"gone\"; provider = \"Gone\"; zone = \"gone.test\";\n"
    "  status = \"dead\"; since = \"2024-06-05\"; reason = \"shut down\"; }\n"
    ");\n";

/* What stands in repgate.conf's lists, with the rest around it. */
static struct config *
load(const char *lists, const char *more, struct problems *problems)
{
	char text[2048];

	scratch_write("p.conf", providers);
	snprintf(text, sizeof text,
	    "providers = \"p.conf\";\n"
	    "egress = ( { name = \"e\"; addresses = \"192.0.2.1\"; } );\n"
	    "lists = ( %s ); %s\n",
	    lists, more);
	return config_load(scratch_write("r.conf", text), problems);
}

static const struct {
	const char *use;
	uint32_t codes;
	int want, want_most;
} weights[] = {
    {"list = \"plain\"; weight = 3;", 1, 3, 3},
    {"list = \"plain\"; weight = 3;", 0, 0, 3},
    {"list = \"mixed\"; weight = 3;", 1, 3, 9},
    /* Of several codes the heaviest counts, once. */
    {"list = \"mixed\"; weight = 3;", 1 | 2, 9, 9},
    {"list = \"mixed\"; weight = 3;", 1 | 4, 3, 9},
    {"list = \"mixed\"; weight = 3;", 4, 0, 9},
    {"list = \"mixed\"; weight = 3;", 8, 0, 9},
    {"list = \"mixed\"; weight = 3;", 1 | 8, 3, 9},
    {"list = \"mixed\"; weight = 3;", 16, 0, 9},
    {"list = \"mixed\"; weight = 3;", 32, 3, 9},
    {"list = \"mixed\"; weight = 3;", 64, -4, 9},
    {"list = \"mixed\"; weight = 3;", 1 | 64, -4, 9},
    {"list = \"mixed\"; weight = 4;", 1 | 64, 4, 9},
    {"list = \"mixed\"; weight = 4;", 64 | 32, 4, 9},
    {"list = \"mixed\"; weight = 3; scopes = [ \"range\" ];", 8, 3, 3},
    {"list = \"mixed\"; weight = 3; scopes = [ \"range\" ];", 1 | 2, 0, 3},
    {"list = \"mixed\"; weight = 3; scopes = [ \"asn\", \"address\" ];", 16, 9,
	9},
    {"list = \"mixed\"; weight = 3; scopes = [ \"address\" ];", 32, 0, 9},
    {"list = \"plain\"; weight = 3; scopes = [];", 1, 0, 0},
    {"list = \"wide\"; weight = 3;", 1, 0, 0},
    {"list = \"wide\"; weight = 3; scopes = \"range\";", 1, 0, 0},
    {"list = \"wide\"; weight = 3; scopes = [ \"address\", \"asn\" ];", 1, 3,
	3},
    {"list = \"good\"; weight = 3;", 1, -3, 0},
    {"list = \"good\"; weight = 3;", 2, 0, 0},
};

static void
weighs_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(weights); i++) {
		struct problems *problems = problems_create();
		char lists[256];
		struct config *config;

		/* One that counts, so that something can be listed. */
		snprintf(lists, sizeof lists, "{ %s }%s", weights[i].use,
		    weights[i].want_most > 0 ? "" : ", { list = \"mixed\"; }");
		config = load(lists, "", problems);
		for (size_t j = 0; j < problems_count(problems); j++)
			print_message("%s\n", problems_text(problems, j));
		assert_non_null(config);
		if (use_weight(&config->lists[0], weights[i].codes) !=
			weights[i].want ||
		    config->lists[0].most != weights[i].want_most)
			fail_msg("row %zu: %d, most %d", i,
			    use_weight(&config->lists[0], weights[i].codes),
			    config->lists[0].most);
		config_unref(config);
		problems_destroy(&problems);
	}
}

/* The path of a good key file is put for @. */
static const struct {
	const char *lists, *more;
	const char *want; /* a problem; NULL: none */
	bool is_good;
} cases[] = {
    {"{ list = \"plain\"; }", "", NULL, true},
    {"{ list = \"gone\"; }, { list = \"plain\"; }", "",
	"r.conf:3: warning: lists.list: \"gone\" is dead since 2024-06-05 and "
	"is not asked: shut down",
	true},
    {"{ list = \"gone\"; }", "", "all of them are dead", false},
    {"{ list = \"keyed\"; key_file = \"./key\"; }", "", NULL, true},
    {"{ list = \"keyed\"; key_file = \"./open\"; }", "",
	"open: its mode is 0644", false},
    {"{ list = \"keyed\"; key_file = \"./none\"; }", "",
	"none: cannot be opened", false},
    {"{ list = \"keyed\"; }", "", "list \"keyed\" needs a key", false},
    {"{ list = \"plain\"; key_file = \"./key\"; }", "",
	"list \"plain\" takes no key", false},
    {"{ list = \"keyed\"; key_file = \"\"; }", "", "text that is not empty",
	false},
    {"{ list = \"keyed\"; key_file = \"" KEY "\"; }", "",
	"expected the path of a file that holds the key", false},
    {"{ list = \"plain\"; scopes = [ \"asm\" ]; }", "",
	"found \"asm\", expected \"address\", \"range\", \"asn\" or \"policy\"",
	false},
    {"{ list = \"wide\"; weight = 9; }", "",
	"found 1, but all weights together are 0", false},
    {"{ list = \"wide\"; weight = 9; scopes = \"asn\"; }", "listed_at = 9;",
	NULL, true},
    {"{ list = \"good\"; weight = 9; }, { list = \"plain\"; }",
	"listed_at = 2;", "all weights together are 1", false},
    {"{ list = \"plian\"; weight = 9; }", "listed_at = 5;",
	"the nearest known list is \"plain\"", false},
};

static bool
has(const struct problems *problems, const char *piece)
{
	for (size_t i = 0; i < problems_count(problems); i++)
		if (strstr(problems_text(problems, i), piece))
			return true;
	return false;
}

static void
write_key(const char *name, const char *key, mode_t mode)
{
	assert_int_equal(chmod(scratch_write(name, key), mode), 0);
}

static void
checks_uses(void **state)
{
	(void)state;
	write_key("key", KEY "\n", 0600);
	write_key("open", KEY "\n", 0644);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problems *problems = problems_create();
		struct config *config =
		    load(cases[i].lists, cases[i].more, problems);

		for (size_t j = 0; j < problems_count(problems); j++)
			print_message("%s\n", problems_text(problems, j));
		assert_int_equal(config != NULL, cases[i].is_good);
		assert_int_equal(
		    problems_error_count(problems), !cases[i].is_good);
		assert_int_equal(problems_count(problems) > 0, !!cases[i].want);
		if (cases[i].want && !has(problems, cases[i].want))
			fail_msg("row %zu: no \"%s\"", i, cases[i].want);
		assert_false(has(problems, KEY));
		config_unref(config);
		problems_destroy(&problems);
	}
}

static void
puts_the_key_into_the_zone(void **state)
{
	struct problems *problems = problems_create();
	struct config *config;

	(void)state;
	write_key("key", KEY "\n", 0600);
	config = load("{ list = \"keyed\"; key_file = \"./key\"; },"
		      "{ list = \"plain\"; }",
	    "", problems);
	assert_non_null(config);
	assert_string_equal(config->lists[0].zone, KEY ".keyed.test");
	assert_string_equal(config->lists[0].key, KEY);
	assert_string_equal(config->lists[0].list->zone, "{key}.keyed.test");
	assert_string_equal(config->lists[1].zone, "plain.test");
	assert_null(config->lists[1].key);
	config_unref(config);
	problems_destroy(&problems);
}

static void
the_dead_are_not_used(void **state)
{
	struct problems *problems = problems_create();
	struct config *config =
	    load("{ list = \"gone\"; }, { list = \"plain\"; }", "", problems);

	(void)state;
	assert_non_null(config);
	assert_int_equal(config->list_count, 1);
	assert_string_equal(config->lists[0].list->id, "plain");
	config_unref(config);
	problems_destroy(&problems);
}

#define WITH_FILES(test) \
	cmocka_unit_test_setup_teardown(test, scratch_create, scratch_destroy)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FILES(weighs_answers),
	    WITH_FILES(checks_uses),
	    WITH_FILES(puts_the_key_into_the_zone),
	    WITH_FILES(the_dead_are_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
