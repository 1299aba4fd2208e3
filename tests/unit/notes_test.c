#include "standing/notes.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LEAVERS 4
#define NOTES_EACH 20000

static atomic_int woken;

static void
on_woken(void *arg)
{
	assert_ptr_equal(arg, &woken);
	atomic_fetch_add(&woken, 1);
}

static void
keeps_the_order(void **state)
{
	struct notes *notes = notes_create();
	char domain[DOMAIN_MAX];

	(void)state;
	assert_int_equal(notes_take(notes, domain), -1);
	for (int round = 0; round < NOTES_MAX; round++) {
		notes_leave(notes, "first.test");
		notes_leave(notes, "second.test");
		assert_int_equal(notes_take(notes, domain), 0);
		assert_string_equal(domain, "first.test");
		assert_int_equal(notes_take(notes, domain), 0);
		assert_string_equal(domain, "second.test");
		assert_int_equal(notes_take(notes, domain), -1);
	}
	notes_destroy(&notes);
	assert_null(notes);
	notes_destroy(&notes);
}

static void
has_room_for_so_many(void **state)
{
	struct notes *notes = notes_create();
	char domain[DOMAIN_MAX], want[DOMAIN_MAX];

	(void)state;
	for (int i = 0; i < NOTES_MAX + 10; i++) {
		snprintf(want, sizeof want, "n%d.test", i);
		notes_leave(notes, want);
	}
	for (int i = 0; i < NOTES_MAX; i++) {
		snprintf(want, sizeof want, "n%d.test", i);
		assert_int_equal(notes_take(notes, domain), 0);
		assert_string_equal(domain, want);
	}
	assert_int_equal(notes_take(notes, domain), -1);
	notes_destroy(&notes);
}

static void
wakes_for_the_first(void **state)
{
	struct notes *notes = notes_create();
	char domain[DOMAIN_MAX];

	(void)state;
	atomic_store(&woken, 0);
	notes_leave(notes, "a.test");
	notes_take(notes, domain);
	notes_listen(notes, on_woken, &woken);
	notes_leave(notes, "a.test");
	notes_leave(notes, "b.test");
	assert_int_equal(woken, 1);
	notes_take(notes, domain);
	notes_leave(notes, "c.test");
	assert_int_equal(woken, 1);
	notes_take(notes, domain);
	notes_take(notes, domain);
	notes_leave(notes, "d.test");
	assert_int_equal(woken, 2);
	notes_take(notes, domain);
	notes_listen(notes, NULL, NULL);
	notes_leave(notes, "e.test");
	assert_int_equal(woken, 2);
	notes_destroy(&notes);
}

static void *
leave_many(void *arg)
{
	for (int i = 0; i < NOTES_EACH; i++)
		notes_leave(arg, i % 2 ? "short.test" : "a.longer.one.test");
	return NULL;
}

/* A note is whole, whoever leaves another at the same time. */
static void
many_leave_while_one_takes(void **state)
{
	struct notes *notes = notes_create();
	pthread_t threads[LEAVERS];
	char domain[DOMAIN_MAX];
	int taken = 0;

	(void)state;
	for (int i = 0; i < LEAVERS; i++)
		pthread_create(&threads[i], NULL, leave_many, notes);
	for (int i = 0; i < NOTES_EACH; i++) {
		if (notes_take(notes, domain) != 0)
			continue;
		taken++;
		assert_true(strcmp(domain, "short.test") == 0 ||
			    strcmp(domain, "a.longer.one.test") == 0);
	}
	for (int i = 0; i < LEAVERS; i++)
		pthread_join(threads[i], NULL);
	while (notes_take(notes, domain) == 0)
		taken++;
	assert_true(taken >= NOTES_MAX);
	notes_destroy(&notes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_the_order),
	    cmocka_unit_test(has_room_for_so_many),
	    cmocka_unit_test(wakes_for_the_first),
	    cmocka_unit_test(many_leave_while_one_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
