/* The domains of senders that are watched, and the rules about them. */
#include "config/config.h"

#include "scratch_config.h"

static void
watches_domains(void **state)
{
	struct config *config;

	(void)state;
	scratch_write("d.conf",
	    "lists = ( " SCRATCH_LIST(
		"alpha") ", { id = \"dbl\"; provider = \"P\"; "
			 "zone = \"dbl.test\"; subjects = \"domain\"; codes = "
			 "( { answer = "
			 "\"127.0.0.2\"; name = \"A\"; } ); } );");
	config = load("providers = \"d.conf\"; "
		      "egress = ( { name = \"main\"; addresses = "
		      "\"192.0.2.1\"; } ); lists = ( { list = \"alpha\"; }, "
		      "{ list = \"dbl\"; } );\n"
		      "domains = [ \"Example.COM.\", \"example.org\" ];\n"
		      "policy = ( { name = \"all\"; then = \"pass\"; },\n"
		      "{ name = \"d\"; sender_domain = \"listed\"; "
		      "then = \"hold\"; } );");
	print_problems();
	assert_int_equal(problems_count(problems), 0);
	assert_non_null(config);
	assert_true(config->asks_domains);
	assert_int_equal(config->domains.count, 2);
	assert_string_equal(config->domains.items[0], "example.com");
	assert_false(config->rules[0].wants_listed_domain);
	assert_true(config->rules[1].wants_listed_domain);
	config_unref(config);
}

static void
checks_domains(void **state)
{
	static const char *const wants[] = {
	    "r.conf:3: error: domains: found \"localhost\", expected a domain "
	    "such as \"example.com\"",
	    "r.conf:4: error: domains: found \"192.0.2.1\", expected a domain "
	    "such as \"example.com\"",
	    "r.conf:5: error: domains: \"example.com\" is given twice; "
	    "expected each domain once",
	    "r.conf:7: warning: policy.sender_domain: it never holds: none of "
	    "the lists knows domains",
	    "r.conf:7: error: policy.then: \"reroute\" does not help a listed "
	    "domain, which is the same by every route; expected \"hold\", "
	    "\"defer\" or \"pass\"",
	    "r.conf:8: error: policy.sender_domain: found \"clean\", expected "
	    "\"listed\"",
	};

	(void)state;
	assert_null(
	    load(LEAST "\ndomains = [ \"example.com\",\n\"localhost\",\n"
		       "\"192.0.2.1\",\n\"EXAMPLE.com\" ];\n" ROUTES
		       "policy = ( { name = \"a\"; sender_domain = \"listed\"; "
		       "then = \"reroute\"; via = \"one\"; },\n"
		       "{ name = \"b\"; sender_domain = \"clean\"; "
		       "then = \"hold\"; } );"));
	EXPECT(wants);
}

/* With routes their SPF records are of use. */
static void
warns_of_useless_domains(void **state)
{
	static const char *const wants[] = {
	    "r.conf:2: warning: domains: nobody is asked about them: none of "
	    "the lists knows domains",
	};

	(void)state;
	config_unref(load(LEAST "\ndomains = \"example.com\";"));
	EXPECT(wants);
	config_unref(load(LEAST "\ndomains = \"example.com\";" ROUTES));
	EXPECT(wants);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FILES(watches_domains),
	    WITH_FILES(checks_domains),
	    WITH_FILES(warns_of_useless_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
