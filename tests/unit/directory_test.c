#include "config/directory.h"
#include "config/problems.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define REST                                        \
	"provider = \"P\"; subjects = [ \"ip4\" ];" \
	" codes = ( { answer = \"127.0.0.2\"; name = \"A\"; } ); "
#define CODES(codes)                                                   \
	"id = \"c\"; zone = \"c.test\"; provider = \"P\"; subjects = " \
	"\"ip4\"; "                                                    \
	"codes = ( " codes " ); "
#define ONE "id = \"one\"; zone = \"bl.example.test\"; " REST

static void
reads_a_list(void **state)
{
	const char *path = scratch_write("p.conf",
	    "lists = ( { id = \"x-1\"; provider = \"Some One\";\n"
	    "zone = \"bl.example.test\"; subjects = [ \"ip4\", \"ip6\" ];\n"
	    "codes = ( { answer = \"127.0.0.2\"; name = \"A\"; },\n"
	    "  { answer = \"127.0.0.4-7\"; name = \"B\"; } );\n"
	    "refusals = ( { answer = \"127.255.255.254\"; cause = \"no\"; } "
	    ");\nlookup = \"https://example.test/{subject}\"; } );\n");
	struct problems *problems = problems_create();
	struct directory *directory = directory_read(path, problems);
	const struct list *list;

	(void)state;
	assert_int_equal(problems_count(problems), 0);
	assert_non_null(directory);
	assert_int_equal(directory->list_count, 1);
	assert_null(directory_find(directory, "x-2"));
	list = directory_find(directory, "x-1");
	assert_ptr_equal(list, &directory->lists[0]);
	assert_string_equal(list->provider, "Some One");
	assert_string_equal(list->zone, "bl.example.test");
	assert_true(list->knows_ip4 && list->knows_ip6);
	assert_int_equal(list->code_count, 2);
	assert_int_equal(list->codes[0].low, 0x7f000002);
	assert_int_equal(list->codes[0].high, 0x7f000002);
	assert_int_equal(list->codes[1].low, 0x7f000004);
	assert_int_equal(list->codes[1].high, 0x7f000007);
	assert_string_equal(list->codes[1].name, "B");
	assert_int_equal(list->refusal_count, 1);
	assert_int_equal(list->refusals[0].low, 0x7ffffffe);
	assert_string_equal(list->refusals[0].cause, "no");
	assert_string_equal(list->lookup, "https://example.test/{subject}");
	assert_null(list->removal);
	directory_destroy(&directory);
	assert_null(directory);
	problems_destroy(&problems);
}

/* Each list's entries for tests, as text; "" where it has none. */
static const struct {
	const char *more;
	const char *want[6]; /* IPv4, IPv6, domain: listed, clean */
} entries[] = {
    {"subjects = \"ip4\";", {"4:7f000002", "4:7f000001", "", "", "", ""}},
    {"subjects = \"ip6\";", {"", "", "6:00000000000000000000ffff7f000002",
				"6:00000000000000000000ffff7f000001", "", ""}},
    {"subjects = \"domain\";", {"", "", "", "", "test", "invalid"}},
    {"subjects = [ \"ip4\", \"ip6\" ]; test = { listed = \"127.0.0.9\"; };"
     "test6 = { clean = \"none\"; };",
	{"4:7f000009", "4:7f000001", "6:00000000000000000000ffff7f000002", "",
	    "", ""}},
    {"subjects = \"ip4\"; test = { listed = \"none\"; clean = \"none\"; };",
	{"", "", "", "", "", ""}},
    {"subjects = \"domain\"; test_domain = { listed = \"listed.test\";"
     " clean = \"none\"; };",
	{"", "", "", "", "listed.test", ""}},
};

static void
check_entry(const struct address *entry, const char *want)
{
	char text[64] = "";
	int length = entry->family == 6 ? 16 : 4;

	if (entry->family != 0)
		sprintf(text, "%d:", entry->family);
	for (int i = 0; entry->family != 0 && i < length; i++)
		sprintf(text + 2 + 2 * i, "%02x", entry->bytes[i]);
	assert_string_equal(text, want);
}

static void
knows_the_entries_for_tests(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
		const char *const *want = entries[i].want;
		struct problems *problems = problems_create();
		struct directory *directory;
		const struct list *list;
		char text[512];

		snprintf(text, sizeof text,
		    "lists = ( { id = \"a\"; provider = \"P\"; zone = "
		    "\"a.test\"; codes = ( { answer = \"127.0.0.2\"; name = "
		    "\"A\"; } ); %s } );",
		    entries[i].more);
		directory =
		    directory_read(scratch_write("p.conf", text), problems);
		assert_non_null(directory);
		list = &directory->lists[0];
		check_entry(&list->test4.listed, want[0]);
		check_entry(&list->test4.clean, want[1]);
		check_entry(&list->test6.listed, want[2]);
		check_entry(&list->test6.clean, want[3]);
		assert_string_equal(
		    list->test_domain.listed ? list->test_domain.listed : "",
		    want[4]);
		assert_string_equal(
		    list->test_domain.clean ? list->test_domain.clean : "",
		    want[5]);
		directory_destroy(&directory);
		problems_destroy(&problems);
	}
}

/* A group's text, and a piece that one of the errors must have; NULL: none. */
static const struct {
	const char *list, *want;
} cases[] = {
    {ONE, NULL},
    {"zone = \"a.test\"; " REST, "lists.id: it is missing"},
    {"id = \"a_b\"; zone = \"a.test\"; " REST, "found \"a_b\", expected an id"},
    {"id = \"a\"; zone = \"a..test\"; " REST, "expected a DNS name"},
    {"id = \"a\"; zone = \".a.test\"; " REST, "expected a DNS name"},
    {"id = \"a\"; zone = \"a.test.\"; " REST, "expected a DNS name"},
    {"id = \"a\"; zone = \"a b.test\"; " REST, "expected a DNS name"},
    {"id = \"a\"; zone = 3; " REST, "found the number 3, expected a string"},
    {"id = \"a\"; zone = \"a.test\"; provider = \"P\"; subjects = [];"
     " codes = ();",
	"lists.subjects: found an empty array"},
    {"id = \"a\"; zone = \"a.test\"; provider = \"P\"; subjects = \"ip4\";"
     " codes = ();",
	"lists.codes: found an empty list"},
    {"id = \"a\"; zone = \"a.test\"; provider = \"P\"; subjects = [\"ip5\"];",
	"found \"ip5\", expected \"ip4\", \"ip6\" or \"domain\""},
    {"id = \"a\"; zone = \"a.test\"; provider = \"P\"; subjects = \"ip4\";",
	"lists.codes: it is missing"},
    {ONE "refusals = ( { answer = \"127.0.0.1-2\"; cause = \"c\"; } );",
	"\"127.0.0.1-2\" has a meaning already"},
    {ONE "refusals = ( { answer = \"127.0.0.3-1\"; cause = \"c\"; } );",
	"expected an IPv4 address, or a range"},
    {ONE "refusals = ( { answer = \"127.0.0.3-256\"; cause = \"c\"; } );",
	"expected an IPv4 address, or a range"},
    {ONE "refusals = ( { answer = \"127.0.0.3-\"; cause = \"c\"; } );",
	"expected an IPv4 address, or a range"},
    {ONE "refusals = ( { answer = \"127.0.0.3-4294967300\";"
	 " cause = \"c\"; } );",
	"expected an IPv4 address, or a range"},
    {ONE "refusals = ( { answer = \"127.0.0.3\"; } );",
	"lists.refusals.cause: it is missing"},
    {ONE "refusals = ( { answer = \"192.0.2.1\"; cause = \"c\"; } );", NULL},
    {"id = \"a\"; zone = \"a.test\"; provider = \"P\"; subjects = \"ip4\";"
     " codes = ( { answer = \"10.0.0.2\"; name = \"A\"; } );",
	"found \"10.0.0.2\", expected an answer in 127.0.0.0/8"},
    {"id = \"a\"; zone = \"a.test\"; provider = \"P\"; subjects = \"ip4\";"
     " codes = ( { answer = \"127.0.0.2-9\"; name = \"A\"; },"
     " { answer = \"127.0.0.9\"; name = \"B\"; } );",
	"\"127.0.0.9\" has a meaning already"},
    {ONE "lookup = \"ftp://example.test/\";", "expected an http://"},
    {ONE "lookup = \"https://\";", "expected an http://"},
    {ONE "lookup = \"https://a b\";", "expected an http://"},
    {ONE "removal = \"https://a'b\";", "expected an http://"},
    /* dead ones */
    {"id = \"a\"; zone = \"a.test\"; provider = \"P\"; status = \"dead\";"
     " since = \"2024\"; reason = \"r\";",
	NULL},
    {"id = \"a\"; zone = \"a.test\"; provider = \"P\"; status = \"dead\";"
     " reason = \"r\";",
	"lists.since: it is missing"},
    {"id = \"a\"; zone = \"a.test\"; provider = \"P\"; status = \"dead\";"
     " since = \"2024\";",
	"lists.reason: it is missing"},
    {ONE "since = \"2024\";", "lists.since: expected only with status"},
    {ONE "status = \"ill\";", "found \"ill\", expected \"alive\" or \"dead\""},
    /* schemes */
    {CODES("{ mask = 4; name = \"A\"; }"), NULL},
    {CODES("{ mask = 4; name = \"A\"; }, { mask = 8; name = \"B\"; }"), NULL},
    {CODES("{ mask = 4; name = \"A\"; }, { mask = 12; name = \"B\"; }"),
	"\"127.0.0.0-255\" has a meaning already"},
    {CODES("{ mask = 4; name = \"A\"; }") "refusals = ( { answer = "
					  "\"127.0.0.1\"; cause = \"c\"; } );",
	NULL},
    {CODES("{ mask = 4; name = \"A\"; }") "clean = \"127.0.0.1\";",
	"\"127.0.0.1\" has a meaning already"},
    {CODES("{ mask = 0; name = \"A\"; }"), "a whole number from 1 to 255"},
    {CODES("{ mask = 256; name = \"A\"; }"), "a whole number from 1 to 255"},
    {CODES("{ mask = 1; octet = 3; name = \"A\"; }"),
	"lists.codes.answer: it is missing"},
    {CODES("{ answer = \"127.0.0-3.1\"; mask = 1; octet = 3;"
	   " name = \"A\"; }"),
	NULL},
    {CODES("{ answer = \"127.0.0.1-9\"; mask = 1; octet = 3;"
	   " name = \"A\"; }"),
	"expected a range as number 3"},
    {CODES("{ answer = \"127.0.0-3.1\"; mask = 1; octet = 1;"
	   " name = \"A\"; }"),
	"a whole number from 2 to 4"},
    {CODES("{ below = 70; above = 80; name = \"A\"; }"),
	"expected only one of \"mask\", \"below\" and \"above\""},
    {CODES("{ below = 30; name = \"A\"; }, { above = 70; name = \"B\"; }"),
	NULL},
    {CODES("{ below = 30; name = \"A\"; }, { above = 28; name = \"B\"; }"),
	"has a meaning already"},
    {CODES("{ answer = \"127.0.0.2\"; below = 3; name = \"A\"; }"),
	"expected a range as number 4"},
    {CODES("{ below = 0; name = \"A\"; }"), "a whole number from 1 to 255"},
    {CODES("{ above = 255; name = \"A\"; }"), "a whole number from 0 to 254"},
    {CODES("{ below = 30; weight = 1001; name = \"A\"; }"),
	"a whole number from -1000 to 1000"},
    {CODES("{ below = 30; scope = \"net\"; name = \"A\"; }"),
	"found \"net\", expected \"address\""},
    {ONE "scope = \"net\";", "found \"net\", expected \"address\""},
    {ONE "kind = \"grey\";", "found \"grey\", expected \"block\" or"},
    /* answers that are no listings */
    {ONE "clean = [ \"127.0.0.3\", \"127.0.1.0-9\" ];", NULL},
    {ONE "clean = [ \"127.0.0.3\", \"127.0.0.2-9\" ];",
	"\"127.0.0.2-9\" has a meaning already"},
    {ONE "clean = [ \"127.0.0.3\", \"127.0.0.3\" ];",
	"\"127.0.0.3\" has a meaning already"},
    {ONE "clean = \"10.0.0.3\";", "expected an answer in 127.0.0.0/8"},
    {ONE "clean = \"127.0.0.3\"; refusals = ( { answer = \"127.0.0.3\";"
	 " cause = \"c\"; } );",
	"\"127.0.0.3\" has a meaning already"},
    /* zones with keys */
    {"id = \"a\"; zone = \"{key}.a.test\"; " REST, NULL},
    {"id = \"a\"; zone = \"a.{key}.test\"; " REST, NULL},
    {"id = \"a\"; zone = \"{key}.{key}.test\"; " REST, "expected a DNS name"},
    {"id = \"a\"; zone = \"{kay}.test\"; " REST, "expected a DNS name"},
    {"id = \"a\"; zone = \"{key}..test\"; " REST, "expected a DNS name"},
    /* tests */
    {ONE "test = { listed = \"127.0.0.9\"; clean = \"none\"; };", NULL},
    {ONE "test = { listed = \"::1\"; };",
	"expected an IPv4 address or \"none\""},
    {ONE "test6 = { listed = \"1.2.3.4\"; };",
	"expected an IPv6 address or \"none\""},
    {ONE "test = { liste = \"127.0.0.2\"; };", "unknown key \"liste\""},
    {ONE "test_domain = { clean = \"a b\"; };", "expected a domain"},
    {ONE "impact = \"huge\";", "found \"huge\", expected \"noise\""},
    {ONE "terms = \"free\";", "found \"free\", expected \"public\""},
    {ONE "how = \"phone\";", "found \"phone\", expected \"self-service\""},
    {ONE "removel = \"https://a/\";",
	"unknown key \"removel\": the nearest known key is \"removal\""},
};

/* piece NULL: there is none. */
static bool
some_problem_has(const struct problems *problems, const char *piece)
{
	for (size_t i = 0; piece && i < problems_count(problems); i++)
		if (strstr(problems_text(problems, i), piece))
			return true;
	return !piece && problems_count(problems) == 0;
}

static void
print_problems(const struct problems *problems)
{
	for (size_t i = 0; i < problems_count(problems); i++)
		print_message("%s\n", problems_text(problems, i));
}

static void
checks_every_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct problems *problems = problems_create();
		struct directory *directory;
		char text[2048];

		snprintf(
		    text, sizeof text, "lists = ( { %s } );\n", cases[i].list);
		directory =
		    directory_read(scratch_write("p.conf", text), problems);
		if ((directory != NULL) != (cases[i].want == NULL) ||
		    !some_problem_has(problems, cases[i].want)) {
			print_problems(problems);
			fail_msg("%s", cases[i].list);
		}
		directory_destroy(&directory);
		problems_destroy(&problems);
	}
}

static void
ends_at_its_limits(void **state)
{
	static char text[8192];

	(void)state;
	for (int count = LIST_CODES_MAX; count <= LIST_CODES_MAX + 1; count++) {
		struct problems *problems = problems_create();
		struct directory *directory;
		int used = snprintf(text, sizeof text,
		    "lists = ( { id = \"a\"; provider = \"P\"; zone = "
		    "\"a.test\"; subjects = \"ip4\"; codes = ( ");

		for (int i = 0; i < count; i++)
			used += snprintf(text + used, sizeof text - used,
			    "%s{ answer = \"127.0.0.%d\"; name = \"A\"; }",
			    i ? ", " : "", i + 2);
		snprintf(text + used, sizeof text - used, "); } );");
		directory =
		    directory_read(scratch_write("p.conf", text), problems);
		assert_int_equal(directory != NULL, count == LIST_CODES_MAX);
		assert_int_equal(
		    problems_count(problems), count == LIST_CODES_MAX ? 0 : 1);
		directory_destroy(&directory);
		problems_destroy(&problems);
	}
}

static void
wants_each_id_once(void **state)
{
	struct problems *problems = problems_create();

	(void)state;
	assert_null(directory_read(
	    scratch_write("p.conf",
		"lists = ( { " ONE "},\n { " ONE "} );\nreceivers = ();\n"),
	    problems));
	assert_int_equal(problems_count(problems), 1);
	assert_non_null(strstr(problems_text(problems, 0),
	    "p.conf:2: error: lists.id: \"one\" is used already"));
	problems_destroy(&problems);
}

static void
compares_what_answers_mean(void **state)
{
	struct list_code codes[2] = {
	    {.low = 1, .high = 2, .name = (char[]){"A"}},
	    {.low = 3, .high = 3, .name = (char[]){"B"}}};
	struct list_refusal refusal = {9, 9, (char[]){"c"}};
	const struct list a = {.zone = (char[]){"a.test"},
	    .codes = codes,
	    .code_count = 2,
	    .refusals = &refusal,
	    .refusal_count = 1};
	struct list_code other_code[2] = {codes[0], codes[1]};
	struct list_refusal other_refusal = refusal;
	struct list b = a;

	(void)state;
	b.codes = other_code;
	b.refusals = &other_refusal;
	b.provider = b.removal = (char[]){"other"};
	assert_true(list_equal(&a, &b));
	b.zone = (char[]){"b.test"};
	assert_false(list_equal(&a, &b));
	b.zone = a.zone;
	b.knows_ip6 = true;
	assert_false(list_equal(&a, &b));
	b.knows_ip6 = false;
	b.code_count = 1;
	assert_false(list_equal(&a, &b));
	b.code_count = 2;
	other_code[1].high = 4;
	assert_false(list_equal(&a, &b));
	other_code[1] =
	    (struct list_code){.low = 3, .high = 3, .name = (char[]){"C"}};
	assert_false(list_equal(&a, &b));
	other_code[1] = codes[1];
	other_code[1].mask = 1;
	assert_false(list_equal(&a, &b));
	other_code[1].mask = 0;
	other_code[1].weight = 7;
	other_code[1].scope = SCOPE_ASN;
	assert_true(list_equal(&a, &b));
	b.clean = &(struct run){5, 5};
	b.clean_count = 1;
	assert_false(list_equal(&a, &b));
	b.clean_count = 0;
	other_refusal.low = 8;
	assert_false(list_equal(&a, &b));
	b.refusal_count = 0;
	assert_false(list_equal(&a, &b));
}

static void
writes_urls(void **state)
{
	static const struct {
		const char *url;
		size_t size;
		const char *want;
	} urls[] = {
	    {"https://a.test/", 64, "https://a.test/"},
	    {"https://a.test/{subject}", 64, "https://a.test/192.0.2.1"},
	    {"{subject}?q={subject}&", 64, "192.0.2.1?q=192.0.2.1&"},
	    {"https://a.test/{sub}", 64, "https://a.test/{sub}"},
	    {"https://a.test/{subject}/x", 20, "https://a.test/192."},
	    {"https://a.test/{subject}", 9, "https://"},
	    {"https://a.test/{subject}", 1, ""},
	    {"", 64, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		char *text = test_malloc(urls[i].size);

		assert_ptr_equal(
		    list_url(text, urls[i].size, urls[i].url, "192.0.2.1"),
		    text);
		assert_string_equal(text, urls[i].want);
		test_free(text);
	}
}

#define WITH_FILES(test) \
	cmocka_unit_test_setup_teardown(test, scratch_create, scratch_destroy)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FILES(reads_a_list),
	    WITH_FILES(knows_the_entries_for_tests),
	    WITH_FILES(checks_every_key),
	    WITH_FILES(ends_at_its_limits),
	    WITH_FILES(wants_each_id_once),
	    cmocka_unit_test(compares_what_answers_mean),
	    cmocka_unit_test(writes_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
