/*
 * sweep -- how fast the engine asks: every list about every address once, by
 * watch and resolver as in the daemon but with no pause between ticks.
 *
 *   sweep SERVER:PORT ADDRESSES LISTS
 *
 * Lists are l0.test, l1.test ... Addresses are 10.0.0.0, 10.0.0.1 ...
 * Prints questions, seconds, questions per second, and how many answers were
 * not CLEAN.
 */
#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/resolver.h"
#include "evidence/watch.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sweep {
	struct event_base *base;
	struct watch *watch;
	size_t wanted, answered, strange;
};

static void
on_answer(void *arg, const struct subject *subject,
    const struct finding *finding, const struct answer *before)
{
	struct sweep *sweep = arg;

	(void)subject, (void)before;
	sweep->strange += finding->answer.result != RESULT_CLEAN;
	if (++sweep->answered == sweep->wanted)
		event_base_loopbreak(sweep->base);
}

static void
on_change(void *arg, const struct tested *tested)
{
	(void)arg, (void)tested;
}

static void
make_lists(struct config *config, size_t count)
{
	static struct list_code code = {
	    .low = 0x7f000002, .high = 0x7f000002, .name = "X"};
	struct list *lists = calloc(count, sizeof *lists);

	config->lists = calloc(count, sizeof *config->lists);
	config->list_count = count;
	if (!lists || !config->lists)
		abort();
	for (size_t i = 0; i < count; i++) {
		struct list *list = &lists[i];

		if (asprintf(&list->zone, "l%zu.test", i) < 0)
			abort();
		address_parse("127.0.0.2", &list->test4.listed);
		address_parse("127.0.0.1", &list->test4.clean);
		list->id = list->provider = list->zone;
		list->knows_ip4 = true;
		list->codes = &code;
		list->code_count = 1;
		config->lists[i] = (struct list_use){
		    .list = list, .weight = 1, .most = 1, .zone = list->zone};
	}
}

static void
make_egress(struct config *config, size_t count)
{
	static struct egress egress = {.name = "main"};

	egress.addresses.items = calloc(count, sizeof *egress.addresses.items);
	egress.addresses.count = count;
	if (!egress.addresses.items)
		abort();
	for (size_t i = 0; i < count; i++)
		egress.addresses.items[i] = (struct address){
		    4, {10, i >> 16 & 255, i >> 8 & 255, i & 255}};
	config->egresses = &egress;
	config->egress_count = 1;
}

/* A stuck sweep is told, not waited for. */
static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct sweep *sweep = arg;

	(void)fd, (void)what;
	fprintf(stderr, "sweep: only %zu of %zu answers\n", sweep->answered,
	    sweep->wanted);
	exit(EXIT_FAILURE);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct sweep *sweep = arg;

	(void)fd, (void)what;
	watch_tick(sweep->watch, 0);
}

int
main(int argc, char **argv)
{
	struct config config = {
	    .dns = {.timeout_ms = 3000,
		.tries = 3,
		.check_every_ms = 600000,
		.check_min_ms = 60000},
	    .confirm = 1,
	};
	struct timeval limit = {60, 0}, turn = {0, 1000};
	struct sweep sweep = {0};
	struct resolver *resolver;
	char *reason;
	int64_t start_ms;
	double seconds;

	if (argc != 4)
		return EXIT_FAILURE;
	config.dns.servers = argv[1];
	make_egress(&config, atoi(argv[2]));
	make_lists(&config, atoi(argv[3]));
	sweep.wanted = config.egresses[0].addresses.count * config.list_count;
	sweep.base = event_base_new();
	sweep.watch = watch_create(on_answer, on_change, &sweep);
	resolver = resolver_create(sweep.base, &config.dns, &reason);
	if (!sweep.base || !resolver)
		return EXIT_FAILURE;
	watch_configure(sweep.watch, &config, resolver);
	event_base_once(sweep.base, -1, EV_TIMEOUT, on_limit, &sweep, &limit);
	event_add(
	    event_new(sweep.base, -1, EV_PERSIST, on_turn, &sweep), &turn);
	start_ms = clock_now_ms();
	watch_tick(sweep.watch, 0);
	event_base_dispatch(sweep.base);
	seconds = (clock_now_ms() - start_ms) / 1000.0;
	printf("%zu %.3f %.0f %zu\n", sweep.answered, seconds,
	    sweep.answered / seconds, sweep.strange);
	return EXIT_SUCCESS;
}
