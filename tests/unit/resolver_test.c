#include "evidence/resolver.h"

#include "base/clock.h"
#include "config/config.h"
#include "dns_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define TIMEOUT_MS 300

static const char script[] =
    "listed.test A a 300 127.0.0.2 127.0.0.4\n"
    "listed.test TXT txt 60 See https://example.com/?q=127.0.0.2\n"
    "alias.test A cname 20 target.test 127.0.0.9\n"
    "gone.test * nxdomain 900 60\n"
    "empty.test * nodata 40 600\n"
    "servfail.test * servfail\n"
    "refused.test * refused\n"
    "silent.test * drop\n"
    "big.test A truncated 30 127.0.0.3\n"
    "wrong-id.test A wrong-id 30 127.0.0.2\n"
    "wrong-question.test A wrong-question 30 127.0.0.2\n"
    "garbage.test * garbage\n"
    "cut.test A cut 30 127.0.0.2\n"
    "slow.test A slow 150 30 127.0.0.2\n"
    "late.test A slow 700 30 127.0.0.2\n"
    "flaky.test A flaky 1 30 127.0.0.2\n"
    "flakier.test A flaky 2 30 127.0.0.2\n"
    "hollow.test A empty\n"
    "*.large.test A truncated 30 127.0.0.3\n"
    "*.many.test A a 30 127.0.0.2\n"
    "*.queue.test A drop\n";

struct fixture {
	struct dns_server *server;
	struct event_base *base;
	struct resolver *resolver;
	int calls, open;
	bool is_asking; /* inside resolver_ask */
};

struct reply {
	struct fixture *fixture;
	int calls;
	enum dns_status status;
	bool has_message;
	struct message message;
};

static void
open_resolver(struct fixture *fixture, const char *servers, int tries)
{
	struct dns_settings settings = {.servers = (char *)servers,
	    .timeout_ms = TIMEOUT_MS,
	    .tries = tries};
	char *reason = NULL;

	resolver_destroy(&fixture->resolver);
	fixture->resolver = resolver_create(fixture->base, &settings, &reason);
	if (!fixture->resolver)
		fail_msg("%s", reason);
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	assert_non_null(fixture);
	fixture->server = dns_server_start(script);
	fixture->base = event_base_new();
	assert_non_null(fixture->base);
	open_resolver(fixture, dns_server_address(fixture->server), 1);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	resolver_destroy(&fixture->resolver);
	event_base_free(fixture->base);
	dns_server_stop(&fixture->server);
	free(fixture);
	return 0;
}

static void
on_reply(void *arg, enum dns_status status, const struct message *message)
{
	struct reply *reply = arg;

	assert_false(reply->fixture->is_asking);
	reply->calls++;
	reply->status = status;
	reply->has_message = message;
	if (message)
		reply->message = *message;
	if (--reply->fixture->open == 0)
		event_base_loopbreak(reply->fixture->base);
}

static void
ask(struct fixture *fixture, const char *name, uint16_t type,
    struct reply *reply)
{
	*reply = (struct reply){.fixture = fixture};
	fixture->open++;
	fixture->is_asking = true;
	resolver_ask(fixture->resolver, name, type, on_reply, reply);
	fixture->is_asking = false;
	assert_int_equal(reply->calls, 0);
}

/* Fails instead of hanging. */
static void
run(struct fixture *fixture)
{
	const struct timeval limit = {.tv_sec = 20};

	event_base_loopexit(fixture->base, &limit);
	event_base_dispatch(fixture->base);
	assert_int_equal(fixture->open, 0);
}

#define OR_TIMEOUT 0x100

/* Where c-ares itself throws a lie away the question times out. */
static const struct {
	const char *name;
	uint16_t type;
	int want;
	bool want_exists;
	const char *want_addresses; /* last bytes of 127.0.0.x */
	uint32_t want_ttl;
} questions[] = {
    {"listed.test", DNS_TYPE_A, DNS_RESPONSE, true, "\2\4", 300},
    {"LISTED.test", DNS_TYPE_A, DNS_RESPONSE, true, "\2\4", 300},
    {"alias.test", DNS_TYPE_A, DNS_RESPONSE, true, "\11", 20},
    {"gone.test", DNS_TYPE_A, DNS_RESPONSE, false, "", 60},
    {"gone.test", DNS_TYPE_TXT, DNS_RESPONSE, false, "", 60},
    {"empty.test", DNS_TYPE_A, DNS_RESPONSE, true, "", 40},
    {"servfail.test", DNS_TYPE_A, DNS_SERVFAIL, false, "", 0},
    {"refused.test", DNS_TYPE_A, DNS_REFUSED, false, "", 0},
    {"silent.test", DNS_TYPE_A, DNS_TIMEOUT, false, "", 0},
    {"big.test", DNS_TYPE_A, DNS_RESPONSE, true, "\3", 30},
    {"wrong-id.test", DNS_TYPE_A, DNS_TIMEOUT, false, "", 0},
    {"wrong-question.test", DNS_TYPE_A, DNS_MALFORMED | OR_TIMEOUT, false, "",
	0},
    {"garbage.test", DNS_TYPE_A, DNS_MALFORMED | OR_TIMEOUT, false, "", 0},
    {"cut.test", DNS_TYPE_A, DNS_MALFORMED | OR_TIMEOUT, false, "", 0},
    {"slow.test", DNS_TYPE_A, DNS_RESPONSE, true, "\2", 30},
    {"late.test", DNS_TYPE_A, DNS_TIMEOUT, false, "", 0},
    {"not..a.name", DNS_TYPE_A, DNS_UNREACHABLE, false, "", 0},
};

static void
check_reply(size_t row, const struct reply *reply)
{
	const char *want = questions[row].want_addresses;
	enum dns_status want_status = questions[row].want & 0xff;

	assert_int_equal(reply->calls, 1);
	if (reply->status != want_status &&
	    !(questions[row].want & OR_TIMEOUT && reply->status == DNS_TIMEOUT))
		fail_msg("%s: %s", questions[row].name,
		    dns_status_text(reply->status));
	assert_int_equal(reply->has_message, want_status == DNS_RESPONSE);
	if (want_status != DNS_RESPONSE)
		return;
	assert_int_equal(
	    reply->message.name_exists, questions[row].want_exists);
	assert_int_equal(reply->message.ttl_sec, questions[row].want_ttl);
	assert_int_equal(reply->message.address_count, strlen(want));
	for (size_t i = 0; want[i] != '\0'; i++)
		assert_int_equal(
		    reply->message.addresses[i], 0x7f000000u + want[i]);
}

static void
tells_answers_from_lies(void **state)
{
	struct fixture *fixture = *state;
	struct reply replies[COUNT(questions)];

	/* The end of a TCP connection may cost the other questions a try. */
	open_resolver(fixture, dns_server_address(fixture->server), 2);
	for (size_t i = 0; i < COUNT(questions); i++)
		ask(fixture, questions[i].name, questions[i].type, &replies[i]);
	run(fixture);
	for (size_t i = 0; i < COUNT(questions); i++)
		check_reply(i, &replies[i]);
	assert_int_equal(resolver_asked(fixture->resolver), COUNT(questions));
}

static void
brings_texts(void **state)
{
	static const char want[] = "See https://example.com/?q=127.0.0.2";
	struct fixture *fixture = *state;
	struct reply reply;

	ask(fixture, "listed.test", DNS_TYPE_TXT, &reply);
	run(fixture);
	assert_int_equal(reply.status, DNS_RESPONSE);
	assert_int_equal(reply.message.text_length, strlen(want));
	assert_memory_equal(reply.message.text, want, strlen(want));
}

static void
caches_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply;

	for (int i = 0; i < 3; i++) {
		ask(fixture, "listed.test", DNS_TYPE_A, &reply);
		run(fixture);
	}
	assert_int_equal(
	    dns_server_count(fixture->server, "listed.test", DNS_TYPE_A), 3);
}

/* No search list and no hosts file: the name goes out as it is. */
static void
asks_for_the_very_name(void **state)
{
	struct fixture *fixture = *state;
	struct reply replies[2];

	ask(fixture, "localhost", DNS_TYPE_A, &replies[0]);
	ask(fixture, "single", DNS_TYPE_A, &replies[1]);
	run(fixture);
	assert_int_equal(replies[0].status, DNS_REFUSED);
	assert_int_equal(replies[1].status, DNS_REFUSED);
	assert_int_equal(
	    dns_server_count(fixture->server, "localhost", DNS_TYPE_A), 1);
	assert_int_equal(
	    dns_server_count(fixture->server, "single", DNS_TYPE_A), 1);
}

static const struct {
	const char *name;
	int tries;
	enum dns_status want;
	unsigned want_sent;
	int want_ms;
} retries[] = {
    {"silent.test", 1, DNS_TIMEOUT, 1, 1 * TIMEOUT_MS},
    {"silent.test", 3, DNS_TIMEOUT, 3, 3 * TIMEOUT_MS},
    {"flaky.test", 1, DNS_TIMEOUT, 1, 1 * TIMEOUT_MS},
    {"flaky.test", 2, DNS_RESPONSE, 2, 1 * TIMEOUT_MS},
    {"flakier.test", 3, DNS_RESPONSE, 3, 2 * TIMEOUT_MS},
    {"servfail.test", 3, DNS_SERVFAIL, 1, 0},
    {"refused.test", 3, DNS_REFUSED, 1, 0},
};

static void
gives_each_try_its_time(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(retries); i++) {
		const char *name = retries[i].name;
		struct reply reply;
		unsigned sent;
		int64_t begun_ms, spent_ms;

		dns_server_script(fixture->server, script);
		sent = dns_server_count(fixture->server, name, DNS_TYPE_A);
		open_resolver(fixture, dns_server_address(fixture->server),
		    retries[i].tries);
		begun_ms = clock_now_ms();
		ask(fixture, name, DNS_TYPE_A, &reply);
		run(fixture);
		spent_ms = clock_now_ms() - begun_ms;
		sent =
		    dns_server_count(fixture->server, name, DNS_TYPE_A) - sent;
		if (reply.status != retries[i].want ||
		    sent != retries[i].want_sent ||
		    spent_ms < retries[i].want_ms - 10 ||
		    spent_ms > retries[i].want_ms + TIMEOUT_MS * 2 / 3)
			fail_msg("row %zu: %s, sent %u, %d ms", i,
			    dns_status_text(reply.status), sent, (int)spent_ms);
		assert_int_equal(resolver_asked(fixture->resolver), 1);
	}
}

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

/* Each of these ends a socket, or looks like the end of one; the server closes
   its TCP connection after each answer. */
static void
one_question_does_not_end_others(void **state)
{
	enum { LARGE = 8 };
	struct fixture *fixture = *state;
	struct reply slow, hollow, large[LARGE];
	char name[32];

	ask(fixture, "slow.test", DNS_TYPE_A, &slow);
	ask(fixture, "hollow.test", DNS_TYPE_A, &hollow);
	for (int i = 0; i < LARGE; i++) {
		snprintf(name, sizeof name, "n%d.large.test", i);
		ask(fixture, name, DNS_TYPE_A, &large[i]);
	}
	run(fixture);
	assert_int_equal(slow.status, DNS_RESPONSE);
	assert_int_equal(hollow.status, DNS_TIMEOUT);
	for (int i = 0; i < LARGE; i++)
		assert_int_equal(large[i].status, DNS_RESPONSE);
}

/* More than may be on the wire: all are answered, and in the first moment no
   more than a burst has been sent. */
static void
queues_what_is_too_much(void **state)
{
	enum { MANY = 3 * RESOLVER_INFLIGHT_MAX };
	struct fixture *fixture = *state;
	struct reply *replies = calloc(MANY, sizeof *replies);
	char name[32];

	assert_non_null(replies);
	/* On a slow machine some answers are read too late for one try. */
	open_resolver(fixture, dns_server_address(fixture->server), 3);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "n%d.many.test", i);
		ask(fixture, name, DNS_TYPE_A, &replies[i]);
	}
	assert_int_equal(resolver_asked(fixture->resolver), 0);
	event_base_loop(fixture->base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	assert_int_equal(resolver_asked(fixture->resolver), RESOLVER_BURST_MAX);
	run(fixture);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(replies[i].calls, 1);
		assert_int_equal(replies[i].status, DNS_RESPONSE);
	}
	free(replies);
}

struct chain {
	struct fixture *fixture;
	const char *name;
	int left;
	bool is_inside; /* a callback */
};

static void
on_link(void *arg, enum dns_status status, const struct message *message)
{
	struct chain *chain = arg;

	(void)status, (void)message;
	assert_false(chain->is_inside);
	chain->is_inside = true;
	if (--chain->left > 0)
		resolver_ask(chain->fixture->resolver, chain->name, DNS_TYPE_A,
		    on_link, chain);
	else
		event_base_loopbreak(chain->fixture->base);
	chain->is_inside = false;
}

/* Also where c-ares calls back at once, as for a name that it cannot send:
   the stack stays flat and other questions have their turn. */
static void
callbacks_may_ask(void **state)
{
	static const struct {
		const char *name;
		int times;
	} chains[] = {{"listed.test", 50}, {"not..a.name", 20000}};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(chains); i++) {
		struct chain chain = {
		    fixture, chains[i].name, chains[i].times, false};

		resolver_ask(
		    fixture->resolver, chain.name, DNS_TYPE_A, on_link, &chain);
		run(fixture);
		assert_int_equal(chain.left, 0);
	}
}

static void
endless_failures_starve_nobody(void **state)
{
	struct fixture *fixture = *state;
	struct chain chain = {fixture, "not..a.name", 1 << 30, false};
	struct reply reply;

	resolver_ask(
	    fixture->resolver, chain.name, DNS_TYPE_A, on_link, &chain);
	ask(fixture, "slow.test", DNS_TYPE_A, &reply);
	run(fixture);
	assert_int_equal(reply.status, DNS_RESPONSE);
	chain.left = 1; /* the last call is that of the destroyer */
	resolver_destroy(&fixture->resolver);
	assert_int_equal(chain.left, 0);
}

/* On the wire, queued, and not even seen by the loop. */
static void
destroy_ends_every_question_once(void **state)
{
	enum { MANY = RESOLVER_INFLIGHT_MAX + 100 };
	struct fixture *fixture = *state;
	struct reply *replies = calloc(MANY + 2, sizeof *replies);
	char name[32];

	assert_non_null(replies);
	/* On a slow machine some are asked twice before the last is sent. */
	open_resolver(fixture, dns_server_address(fixture->server), 50);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "n%d.queue.test", i);
		ask(fixture, name, DNS_TYPE_A, &replies[i]);
	}
	while (resolver_asked(fixture->resolver) < RESOLVER_INFLIGHT_MAX)
		event_base_loop(fixture->base, EVLOOP_ONCE);
	ask(fixture, "listed.test", DNS_TYPE_A, &replies[MANY]);
	resolver_destroy(&fixture->resolver);
	assert_null(fixture->resolver);
	for (int i = 0; i <= MANY; i++) {
		assert_int_equal(replies[i].calls, 1);
		assert_int_equal(replies[i].status, DNS_CANCELLED);
	}
	/* Nothing of it is left in the loop. */
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	resolver_destroy(&fixture->resolver);
	free(replies);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(tells_answers_from_lies),
	    TEST(brings_texts),
	    TEST(caches_nothing),
	    TEST(asks_for_the_very_name),
	    TEST(gives_each_try_its_time),
	    TEST(says_when_nobody_listens),
	    TEST(a_dead_server_costs_nothing),
	    TEST(goes_on_to_the_next_server),
	    TEST(refuses_unusable_servers),
	    TEST(takes_the_systems_servers),
	    TEST(one_question_does_not_end_others),
	    TEST(queues_what_is_too_much),
	    TEST(callbacks_may_ask),
	    TEST(endless_failures_starve_nobody),
	    TEST(destroy_ends_every_question_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
