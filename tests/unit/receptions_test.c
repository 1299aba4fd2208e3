#include "standing/receptions.h"

#include "base/clock.h"
#include "config/config.h"
#include "standing/store.h"
#include "uncounted_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE (60 * CLOCK_SEC)
#define HOUR (60 * MINUTE)
#define WALL 1795000000
#define MS "Microsoft 365"

static struct egress egresses[] = {{.name = "main"}, {.name = "news"}};
static struct egress swapped[] = {{.name = "news"}, {.name = "main"}};

static struct config config = {
    .egresses = egresses,
    .egress_count = 2,
    .receivers = {.block_after = 3,
	.throttle_after = 5,
	.within_ms = HOUR,
	.clear_after = 3,
	.keep_ms = 6 * HOUR,
	.soften_at_most_ms = 24 * HOUR},
};

/* The same with probes. */
static char transport[] = "egress-probe:";
static struct strings domains = {(char *[]){"example.com"}, 1};

static struct config
with_probes(void)
{
	struct config probed = config;

	probed.mode = MODE_ENFORCE;
	probed.reroute_by = REROUTE_BY_MAP;
	probed.local_domains = domains;
	probed.probe = (struct probe_settings){.transport = transport,
	    .after_ms = 10 * MINUTE,
	    .every_ms = 10 * MINUTE};
	return probed;
}

static struct receptions *receptions;

static int
create(void **state)
{
	(void)state;
	receptions = receptions_create(NULL);
	receptions_configure(receptions, &config);
	return 0;
}

static int
destroy(void **state)
{
	(void)state;
	receptions_destroy(&receptions);
	assert_null(receptions);
	return 0;
}

static bool
see(const char *receiver, enum attempt_status status, enum reply_class class,
    const char *qid, int64_t at_ms)
{
	const struct sighted_reply reply = {
	    .receiver = receiver,
	    .status = status,
	    .class = class,
	    .qid = qid,
	    .at_ms = at_ms,
	};

	return receptions_see(receptions, &reply, WALL + at_ms / CLOCK_SEC);
}

/* Its texts are gone with the board. */
static struct board_receiver
entry_of(size_t egress, const char *name, int64_t now_ms)
{
	struct board *board = board_create(&config);
	const struct board_receiver *found;
	struct board_receiver entry = {.state = RECEIVER_OPEN};

	receptions_fill(receptions, board, now_ms);
	board_sort(board);
	found = board_find_receiver(board, egress, name);
	if (found)
		entry = *found;
	board_unref(board);
	return entry;
}

static enum receiver_state
state_of(size_t egress, const char *name, int64_t now_ms)
{
	return entry_of(egress, name, now_ms).state;
}

/* A letter is a reply or the clock:
     b block  t throttle  s sent  u user unknown  d a content refusal
     B T S    the same without a queue id, as the map sees it
     = the next has the queue id of the one before
     . ten seconds  m ten minutes  h an hour */
static const struct {
	const char *title, *course;
	enum receiver_state want;
} courses[] = {
    {"two are not enough", "b.b", RECEIVER_OPEN},
    {"three messages", "b.b.b", RECEIVER_BLOCKED},
    {"one message three times", "b.=b.=b", RECEIVER_OPEN},
    {"three in more than an hour", "bmmmbmmmmb", RECEIVER_OPEN},
    {"the last three in an hour", "bhhbmbmb", RECEIVER_BLOCKED},
    {"recipients of one message at the map", "BBBBBB", RECEIVER_OPEN},
    {"three moments at the map", "B.B.B", RECEIVER_BLOCKED},
    {"both witnesses of the same two", "Bb.Bb", RECEIVER_OPEN},
    {"both witnesses of the same three", "Bb.Bb.Bb", RECEIVER_BLOCKED},
    {"attempts of one message", "Bb.=B=b.=B=b.=B=b", RECEIVER_OPEN},
    {"and of another", "Bb.=B=b.=B=b.=B=b.BbBb", RECEIVER_BLOCKED},
    {"attempts of one for hours", "Bb.mm=B=bmm=B=bmm=B=bmm=B=bmm=B=b",
	RECEIVER_OPEN},
    {"at the map alone", "B.=B.=B", RECEIVER_BLOCKED},
    {"where the log is silent for an hour", "Bb.=B=b.mmmmmmmB.B.B",
	RECEIVER_BLOCKED},
    {"users unknown", "uuuuuuuuuu", RECEIVER_OPEN},
    {"content", "d.d.d.d.d.d.d", RECEIVER_OPEN},
    {"a success between", "b.s.b.s.b", RECEIVER_BLOCKED},
    {"three successes between", "b.b.s.s.s.b", RECEIVER_OPEN},
    {"one message for three", "b.b.s.=s.=s.b", RECEIVER_BLOCKED},
    {"successes end it", "b.b.b.s.s.s", RECEIVER_OPEN},
    {"successes at the map", "b.b.b.S.S.S", RECEIVER_OPEN},
    {"not two", "b.b.b.s.s", RECEIVER_BLOCKED},
    {"nor with a block between", "b.b.b.s.s.b.s", RECEIVER_BLOCKED},
    {"a late word of before", "b.b.bsss", RECEIVER_BLOCKED},
    {"blocked again", "b.b.b.s.s.s.b.b.b", RECEIVER_BLOCKED},
    {"silence for five hours", "b.b.bhhhhh", RECEIVER_BLOCKED},
    {"silence for six hours", "b.b.bhhhhhh", RECEIVER_OPEN},
    {"a word in between", "b.b.bhhhbhhhhh", RECEIVER_BLOCKED},
    {"and then as before", "b.b.bhhhhhhb.b", RECEIVER_OPEN},
    {"four throttles", "t.t.t.t", RECEIVER_OPEN},
    {"five", "t.t.t.t.t", RECEIVER_THROTTLED},
    {"a few among many", "t.t.s.s.s.t.t.s.s.s.t", RECEIVER_OPEN},
    {"throttles end it", "t.t.t.t.t.s.s.s", RECEIVER_OPEN},
    {"they end by themselves", "t.t.t.t.tmmmmmm", RECEIVER_OPEN},
    {"not sooner", "t.t.t.t.tmmmm", RECEIVER_THROTTLED},
    {"then blocked", "t.t.t.t.t.b.b.b", RECEIVER_BLOCKED},
    {"throttles do not soften a block", "b.b.b.t.t.t.t.t", RECEIVER_BLOCKED},
    {"throttles are no blocks", "b.b.t.t.t", RECEIVER_OPEN},
};

static enum reply_class
class_of(char letter)
{
	switch (letter) {
	case 'b':
	case 'B':
		return REPLY_IP_BLOCKED;
	case 't':
	case 'T':
		return REPLY_IP_THROTTLED;
	case 'u':
		return REPLY_MAILBOX;
	default:
		return REPLY_CONTENT;
	}
}

static int64_t
run_course(const char *course)
{
	int64_t now_ms = HOUR;
	int message = 0;
	char qid[16];

	for (const char *at = course; *at; at++) {
		bool is_named = *at >= 'a';

		if (*at == '.' || *at == 'm' || *at == 'h') {
			now_ms += *at == '.'   ? 10 * CLOCK_SEC
				  : *at == 'm' ? 10 * MINUTE
					       : HOUR;
			receptions_step(receptions, now_ms, WALL);
			continue;
		}
		if (*at == '=') {
			message--;
			continue;
		}
		snprintf(qid, sizeof qid, "4F%d", message++);
		see(MS,
		    *at == 's' || *at == 'S' ? ATTEMPT_SENT : ATTEMPT_BOUNCED,
		    class_of(*at), is_named ? qid : NULL, now_ms);
	}
	return now_ms;
}

static void
test_courses(void **state)
{
	int wrong = 0;

	for (size_t i = 0; i < sizeof courses / sizeof courses[0]; i++) {
		enum receiver_state got;

		create(state);
		got = state_of(0, MS, run_course(courses[i].course));
		destroy(state);
		if (got == courses[i].want)
			continue;
		print_error("%s: %s, wanted %s\n", courses[i].title,
		    receiver_state_name(got),
		    receiver_state_name(courses[i].want));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* With probes, whose stages are ten minutes long, as the rest is at first. */
static const struct {
	const char *title, *course;
	enum receiver_state want;
	enum probe_stage want_probe;
} probed_courses[] = {
    {"it rests", "b.b.b.", RECEIVER_BLOCKED, PROBE_REST},
    {"for ten minutes", "b.b.bm", RECEIVER_BLOCKED, PROBE_ONE},
    {"what was under way does not open it", "b.b.b.s.s.s.s.", RECEIVER_BLOCKED,
	PROBE_REST},
    {"nor at once what was tried", "b.b.bm.s.s.s.s.s.s.", RECEIVER_BLOCKED,
	PROBE_ONE},
    {"one success, one step", "b.b.bm.sm", RECEIVER_BLOCKED, PROBE_FEW},
    {"without one it stays", "b.b.bm.smmmm", RECEIVER_BLOCKED, PROBE_FEW},
    {"recipients of one message", "b.b.bm.sm.sm.sm.s.=s.=sm", RECEIVER_BLOCKED,
	PROBE_ALL},
    {"three at the last", "b.b.bm.sm.sm.sm.s.s.sm", RECEIVER_OPEN, PROBE_REST},
    {"not sooner than the stage is over", "b.b.bm.sm.sm.sm.s.s.s.",
	RECEIVER_BLOCKED, PROBE_ALL},
    {"a block at any step", "b.b.bm.sm.sm.s.b.", RECEIVER_BLOCKED, PROBE_REST},
    {"a throttle too", "b.b.bm.sm.sm.s.t.", RECEIVER_BLOCKED, PROBE_REST},
    {"then it rests for twenty", "b.b.bm.b.m", RECEIVER_BLOCKED, PROBE_REST},
    {"not for longer", "b.b.bm.b.mm", RECEIVER_BLOCKED, PROBE_ONE},
    {"who does not exist is no block", "b.b.bm.sm.u.", RECEIVER_BLOCKED,
	PROBE_FEW},
    {"a quiet one is open in the end", "b.b.bhhhhhh", RECEIVER_OPEN,
	PROBE_REST},
    {"blocked anew it rests for ten", "b.b.bm.b.mhhhhhhb.b.bm",
	RECEIVER_BLOCKED, PROBE_ONE},
};

static void
test_probed_courses(void **state)
{
	struct config probed = with_probes();
	int wrong = 0;

	for (size_t i = 0; i < sizeof probed_courses / sizeof probed_courses[0];
	     i++) {
		struct board_receiver got;

		create(state);
		receptions_configure(receptions, &probed);
		got = entry_of(0, MS, run_course(probed_courses[i].course));
		destroy(state);
		if (got.state == probed_courses[i].want &&
		    got.probe == probed_courses[i].want_probe)
			continue;
		print_error("%s: %s, %s\n", probed_courses[i].title,
		    receiver_state_name(got.state),
		    probe_stage_name(got.probe));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* Nothing is tried in monitor mode, or where the map does not move mail: then
   deliveries are all there is. */
static void
test_without_probes(void **state)
{
	struct config others[5];

	for (size_t i = 0; i < 5; i++)
		others[i] = with_probes();
	others[0].mode = MODE_MONITOR;
	others[1].mta = MTA_SENDMAIL;
	others[2].reroute_by = REROUTE_BY_HEADER;
	others[3].local_domains.count = 0;
	others[4].probe.transport = NULL;
	for (size_t i = 0; i < 5; i++) {
		create(state);
		receptions_configure(receptions, &others[i]);
		run_course("b.b.bm");
		assert_int_equal(state_of(0, MS, 2 * HOUR), RECEIVER_BLOCKED);
		assert_false(entry_of(0, MS, 2 * HOUR).is_probed);
		assert_false(receptions_take(
		    receptions, 0, MS, "a@example.com", 2 * HOUR));
		run_course("b.b.b.s.s.s");
		assert_int_equal(state_of(0, MS, 2 * HOUR), RECEIVER_OPEN);
		destroy(state);
	}
}

static void
test_who_tries(void **state)
{
	struct config probed = with_probes(), serving = with_probes();
	int64_t now_ms;

	(void)state;
	receptions_configure(receptions, &probed);
	now_ms = run_course("b.b.b");
	assert_false(
	    receptions_take(receptions, 0, MS, "a@example.com", now_ms));
	now_ms += 10 * MINUTE;
	receptions_step(receptions, now_ms, WALL);
	assert_false(
	    receptions_take(receptions, 1, MS, "a@example.com", now_ms));
	assert_false(
	    receptions_take(receptions, 0, "x", "a@example.com", now_ms));
	assert_true(
	    receptions_take(receptions, 0, MS, "a@example.com", now_ms));
	assert_false(
	    receptions_take(receptions, 0, MS, "b@example.com", now_ms));
	for (int i = 0; i < 5; i++)
		see("slow", ATTEMPT_DEFERRED, REPLY_IP_THROTTLED, NULL,
		    now_ms + i * MINUTE);
	assert_int_equal(state_of(0, "slow", now_ms), RECEIVER_THROTTLED);
	assert_false(
	    receptions_take(receptions, 0, "slow", "a@example.com", now_ms));
	serving.probe.serves_throttled = true;
	receptions_configure(receptions, &serving);
	assert_true(
	    receptions_take(receptions, 0, "slow", "a@example.com", now_ms));
	receptions_configure(receptions, &config);
}

static void
test_each_by_itself(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		see(MS, ATTEMPT_DEFERRED, REPLY_IP_BLOCKED, NULL,
		    HOUR + i * MINUTE);
	assert_int_equal(state_of(0, MS, HOUR), RECEIVER_BLOCKED);
	assert_int_equal(state_of(1, MS, HOUR), RECEIVER_OPEN);
	assert_int_equal(state_of(0, "Google", HOUR), RECEIVER_OPEN);
}

static void
test_entry(void **state)
{
	const struct sighted_reply reply = {
	    .receiver = "example.net",
	    .status = ATTEMPT_BOUNCED,
	    .class = REPLY_IP_BLOCKED,
	    .list = "SpamCop",
	    .removal = "https://example.net/removal",
	};
	struct sighted_reply named = reply;
	struct board *board = board_create(&config);
	const struct board_receiver *found;

	(void)state;
	for (int i = 0; i < 5; i++) {
		named.at_ms = HOUR + i * MINUTE;
		named.list = i == 0 ? "Spamhaus ZEN" : i < 4 ? "SpamCop" : "";
		receptions_see(receptions, &named, WALL + i);
	}
	receptions_fill(receptions, board, HOUR + 10 * MINUTE);
	board_sort(board);
	found = board_find_receiver(board, 0, "example.net");
	assert_non_null(found);
	assert_string_equal(found->blocked_by, "example.net (SpamCop)");
	assert_string_equal(found->list, "SpamCop");
	assert_string_equal(found->acts_on, "Spamhaus ZEN, SpamCop");
	assert_string_equal(found->removal, "https://example.net/removal");
	assert_int_equal(found->replies, 5);
	assert_int_equal(found->since_wall_sec, WALL + 2);
	assert_int_equal(found->for_ms, 8 * MINUTE);
	assert_true(found->is_gated);
	board_unref(board);
}

static void
test_throttled_is_gated_if_wanted(void **state)
{
	struct config strict = config;

	(void)state;
	strict.receivers.acts_on_throttled = true;
	run_course("t.t.t.t.t");
	for (int i = 0; i < 2; i++) {
		struct board *board = board_create(&config);
		receptions_fill(receptions, board, 2 * HOUR);
		assert_int_equal(board->receiver_count, 1);
		assert_int_equal(board->receivers[0].is_gated, i);
		board_unref(board);
		receptions_configure(receptions, &strict);
	}
	receptions_configure(receptions, &config);
}

static void
test_reload(void **state)
{
	struct config other = config, less = config;

	(void)state;
	other.egresses = swapped;
	less.egress_count = 1;
	less.egresses = swapped;
	run_course("b.b.b");
	receptions_configure(receptions, &other);
	assert_int_equal(state_of(1, MS, 2 * HOUR), RECEIVER_BLOCKED);
	assert_int_equal(state_of(0, MS, 2 * HOUR), RECEIVER_OPEN);
	receptions_configure(receptions, &less);
	receptions_configure(receptions, &config);
	assert_int_equal(state_of(0, MS, 2 * HOUR), RECEIVER_OPEN);
}

static void
test_reload_of_probes(void **state)
{
	struct config probed = with_probes(), other = with_probes();
	int64_t now_ms;

	(void)state;
	other.egresses = swapped;
	receptions_configure(receptions, &probed);
	now_ms = run_course("b.b.bm.sm");
	assert_int_equal(entry_of(0, MS, now_ms).probe, PROBE_FEW);
	receptions_configure(receptions, &other);
	assert_int_equal(entry_of(1, MS, now_ms).probe, PROBE_FEW);
	assert_true(
	    receptions_take(receptions, 1, MS, "a@example.com", now_ms));
	assert_false(
	    receptions_take(receptions, 0, MS, "b@example.com", now_ms));
	receptions_configure(receptions, &config);
}

static void
test_refusing(void **state)
{
	int64_t now_ms;

	(void)state;
	assert_int_equal(receptions_refusing_ms(receptions, 0, MS, HOUR), 0);
	now_ms = run_course("b.b");
	assert_int_equal(
	    receptions_refusing_ms(receptions, 0, MS, now_ms), 10 * CLOCK_SEC);
	see(MS, ATTEMPT_SENT, REPLY_UNRELATED, "a", now_ms + 1);
	see(MS, ATTEMPT_SENT, REPLY_UNRELATED, "b", now_ms + 2);
	see(MS, ATTEMPT_SENT, REPLY_UNRELATED, "c", now_ms + 3);
	assert_int_equal(
	    receptions_refusing_ms(receptions, 0, MS, now_ms + 5), 0);
}

struct probes_told {
	int calls;
	enum probe_stage from, to;
};

static void
on_probed(
    void *arg, const struct board_receiver *receiver, enum probe_stage from)
{
	struct probes_told *told = arg;

	told->calls++;
	told->from = from;
	told->to = receiver->probe;
}

static void
tell_probes(struct probes_told *told, int64_t now_ms)
{
	struct board *board = board_create(&config);

	receptions_fill(receptions, board, now_ms);
	board_sort(board);
	receptions_tell_probes(receptions, board, on_probed, told);
	board_unref(board);
}

static void
test_probes_are_told_once(void **state)
{
	struct config probed = with_probes();
	struct probes_told told = {0};
	int64_t now_ms;

	(void)state;
	receptions_configure(receptions, &probed);
	tell_probes(&told, run_course("b.b.b"));
	assert_int_equal(told.calls, 0);
	now_ms = run_course("b.b.bm");
	tell_probes(&told, now_ms);
	tell_probes(&told, now_ms);
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.from, PROBE_REST);
	assert_int_equal(told.to, PROBE_ONE);
	/* That it is open again is told elsewhere. */
	receptions_step(receptions, now_ms + 7 * HOUR, WALL);
	tell_probes(&told, now_ms + 7 * HOUR);
	assert_int_equal(told.calls, 1);
	receptions_configure(receptions, &config);
}

struct told {
	int calls;
	enum receiver_state from, to;
};

static void
on_changed(
    void *arg, const struct board_receiver *receiver, enum receiver_state from)
{
	struct told *told = arg;

	told->calls++;
	told->from = from;
	told->to = receiver->state;
}

static void
tell(struct told *told, int64_t now_ms)
{
	struct board *board = board_create(&config);

	receptions_fill(receptions, board, now_ms);
	board_sort(board);
	receptions_tell(receptions, board, on_changed, told);
	board_unref(board);
}

static void
test_told_once(void **state)
{
	struct told told = {0};
	int64_t now_ms = run_course("b.b.b");

	(void)state;
	tell(&told, now_ms);
	tell(&told, now_ms);
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.to, RECEIVER_BLOCKED);
	receptions_step(receptions, now_ms + 7 * HOUR, WALL);
	tell(&told, now_ms + 7 * HOUR);
	tell(&told, now_ms + 7 * HOUR);
	assert_int_equal(told.calls, 2);
	assert_int_equal(told.from, RECEIVER_BLOCKED);
	assert_int_equal(told.to, RECEIVER_OPEN);
}

/* A flood of small hosts does not push out the block that counts. */
static void
test_room(void **state)
{
	int64_t now_ms = run_course("b.b.b");
	char name[32];

	(void)state;
	for (int i = 0; i < RECEPTIONS_MAX + 100; i++) {
		snprintf(name, sizeof name, "host%d.example", i);
		see(name, ATTEMPT_BOUNCED, REPLY_IP_BLOCKED, NULL,
		    now_ms + 1 + i);
	}
	assert_int_equal(state_of(0, MS, now_ms), RECEIVER_BLOCKED);
	assert_int_equal(receptions_refusing_ms(
			     receptions, 0, "host0.example", now_ms + HOUR),
	    0);
	assert_int_not_equal(
	    receptions_refusing_ms(receptions, 0, name, now_ms + HOUR), 0);
}

static void
test_flood_of_users_unknown(void **state)
{
	char name[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof name, "%d", i);
		assert_false(see(MS, ATTEMPT_BOUNCED, REPLY_MAILBOX, name,
		    HOUR + i * CLOCK_SEC));
	}
	assert_int_equal(state_of(0, MS, 4 * HOUR), RECEIVER_OPEN);
	assert_int_equal(
	    receptions_refusing_ms(receptions, 0, MS, 4 * HOUR), 0);
}

/* What a daemon that begins anew finds in the store of the one before. */
static void
begin_anew(struct store *store, int64_t now_ms, int64_t wall_sec)
{
	receptions_destroy(&receptions);
	receptions = receptions_create(store);
	receptions_configure(receptions, &config);
	receptions_recall(receptions, now_ms, wall_sec);
}

/* Before it is started a store keeps in memory. */
static struct store *
begin_with_store(void)
{
	struct store *store = store_open("/nonexistent/state.db");

	begin_anew(store, 0, WALL);
	return store;
}

static void
test_restart(void **state)
{
	struct store *store = begin_with_store();
	struct told told = {0};
	struct board *board;
	int64_t end_ms = run_course("b.b.b"), wall_sec = WALL + 5000;

	(void)state;
	receptions_keep(receptions, end_ms, wall_sec);
	/* Another boot, an hour later. */
	begin_anew(store, 7, wall_sec + 3600);
	assert_int_equal(state_of(0, MS, 7), RECEIVER_BLOCKED);
	assert_int_equal(receptions_refusing_ms(receptions, 0, MS, 7),
	    HOUR + 20 * CLOCK_SEC);
	tell(&told, 7);
	assert_int_equal(told.calls, 0);
	board = board_create(&config);
	receptions_fill(receptions, board, 7);
	assert_int_equal(board->receivers[0].replies, 3);
	board_unref(board);
	receptions_step(receptions, 7 + 5 * HOUR - 1, wall_sec);
	assert_int_equal(state_of(0, MS, 7), RECEIVER_BLOCKED);
	receptions_step(receptions, 7 + 5 * HOUR, wall_sec);
	assert_int_equal(state_of(0, MS, 7), RECEIVER_OPEN);
	/* That is kept too. */
	receptions_keep(receptions, 7 + 5 * HOUR, wall_sec);
	begin_anew(store, 9, wall_sec);
	assert_int_equal(state_of(0, MS, 9), RECEIVER_OPEN);
	begin_anew(NULL, 0, WALL);
	store_close(&store);
}

/* The stage goes on by the wall clock, and so does the longer pause. */
static void
test_restart_of_probes(void **state)
{
	static const struct {
		const char *course;
		enum probe_stage want, want_later;
	} restarts[] = {
	    {"b.b.b", PROBE_REST, PROBE_ONE},
	    {"b.b.bm", PROBE_ONE, PROBE_ONE},
	    {"b.b.bm.sm.sm", PROBE_SOME, PROBE_SOME},
	    {"b.b.bm.b.", PROBE_REST, PROBE_REST},
	};
	struct config probed = with_probes();

	(void)state;
	for (size_t i = 0; i < sizeof restarts / sizeof restarts[0]; i++) {
		struct store *store = begin_with_store();
		struct probes_told told = {0};
		int64_t end_ms;

		receptions_configure(receptions, &probed);
		end_ms = run_course(restarts[i].course);
		receptions_keep(receptions, end_ms, WALL);
		begin_anew(store, 7, WALL + 60);
		receptions_configure(receptions, &probed);
		assert_int_equal(entry_of(0, MS, 7).probe, restarts[i].want);
		tell_probes(&told, 7);
		assert_int_equal(told.calls, 0);
		receptions_step(receptions, 7 + 9 * MINUTE, WALL + 600);
		assert_int_equal(
		    entry_of(0, MS, 7).probe, restarts[i].want_later);
		begin_anew(NULL, 0, WALL);
		store_close(&store);
	}
}

static void
test_restart_with_the_clock_put_back(void **state)
{
	struct store *store = begin_with_store();
	int64_t end_ms = run_course("b.b.b");

	(void)state;
	receptions_keep(receptions, end_ms, WALL);
	begin_anew(store, 7, WALL - 1000000);
	receptions_step(receptions, 7 + 6 * HOUR - 1, WALL);
	assert_int_equal(state_of(0, MS, 7), RECEIVER_BLOCKED);
	receptions_step(receptions, 7 + 6 * HOUR, WALL);
	assert_int_equal(state_of(0, MS, 7), RECEIVER_OPEN);
	begin_anew(NULL, 0, WALL);
	store_close(&store);
}

static void
count_record(void *arg, const char *key, const char *value)
{
	(void)key, (void)value;
	++*(int *)arg;
}

static void
test_restart_with_rubbish(void **state)
{
	static const char *const values[] = {"", "{", "[]", "{}",
	    "{\"state\": 1}", "{\"state\": \"listed\"}",
	    "{\"state\": \"blocked\"} x"};
	struct store *store = begin_with_store();
	int kept = 0;
	char key[32];

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		snprintf(key, sizeof key, "main\nhost%zu", i);
		store_put(store, "receiver", key, values[i]);
	}
	store_put(store, "receiver", "main", "{\"state\": \"blocked\"}");
	store_put(store, "receiver", "gone\nx", "{\"state\": \"blocked\"}");
	store_put(store, "receiver", "main\nodd",
	    "{\"state\": \"blocked\", \"blocked\": -1, \"since\": 1e300, "
	    "\"list\": 3, \"lists\": [1, \"a\", {}]}");
	begin_anew(store, 7, WALL);
	assert_int_equal(state_of(0, "host6", 7), RECEIVER_OPEN);
	assert_int_equal(state_of(0, "odd", 7), RECEIVER_BLOCKED);
	store_each(store, "receiver", count_record, &kept);
	assert_int_equal(kept, 1);
	receptions_step(receptions, 8, WALL);
	assert_int_equal(state_of(0, "odd", 8), RECEIVER_OPEN);
	receptions_destroy(&receptions);
	store_close(&store);
	create(state);
}

/* Whoever made room is not to come back with a restart. */
static void
test_room_in_the_store(void **state)
{
	struct store *store = begin_with_store();
	int kept = 0;
	char name[32];

	(void)state;
	for (int i = 0; i < RECEPTIONS_MAX + 100; i++) {
		snprintf(name, sizeof name, "host%d.example", i);
		see(name, ATTEMPT_BOUNCED, REPLY_IP_BLOCKED, NULL, HOUR + i);
		if (i == RECEPTIONS_MAX - 1)
			receptions_keep(receptions, HOUR, WALL);
	}
	receptions_keep(receptions, HOUR, WALL);
	store_each(store, "receiver", count_record, &kept);
	assert_int_equal(kept, RECEPTIONS_MAX);
	begin_anew(NULL, 0, WALL);
	store_close(&store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_courses),
	    cmocka_unit_test(test_probed_courses),
	    cmocka_unit_test(test_without_probes),
	    cmocka_unit_test_setup_teardown(test_who_tries, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_reload_of_probes, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_probes_are_told_once, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_restart_of_probes, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_each_by_itself, create, destroy),
	    cmocka_unit_test_setup_teardown(test_entry, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_throttled_is_gated_if_wanted, create, destroy),
	    cmocka_unit_test_setup_teardown(test_reload, create, destroy),
	    cmocka_unit_test_setup_teardown(test_refusing, create, destroy),
	    cmocka_unit_test_setup_teardown(test_told_once, create, destroy),
	    cmocka_unit_test_setup_teardown(test_restart, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_restart_with_the_clock_put_back, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_restart_with_rubbish, create, destroy),
	    cmocka_unit_test_setup_teardown(test_room, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_room_in_the_store, create, destroy),
	    cmocka_unit_test_setup_teardown(
		test_flood_of_users_unknown, create, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
