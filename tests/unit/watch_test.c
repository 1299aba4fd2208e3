#include "watch_world.h"

#include <stdlib.h>
#include <string.h>

static void
knows_nothing_at_first(void **state)
{
	struct watch_world *world = *state;
	const struct finding *finding;

	configure(world);
	finding = first_finding(world);
	assert_ptr_equal(finding->list, &world->first.lists[0]);
	assert_int_equal(finding->weight, 1);
	assert_int_equal(finding->answer.result, RESULT_UNKNOWN);
	assert_int_equal(finding->answer.cause, CAUSE_NOT_ASKED);
	assert_int_equal(finding->known, RESULT_UNKNOWN);
	assert_int_equal(finding->asked_ms, CLOCK_NEVER);
	assert_null(finding->text);
	assert_null(watch_subject(world->watch, &world->first.addresses[1]));
}

/* The span that each answer is good for: TTL clamped, unless it is the first
   LISTED of two, or UNKNOWN. */
static const struct {
	const char *script;
	enum result want;
	int64_t want_ms;
} spans[] = {
    {"* A nxdomain 1000 300", RESULT_CLEAN, 300 * CLOCK_SEC},
    {"* A nxdomain 1000 5", RESULT_CLEAN, MIN_MS},
    {"* A nxdomain 9000 9000", RESULT_CLEAN, EVERY_MS},
    {"* A nxdomain 4294967295 4294967295", RESULT_CLEAN, MIN_MS},
    {"* A nxdomain 2147483647 2147483647", RESULT_CLEAN, EVERY_MS},
    {"* A nodata 120 500", RESULT_CLEAN, 120 * CLOCK_SEC},
    {"* A a 500 127.0.0.2", RESULT_LISTED, MIN_MS},
    {"* A a 500 127.0.0.3", RESULT_UNKNOWN, MIN_MS},
    {"* A servfail", RESULT_UNKNOWN, MIN_MS},
};

static void
asks_again_in_time(void **state)
{
	struct watch_world *world = *state;

	for (size_t i = 0; i < COUNT(spans); i++) {
		begin_anew(world);
		say(world, spans[i].script);
		tick_for(world, 1);
		assert_int_equal(world->after.result, spans[i].want);
		assert_int_equal(first_finding(world)->asked_ms, world->now_ms);
		check_due(world, spans[i].want_ms);
	}
}

/* Nothing goes out before an answer is due, and only once while it is on its
   way. */
static void
asks_when_due(void **state)
{
	struct watch_world *world = *state;
	int64_t due_ms;

	say(world, "* A nxdomain 300 300");
	configure(world);
	tick_for(world, 1);
	world->now_ms += EVERY_MS;
	watch_tick(world->watch, world->now_ms);
	assert_true(first_finding(world)->is_asking);
	tick_for(world, 1);
	assert_false(first_finding(world)->is_asking);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 2);
	due_ms = first_finding(world)->due_ms;
	world->now_ms = due_ms - 1;
	tick_for(world, 0);
	assert_false(first_finding(world)->is_asking);
	world->now_ms = due_ms;
	tick_for(world, 1);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 3);
	tick_late_for(world, 1);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 4);
	assert_int_equal(world->before.result, RESULT_CLEAN);
}

/* A receiver says that it refuses us by that list. */
static void
asks_a_list_that_is_named(void **state)
{
	struct watch_world *world = *state;

	say(world, "* A nxdomain 300 300");
	configure(world);
	tick_for(world, 1);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 1);
	/* Just asked. */
	watch_ask_named(world->watch, "one.test", world->now_ms);
	tick_for(world, 0);
	assert_false(first_finding(world)->is_asking);
	world->now_ms += world->first.config.dns.check_min_ms;
	watch_ask_named(world->watch, "other.test", world->now_ms);
	tick_for(world, 0);
	assert_false(first_finding(world)->is_asking);
	watch_ask_named(world->watch, "ONE.test", world->now_ms);
	tick_for(world, 1);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 2);
}

/* More is due than one tick may ask: the rest has its turn at the next, and
   nothing twice. */
static void
leaves_the_rest_for_the_next_tick(void **state)
{
	enum { MANY = WATCH_TICK_MAX + 500 };
	struct watch_world *world = *state;
	struct address *many = calloc(MANY, sizeof *many);

	assert_non_null(many);
	for (int i = 0; i < MANY; i++)
		many[i] = (struct address){4, {192, 0, i >> 8, i & 255}};
	world->first.egresses[0].addresses.items = many;
	world->first.egresses[0].addresses.count = MANY;
	say(world, "* A nxdomain 300 300");
	configure(world);
	tick_for(world, WATCH_TICK_MAX);
	tick_for(world, MANY - WATCH_TICK_MAX);
	tick_for(world, 0);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(watch_subject(world->watch, &many[i])
				     ->findings[0]
				     .answer.result,
		    RESULT_CLEAN);
	watch_destroy(&world->watch);
	free(many);
}

static void
doubles_the_span_of_failures(void **state)
{
	static const int64_t want_ms[] = {MIN_MS, 2 * MIN_MS, 4 * MIN_MS,
	    8 * MIN_MS, EVERY_MS, EVERY_MS, EVERY_MS};
	struct watch_world *world = *state;

	say(world, "* A servfail");
	configure(world);
	for (size_t i = 0; i < COUNT(want_ms); i++) {
		tick_late_for(world, 1);
		check_due(world, want_ms[i]);
		assert_int_equal(first_finding(world)->failures, i + 1);
	}
	for (int i = 0; i < 100; i++) {
		tick_late_for(world, 1);
	}
	check_due(world, EVERY_MS);
	say(world, "* A nxdomain 300 300");
	tick_late_for(world, 1);
	assert_int_equal(first_finding(world)->failures, 0);
	check_due(world, 300 * CLOCK_SEC);
}

/* The steps of one pair, each an answer with what is known after it. */
static const struct {
	const char *script;
	enum result want, want_known;
	int want_in_a_row;
	const char *want_text;
	unsigned want_texts; /* TXT questions so far */
	int64_t want_ms;
} steps[] = {
    {"* A nxdomain 300 300", RESULT_CLEAN, RESULT_CLEAN, 0, "", 0,
	300 * CLOCK_SEC},
    {"* A a 300 127.0.0.2\n* TXT txt 60 first", RESULT_LISTED, RESULT_LISTED, 1,
	"first", 1, MIN_MS},
    /* The same codes: the text is known. */
    {"* A a 300 127.0.0.2\n* TXT txt 60 second", RESULT_LISTED, RESULT_LISTED,
	2, "first", 1, 300 * CLOCK_SEC},
    {"* A a 300 127.0.0.2 127.0.0.4\n* TXT txt 60 third", RESULT_LISTED,
	RESULT_LISTED, 3, "third", 2, 300 * CLOCK_SEC},
    /* Silence keeps what was known. */
    {"* A servfail", RESULT_UNKNOWN, RESULT_LISTED, 3, "third", 2, MIN_MS},
    {"* A a 300 127.0.0.4\n* TXT servfail", RESULT_LISTED, RESULT_LISTED, 4, "",
	3, 300 * CLOCK_SEC},
    /* No text was had: another try. */
    {"* A a 300 127.0.0.4\n* TXT nodata 60 60", RESULT_LISTED, RESULT_LISTED, 5,
	"", 4, 300 * CLOCK_SEC},
    {"* A a 300 127.0.0.4\n* TXT refused", RESULT_LISTED, RESULT_LISTED, 6, "",
	5, 300 * CLOCK_SEC},
    {"* A a 300 127.0.0.4\n* TXT txt 60 at last", RESULT_LISTED, RESULT_LISTED,
	7, "at last", 6, 300 * CLOCK_SEC},
    {"* A nxdomain 300 300", RESULT_CLEAN, RESULT_CLEAN, 0, "", 6,
	300 * CLOCK_SEC},
    {"* A a 300 127.0.0.4\n* TXT txt 60 again", RESULT_LISTED, RESULT_LISTED, 1,
	"again", 7, MIN_MS},
    /* Silence in between confirms nothing and clears nothing. */
    {"* A servfail", RESULT_UNKNOWN, RESULT_LISTED, 1, "again", 7, MIN_MS},
    {"* A a 300 127.0.0.4\n* TXT txt 60 again", RESULT_LISTED, RESULT_LISTED, 2,
	"again", 8, 300 * CLOCK_SEC},
    {"* A a 300 127.0.0.99", RESULT_UNKNOWN, RESULT_LISTED, 2, "again", 8,
	MIN_MS},
};

static void
remembers(void **state)
{
	struct watch_world *world = *state;
	int64_t known_ms = CLOCK_NEVER;
	uint32_t known_codes = 0;

	configure(world);
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct answer before = first_finding(world)->answer;
		const struct finding *finding;

		world->now_ms += EVERY_MS;
		say(world, steps[i].script);
		tick_for(world, 1);
		finding = first_finding(world);
		if (steps[i].want != RESULT_UNKNOWN)
			known_ms = world->now_ms;
		if (steps[i].want != RESULT_UNKNOWN)
			known_codes = finding->answer.codes;
		assert_int_equal(finding->known_codes, known_codes);
		assert_int_equal(
		    known_codes != 0, steps[i].want_known == RESULT_LISTED);
		if (finding->answer.result != steps[i].want ||
		    finding->known != steps[i].want_known ||
		    finding->listed_in_a_row != steps[i].want_in_a_row ||
		    finding->known_ms != known_ms ||
		    strcmp(world->text, steps[i].want_text) != 0 ||
		    count(world, ONE, DNS_TYPE_TXT) != steps[i].want_texts)
			fail_msg("step %zu: %s, %d in a row, text \"%s\"", i,
			    result_name(finding->answer.result),
			    finding->listed_in_a_row, world->text);
		assert_memory_equal(&world->before, &before, sizeof before);
		check_due(world, steps[i].want_ms);
	}
}

/* That of the first answer in a row, whatever UNKNOWN comes between; not that
   of a listing before the last CLEAN. */
static void
knows_since_when(void **state)
{
	static const struct {
		const char *script;
		int64_t after_ms; /* of the tick before */
		bool is_new;
	} episodes[] = {
	    {"* A a 60 127.0.0.2\n* TXT txt 60 text", 0, true},
	    {"* A a 60 127.0.0.4\n* TXT txt 60 text", EVERY_MS, false},
	    {"* A servfail", EVERY_MS, false},
	    {"* A a 60 127.0.0.2\n* TXT txt 60 text", EVERY_MS, false},
	    {"* A nxdomain 60 60", EVERY_MS, false},
	    {"* A a 60 127.0.0.2\n* TXT txt 60 text", EVERY_MS, true},
	};
	struct watch_world *world = *state;
	int64_t want_ms = 0;

	configure(world);
	for (size_t i = 0; i < COUNT(episodes); i++) {
		world->now_ms += episodes[i].after_ms;
		if (episodes[i].is_new)
			want_ms = world->now_ms;
		say(world, episodes[i].script);
		tick_for(world, 1);
		if (world->after.result == RESULT_LISTED)
			assert_int_equal(
			    first_finding(world)->listed_ms, want_ms);
	}
	assert_int_equal(want_ms, world->now_ms);
}

/* The answer is kept back until its text is there. */
static void
delivers_answer_and_text_at_once(void **state)
{
	struct watch_world *world = *state;

	resolver_destroy(&world->dns.resolver);
	world->dns.timeout_ms = 2000;
	world->dns.resolver = dns_world_resolver(&world->dns);
	say(world, "* A a 300 127.0.0.2\n* TXT drop");
	configure(world);
	watch_tick(world->watch, world->now_ms);
	dns_world_wait(&world->dns, ONE, DNS_TYPE_TXT, 1);
	assert_int_equal(world->answers, 0);
	assert_true(first_finding(world)->is_asking);
	assert_int_equal(first_finding(world)->answer.cause, CAUSE_NOT_ASKED);
	dns_world_settle(&world->dns);
	assert_int_equal(world->answers, 1);
	assert_false(first_finding(world)->is_asking);
	assert_int_equal(world->after.result, RESULT_LISTED);
}

/* A pair exists where the list knows the family; an address of two egresses
   is one subject. */
static void
watches_each_pair_once(void **state)
{
	struct watch_world *world = *state;
	struct setting *setting = &world->first;
	const struct subject *subject;

	say(world, "* A nxdomain 300 300");
	address_parse("2001:db8::1", &setting->addresses[1]);
	setting->config.list_count = 2;
	setting->config.egress_count = 2;
	configure(world);
	tick_for(world, 3);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 1);
	assert_int_equal(count(world, TWO, DNS_TYPE_A), 1);
	assert_int_equal(count(world, SIX, DNS_TYPE_A), 1);
	subject = watch_subject(world->watch, &setting->addresses[1]);
	assert_int_equal(subject->finding_count, 1);
	assert_ptr_equal(subject->findings[0].list, &setting->lists[1]);

	setting->addresses[1] = setting->addresses[0];
	configure(world);
	tick_late_for(world, 2);
	assert_int_equal(count(world, ONE, DNS_TYPE_A), 2);
	assert_int_equal(count(world, TWO, DNS_TYPE_A), 2);
}

/* A zone too long for an IPv6 name: the pair cannot be asked, so it is not
   there to be waited for. */
static void
leaves_out_what_cannot_be_asked(void **state)
{
	static const char label[] = "a23456789012345678901234567890123456789"
				    "012345678901234567890123.";
	struct watch_world *world = *state;
	struct setting *setting = &world->first;
	char zone[256] = "";

	for (int i = 0; i < 3; i++)
		strcat(zone, label);
	strcat(zone, "test");
	setting->lists[0].zone = setting->uses[0].zone = zone;
	setting->lists[0].knows_ip6 = true;
	address_parse("2001:db8::1", &setting->addresses[1]);
	setting->config.egress_count = 2;
	configure(world);
	assert_int_equal(
	    watch_subject(world->watch, &setting->addresses[0])->finding_count,
	    1);
	assert_int_equal(
	    watch_subject(world->watch, &setting->addresses[1])->finding_count,
	    0);
}

#define KEY "SECRETKEY"

/* The name that is asked has it, the text that comes back does not. */
static void
hides_the_key(void **state)
{
	struct watch_world *world = *state;

	setting_give_key(&world->first, KEY, KEY ".one.test");
	say(world,
	    CONTROLS_OF(KEY
		".one.test") "1.2.0.192." KEY ".one.test A a 300 127.0.0.4\n"
			     "* TXT txt 60 see 1.2.0.192." KEY ".one.test");
	configure(world);
	tick_for(world, 1);
	assert_int_equal(first_finding(world)->answer.result, RESULT_LISTED);
	assert_string_equal(
	    first_finding(world)->text, "see 1.2.0.192.*********.one.test");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WATCH_TEST(knows_nothing_at_first),
	    WATCH_TEST(asks_again_in_time),
	    WATCH_TEST(asks_when_due),
	    WATCH_TEST(asks_a_list_that_is_named),
	    WATCH_TEST(leaves_the_rest_for_the_next_tick),
	    WATCH_TEST(doubles_the_span_of_failures),
	    WATCH_TEST(remembers),
	    WATCH_TEST(knows_since_when),
	    WATCH_TEST(delivers_answer_and_text_at_once),
	    WATCH_TEST(watches_each_pair_once),
	    WATCH_TEST(leaves_out_what_cannot_be_asked),
	    WATCH_TEST(hides_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
