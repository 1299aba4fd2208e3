#include "watch_world.h"

static void
keeps_findings_of_pairs_that_stay(void **state)
{
	struct watch_world *world = *state;
	const struct finding *finding;

	say(world, "* A a 300 127.0.0.4\n* TXT txt 60 kept");
	configure(world);
	tick_for(world, 1);
	world->second.uses[0].weight = 7;
	world->second.config.list_count = 2;
	world->second.config.egress_count = 2;
	reconfigure(world);
	finding = first_finding(world);
	assert_ptr_equal(finding->list, &world->second.lists[0]);
	assert_int_equal(finding->weight, 7);
	assert_int_equal(finding->answer.result, RESULT_LISTED);
	assert_int_equal(finding->answer.codes, 2);
	assert_int_equal(finding->listed_in_a_row, 1);
	assert_int_equal(finding->known_ms, world->now_ms);
	assert_string_equal(finding->text, "kept");
	check_due(world, MIN_MS);
	/* The three new pairs are asked, the kept one is not. */
	tick_for(world, 3);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 1);
	assert_int_equal(count(world, TWO, DNS_TYPE_A), 1);
	assert_int_equal(count(world, OTHER, DNS_TYPE_A), 1);
}

#define KEY "SECRETKEY"

static void
asks_anew_with_another_key(void **state)
{
	struct watch_world *world = *state;

	setting_give_key(&world->first, KEY, KEY ".one.test");
	setting_give_key(&world->second, "OTHERKEY", "OTHERKEY.one.test");
	say(world, CONTROLS_OF(KEY ".one.test")
		       CONTROLS_OF("OTHERKEY.one.test") "* A nxdomain 300 300");
	configure(world);
	tick_for(world, 1);
	reconfigure(world);
	assert_int_equal(first_finding(world)->answer.cause, CAUSE_NOT_ASKED);
	tick_for(world, 1);
	assert_int_equal(
	    count(world, "1.2.0.192.OTHERKEY.one.test", DNS_TYPE_A), 1);
}

static void
forgets_pairs_that_change(void **state)
{
	static struct list_code other[] = {
	    {.low = 0x7f000002, .high = 0x7f000002, .name = "SBL"}};
	struct watch_world *world = *state;

	say(world, "* A a 300 127.0.0.2\n* TXT txt 60 text");
	configure(world);
	tick_for(world, 1);
	world->second.lists[0].codes = other;
	world->second.lists[0].code_count = 1;
	reconfigure(world);
	assert_int_equal(first_finding(world)->answer.cause, CAUSE_NOT_ASKED);
	assert_null(first_finding(world)->text);
	tick_for(world, 1);
}

static void
forgets_addresses_that_go(void **state)
{
	struct watch_world *world = *state;

	say(world, "* A a 300 127.0.0.2\n* TXT txt 60 text");
	configure(world);
	tick_for(world, 1);
	world->second.addresses[0] = world->second.addresses[1];
	reconfigure(world);
	assert_null(watch_subject(world->watch, &world->first.addresses[0]));
	assert_non_null(
	    watch_subject(world->watch, &world->second.addresses[0]));
	world->now_ms += 2 * EVERY_MS;
	tick_for(world, 1);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 1);
}

/* A shorter check_every holds for what was found under a longer one, too. */
static void
watches_added_addresses(void **state)
{
	struct watch_world *world = *state;
	const struct address *own = &world->first.addresses[0];
	struct address added[2] = {*own, world->first.addresses[1]};
	const struct subject *subject;

	say(world, "*.one.test * nxdomain 60 60\n");
	watch_add_addresses(world->watch, added, 2);
	configure(world);
	tick_for(world, 2);
	subject = watch_subject(world->watch, &added[1]);
	assert_non_null(subject);
	assert_int_equal(subject->findings[0].answer.result, RESULT_CLEAN);

	/* The one that goes is forgotten, the other goes on as it was. */
	watch_add_addresses(world->watch, added, 1);
	configure(world);
	assert_null(watch_subject(world->watch, &added[1]));
	subject = watch_subject(world->watch, own);
	assert_non_null(subject);
	assert_int_equal(subject->findings[0].answer.result, RESULT_CLEAN);
}

static void
new_intervals_hold_at_once(void **state)
{
	struct watch_world *world = *state;

	say(world, "* A nxdomain 600 600");
	configure(world);
	tick_for(world, 1);
	world->second.config.dns.check_every_ms = MIN_MS;
	reconfigure(world);
	tick_for(world, 1);
	check_due(world, MIN_MS);
}

/* The A or the TXT question is open for good. */
static const struct {
	const char *script;
	uint16_t open;
} in_flight[] = {
    {"* A drop", DNS_TYPE_A},
    {"* A a 300 127.0.0.2\n* TXT drop", DNS_TYPE_TXT},
};

/* One tick, and until the server has the question that stays open. */
static void
leave_open(struct watch_world *world, size_t i)
{
	uint16_t type = in_flight[i].open;
	unsigned before = count(world, ONE, type);

	say(world, in_flight[i].script);
	world->now_ms += EVERY_MS;
	watch_tick(world->watch, world->now_ms);
	dns_world_wait(&world->dns, ONE, type, before + 1);
	assert_true(first_finding(world)->is_asking);
}

/* When the configuration changes: their end is nobody's answer, and the pair is
   asked anew. */
static void
late_answers_are_ignored(void **state)
{
	struct watch_world *world = *state;

	for (size_t i = 0; i < COUNT(in_flight); i++) {
		setting_fill(&world->first);
		say(world, "* A nxdomain 300 300");
		configure(world);
		tick_late_for(world, 1);
		leave_open(world, i);
		world->answers = 0;
		reconfigure(world);
		address_parse("192.0.2.1", &world->first.addresses[0]);
		assert_int_equal(world->answers, 0);
		assert_false(first_finding(world)->is_asking);
		assert_int_equal(
		    first_finding(world)->answer.result, RESULT_CLEAN);
		say(world, "* A nxdomain 300 300");
		tick_for(world, 1);
	}
}

/* The same resolver goes on: the answer does come in, before that to the
   question for the address that is watched now. */
static void
late_answers_of_the_same_resolver_too(void **state)
{
	struct watch_world *world = *state;

	say(world, "* A slow 500 300 127.0.0.2\n* TXT nodata 60 60");
	configure(world);
	watch_tick(world->watch, world->now_ms);
	dns_world_wait(&world->dns, ONE, DNS_TYPE_A, 1);
	world->second.addresses[0] = world->second.addresses[1];
	watch_configure(
	    world->watch, &world->second.config, world->dns.resolver);
	tick_for(world, 1);
	assert_memory_equal(&world->address, &world->second.addresses[0],
	    sizeof world->address);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 1);
	assert_int_equal(count(world, ONE, DNS_TYPE_TXT), 0);
}

/* With a question open, or none sent yet. */
static void
ends_in_any_order(void **state)
{
	struct watch_world *world = *state;

	for (size_t i = 0; i < 8; i++) {
		bool is_sent = i & 1, is_resolver_first = i & 2;

		begin_anew(world);
		say(world, "* A nxdomain 300 300");
		tick_for(world, 1);
		world->now_ms += EVERY_MS;
		if (is_sent)
			leave_open(world, i / 4);
		else
			watch_tick(world->watch, world->now_ms);
		world->answers = 0;
		if (is_resolver_first)
			resolver_destroy(&world->dns.resolver);
		watch_destroy(&world->watch);
		resolver_destroy(&world->dns.resolver);
		assert_int_equal(world->answers, 0);
		world->dns.resolver = dns_world_resolver(&world->dns);
	}
	watch_destroy(&world->watch);
}

/* Its answer comes when there is no watch any more. */
static void
may_end_before_its_answers(void **state)
{
	struct watch_world *world = *state;

	say(world, "* A slow 200 300 127.0.0.2");
	configure(world);
	watch_tick(world->watch, world->now_ms);
	dns_world_wait(&world->dns, ONE, DNS_TYPE_A, 1);
	watch_destroy(&world->watch);
	dns_world_settle(&world->dns);
	assert_int_equal(count(world, ONE, DNS_TYPE_TXT), 0);
}

/* A resolver that goes away is no evidence. */
static void
cancelled_is_no_answer(void **state)
{
	struct watch_world *world = *state;

	for (size_t i = 0; i < COUNT(in_flight); i++) {
		configure(world);
		leave_open(world, i);
		resolver_destroy(&world->dns.resolver);
		assert_int_equal(world->answers, 0);
		assert_false(first_finding(world)->is_asking);
		assert_int_equal(
		    first_finding(world)->answer.cause, CAUSE_NOT_ASKED);
		assert_int_equal(first_finding(world)->failures, 0);
		assert_true(first_finding(world)->due_ms <= world->now_ms);
		world->dns.resolver = dns_world_resolver(&world->dns);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WATCH_TEST(keeps_findings_of_pairs_that_stay),
	    WATCH_TEST(asks_anew_with_another_key),
	    WATCH_TEST(forgets_pairs_that_change),
	    WATCH_TEST(forgets_addresses_that_go),
	    WATCH_TEST(watches_added_addresses),
	    WATCH_TEST(new_intervals_hold_at_once),
	    WATCH_TEST(late_answers_are_ignored),
	    WATCH_TEST(late_answers_of_the_same_resolver_too),
	    WATCH_TEST(ends_in_any_order),
	    WATCH_TEST(may_end_before_its_answers),
	    WATCH_TEST(cancelled_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
