#include "standing/budgets.h"

#include "base/clock.h"
#include "standing/store.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR (3600 * CLOCK_SEC)
#define NOW (100 * HOUR)

static const struct route limited = {
    .name = "smarthost", .budget = {[BUDGET_PER_HOUR] = 5}};
static const struct route free_route = {.name = "free"};

static void
assert_left(struct budgets *budgets, const struct route *route, int64_t now_ms,
    enum budget_kind kind, int64_t want)
{
	int64_t left[BUDGET_KINDS];

	budgets_left(budgets, route, now_ms, left);
	assert_int_equal(left[kind], want);
}

static void
counts_to_the_limit(void **state)
{
	struct budgets *budgets = budgets_create();

	(void)state;
	assert_true(budgets_has(&limited));
	assert_false(budgets_has(&free_route));
	assert_left(budgets, &free_route, NOW, BUDGET_PER_HOUR, BUDGET_NONE);
	for (int i = 0; i < 5; i++) {
		assert_left(budgets, &limited, NOW, BUDGET_PER_HOUR, 5 - i);
		assert_int_equal(budgets_take(budgets, &limited, 1, 9, NOW), 0);
	}
	assert_int_equal(budgets_take(budgets, &limited, 1, 1, NOW), -1);
	assert_left(budgets, &limited, NOW, BUDGET_PER_HOUR, 0);
	budgets_give_back(budgets, &limited, 1, 9);
	assert_int_equal(budgets_take(budgets, &limited, 2, 1, NOW), -1);
	assert_int_equal(budgets_take(budgets, &limited, 1, 1, NOW), 0);
	assert_int_equal(budgets_take(budgets, &limited, 1, 1, NOW + HOUR), -1);
	assert_int_equal(
	    budgets_take(budgets, &limited, 1, 1, NOW + HOUR + 60000), 0);
	budgets_destroy(&budgets);
}

/* The narrowest decides, and what it refuses is not counted in the others. */
static void
keeps_all_limits(void **state)
{
	const struct route route = {.name = "r",
	    .budget = {[BUDGET_PER_HOUR] = 10,
		[BUDGET_PER_DAY] = 12,
		[BUDGET_RECIPIENTS_PER_HOUR] = 20,
		[BUDGET_RECIPIENTS_PER_DAY] = 100}};
	struct budgets *budgets = budgets_create();

	(void)state;
	assert_int_equal(budgets_take(budgets, &route, 1, 21, NOW), -1);
	assert_int_equal(budgets_take(budgets, &route, 1, 20, NOW), 0);
	assert_int_equal(budgets_take(budgets, &route, 1, 1, NOW), -1);
	assert_left(budgets, &route, NOW, BUDGET_PER_HOUR, 9);
	assert_left(budgets, &route, NOW, BUDGET_RECIPIENTS_PER_DAY, 80);
	for (int i = 0; i < 10; i++)
		assert_int_equal(
		    budgets_take(budgets, &route, 1, 2, NOW + 2 * HOUR), 0);
	assert_int_equal(
	    budgets_take(budgets, &route, 1, 0, NOW + 2 * HOUR), -1);
	assert_int_equal(
	    budgets_take(budgets, &route, 1, 0, NOW + 4 * HOUR), 0);
	assert_int_equal(
	    budgets_take(budgets, &route, 1, 0, NOW + 6 * HOUR), -1);
	assert_int_equal(
	    budgets_take(budgets, &route, 1, 0, NOW + 25 * HOUR), 0);
	budgets_destroy(&budgets);
}

/* Doors in several threads: exactly the budget, never more. */
enum { THREADS = 4, TRIES = 20000, LIMIT = 30001 };

static struct budgets *shared;
static atomic_int taken;

static void *
take_many(void *arg)
{
	static const struct route route = {
	    .name = "r", .budget = {[BUDGET_PER_DAY] = LIMIT}};

	(void)arg;
	for (int i = 0; i < TRIES; i++)
		if (budgets_take(shared, &route, 1, 1, NOW) == 0)
			atomic_fetch_add(&taken, 1);
	return NULL;
}

static void
is_exact_among_threads(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	shared = budgets_create();
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, take_many, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(taken, LIMIT);
	budgets_destroy(&shared);
}

/* Another boot clock, half an hour of the world's time later. */
static void
survives_a_restart(void **state)
{
	char path[] = "/tmp/repgate-budgets-XXXXXX";
	struct store *store;
	struct budgets *budgets = budgets_create();
	const int64_t wall = 1700000000;
	const int64_t now = 77 * CLOCK_SEC;

	(void)state;
	close(mkstemp(path));
	unlink(path);
	store = store_open(path);
	budgets_take(budgets, &limited, 4, 4, NOW);
	budgets_save(budgets, store, NOW, wall);
	budgets_destroy(&budgets);
	budgets = budgets_create();
	budgets_load(budgets, store, now, wall + 1800);
	assert_left(budgets, &limited, now, BUDGET_PER_HOUR, 1);
	assert_left(
	    budgets, &limited, now + HOUR / 2 - 61000, BUDGET_PER_HOUR, 1);
	assert_left(
	    budgets, &limited, now + HOUR / 2 + 120000, BUDGET_PER_HOUR, 5);
	budgets_destroy(&budgets);
	store_put(store, "budget", "smarthost", "[] no account {");
	store_put(
	    store, "budget", "x", "{\"messages_hour\":[[1],[\"a\",2],3]}");
	budgets = budgets_create();
	budgets_load(budgets, store, now, wall);
	assert_left(budgets, &limited, now, BUDGET_PER_HOUR, 5);
	budgets_destroy(&budgets);
	store_start(store);
	store_close(&store);
	unlink(path);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_to_the_limit),
	    cmocka_unit_test(keeps_all_limits),
	    cmocka_unit_test(is_exact_among_threads),
	    cmocka_unit_test(survives_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
