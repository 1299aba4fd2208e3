/* What comes of a question. */
#include "resolver_world.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* c-ares by itself would double it, and take seven times as long for three
   tries. */
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
		    spent_ms > retries[i].want_ms + 2 * TIMEOUT_MS)
			fail_msg("row %zu: %s, sent %u, %d ms", i,
			    dns_status_text(reply.status), sent, (int)spent_ms);
		assert_int_equal(resolver_asked(fixture->resolver), 1);
	}
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RESOLVER_TEST(tells_answers_from_lies),
	    RESOLVER_TEST(brings_texts),
	    RESOLVER_TEST(caches_nothing),
	    RESOLVER_TEST(asks_for_the_very_name),
	    RESOLVER_TEST(gives_each_try_its_time),
	    RESOLVER_TEST(one_question_does_not_end_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
