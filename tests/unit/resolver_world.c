#include "resolver_world.h"

#include "config/config.h"

#include <stdlib.h>

const char script[] =
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
    "late.test A slow 1800 30 127.0.0.2\n"
    "flaky.test A flaky 1 30 127.0.0.2\n"
    "flakier.test A flaky 2 30 127.0.0.2\n"
    "hollow.test A empty\n"
    "*.large.test A truncated 30 127.0.0.3\n"
    "*.many.test A a 30 127.0.0.2\n"
    "*.queue.test A drop\n";

void
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

int
resolver_world_open(void **state)
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

int
resolver_world_close(void **state)
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

void
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

void
run(struct fixture *fixture)
{
	const struct timeval limit = {.tv_sec = 60};

	event_base_loopexit(fixture->base, &limit);
	event_base_dispatch(fixture->base);
	assert_int_equal(fixture->open, 0);
}
