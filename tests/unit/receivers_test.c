#include "config/directory.h"
#include "config/problems.h"
#include "config/receivers.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define LISTS                                                                 \
	"lists = ( { id = \"one\"; zone = \"bl.example.test\"; provider = "   \
	"\"P\"; subjects = [ \"ip4\" ]; codes = ( { answer = \"127.0.0.2\"; " \
	"name = \"A\"; } ); } );\n"
#define X "receivers = ( { id = \"x\"; name = \"X\"; mx = [ \"*.x.test\" ]; "
#define RULE "{ pattern = \"a\"; class = \"policy\"; }"

static void
reads_receivers(void **state)
{
	const char *path = scratch_write("p.conf",
	    LISTS "replies = ( " RULE " );\n"
		  "list_names = ( { name = \"L\"; pattern = \"l\"; } );\n" X
		  "removal = \"mailto:a@x.test\"; codes = ( { pattern = \"c\";"
		  " class = \"auth\"; } ); replies = ( { pattern = \"b\"; "
		  "class = \"ip-blocked\"; list = \"B\"; removal = "
		  "\"https://x.test/?{subject}\"; } ); } );");
	struct problems *problems = problems_create();
	struct directory *directory = directory_read(path, problems);
	const struct receivers *receivers;
	const struct receiver *x;

	(void)state;
	assert_int_equal(problems_count(problems), 0);
	receivers = directory->receivers;
	assert_int_equal(receivers->count, 1);
	assert_int_equal(receivers->rules.count, 1);
	assert_int_equal(receivers->rules.items[0].class, REPLY_POLICY);
	assert_int_equal(receivers->tellings.count, 1);
	assert_int_equal(receivers->tellings.items[0].class, REPLY_AUTH);
	assert_int_equal(receivers->list_count, 1);
	assert_string_equal(receivers->list_names[0].name, "L");
	assert_null(receivers->list_names[0].removal);
	x = &receivers->items[0];
	assert_string_equal(x->name, "X");
	assert_string_equal(x->removal, "mailto:a@x.test");
	assert_int_equal(x->mx.count, 1);
	assert_int_equal(x->rules.count, 2);
	assert_string_equal(x->rules.items[1].list, "B");
	assert_string_equal(
	    x->rules.items[1].removal, "https://x.test/?{subject}");
	directory_destroy(&directory);
	problems_destroy(&problems);
}

/* What stands behind the lists, and the error that it must have; NULL: none. */
static const struct {
	const char *text, *want;
} cases[] = {
    {"", NULL},
    {"replies = ();", NULL},
    {X "} );", NULL},
    {"receivers = ( { name = \"X\"; mx = \"m.test\"; } );",
	"receivers.id: it is missing"},
    {"receivers = ( { id = \"x\"; mx = \"m.test\"; } );",
	"receivers.name: it is missing"},
    {"receivers = ( { id = \"x\"; name = \"X\"; } );",
	"receivers.mx: it is missing"},
    {"receivers = ( { id = \"x\"; name = \"X\"; mx = []; } );",
	"receivers.mx: found an empty array"},
    {"receivers = ( { id = \"x\"; name = \"X\"; mx = \"m*.test\"; } );",
	"found \"m*.test\", expected a host name"},
    {"receivers = ( { id = \"x\"; name = \"X\"; mx = [ \"a.test\", \"A.test\" "
     "]; } );",
	"\"A.test\" is used already"},
    {X "}, { id = \"x\"; name = \"Y\"; mx = \"y.test\"; } );",
	"\"x\" is used already"},
    {X "}, { id = \"y\"; name = \"Y\"; mx = \"*.x.test\"; } );",
	"\"*.x.test\" is used already"},
    {X "removal = \"x.test\"; } );", "expected an http://"},
    {X "removal = \"mailto:x.test\"; } );", "expected an http://"},
    {X "reply = (); } );", "unknown key \"reply\""},
    {"replies = ( { class = \"policy\"; } );",
	"p.conf:2: error: replies.pattern: it is missing"},
    {"replies = ( { pattern = \"a\"; } );", "replies.class: it is missing"},
    {"replies = ( { pattern = \"a\"; class = \"ip\"; } );",
	"found \"ip\", expected \"ip-blocked\", \"ip-throttled\""},
    {"\n\nreplies = ( " RULE ",\n{ pattern = \"a(b\"; class = \"policy\"; } );",
	"p.conf:5: error: replies.pattern: found \"a(b\", expected a PCRE2 "
	"pattern: missing closing parenthesis, at offset 3"},
    {X "replies = ( { pattern = \"a\"; class = \"policy\"; lst = \"x\"; } ); } "
       ");",
	"unknown key \"lst\": the nearest known key is \"list\""},
    {"terms = ( { name = \"t\"; pattern = \"a|b\"; }, { name = \"u\"; "
     "pattern = \"%t%\"; } ); replies = ( { pattern = \"%u%\"; class = "
     "\"policy\"; } );",
	NULL},
    {"replies = ( { pattern = \"%u%\"; class = \"policy\"; } );",
	"replies.pattern: found %u%, expected the name of a term"},
    {"terms = ( { name = \"u\"; pattern = \"%u%\"; } );",
	"terms.pattern: found %u%, expected the name of a term"},
    {"terms = ( { name = \"U1\"; pattern = \"a\"; } );",
	"terms.name: found \"U1\", expected up to 32 small letters"},
    {"terms = ( { pattern = \"a\"; } );", "terms.name: it is missing"},
    {"terms = ( { name = \"u\"; pattern = \"(\"; } ); replies = ( { pattern "
     "= \"%u%\"; class = \"policy\"; } );",
	"replies.pattern: found \"(?:()\", expected a PCRE2 pattern"},
    {"list_names = ( { pattern = \"a\"; } );",
	"list_names.name: it is missing"},
    {"list_names = ( { name = \"a\"; pattern = \"+\"; } );",
	"quantifier does not follow a repeatable item, at offset 0"},
};

static void
says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[2048];
		struct problems *problems = problems_create();
		struct directory *directory;
		bool is_found = false;

		snprintf(text, sizeof text, LISTS "%s", cases[i].text);
		directory =
		    directory_read(scratch_write("p.conf", text), problems);
		for (size_t j = 0;
		     cases[i].want && j < problems_count(problems); j++)
			is_found |= strstr(problems_text(problems, j),
					cases[i].want) != NULL;
		if (is_found == !cases[i].want || !directory == !cases[i].want)
			fail_msg("%s: found \"%s\", wanted \"%s\"",
			    cases[i].text,
			    problems_count(problems)
				? problems_text(problems, 0)
				: "",
			    cases[i].want ? cases[i].want : "no error");
		directory_destroy(&directory);
		problems_destroy(&problems);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		reads_receivers, scratch_create, scratch_destroy),
	    cmocka_unit_test_setup_teardown(
		says_what_is_wrong, scratch_create, scratch_destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
