#include "daemon/backlog.h"

#include "config/config.h"
#include "standing/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char google[] = "Google", microsoft[] = "Microsoft 365";
static struct board_receiver receivers[] = {
    {.egress = 0, .name = google, .state = RECEIVER_THROTTLED},
    {.egress = 0,
	.name = microsoft,
	.state = RECEIVER_BLOCKED,
	.is_gated = true},
};
static const struct board blocked = {
    .receivers = receivers, .receiver_count = 2};
static const struct board clean;

static struct egress in_order[] = {{.name = "main"}, {.name = "news"}};
static struct egress turned[] = {{.name = "news"}, {.name = "main"}};
static const struct config config = {.egresses = in_order, .egress_count = 2};
static const struct config other = {.egresses = turned, .egress_count = 2};
static const struct config news_only = {.egresses = turned, .egress_count = 1};

static struct backlog *backlog;

static int
set_up(void **state)
{
	(void)state;
	backlog = backlog_create();
	backlog_configure(backlog, &config);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	backlog_destroy(&backlog);
	return 0;
}

/* NULL: nobody has a turn. */
static const char *
take(const struct board *board, int64_t now_ms)
{
	static char qid[BACKLOG_QID_MAX];

	return backlog_take(backlog, board, now_ms, qid) == 0 ? qid : NULL;
}

static void
takes_only_what_is_gated(void **state)
{
	(void)state;
	backlog_add(backlog, 0, google, "4A1");
	backlog_add(backlog, 0, microsoft, "4A2");
	backlog_add(backlog, 1, microsoft, "4A3");
	backlog_add(backlog, 0, "small.test", "4A4");
	backlog_add(backlog, 0, microsoft, "4A5");
	assert_null(take(&clean, 1000));
	assert_string_equal(take(&blocked, 1000), "4A2");
	assert_string_equal(take(&blocked, 1000), "4A5");
	assert_null(take(&blocked, 1000));
	assert_null(take(&blocked, 1000000));
}

/* Put off again after its turn, it has another, but not too soon, and not for
   ever. */
static void
gives_further_turns(void **state)
{
	int64_t now_ms = 1000;

	(void)state;
	for (int i = 0; i < BACKLOG_TURNS_MAX; i++) {
		backlog_add(backlog, 0, microsoft, "4A2");
		backlog_add(backlog, 0, microsoft, "4A2");
		if (i > 0)
			assert_null(
			    take(&blocked, now_ms + BACKLOG_AGAIN_MS - 1));
		if (i > 0)
			now_ms += BACKLOG_AGAIN_MS;
		assert_string_equal(take(&blocked, now_ms), "4A2");
		assert_null(take(&blocked, now_ms + 10 * BACKLOG_AGAIN_MS));
	}
	backlog_add(backlog, 0, microsoft, "4A2");
	assert_null(take(&blocked, now_ms + 10 * BACKLOG_AGAIN_MS));
	assert_int_equal(backlog_count(backlog), 1);
}

static void
forgets_what_has_left(void **state)
{
	(void)state;
	backlog_add(backlog, 0, microsoft, "4A2");
	backlog_add(backlog, 0, microsoft, "4A4");
	backlog_remove(backlog, 0, microsoft, "4A2");
	backlog_remove(backlog, 0, microsoft, "4A3");
	/* Another of its recipients was elsewhere. */
	backlog_remove(backlog, 0, google, "4A4");
	assert_string_equal(take(&blocked, 1000), "4A4");
	assert_null(take(&blocked, 1000));
	assert_int_equal(backlog_count(backlog), 1);
}

/* What is gated is at index 0. */
static void
stays_with_its_egress(void **state)
{
	(void)state;
	backlog_add(backlog, 0, microsoft, "4A1");
	backlog_add(backlog, 1, microsoft, "4A2");
	backlog_configure(backlog, &other);
	assert_string_equal(take(&blocked, 1000), "4A2");
	assert_null(take(&blocked, 1000));
	backlog_remove(backlog, 0, microsoft, "4A1");
	assert_int_equal(backlog_count(backlog), 2);
	backlog_configure(backlog, &news_only);
	assert_int_equal(backlog_count(backlog), 1);
	backlog_configure(backlog, &config);
	assert_null(take(&blocked, 1000));
	backlog_remove(backlog, 1, microsoft, "4A2");
	assert_int_equal(backlog_count(backlog), 0);
}

/* It becomes the argument of a command. */
static void
refuses_what_is_no_queue_id(void **state)
{
	static const char *const texts[] = {"", "-f", "ALL;x", "4A 2", "4A\n",
	    "../x", "4F232A720724F232A720724F232A7207"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		backlog_add(backlog, 0, microsoft, texts[i]);
	assert_int_equal(backlog_count(backlog), 0);
	backlog_add(backlog, 0, microsoft, "4dXyZ1abcdEfgh12");
	assert_int_equal(backlog_count(backlog), 1);
}

static void
makes_room(void **state)
{
	char qid[BACKLOG_QID_MAX];

	(void)state;
	for (int i = 0; i <= BACKLOG_MAX; i++) {
		snprintf(qid, sizeof qid, "A%d", i);
		backlog_add(backlog, 0, microsoft, qid);
	}
	assert_int_equal(backlog_count(backlog), BACKLOG_MAX);
	assert_string_equal(take(&blocked, 1000), "A1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(takes_only_what_is_gated),
	    TEST(gives_further_turns),
	    TEST(forgets_what_has_left),
	    TEST(stays_with_its_egress),
	    TEST(refuses_what_is_no_queue_id),
	    TEST(makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
