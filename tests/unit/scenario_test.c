/*
 * A week of forty lists, most of them wrong in some way, in a world without
 * sockets: the resolver and the random numbers are the test's, the clock goes
 * in minutes. Watch, fitness and standing are the real ones.
 *
 * Three egresses, each with an IPv4 and an IPv6 address: nobody lists the
 * first, six lists truly list the second throughout, and the third for some
 * days in the middle. All else that happens is the lists' own fault.
 */
#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "egress_story.h"
#include "evidence/resolver.h"
#include "evidence/roster.h"
#include "evidence/watch.h"
#include "moods.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MIN (60 * CLOCK_SEC)
#define START (1000 * MIN)
#define LISTS 40
#define EGRESSES 3
#define LISTED_AT 3
#define KEEP_UNKNOWN (6 * HOURS)
#define CLEAR_AFTER 30
#define QUEUE_MAX 20000

struct kind {
	int count;
	bool is_true; /* lists what is listed */
	enum mood mood;
	enum malady malady;
	enum fitness_state want;
	enum unfit want_unfit;
};

static const struct kind kinds[] = {
    {1, true, GOOD, LOSS, FITNESS_FIT, UNFIT_NONE},
    {1, true, TWO_CODES, LOSS, FITNESS_FIT, UNFIT_NONE},
    {1, true, NODATA, SILENT_SPELLS, FITNESS_FIT, UNFIT_NONE},
    {1, true, GOOD, WILD_SPELLS, FITNESS_FIT, UNFIT_NONE},
    {1, true, GOOD, EMPTY_SPELLS, FITNESS_FIT, UNFIT_NONE},
    {1, true, GOOD, ANY, FITNESS_FIT, UNFIT_NONE},
    {3, false, GOOD, LOSS, FITNESS_FIT, UNFIT_NONE},
    {2, false, NODATA, SILENT_SPELLS, FITNESS_FIT, UNFIT_NONE},
    {2, false, GOOD, WILD_SPELLS, FITNESS_FIT, UNFIT_NONE},
    {2, false, GOOD, EMPTY_SPELLS, FITNESS_FIT, UNFIT_NONE},
    {3, false, GOOD, FLAPS, FITNESS_FIT, UNFIT_NONE},
    {3, false, GOOD, ANY, FITNESS_FIT, UNFIT_NONE},
    {1, false, ODD_CODES, NONE, FITNESS_FIT, UNFIT_NONE},
    {1, false, TWO_MINDS, NONE, FITNESS_FIT, UNFIT_NONE},
    {1, false, REFUSES_SOME, NONE, FITNESS_FIT, UNFIT_NONE},
    {2, false, WILDCARD, NONE, FITNESS_UNFIT, UNFIT_EVERYONE},
    {1, false, WILDCARD, LOSS, FITNESS_UNFIT, UNFIT_EVERYONE},
    {1, false, WILD_BUT_ONE, NONE, FITNESS_UNFIT, UNFIT_EVERYONE},
    {1, false, EMPTY, NONE, FITNESS_UNFIT, UNFIT_EMPTY},
    {2, false, PARKED_ZONE, NONE, FITNESS_UNFIT, UNFIT_REWRITTEN},
    {1, false, REFUSAL, NONE, FITNESS_UNFIT, UNFIT_REFUSED},
    {1, false, UNNAMED_REFUSAL, NONE, FITNESS_UNFIT, UNFIT_REFUSED},
    {1, false, OWN_REFUSAL, NONE, FITNESS_UNFIT, UNFIT_REFUSED},
    {1, false, NOT_FOR_US, NONE, FITNESS_UNFIT, UNFIT_REFUSED},
    {1, false, SERVFAIL, NONE, FITNESS_UNFIT, UNFIT_SILENT},
    {1, false, TIMEOUT, NONE, FITNESS_UNFIT, UNFIT_SILENT},
    {1, false, MALFORMED, NONE, FITNESS_UNFIT, UNFIT_SILENT},
    {1, false, UNREACHABLE, NONE, FITNESS_UNFIT, UNFIT_SILENT},
    {1, false, GONE, NONE, FITNESS_UNFIT, UNFIT_RETIRED},
};

struct question {
	char name[DNSBL_NAME_MAX];
	uint16_t type;
	resolver_done *done;
	void *arg;
	int asked; /* the minute */
	int due;   /* the minute */
};

static struct world {
	int minute;
	struct list lists[LISTS];
	struct list_use uses[LISTS];
	char zones[LISTS][32];
	const struct kind *kinds[LISTS];
	uint8_t moods[LISTS][WEEK];
	int changes[LISTS][2]; /* of fitness, by family */
	/* The days in the middle, which each list begins and ends for itself. */
	int begin[LISTS], end[LISTS];
	struct egress_story stories[EGRESSES];
	struct egress egresses[EGRESSES];
	struct config config;
	struct question queue[QUEUE_MAX];
	size_t queued;
	uint64_t asked;
	struct watch *watch;
} world;

/* ---- what the real modules get instead of the system's ------------------ */

ssize_t
getrandom(void *bytes, size_t size, unsigned flags)
{
	uint8_t *at = bytes;

	(void)flags;
	for (size_t i = 0; i < size; i++)
		at[i] = moods_draw(256);
	return size;
}

/* Some answers are late by a minute or two, but not the first. */
void
resolver_ask(struct resolver *resolver, const char *name, uint16_t type,
    resolver_done *done, void *arg)
{
	struct question *question = &world.queue[world.queued++];

	(void)resolver;
	assert_true(world.queued < QUEUE_MAX);
	world.asked++;
	strcpy(question->name, name);
	question->type = type;
	question->done = done;
	question->arg = arg;
	question->asked = world.minute;
	question->due = world.minute;
	if (world.minute > 0 && moods_draw(10) == 0)
		question->due += 1 + moods_draw(2);
}

/* ---- the lists ---------------------------------------------------------- */

static int
list_of(const char *name)
{
	const char *zone = strstr(name, ".zone.test");

	assert_non_null(zone);
	return (zone[-2] - '0') * 10 + zone[-1] - '0';
}

static bool
is_listed_truly(int list, int story, int minute)
{
	if (!world.kinds[list]->is_true)
		return false;
	return story == 1 || (story == 2 && minute >= world.begin[list] &&
				 minute < world.end[list]);
}

static int
story_of(const char *name)
{
	for (int i = 0; i < EGRESSES; i++)
		if (egress_story_is_asked(&world.stories[i], name))
			return i;
	return -1;
}

static enum dns_status
answer(const struct question *question, struct message *message)
{
	const char *name = question->name;
	int list = list_of(name), story = story_of(name);
	const struct mood_query query = {
	    .name = name,
	    .is_zone = strncmp(name, "list", 4) == 0,
	    .is_ours = story >= 0,
	    .is_listed = is_listed_truly(list, story, question->asked),
	};
	enum dns_status status =
	    moods_answer(world.moods[list][question->asked], &query, message);

	message->ttl_sec = 60 + moods_draw(600);
	return status;
}

/* One question in five hundred fails where packets get lost. */
static bool
is_lost(const struct question *question)
{
	return world.kinds[list_of(question->name)]->malady != NONE &&
	       moods_draw(500) == 0;
}

/* Answers all that is due in this minute, in no order. */
static void
run_answers(void)
{
	size_t i, waiting = 0;

	while (world.queued > waiting) {
		struct question question;
		struct message message;
		enum dns_status status;

		i = waiting + moods_draw(world.queued - waiting);
		question = world.queue[i];
		if (question.due > world.minute) {
			world.queue[i] = world.queue[waiting];
			world.queue[waiting++] = question;
			continue;
		}
		world.queue[i] = world.queue[--world.queued];
		status = is_lost(&question) ? DNS_TIMEOUT
					    : answer(&question, &message);
		question.done(question.arg, status,
		    status == DNS_RESPONSE ? &message : NULL);
	}
}

/* ---- a week ------------------------------------------------------------- */

static void
make_list(int i, const struct kind *kind)
{
	static struct list_code codes[] = {
	    {.low = LOCAL(2), .high = LOCAL(2), .name = "SPAM"},
	    {.low = LOCAL(4), .high = LOCAL(4), .name = "BOT"}};
	static struct list_refusal refusals[] = {
	    {UINT32_C(0x7ffffffe), UINT32_C(0x7ffffffe), "public resolver"},
	    {LOCAL(255), LOCAL(255), "not registered"}};

	snprintf(
	    world.zones[i], sizeof world.zones[i], "list%02d.zone.test", i);
	world.kinds[i] = kind;
	world.lists[i] = (struct list){
	    .id = world.zones[i],
	    .provider = "Example",
	    .zone = world.zones[i],
	    .knows_ip4 = true,
	    .knows_ip6 = true,
	    .codes = codes,
	    .code_count = COUNT(codes),
	    .refusals = refusals,
	    .refusal_count = COUNT(refusals),
	    .test4 = {{4, {127, 0, 0, 2}}, {4, {127, 0, 0, 1}}},
	    .test6 = {{6, {[10] = 0xff, 0xff, 127, 0, 0, 2}},
		{6, {[10] = 0xff, 0xff, 127, 0, 0, 1}}},
	};
	world.uses[i] = (struct list_use){
	    .list = &world.lists[i],
	    .weight = 1,
	    .most = 1,
	    .scopes = SCOPES_DEFAULT,
	    .zone = world.zones[i],
	};
	moods_fill(world.moods[i], kind->mood, kind->malady);
	world.begin[i] = 40 * HOURS + moods_draw(HOURS);
	world.end[i] = 110 * HOURS + moods_draw(HOURS);
}

static void
make_story(int i)
{
	static const char *const addresses[EGRESSES][2] = {
	    {"192.0.2.10", "2001:db8:1::10"},
	    {"192.0.2.20", "2001:db8:2::20"},
	    {"192.0.2.30", "2001:db8:3::30"},
	};
	struct egress_story *story = &world.stories[i];

	egress_story_begin(story, addresses[i]);
	world.egresses[i].name = "egress";
	world.egresses[i].addresses.items = story->addresses;
	world.egresses[i].addresses.count = 2;
}

static void
on_answered(void *arg, const struct subject *subject,
    const struct finding *finding, const struct answer *before)
{
	(void)arg, (void)subject, (void)finding, (void)before;
}

static void
on_list_changed(void *arg, const struct tested *tested)
{
	(void)arg;
	world.changes[list_of(tested->list->zone) % LISTS]
		     [tested->family == 6]++;
}

static void
make_world(uint64_t seed)
{
	int list = 0;

	memset(&world, 0, sizeof world);
	moods_seed(seed);
	for (size_t i = 0; i < COUNT(kinds); i++)
		for (int j = 0; j < kinds[i].count; j++)
			make_list(list++, &kinds[i]);
	assert_int_equal(list, LISTS);
	for (int i = 0; i < EGRESSES; i++)
		make_story(i);
	world.config = (struct config){
	    .dns = {.check_min_ms = 1 * MIN, .check_every_ms = 10 * MIN},
	    .egresses = world.egresses,
	    .egress_count = EGRESSES,
	    .lists = world.uses,
	    .list_count = LISTS,
	    .listed_at = LISTED_AT,
	    .confirm = 2,
	    .clear_after_ms = CLEAR_AFTER * MIN,
	    .keep_unknown_ms = KEEP_UNKNOWN * MIN,
	    .coverage = 30,
	};
	world.watch = watch_create(on_answered, on_list_changed, NULL);
	watch_configure(world.watch, &world.config, NULL);
}

/* What counts against an address was truly so, if only some hours ago. */
static void
check_findings(int story, const struct subject *subject)
{
	for (size_t i = 0; i < subject->finding_count; i++) {
		const struct finding *finding = &subject->findings[i];
		int list = list_of(finding->list->zone);

		if (finding->known == RESULT_LISTED &&
		    finding->listed_in_a_row >= world.config.confirm &&
		    !is_listed_truly(list, story, world.minute) &&
		    !is_listed_truly(
			list, story, world.minute - KEEP_UNKNOWN - 60))
			fail_msg("minute %d: %s counts against %d",
			    world.minute, finding->list->zone, story);
	}
}

static void
step_story(int index, int64_t now_ms)
{
	struct egress_story *story = &world.stories[index];
	const struct subject *subjects[2];
	struct reading reading;

	for (int i = 0; i < 2; i++) {
		subjects[i] = watch_subject(world.watch, &story->addresses[i]);
		check_findings(index, subjects[i]);
	}
	standing_read(&world.config, subjects, 2, now_ms, &reading);
	assert_int_equal(reading.of, 2 * LISTS);
	if (standing_step(&story->standing, &world.config, &reading, now_ms))
		egress_story_note(story, world.minute);
}

static void
check_list(int i)
{
	static const uint8_t families[] = {4, 6};
	const struct kind *kind = world.kinds[i];

	for (int f = 0; f < 2; f++) {
		const struct fitness *fitness =
		    &watch_list(world.watch, &world.lists[i], families[f])
			 ->fitness;

		if (fitness->state != kind->want ||
		    (kind->want == FITNESS_UNFIT &&
			fitness->flaw.unfit != kind->want_unfit))
			fail_msg("%s, IPv%d: %s, %s", world.zones[i],
			    families[f], fitness_name(fitness->state),
			    unfit_name(fitness->flaw.unfit));
		if (kind->malady == NONE && world.changes[i][f] != 1)
			fail_msg("%s, IPv%d: %d changes", world.zones[i],
			    families[f], world.changes[i][f]);
		/* Not one line for each of some hundreds of spells. */
		if (kind->malady == FLAPS)
			assert_in_range(world.changes[i][f], 2, 200);
	}
}

static void
check_story(int story, const char *want)
{
	const struct egress_story *got = &world.stories[story];

	if (strcmp(got->states, want) != 0)
		fail_msg("egress %d was %s, not %s", story, got->states, want);
}

static void
run_week(uint64_t seed)
{
	make_world(seed);
	for (; world.minute < WEEK; world.minute++) {
		int64_t now_ms = START + world.minute * MIN;

		watch_tick(world.watch, now_ms);
		run_answers();
		for (int i = 0; i < EGRESSES; i++)
			step_story(i, now_ms);
	}
	for (int i = 0; i < LISTS; i++)
		check_list(i);
	check_story(0, "uc");
	check_story(1, "ul");
	check_story(2, "uclc");
	assert_in_range(world.stories[0].changed[1], 0, 5);
	assert_in_range(world.stories[1].changed[1], 0, 30);
	assert_in_range(world.stories[2].changed[2], 40 * HOURS, 43 * HOURS);
	assert_in_range(world.stories[2].changed[3], 110 * HOURS + CLEAR_AFTER,
	    117 * HOURS + CLEAR_AFTER);
	print_message("seed %llu: %llu questions\n", (unsigned long long)seed,
	    (unsigned long long)world.asked);
	/* The last answers come when nobody waits for them any more. */
	watch_destroy(&world.watch);
	world.minute = WEEK - 1;
	for (size_t i = 0; i < world.queued; i++)
		world.queue[i].due = 0;
	run_answers();
}

static void
nothing_changes_but_by_true_listings(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++)
		run_week(seed * 7919);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_changes_but_by_true_listings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
