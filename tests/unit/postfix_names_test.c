#include "mta/postfix_names.h"

#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SPOOL "/var/spool/postfix"

static const struct {
	const char *socket, *queue_directory, *want;
} sockets[] = {
    {"unix:" SPOOL "/repgate/map.sock", SPOOL, "unix:repgate/map.sock"},
    {"local:" SPOOL "/repgate/map.sock", SPOOL, "unix:repgate/map.sock"},
    {"unix:" SPOOL "/repgate/map.sock", NULL,
	"unix:" SPOOL "/repgate/map.sock"},
    {"unix:" SPOOL "2/map.sock", SPOOL, "unix:" SPOOL "2/map.sock"},
    {"unix:/run/map.sock", SPOOL, "unix:/run/map.sock"},
    {"inet:8891@127.0.0.1", SPOOL, "inet:127.0.0.1:8891"},
    {"inet6:8891@::1", SPOOL, "inet:[::1]:8891"},
};

static void
names_sockets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sockets); i++) {
		char *got = postfix_names_socket(
		    sockets[i].socket, sockets[i].queue_directory);

		assert_string_equal(got, sockets[i].want);
		free(got);
	}
}

static const struct {
	char *nexthop;
	const char *want;
} transports[] = {
    {"smtp:[smarthost.test]:587", NULL},
    {"relay:smarthost.test", NULL},
    {"smtp-second:", "smtp-second"},
    {"smtps:[smarthost.test]", "smtps"},
    {"smt:", "smt"},
};

static void
knows_the_usual_transports(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(transports); i++) {
		struct route route = {.nexthop = transports[i].nexthop};
		char *got = postfix_names_own_transport(&route);

		if (transports[i].want)
			assert_string_equal(got, transports[i].want);
		else
			assert_null(got);
		free(got);
	}
}

static const struct {
	const char *value, *before, *after;
	int want; /* where; -1: nowhere */
} places[] = {
    {"unix:repgate/m.sock", "", "", 0},
    {"unix:" SPOOL "/repgate/m.sock", "", "", 0},
    {"inet:localhost:1, unix:repgate/m.sock", "", "", 18},
    {"{ unix:repgate/m.sock, default_action=accept }", "", "", 2},
    {"{unix:repgate/m.sock}", "", "", 1},
    {"unix:repgate/m.sock2 unix:repgate/m.sock", "", "", 21},
    {"unix:repgate/m.sock2", "", "", -1},
    {"unix:repgate/m", "", "", -1},
    {"", "", "", -1},
    {"hash:/x, socketmap:unix:repgate/m.sock:sender", "socketmap:", ":sender",
	9},
    {"socketmap:unix:repgate/m.sock:recipient", "socketmap:", ":sender", -1},
    {"socketmap:unix:repgate/m.sock:sender2", "socketmap:", ":sender", -1},
    {"unix:repgate/m.sock:sender", "socketmap:", ":sender", -1},
};

static void
finds_sockets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		const char *got = postfix_names_find(places[i].value,
		    "unix:" SPOOL "/repgate/m.sock", SPOOL, places[i].before,
		    places[i].after);

		print_message("%s\n", places[i].value);
		assert_int_equal(
		    got ? got - places[i].value : -1, places[i].want);
	}
}

static const struct {
	const char *value, *default_action;
	bool want;
} milters[] = {
    {"unix:m", "accept", true},
    {"unix:m", "tempfail", false},
    {"{ unix:m, default_action=accept }", "tempfail", true},
    {"{ unix:m, default_action=tempfail }", "accept", false},
    {"{ unix:m, default_action=accepted }", "accept", false},
    {"{ unix:m, connect_timeout=5s }", "accept", true},
    {"{ unix:m, connect_timeout=5s }", "tempfail", false},
    {"{ unix:x, default_action=accept }, unix:m", "tempfail", false},
    {"unix:m, { unix:x, default_action=accept }", "tempfail", false},
    {"{ unix:x, default_action=reject } { unix:m, default_action=accept }",
	"reject", true},
    {"{ unix:m, default_action=accept", "tempfail", false},
};

static void
knows_what_fails_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(milters); i++) {
		const char *value = milters[i].value;

		print_message("%s, %s\n", value, milters[i].default_action);
		assert_int_equal(
		    postfix_names_fails_open(value, strstr(value, "unix:m"),
			milters[i].default_action),
		    milters[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_sockets),
	    cmocka_unit_test(knows_the_usual_transports),
	    cmocka_unit_test(finds_sockets),
	    cmocka_unit_test(knows_what_fails_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
