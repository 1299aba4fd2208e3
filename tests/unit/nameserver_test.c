/* Which servers are asked, as a resolver sees it. */
#include "resolver_world.h"

#include "config/config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* A port of 127.0.0.1 where nobody listens. */
static void
closed_port(char text[32])
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	getsockname(fd, (struct sockaddr *)&address, &size);
	close(fd);
	snprintf(text, 32, "127.0.0.1:%u", ntohs(address.sin_port));
}

static int64_t
cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void
says_when_nobody_listens(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply;
	char address[32];

	closed_port(address);
	open_resolver(fixture, address, 3);
	ask(fixture, "listed.test", DNS_TYPE_A, &reply);
	run(fixture);
	assert_int_equal(reply.status, DNS_UNREACHABLE);
}

/* One ICMP error ends what shares its socket; others may go without one. */
static void
a_dead_server_costs_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct reply replies[300];
	char address[32];
	int64_t begun_ms = cpu_ms();

	closed_port(address);
	open_resolver(fixture, address, 3);
	for (size_t i = 0; i < COUNT(replies); i++)
		ask(fixture, "listed.test", DNS_TYPE_A, &replies[i]);
	run(fixture);
	for (size_t i = 0; i < COUNT(replies); i++) {
		assert_int_equal(replies[i].calls, 1);
		assert_true(replies[i].status == DNS_UNREACHABLE ||
			    replies[i].status == DNS_TIMEOUT);
	}
	assert_true(cpu_ms() - begun_ms < 1000);
}

static void
goes_on_to_the_next_server(void **state)
{
	struct fixture *fixture = *state;
	char servers[80], address[32];
	struct reply reply;

	closed_port(address);
	snprintf(servers, sizeof servers, "%s,%s", address,
	    dns_server_address(fixture->server));
	open_resolver(fixture, servers, 1);
	ask(fixture, "listed.test", DNS_TYPE_A, &reply);
	run(fixture);
	assert_int_equal(reply.status, DNS_RESPONSE);
}

static void
refuses_unusable_servers(void **state)
{
	static const char *const servers[] = {
	    "nonsense", "127.0.0.1:53,nonsense"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(servers); i++) {
		struct dns_settings settings = {.servers = (char *)servers[i],
		    .timeout_ms = TIMEOUT_MS,
		    .tries = 1};
		char *reason = NULL;

		if (resolver_create(fixture->base, &settings, &reason))
			fail_msg("took %s", servers[i]);
		assert_non_null(strstr(reason, servers[i]));
		free(reason);
	}
}

static void
takes_the_systems_servers(void **state)
{
	struct fixture *fixture = *state;

	open_resolver(fixture, NULL, 1);
	assert_int_equal(resolver_asked(fixture->resolver), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RESOLVER_TEST(says_when_nobody_listens),
	    RESOLVER_TEST(a_dead_server_costs_nothing),
	    RESOLVER_TEST(goes_on_to_the_next_server),
	    RESOLVER_TEST(refuses_unusable_servers),
	    RESOLVER_TEST(takes_the_systems_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
