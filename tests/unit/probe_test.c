/* Against a server in a thread, that says what it is told to. */
#include "evidence/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SILENCE ""
#define WELL "250-mx\r\n250 STARTTLS\r\n"

struct server {
	int listener;
	uint16_t port;
	pthread_t thread;
	/* In turn, each after what the client sent; NULL: hangs up. */
	const char *replies[4];
	char heard[1024];
};

struct fixture {
	struct event_base *base;
	int ended;
	char cause[512];
};

static uint16_t
open_port(int *fd)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof at;

	*fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(*fd, (struct sockaddr *)&at, length), 0);
	getsockname(*fd, (struct sockaddr *)&at, &length);
	return ntohs(at.sin_port);
}

static void *
serve(void *arg)
{
	struct server *server = arg;
	int fd = accept(server->listener, NULL, NULL);
	size_t used = 0;

	for (size_t i = 0; fd >= 0 && i < COUNT(server->replies); i++) {
		const char *reply = server->replies[i];
		ssize_t length;

		if (!reply)
			break;
		if (reply[0])
			send(fd, reply, strlen(reply), MSG_NOSIGNAL);
		length = recv(fd, server->heard + used,
		    sizeof server->heard - 1 - used, 0);
		if (length <= 0)
			break;
		used += length;
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void
server_start(struct server *server)
{
	server->port = open_port(&server->listener);
	assert_int_equal(listen(server->listener, 5), 0);
	pthread_create(&server->thread, NULL, serve, server);
}

static void
server_stop(struct server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
}

static void
on_done(void *arg, const char *cause)
{
	struct fixture *fixture = arg;

	fixture->ended++;
	snprintf(fixture->cause, sizeof fixture->cause, "%s",
	    cause ? cause : "well");
	event_base_loopbreak(fixture->base);
}

static void
probe(struct fixture *fixture, const struct targets *targets,
    const struct probe_terms *terms)
{
	*fixture = (struct fixture){.base = event_base_new()};
	probe_start(fixture->base, targets, terms, on_done, fixture);
	assert_int_equal(fixture->ended, 0); /* never from inside */
	event_base_dispatch(fixture->base);
	assert_int_equal(fixture->ended, 1);
	event_base_free(fixture->base);
}

static struct targets
one(uint16_t port)
{
	return (struct targets){
	    .items = {{{4, {127, 0, 0, 1}}, port, 0}}, .count = 1};
}

static const struct {
	const char *name;
	const char *replies[4];
	bool wants_tls, is_wrapped;
	const char *want;  /* after "127.0.0.1 port N: " */
	const char *heard; /* how it begins and ends */
} cases[] = {
    {"well", {"220 mx\r\n", WELL, "221 bye\r\n"}, true, false, "well",
	"EHLO QUIT\r\n"},
    {"without good-bye", {"220 mx\r\n", WELL, NULL}, true, false, "well", NULL},
    {"slow to say good-bye", {"220 mx\r\n", WELL, SILENCE}, true, false, "well",
	NULL},
    {"refuses", {"554 no\r\n"}, false, false, "it greets with: 554 no", NULL},
    {"no TLS", {"220 mx\r\n", "250 mx\r\n", "221 b\r\n"}, true, false,
	"it does not offer STARTTLS", "EHLO QUIT\r\n"},
    {"hangs up", {NULL}, false, false, "it closes the connection", NULL},
    {"silent", {SILENCE}, false, false, "no answer in time", NULL},
    {"silent, but TLS is to come first", {SILENCE}, false, true, "well", NULL},
};

static void
tells_good_from_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct probe_terms terms = {
		    .wants_tls = cases[i].wants_tls,
		    .is_wrapped = cases[i].is_wrapped,
		    .timeout_ms = 300,
		};
		struct server server = {0};
		struct fixture fixture;
		struct targets targets;
		char want[512];

		print_message("%s\n", cases[i].name);
		memcpy(server.replies, cases[i].replies, sizeof server.replies);
		server_start(&server);
		targets = one(server.port);
		snprintf(want, sizeof want, "127.0.0.1 port %u: %s",
		    server.port, cases[i].want);
		probe(&fixture, &targets, &terms);
		server_stop(&server);
		assert_string_equal(fixture.cause,
		    strcmp(cases[i].want, "well") == 0 ? "well" : want);
		if (!cases[i].heard)
			continue;
		assert_memory_equal(server.heard, "EHLO ", 5);
		assert_string_equal(
		    server.heard + strlen(server.heard) - 6, "QUIT\r\n");
	}
}

static void
tries_them_all(void **state)
{
	struct probe_terms terms = {.timeout_ms = 2000};
	struct server server = {.replies = {"220 mx\r\n", WELL, "221 b\r\n"}};
	struct targets targets;
	struct fixture fixture;
	int fd[2];

	(void)state;
	server_start(&server);
	targets = one(open_port(&fd[0])); /* nobody listens */
	targets.items[1] = one(open_port(&fd[1])).items[0];
	targets.items[2] = one(server.port).items[0];
	targets.count = 3;
	probe(&fixture, &targets, &terms);
	assert_string_equal(fixture.cause, "well");
	targets.count = 2;
	probe(&fixture, &targets, &terms);
	assert_non_null(strstr(fixture.cause, ": Connection refused"));
	server_stop(&server);
	close(fd[0]);
	close(fd[1]);
}

static void
is_called_off(void **state)
{
	struct probe_terms terms = {.timeout_ms = 50};
	struct fixture fixture = {.base = event_base_new()};
	struct server server = {.replies = {SILENCE}};
	struct targets targets;
	struct probe *probe;

	(void)state;
	server_start(&server);
	targets = one(server.port);
	probe = probe_start(fixture.base, &targets, &terms, on_done, &fixture);
	probe_cancel(&probe);
	assert_null(probe);
	probe = probe_start(fixture.base, &targets, &terms, on_done, &fixture);
	event_base_loop(fixture.base, EVLOOP_NONBLOCK);
	event_base_loop(fixture.base, EVLOOP_NONBLOCK);
	probe_cancel(&probe);
	event_base_dispatch(fixture.base);
	assert_int_equal(fixture.ended, 0);
	event_base_free(fixture.base);
	server_stop(&server);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_good_from_bad),
	    cmocka_unit_test(tries_them_all),
	    cmocka_unit_test(is_called_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
