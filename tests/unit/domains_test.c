#include "standing/domains.h"

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "dns_world.h"
#include "evidence/resolver.h"
#include "evidence/watch.h"
#include "standing/board.h"
#include "uncounted_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <cmocka.h>

#define A 1
#define WALL 1795000000

static struct list_code code = {
    .low = 0x7f000002, .high = 0x7f000002, .name = "SPAM"};

static struct list list = {
    .id = "dbl",
    .provider = "Example DBL",
    .zone = "dbl.test",
    .knows_domain = true,
    .codes = &code,
    .code_count = 1,
    .test_domain = {"test", "invalid"},
    .removal = "https://dbl.test/?d={subject}",
};

static struct list_use use = {.list = &list,
    .zone = "dbl.test",
    .weight = 1,
    .most = 1,
    .scopes = SCOPES_DEFAULT};

static struct config config; /* of one test */

struct fixture {
	struct dns_world world;
	struct watch *watch;
	struct domains *domains;
	int64_t now_ms;
	int answers;
	char told[2048];
};

static void
on_answered(void *arg, const struct subject *subject,
    const struct finding *finding, const struct answer *before)
{
	struct fixture *fixture = arg;

	(void)subject, (void)finding, (void)before;
	fixture->answers++;
}

static void
on_list_changed(void *arg, const struct tested *tested)
{
	(void)arg, (void)tested;
}

static void
on_told(void *arg, const struct board_domain *domain, enum standing_state from)
{
	struct fixture *fixture = arg;
	size_t used = strlen(fixture->told);

	snprintf(fixture->told + used, sizeof fixture->told - used,
	    "%s %s-%s %s %s\n", domain->name, standing_name(from),
	    standing_name(domain->state), domain->subject, domain->removal);
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	assert_non_null(fixture);
	dns_world_open(&fixture->world, 10000);
	fixture->watch = watch_create(on_answered, on_list_changed, fixture);
	fixture->domains = domains_create(fixture->watch);
	fixture->now_ms = 1000 * CLOCK_SEC;
	config = (struct config){
	    .dns = {.check_every_ms = 600 * CLOCK_SEC,
		.check_min_ms = 60 * CLOCK_SEC},
	    .lists = &use,
	    .list_count = 1,
	    .asks_domains = true,
	    .listed_at = 1,
	    .confirm = 1,
	    .coverage = 50,
	    .keep_unknown_ms = 3600 * CLOCK_SEC,
	};
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	domains_destroy(&fixture->domains);
	watch_destroy(&fixture->watch);
	dns_world_close(&fixture->world);
	free(fixture);
	return 0;
}

static void
configure(struct fixture *fixture)
{
	domains_configure(fixture->domains, &config);
	watch_configure(fixture->watch, &config, fixture->world.resolver);
}

/* The list is good; what it lists, the script says. */
static void
say(struct fixture *fixture, const char *script)
{
	char whole[1024];

	snprintf(whole, sizeof whole,
	    "test.dbl.test A a 60 127.0.0.2\n%s* A nxdomain 60 60\n", script);
	dns_server_script(fixture->world.server, whole);
}

/* Ticks in the present until so many answers came in, then a step. */
static void
learn(struct fixture *fixture, int answers)
{
	int want = fixture->answers + answers;

	domains_step(fixture->domains, fixture->now_ms, WALL);
	for (int i = 0; i < 1500 && fixture->answers < want; i++) {
		watch_tick(fixture->watch, fixture->now_ms);
		dns_world_run(&fixture->world, 20);
	}
	assert_int_equal(fixture->answers, want);
	domains_step(fixture->domains, fixture->now_ms, WALL);
	fixture->told[0] = '\0';
	domains_tell(fixture->domains, on_told, fixture);
}

static void
tick_for(struct fixture *fixture, int ms)
{
	watch_tick(fixture->watch, fixture->now_ms);
	dns_world_run(&fixture->world, ms);
}

static struct board *
make_board(const struct fixture *fixture)
{
	struct board *board = board_create(&config);

	domains_fill(fixture->domains, board);
	return board;
}

static void
a_configured_domain_is_always_watched(void **state)
{
	struct fixture *fixture = *state;
	char *names[] = {"ours.test", "clean.test"};
	const struct board_domain *domain;
	struct board *board;

	say(fixture, "ours.test.dbl.test A a 60 127.0.0.2\n");
	config.domains.items = names;
	config.domains.count = 2;
	configure(fixture);
	assert_int_equal(domains_count(fixture->domains), 2);
	learn(fixture, 2);
	assert_non_null(
	    strstr(fixture->told, "ours.test unknown-listed ours.test "
				  "https://dbl.test/?d=ours.test\n"));
	assert_non_null(
	    strstr(fixture->told, "clean.test unknown-clean clean.test \n"));
	board = make_board(fixture);
	assert_int_equal(board->domain_count, 2);
	domain = board_find_domain(board, "ours.test");
	assert_int_equal(domain->state, STANDING_LISTED);
	assert_string_equal(domain->blocked_by, "Example DBL SPAM");
	assert_int_equal(domain->since_wall_sec, WALL);
	assert_int_equal(
	    board_find_domain(board, "clean.test")->state, STANDING_CLEAN);
	board_unref(board);

	/* Not seen for long, and there all the same. */
	fixture->now_ms += 10 * DOMAINS_KEEP_MS;
	domains_step(fixture->domains, fixture->now_ms, WALL);
	assert_int_equal(domains_count(fixture->domains), 2);
}

static void
a_seen_domain_is_told_when_listed(void **state)
{
	struct fixture *fixture = *state;
	struct board *board;

	say(fixture, "bad.test.dbl.test A a 60 127.0.0.2\n");
	configure(fixture);
	domains_see(fixture->domains, "good.test", fixture->now_ms);
	domains_see(fixture->domains, "bad.test", fixture->now_ms);
	domains_see(fixture->domains, "bad.test", fixture->now_ms);
	assert_int_equal(domains_count(fixture->domains), 2);
	learn(fixture, 2);
	assert_string_equal(fixture->told, "bad.test unknown-listed bad.test "
					   "https://dbl.test/?d=bad.test\n");
	board = make_board(fixture);
	assert_int_equal(board->domain_count, 1);
	assert_null(board_find_domain(board, "good.test"));
	assert_non_null(board_find_domain(board, "bad.test"));
	board_unref(board);

	/* Only what is listed is asked for without being seen. */
	say(fixture, "");
	fixture->now_ms += config.dns.check_every_ms;
	learn(fixture, 1);
	assert_string_equal(fixture->told, "bad.test listed-clean bad.test \n");
	board = make_board(fixture);
	assert_int_equal(board->domain_count, 0);
	board_unref(board);
}

static void
a_clean_domain_is_asked_for_when_seen_again(void **state)
{
	struct fixture *fixture = *state;
	const char *name = "good.test.dbl.test";

	say(fixture, "");
	configure(fixture);
	domains_see(fixture->domains, "good.test", fixture->now_ms);
	learn(fixture, 1);
	fixture->now_ms += config.dns.check_every_ms;
	tick_for(fixture, 50);
	assert_int_equal(dns_server_count(fixture->world.server, name, A), 1);
	domains_see(fixture->domains, "good.test", fixture->now_ms);
	learn(fixture, 1);
	assert_int_equal(dns_server_count(fixture->world.server, name, A), 2);
	/* Not before its time, however often it is seen. */
	fixture->now_ms += config.dns.check_min_ms;
	domains_see(fixture->domains, "good.test", fixture->now_ms);
	tick_for(fixture, 50);
	assert_int_equal(dns_server_count(fixture->world.server, name, A), 2);
}

/* Lists list registrable domains; many children ask about one parent once. */
static void
a_subdomain_is_as_bad_as_its_parent(void **state)
{
	struct fixture *fixture = *state;
	struct board *board;

	say(fixture, "ours.test.dbl.test A a 60 127.0.0.2\n");
	configure(fixture);
	domains_see(fixture->domains, "a.ours.test", fixture->now_ms);
	domains_see(fixture->domains, "b.ours.test", fixture->now_ms);
	learn(fixture, 3);
	assert_int_equal(
	    dns_server_count(fixture->world.server, "ours.test.dbl.test", A),
	    1);
	board = make_board(fixture);
	assert_int_equal(board->domain_count, 2);
	assert_string_equal(
	    board_find_domain(board, "b.ours.test")->subject, "ours.test");
	assert_null(board_find_domain(board, "ours.test"));
	board_unref(board);
}

static void
what_is_not_seen_is_forgotten(void **state)
{
	struct fixture *fixture = *state;

	configure(fixture);
	domains_see(fixture->domains, "a.ours.test", fixture->now_ms);
	domains_see(fixture->domains, "b.ours.test", fixture->now_ms);
	fixture->now_ms += DOMAINS_KEEP_MS;
	domains_see(fixture->domains, "a.ours.test", fixture->now_ms);
	domains_step(fixture->domains, fixture->now_ms, WALL);
	assert_int_equal(domains_count(fixture->domains), 2);
	domains_step(fixture->domains, fixture->now_ms + 1, WALL);
	assert_int_equal(domains_count(fixture->domains), 1);
	domains_step(
	    fixture->domains, fixture->now_ms + DOMAINS_KEEP_MS + 1, WALL);
	assert_int_equal(domains_count(fixture->domains), 0);
}

/* Of very many the last seen stay, and the configured ones. */
static void
there_are_so_many_at_most(void **state)
{
	struct fixture *fixture = *state;
	char *names[] = {"ours.test"};
	char name[64];

	config.domains.items = names;
	config.domains.count = 1;
	configure(fixture);
	domains_see(fixture->domains, "first.test", fixture->now_ms);
	for (int i = 0; i < 2 * DOMAINS_MAX; i++) {
		snprintf(name, sizeof name, "sub.n%d.test", i);
		domains_see(fixture->domains, name, ++fixture->now_ms);
		if (i % 100 == 0)
			domains_see(
			    fixture->domains, "first.test", fixture->now_ms);
		assert_true(domains_count(fixture->domains) <= DOMAINS_MAX);
	}
	assert_int_equal(domains_count(fixture->domains), DOMAINS_MAX);
	domains_step(fixture->domains, fixture->now_ms, WALL);
	/* Those that are there do not make room for themselves. */
	domains_see(fixture->domains, "first.test", fixture->now_ms);
	domains_see(fixture->domains, "ours.test", fixture->now_ms);
	domains_see(fixture->domains, name, fixture->now_ms);
	assert_int_equal(domains_count(fixture->domains), DOMAINS_MAX);
}

/* With thousands of them addresses still have their share of the resolver. */
static void
few_questions_are_open_at_a_time(void **state)
{
	struct fixture *fixture = *state;
	unsigned asked = 0;
	char name[64];

	say(fixture, "*.seen.test.dbl.test A drop\n");
	configure(fixture);
	domains_see(fixture->domains, "clean.test", fixture->now_ms);
	learn(fixture, 1);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "n%d.seen.test", i);
		domains_see(fixture->domains, name, fixture->now_ms);
	}
	/* Less than the resolver waits for an answer. */
	tick_for(fixture, 50);
	tick_for(fixture, 50);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "n%d.seen.test.dbl.test", i);
		asked += dns_server_count(fixture->world.server, name, A) > 0;
	}
	assert_true(asked > 0);
	assert_true(asked <= RESOLVER_INFLIGHT_MAX / 2);
}

static void
a_reload_keeps_what_stays(void **state)
{
	struct fixture *fixture = *state;
	char *names[] = {"ours.test"};

	say(fixture, "ours.test.dbl.test A a 60 127.0.0.2\n");
	config.domains.items = names;
	config.domains.count = 1;
	configure(fixture);
	domains_see(fixture->domains, "ours.test", fixture->now_ms);
	domains_see(fixture->domains, "seen.test", fixture->now_ms);
	learn(fixture, 2);
	config.domains.count = 0;
	configure(fixture);
	domains_step(fixture->domains, fixture->now_ms, WALL);
	fixture->told[0] = '\0';
	domains_tell(fixture->domains, on_told, fixture);
	assert_string_equal(fixture->told, "");
	assert_int_equal(domains_count(fixture->domains), 2);

	config.asks_domains = false;
	configure(fixture);
	assert_int_equal(domains_count(fixture->domains), 0);
	domains_see(fixture->domains, "seen.test", fixture->now_ms);
	assert_int_equal(domains_count(fixture->domains), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_configured_domain_is_always_watched),
	    TEST(a_seen_domain_is_told_when_listed),
	    TEST(a_clean_domain_is_asked_for_when_seen_again),
	    TEST(a_subdomain_is_as_bad_as_its_parent),
	    TEST(what_is_not_seen_is_forgotten),
	    TEST(there_are_so_many_at_most),
	    TEST(few_questions_are_open_at_a_time),
	    TEST(a_reload_keeps_what_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
