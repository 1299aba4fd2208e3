#include "config/egresses.h"

#include "config/config.h"
#include "scratch_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
checks_egresses(void **state)
{
	static const char *const wants[] = {
	    "r.conf:3: error: egress.addresses: found \"foo\", expected an IP "
	    "address or \"auto\"",
	    "r.conf:3: error: egress.addresses: 192.0.2.1 is given twice; "
	    "expected each address once",
	    "r.conf:4: error: egress.name: \"a\" is used already; expected "
	    "each name once",
	    "r.conf:4: warning: egress: no mail reaches it: egress \"a\" "
	    "before it has no conditions and takes all",
	    "r.conf:4: error: egress.addresses: 192.0.2.1 belongs to egress "
	    "\"a\" already; expected each address once",
	    "r.conf:5: warning: egress: no mail reaches it: egress \"a\" "
	    "before it has no conditions and takes all",
	    "r.conf:5: error: egress.addresses: \"auto\" is given twice; "
	    "expected it once",
	    "r.conf:6: error: egress.name: it is missing, and has no default",
	    "r.conf:6: warning: egress: no mail reaches it: egress \"a\" "
	    "before it has no conditions and takes all",
	    "r.conf:6: error: egress.addresses: found an empty array, expected "
	    "at least one address",
	    "r.conf:7: error: egress.name: it is missing, and has no default",
	    "r.conf:7: warning: egress: no mail reaches it: egress \"a\" "
	    "before it has no conditions and takes all",
	    "r.conf:7: error: egress.addresses: \"auto\" stands in egress "
	    "\"b\" already; expected it once: the network sees one address "
	    "of each family",
	};

	(void)state;
	assert_null(load("providers = \"p.conf\"; lists = ( { list = "
			 "\"alpha\"; } );\negress = ( { name = \"a\";\n"
			 "addresses = [ \"192.0.2.1\", \"foo\", "
			 "\"192.0.2.1\" ]; },\n"
			 "{ name = \"a\"; addresses = \"::ffff:192.0.2.1\"; "
			 "},\n{ name = \"b\"; addresses = [ \"auto\", "
			 "\"auto\" ]; },\n{ addresses = []; },\n"
			 "{ addresses = \"auto\"; } );\n"));
	EXPECT(wants);
}

static void
takes_auto_beside_addresses(void **state)
{
	struct config *config =
	    load_auto("[ \"192.0.2.1\", \"auto\", \"2001:db8::1\" ]", "");

	(void)state;
	print_problems();
	assert_non_null(config);
	assert_true(config->egresses[0].is_auto);
	assert_int_equal(config->egresses[0].addresses.count, 2);
	assert_int_equal(config->egresses[0].addresses.items[1].family, 6);
	config_unref(config);
}

static void
warns_of_private_addresses(void **state)
{
	static const char *const wants[] = {
	    "r.conf:2: warning: egress.addresses: 10.1.2.3 is private: lists "
	    "know public addresses only",
	    "r.conf:3: warning: egress.addresses: 172.31.0.1 is private: lists "
	    "know public addresses only",
	    "r.conf:4: warning: egress.addresses: 192.168.0.1 is private: "
	    "lists know public addresses only",
	    "r.conf:5: warning: egress.addresses: fd00::1 is private: lists "
	    "know public addresses only",
	    "r.conf:6: warning: egress.addresses: fe80::1 is private: lists "
	    "know public addresses only",
	};
	struct config *config = load(
	    "providers = \"p.conf\"; lists = ( { list = \"alpha\"; } ); "
	    "egress = ( { name = \"a\"; addresses = [\n\"10.1.2.3\",\n"
	    "\"172.31.0.1\",\n\"192.168.0.1\",\n\"fd00::1\",\n\"fe80::1\",\n"
	    "\"172.32.0.1\", \"11.0.0.1\", \"127.0.0.2\", \"::1\","
	    " \"192.0.2.1\", \"2001:db8::1\", \"fec0::1\" ]; } );");

	(void)state;
	EXPECT(wants);
	assert_non_null(config);
	config_unref(config);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FILES(checks_egresses),
	    WITH_FILES(takes_auto_beside_addresses),
	    WITH_FILES(warns_of_private_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
