#include "watch_world.h"

static const struct {
	const char *script;
	enum unfit want;
} bad_lists[] = {
    {"* A a 60 127.0.0.2", UNFIT_EVERYONE},
    {"1.0.0.127.one.test A nxdomain 60 60\n* A a 60 127.0.0.2", UNFIT_EVERYONE},
    {"* A nodata 60 60", UNFIT_EMPTY},
    {"* A nxdomain 60 60", UNFIT_RETIRED},
    {"one.test A servfail\n* A nxdomain 60 60", UNFIT_EMPTY},
    {"* A a 60 198.51.100.80", UNFIT_REWRITTEN},
    {"* A a 60 127.0.0.2 198.51.100.80", UNFIT_REWRITTEN},
    {"* A a 60 127.255.255.254", UNFIT_REFUSED},
};

/* Its word on our address is not even asked for. */
static void
asks_no_list_that_is_unfit(void **state)
{
	struct watch_world *world = *state;

	for (size_t i = 0; i < COUNT(bad_lists); i++) {
		begin_anew(world);
		say_of_all(world, bad_lists[i].script);
		tick(world);
		assert_int_equal(fitness_of(world)->state, FITNESS_UNFIT);
		assert_int_equal(
		    fitness_of(world)->flaw.unfit, bad_lists[i].want);
		assert_int_equal(world->after.cause, CAUSE_UNFIT);
		assert_int_equal(world->after.unfit, bad_lists[i].want);
		assert_int_equal(first_finding(world)->known, RESULT_UNKNOWN);
		assert_int_equal(count(world, ONE, DNS_TYPE_A), 0);
	}
}

/* The list was good at its last test, and our address is due before the next
   one: what it says then changes what is known, so it is tested first. */
static const struct {
	const char *name, *before, *after;
	bool is_whole; /* after is what every name gets */
	enum result want;
	enum cause want_cause;
	enum result want_known;
} turns[] = {
    {"a new listing", "* A nxdomain 60 60",
	"* A a 60 127.0.0.2\n* TXT nodata 60 60", false, RESULT_LISTED,
	CAUSE_NONE, RESULT_LISTED},
    {"a new wildcard", "* A nxdomain 60 60",
	"* A a 60 127.0.0.2\n* TXT nodata 60 60", true, RESULT_UNKNOWN,
	CAUSE_UNFIT, RESULT_CLEAN},
    {"a wildcard with a code of its own", "* A nxdomain 60 60",
	"1.2.0.192.one.test A a 60 127.0.0.2\n* A a 60 127.0.0.77", true,
	RESULT_UNKNOWN, CAUSE_UNFIT, RESULT_CLEAN},
    {"a wildcard that spares 127.0.0.1", "* A nxdomain 60 60",
	"1.0.0.127.one.test A nxdomain 60 60\n* A a 60 127.0.0.2", true,
	RESULT_UNKNOWN, CAUSE_UNFIT, RESULT_CLEAN},
    {"a listing while the controls are silent", "* A nxdomain 60 60",
	"1.2.0.192.one.test A a 60 127.0.0.2\n* A servfail", true,
	RESULT_UNKNOWN, CAUSE_UNTESTED, RESULT_CLEAN},
    {"a removal", "* A a 60 127.0.0.2\n* TXT nodata 60 60",
	"* A nxdomain 60 60", false, RESULT_CLEAN, CAUSE_NONE, RESULT_CLEAN},
    {"an emptied list", "* A a 60 127.0.0.2\n* TXT nodata 60 60",
	"* A nodata 60 60", true, RESULT_UNKNOWN, CAUSE_UNFIT, RESULT_LISTED},
};

static void
tests_a_list_before_its_word_changes(void **state)
{
	struct watch_world *world = *state;

	for (size_t i = 0; i < COUNT(turns); i++) {
		const struct finding *finding;
		int64_t known_ms;

		print_message("%s\n", turns[i].name);
		begin_anew(world);
		say(world, turns[i].before);
		tick_for(world, 1);
		/* Twice, so that a listing is confirmed. */
		world->now_ms = first_finding(world)->due_ms;
		tick_for(world, 1);
		known_ms = world->now_ms;
		if (turns[i].is_whole)
			say_of_all(world, turns[i].after);
		else
			say(world, turns[i].after);
		world->now_ms = first_finding(world)->due_ms;
		assert_true(fitness_of(world)->due_ms > world->now_ms);
		tick(world);
		finding = first_finding(world);
		assert_int_equal(finding->answer.result, turns[i].want);
		assert_int_equal(finding->answer.cause, turns[i].want_cause);
		assert_int_equal(finding->known, turns[i].want_known);
		if (turns[i].want == RESULT_UNKNOWN)
			assert_true(finding->known_ms <= known_ms);
		assert_true(finding->known_ms > CLOCK_NEVER);
		assert_int_equal(
		    world->changes, turns[i].want_cause == CAUSE_UNFIT ? 2 : 1);
		world->changes = 0;
	}
}

#define SLOW_ENTRY "2.0.0.127.one.test A slow 500 60 127.0.0.2\n"

/* A test that began before the list went wrong proves nothing. */
static void
waits_for_a_test_that_begins_later(void **state)
{
	struct watch_world *world = *state;

	configure(world);
	say(world, "* A nxdomain 60 60");
	tick_for(world, 1);
	say_of_all(world, SLOW_ENTRY ONE " A a 60 127.0.0.2\n"
					 "* TXT nodata 60 60\n"
					 "* A nxdomain 60 60");
	world->now_ms = fitness_of(world)->due_ms;
	watch_tick(world->watch, world->now_ms);
	/* The controls have been asked by then. */
	dns_world_wait(&world->dns, ONE, DNS_TYPE_A, 2);
	say_of_all(world, SLOW_ENTRY "* A a 60 127.0.0.2\n* TXT nodata 60 60");
	/* All answers of the list, then this one. */
	tick_for(world, 2);
	assert_int_equal(fitness_of(world)->passed_ms, world->now_ms);
	assert_int_equal(fitness_of(world)->state, FITNESS_UNFIT);
	assert_int_equal(world->after.cause, CAUSE_UNFIT);
	assert_int_equal(first_finding(world)->known, RESULT_CLEAN);
}

static int
was_listed(void *arg, const struct subject *subject, struct finding *known)
{
	const struct watch_world *world = arg;

	(void)subject;
	known->known = RESULT_LISTED;
	known->known_codes = 1;
	known->known_ms = world->now_ms - MIN_MS;
	known->listed_in_a_row = 2;
	return 0;
}

/* A list that lies by the time we start again has not lied before. */
static void
words_of_before_the_start_stay(void **state)
{
	struct watch_world *world = *state;
	int64_t known_ms = world->now_ms - MIN_MS;

	configure(world);
	watch_recall(world->watch, was_listed, world);
	assert_int_equal(first_finding(world)->answer.cause, CAUSE_STALE);
	say_of_all(world, "* A a 60 127.0.0.2");
	tick(world);
	assert_int_equal(fitness_of(world)->state, FITNESS_UNFIT);
	assert_int_equal(first_finding(world)->answer.cause, CAUSE_UNFIT);
	assert_int_equal(first_finding(world)->known, RESULT_LISTED);
	assert_int_equal(first_finding(world)->known_ms, known_ms);
}

/* The word of a list that may have lied is as old as its last passed test;
   that of one that fell silent is its last. */
static const struct {
	const char *script;
	bool want_older;
} falls[] = {
    {"* A a 60 127.0.0.2", true},
    {"* A nodata 60 60", true},
    {"* A a 60 198.51.100.80", true},
    {"* A a 60 127.255.255.254", false},
    {"* A servfail", false},
};

static void
words_of_liars_are_withdrawn(void **state)
{
	struct watch_world *world = *state;

	for (size_t i = 0; i < COUNT(falls); i++) {
		int64_t passed_ms, known_ms;

		begin_anew(world);
		say(world, "* A nxdomain 60 60");
		tick_for(world, 1);
		passed_ms = world->now_ms;
		known_ms = world->now_ms = first_finding(world)->due_ms;
		tick_for(world, 1);
		assert_int_equal(first_finding(world)->known_ms, known_ms);
		assert_int_equal(fitness_of(world)->passed_ms, passed_ms);
		say_of_all(world, falls[i].script);
		world->changes = 0;
		for (int j = 0; j < 5 && world->changes == 0; j++) {
			world->now_ms = fitness_of(world)->due_ms;
			tick(world);
		}
		assert_int_equal(world->changes, 1);
		assert_int_equal(
		    first_finding(world)->answer.cause, CAUSE_UNFIT);
		assert_int_equal(first_finding(world)->known, RESULT_CLEAN);
		assert_int_equal(first_finding(world)->known_ms,
		    falls[i].want_older ? passed_ms : known_ms);
	}
}

static void
unfit_lists_return_by_themselves(void **state)
{
	struct watch_world *world = *state;
	unsigned asked;

	configure(world);
	say(world, "* A nxdomain 300 300");
	tick_for(world, 1);
	say_of_all(world, "* A a 60 127.0.0.2");
	world->now_ms = fitness_of(world)->due_ms;
	tick(world);
	asked = count(world, ONE, DNS_TYPE_A);
	/* Nothing changes until it was found good twice. */
	say(world, "* A nxdomain 300 300");
	world->now_ms += EVERY_MS;
	tick(world);
	assert_int_equal(fitness_of(world)->state, FITNESS_UNFIT);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), asked);
	/* Then its answers are asked for in the same tick. */
	world->now_ms += EVERY_MS;
	tick_for(world, 1);
	assert_int_equal(fitness_of(world)->state, FITNESS_FIT);
	assert_int_equal(world->after.result, RESULT_CLEAN);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), asked + 1);
}

/* The third is another one each time; fitness draws it. */
static void
a_test_asks_three_names(void **state)
{
	struct watch_world *world = *state;
	uint64_t before;

	say(world, "* A nxdomain 300 300");
	configure(world);
	tick_for(world, 1);
	before = resolver_asked(world->dns.resolver);
	assert_int_equal(before, 4);
	for (unsigned i = 2; i < 20; i++) {
		tick_late_for(world, 1);
		assert_int_equal(
		    count(world, "2.0.0.127.one.test", DNS_TYPE_A), i);
		assert_int_equal(
		    count(world, "1.0.0.127.one.test", DNS_TYPE_A), i);
		assert_int_equal(
		    resolver_asked(world->dns.resolver), before * i);
	}
}

static void
knows_which_families_it_tests(void **state)
{
	struct watch_world *world = *state;
	struct setting *setting = &world->first;

	setting->config.list_count = 2;
	configure(world);
	assert_non_null(watch_list(world->watch, &setting->lists[1], 4));
	assert_null(watch_list(world->watch, &setting->lists[1], 6));
	address_parse("2001:db8::1", &setting->addresses[1]);
	setting->config.egress_count = 2;
	configure(world);
	assert_non_null(watch_list(world->watch, &setting->lists[1], 6));
	assert_null(watch_list(world->watch, &setting->lists[0], 6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WATCH_TEST(asks_no_list_that_is_unfit),
	    WATCH_TEST(tests_a_list_before_its_word_changes),
	    WATCH_TEST(waits_for_a_test_that_begins_later),
	    WATCH_TEST(words_of_before_the_start_stay),
	    WATCH_TEST(words_of_liars_are_withdrawn),
	    WATCH_TEST(unfit_lists_return_by_themselves),
	    WATCH_TEST(a_test_asks_three_names),
	    WATCH_TEST(knows_which_families_it_tests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
