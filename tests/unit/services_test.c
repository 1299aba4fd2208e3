#include "config/services.h"

#include "config/config.h"
#include "scratch_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
knows_services(void **state)
{
	struct config *config = load_auto("\"auto\"", "");
	size_t ip6 = 0;

	(void)state;
	print_problems();
	assert_non_null(config);
	assert_int_equal(config->egresses[0].addresses.count, 0);
	assert_int_equal(config->discover_every_ms, 3600000);
	assert_int_equal(config->service_count, 3);
	for (size_t i = 0; i < config->service_count; i++) {
		assert_non_null(config->services[i].server);
		ip6 += config->services[i].server6 != NULL;
	}
	assert_int_equal(ip6, 2);
	config_unref(config);
}

static void
reads_services(void **state)
{
	struct config *config = load_auto("\"auto\"",
	    "discovery: { every = \"5m\"; services = (\n"
	    "{ id = \"one\"; server = \"192.0.2.53\"; name = \"my.test\"; "
	    "type = \"TXT\"; },\n"
	    "{ id = \"two\"; server = \"192.0.2.54:5353\"; "
	    "server6 = \"2001:db8::53\"; name = \"my.test\"; } ); };");
	const struct service *services;

	(void)state;
	print_problems();
	assert_non_null(config);
	services = config->services;
	assert_int_equal(config->service_count, 2);
	assert_int_equal(config->discover_every_ms, 300000);
	assert_string_equal(services[0].id, "one");
	assert_string_equal(services[0].server, "192.0.2.53:53");
	assert_null(services[0].server6);
	assert_true(services[0].is_text);
	assert_string_equal(services[1].server, "192.0.2.54:5353");
	assert_string_equal(services[1].server6, "[2001:db8::53]:53");
	assert_string_equal(services[1].name, "my.test");
	assert_false(services[1].is_text);
	config_unref(config);
}

static void
checks_services(void **state)
{
	static const char *const wants[] = {
	    "r.conf:3: error: discovery.services.server: found "
	    "\"2001:db8::53\", expected an IPv4 address",
	    "r.conf:3: error: discovery.services.server6: found "
	    "\"192.0.2.53\", expected an IPv6 address",
	    "r.conf:4: error: discovery.services.type: found \"AAAA\", "
	    "expected \"A\" or \"TXT\"",
	    "r.conf:4: error: discovery.services.server: it is missing; "
	    "expected server, server6 or both",
	    "r.conf:6: error: discovery.services.id: \"two\" is used already; "
	    "expected each id once",
	    "r.conf:6: error: discovery.services: it asks what \"two\" asks; "
	    "expected a service of its own",
	    "r.conf:7: error: discovery.services.id: it is missing, and has no "
	    "default",
	    "r.conf:7: error: unknown key \"url\": the nearest known key is "
	    "\"id\"",
	};

	(void)state;
	assert_null(load_auto("\"auto\"",
	    "discovery: { services = (\n"
	    "{ id = \"one\"; server6 = \"192.0.2.53\"; "
	    "server = \"2001:db8::53\"; name = \"my.test\"; },\n"
	    "{ id = \"none\"; name = \"my.test\"; type = \"AAAA\"; },\n"
	    "{ id = \"two\"; server = \"192.0.2.54\"; name = \"my.test\"; "
	    "},\n"
	    "{ id = \"two\"; server = \"192.0.2.54:53\"; name = "
	    "\"my.test\"; },\n"
	    "{ server = \"192.0.2.55\"; name = \"my.test\"; url = \"x\"; } "
	    "); };"));
	EXPECT(wants);
}

static void
wants_two_services(void **state)
{
	static const char *const wants[] = {
	    "r.conf:2: error: discovery.services: found 1 with server and 1 "
	    "with server6, expected at least 2 of one kind: an address is "
	    "believed when they agree",
	};

	(void)state;
	assert_null(load_auto("\"auto\"",
	    "discovery: { services = ( { id = \"one\"; server = \"192.0.2.53\";"
	    " server6 = \"::1\"; name = \"my.test\"; } ); };"));
	EXPECT(wants);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FILES(knows_services),
	    WITH_FILES(reads_services),
	    WITH_FILES(checks_services),
	    WITH_FILES(wants_two_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
