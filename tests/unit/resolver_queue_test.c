/* Many questions at once, and how they end. */
#include "resolver_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	    RESOLVER_TEST(queues_what_is_too_much),
	    RESOLVER_TEST(callbacks_may_ask),
	    RESOLVER_TEST(endless_failures_starve_nobody),
	    RESOLVER_TEST(destroy_ends_every_question_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
