#include "standing/memory.h"

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/watch.h"
#include "scratch.h"
#include "standing/ground.h"
#include "standing/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define HOUR (3600 * CLOCK_SEC)
#define KEEP (6 * HOUR)
#define WALL (1700000000 * CLOCK_SEC)

static struct list_code codes[] = {
    {.low = 0x7f000002, .high = 0x7f000002, .name = "SBL"},
    {.low = 0x7f000004, .high = 0x7f000007, .name = "XBL"},
    {.low = 0x7f000009, .high = 0x7f000009, .name = "DROP"},
};
static struct list list;
static struct address address;
static struct egress egress;
static struct list_use use;
static struct config config;

/* The machine was started seven hours before. */
static const struct clocks start = {7 * HOUR, WALL};

static struct store *store;
static struct watch *watch;

static void
on_answered(void *arg, const struct subject *subject,
    const struct finding *finding, const struct answer *before)
{
	(void)arg, (void)subject, (void)finding, (void)before;
}

static void
on_list_changed(void *arg, const struct tested *tested)
{
	(void)arg, (void)tested;
}

static int
setup(void **state)
{
	char path[128];
	int result = scratch_create(state);

	snprintf(path, sizeof path, "%s/state.db", scratch);
	store = store_open(path); /* never started: memory is enough here */
	unlink(path);
	list = (struct list){.id = "one",
	    .provider = "Example",
	    .zone = "one.test",
	    .knows_ip4 = true,
	    .codes = codes,
	    .code_count = COUNT(codes),
	    .test4 = {{4, {127, 0, 0, 2}}, {4, {127, 0, 0, 1}}}};
	address_parse("192.0.2.1", &address);
	use = (struct list_use){.list = &list, .zone = list.zone, .weight = 1};
	egress = (struct egress){.name = "main", .addresses = {&address, 1}};
	config = (struct config){
	    .dns = {.check_every_ms = HOUR, .check_min_ms = HOUR},
	    .egresses = &egress,
	    .egress_count = 1,
	    .lists = &use,
	    .list_count = 1,
	    .confirm = 2,
	    .keep_unknown_ms = KEEP,
	};
	watch = watch_create(on_answered, on_list_changed, NULL);
	watch_configure(watch, &config, NULL);
	return result;
}

static int
teardown(void **state)
{
	watch_destroy(&watch);
	store_close(&store);
	return scratch_destroy(state);
}

static const struct finding *
the_finding(void)
{
	return watch_subject(watch, &address)->findings;
}

/* As a new process finds it. */
static void
start_again(void)
{
	watch_destroy(&watch);
	watch = watch_create(on_answered, on_list_changed, NULL);
	watch_configure(watch, &config, NULL);
}

static void
keep(enum result known, uint32_t known_codes, int64_t known_ms)
{
	struct finding finding = *the_finding();

	finding.known = known;
	finding.known_codes = known_codes;
	finding.known_ms = known_ms;
	finding.listed_ms = known_ms - HOUR;
	finding.listed_in_a_row = known == RESULT_LISTED ? 3 : 0;
	memory_keep_answer(
	    store, watch_subject(watch, &address), &finding, &start);
}

static void
recall(int64_t now_ms, int64_t wall_ms)
{
	const struct clocks clocks = {now_ms, wall_ms};

	start_again();
	memory_recall_answers(store, watch, &config, &clocks);
}

static void
brings_a_listing_back(void **state)
{
	const struct finding *finding;

	(void)state;
	keep(RESULT_LISTED, 5, start.now_ms - 2 * HOUR);
	/* An hour later, and the machine was started meanwhile. */
	recall(1000, WALL + HOUR);
	finding = the_finding();
	assert_int_equal(finding->answer.result, RESULT_UNKNOWN);
	assert_int_equal(finding->answer.cause, CAUSE_STALE);
	assert_int_equal(finding->answer.codes, 5);
	assert_int_equal(finding->known, RESULT_LISTED);
	assert_int_equal(finding->known_codes, 5);
	assert_int_equal(finding->listed_in_a_row, 3);
	assert_int_equal(finding->known_ms, 1000 - 3 * HOUR);
	assert_int_equal(finding->listed_ms, 1000 - 4 * HOUR);
	assert_int_equal(finding->asked_ms, CLOCK_NEVER);
}

static void
brings_clean_back(void **state)
{
	(void)state;
	keep(RESULT_CLEAN, 0, start.now_ms);
	recall(start.now_ms + 1000, WALL + 1000);
	assert_int_equal(the_finding()->answer.cause, CAUSE_STALE);
	assert_int_equal(the_finding()->known, RESULT_CLEAN);
	assert_int_equal(the_finding()->listed_in_a_row, 0);
	assert_int_equal(the_finding()->known_ms, start.now_ms);
}

static void
brings_nothing_back_twice(void **state)
{
	const struct clocks later = {start.now_ms + HOUR, WALL};

	(void)state;
	keep(RESULT_CLEAN, 0, start.now_ms);
	recall(start.now_ms, WALL);
	memory_recall_answers(store, watch, &config, &later);
	assert_int_equal(the_finding()->known_ms, start.now_ms);
}

/* A word ends with keep_unknown, and its record with it. */
static void
knows_nothing_that_is_too_old(void **state)
{
	const struct clocks in_time = {start.now_ms, WALL + KEEP},
			    late = {start.now_ms, WALL + KEEP + CLOCK_SEC};

	(void)state;
	keep(RESULT_LISTED, 1, start.now_ms);
	recall(start.now_ms, WALL + KEEP);
	assert_int_equal(the_finding()->known, RESULT_LISTED);
	memory_forget(store, &config, &in_time);
	assert_int_equal(store_count(store), 1);
	recall(start.now_ms, WALL + KEEP + CLOCK_SEC);
	assert_int_equal(the_finding()->answer.cause, CAUSE_NOT_ASKED);
	assert_int_equal(the_finding()->known, RESULT_UNKNOWN);
	memory_forget(store, &config, &late);
	assert_null(store_get(store, "answer", "192.0.2.1 one"));
}

/* The wall clock went back by a year: known as of now, and no longer than that
   holds from now on. */
static void
clock_that_went_back(void **state)
{
	(void)state;
	keep(RESULT_LISTED, 1, start.now_ms);
	recall(start.now_ms, WALL - 365 * 24 * HOUR);
	assert_int_equal(the_finding()->known, RESULT_LISTED);
	assert_int_equal(the_finding()->known_ms, start.now_ms);
	assert_int_equal(the_finding()->listed_ms, start.now_ms);
}

static void
other_lists_words_are_not_taken(void **state)
{
	(void)state;
	keep(RESULT_LISTED, 4, start.now_ms);
	use.zone = "another-key.one.test";
	recall(start.now_ms, WALL);
	assert_int_equal(the_finding()->answer.cause, CAUSE_NOT_ASKED);
	use.zone = list.zone;
	list.code_count = 2; /* the directory has no DROP any more */
	recall(start.now_ms, WALL);
	assert_int_equal(the_finding()->answer.cause, CAUSE_NOT_ASKED);
	list.code_count = 3;
	list.id = "two";
	recall(start.now_ms, WALL);
	assert_int_equal(the_finding()->answer.cause, CAUSE_NOT_ASKED);
	list.id = "one";
	recall(start.now_ms, WALL);
	assert_int_equal(the_finding()->answer.cause, CAUSE_STALE);
}

static void
says_no_key(void **state)
{
	char *value;

	(void)state;
	use.zone = "secret.one.test";
	use.key = "secret";
	start_again();
	keep(RESULT_LISTED, 7, start.now_ms);
	value = store_get(store, "answer", "192.0.2.1 one");
	assert_non_null(value);
	assert_null(strstr(value, "secret"));
	free(value);
}

static void
takes_no_nonsense(void **state)
{
	static const char *const values[] = {"", "[]", "{}", "x", "null",
	    "[1700000000]", "[\"1700000000\",%u]", "[-1,%u]",
	    "[99999999999999,%u]", "[1700000000,1]",
	    "{\"known\":1700000000,\"zone\":%u}",
	    "{\"known\":1700000000,\"zone\":%u,"
	    "\"in_a_row\":1,\"codes\":[]}",
	    "{\"known\":1700000000,\"zone\":%u,"
	    "\"in_a_row\":1,\"codes\":[1]}",
	    "{\"known\":1700000000,\"zone\":%u,"
	    "\"in_a_row\":70000,\"codes\":[\"SBL\"]}"};
	char *kept, *zone, value[256];
	unsigned long mark;

	(void)state;
	keep(RESULT_CLEAN, 0, start.now_ms);
	kept = store_get(store, "answer", "192.0.2.1 one");
	zone = strchr(kept, ',');
	assert_non_null(zone);
	mark = strtoul(zone + 1, NULL, 10);
	for (size_t i = 0; i < COUNT(values); i++) {
		const char *form = strstr(values[i], "%u");
		int head = form ? form - values[i] : (int)strlen(values[i]);

		snprintf(value, sizeof value, "%.*s", head, values[i]);
		if (form)
			snprintf(value + head, sizeof value - head, "%lu%s",
			    mark, form + 2);
		store_put(store, "answer", "192.0.2.1 one", value);
		recall(start.now_ms, WALL);
		if (the_finding()->answer.cause != CAUSE_NOT_ASKED)
			fail_msg("taken: %s", value);
	}
	store_put(store, "answer", "192.0.2.1 one", kept);
	recall(start.now_ms, WALL);
	assert_int_equal(the_finding()->answer.cause, CAUSE_STALE);
	free(kept);
}

static const struct ground a_ground = {
    .standing = {.state = STANDING_LISTED,
	.since_ms = 5 * HOUR,
	.below_since_ms = 6 * HOUR},
    .since_wall_sec = WALL / CLOCK_SEC - 7200,
    .address = {4, {192, 0, 2, 1}},
    .blocked_by = "Example SBL",
    .removal = "https://one.test/",
};

static void
brings_a_standing_back(void **state)
{
	const struct clocks later = {HOUR, WALL + HOUR};
	struct ground ground = {.addresses = {&address, 1}};

	(void)state;
	memory_keep_ground(store, "main", &a_ground, &start);
	assert_int_equal(
	    memory_recall_ground(store, "main", &ground, &later), 0);
	assert_int_equal(ground.standing.state, STANDING_LISTED);
	assert_int_equal(ground.standing.since_ms, HOUR - 3 * HOUR);
	assert_int_equal(ground.standing.below_since_ms, HOUR - 2 * HOUR);
	assert_int_equal(ground.since_wall_sec, a_ground.since_wall_sec);
	assert_true(address_equal(&ground.address, &address));
	assert_string_equal(ground.blocked_by, "Example SBL");
	assert_string_equal(ground.removal, "https://one.test/");
	assert_ptr_equal(ground.addresses.items, &address);
}

static void
standing_without_a_record(void **state)
{
	struct ground ground = {.since_wall_sec = 3}, clean = a_ground;

	(void)state;
	assert_int_equal(
	    memory_recall_ground(store, "main", &ground, &start), -1);
	store_put(store, "standing", "main", "{\"state\":\"bad\",\"since\":1}");
	assert_int_equal(
	    memory_recall_ground(store, "main", &ground, &start), -1);
	store_put(store, "standing", "main", "{\"state\":\"clean\"}");
	assert_int_equal(
	    memory_recall_ground(store, "main", &ground, &start), -1);
	assert_int_equal(ground.since_wall_sec, 3);
	clean.standing.state = STANDING_CLEAN;
	clean.standing.below_since_ms = CLOCK_NEVER;
	memory_keep_ground(store, "main", &clean, &start);
	assert_int_equal(
	    memory_recall_ground(store, "main", &ground, &start), 0);
	assert_int_equal(ground.standing.below_since_ms, CLOCK_NEVER);
	assert_string_equal(ground.blocked_by, "");
}

static void
forgets_who_is_gone(void **state)
{
	struct ground ground;

	(void)state;
	memory_keep_ground(store, "main", &a_ground, &start);
	memory_keep_ground(store, "gone", &a_ground, &start);
	memory_forget(store, &config, &start);
	assert_int_equal(
	    memory_recall_ground(store, "main", &ground, &start), 0);
	assert_int_equal(
	    memory_recall_ground(store, "gone", &ground, &start), -1);
}

/* So that of thousands of addresses those that matter have room. */
static void
keeps_clean_answers_up_to_a_limit(void **state)
{
	char key[16];

	(void)state;
	for (int i = 0; i < MEMORY_ANSWERS_MAX; i++) {
		snprintf(key, sizeof key, "%d", i);
		store_put(store, "other", key, "x");
	}
	keep(RESULT_CLEAN, 0, start.now_ms);
	assert_null(store_get(store, "answer", "192.0.2.1 one"));
	keep(RESULT_LISTED, 1, start.now_ms);
	recall(start.now_ms, WALL);
	assert_int_equal(the_finding()->known, RESULT_LISTED);
}

static void
works_without_a_store(void **state)
{
	struct ground ground;

	(void)state;
	store_close(&store);
	keep(RESULT_LISTED, 1, start.now_ms);
	recall(start.now_ms, WALL);
	memory_keep_ground(store, "main", &a_ground, &start);
	memory_forget(store, &config, &start);
	assert_int_equal(
	    memory_recall_ground(store, "main", &ground, &start), -1);
	assert_int_equal(the_finding()->answer.cause, CAUSE_NOT_ASKED);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(brings_a_listing_back),
	    TEST(brings_clean_back),
	    TEST(brings_nothing_back_twice),
	    TEST(knows_nothing_that_is_too_old),
	    TEST(clock_that_went_back),
	    TEST(other_lists_words_are_not_taken),
	    TEST(says_no_key),
	    TEST(takes_no_nonsense),
	    TEST(brings_a_standing_back),
	    TEST(standing_without_a_record),
	    TEST(forgets_who_is_gone),
	    TEST(keeps_clean_answers_up_to_a_limit),
	    TEST(works_without_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
