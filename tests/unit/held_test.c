#include "standing/held.h"

#include "config/config.h"
#include "scratch.h"
#include "standing/board.h"
#include "standing/store.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void
leave(struct held *held, const char *qid, int64_t since)
{
	struct held_mail mail = {.since_wall_sec = since,
	    .sender = "a@ours.test",
	    .reason = "repgate: \"why\"",
	    .egress = "main"};

	snprintf(mail.qid, sizeof mail.qid, "%s", qid);
	held_leave(held, &mail);
}

/* "A B": the queue ids, the oldest first. */
static const char *
qids(const struct held *held, const struct board *board)
{
	static char text[4096];
	char *bytes = held_json(held, board, 1000);
	json_t *json = json_loads(bytes, 0, NULL), *mail;
	size_t i;

	text[0] = '\0';
	json_array_foreach(json_object_get(json, "held"), i, mail)
	{
		snprintf(text + strlen(text), sizeof text - strlen(text),
		    "%s%s%s", i > 0 ? " " : "",
		    json_string_value(json_object_get(mail, "qid")),
		    json_is_true(json_object_get(mail, "cleared")) ? "+" : "");
	}
	json_decref(json);
	free(bytes);
	return text;
}

static void
remembers_and_forgets(void **state)
{
	struct held *held = held_create();

	(void)state;
	held_open(held, NULL);
	leave(held, "B2", 200);
	leave(held, "A1", 100);
	assert_string_equal(qids(held, NULL), "");
	held_step(held, 1000);
	assert_int_equal(held_dropped(held), 0);
	assert_string_equal(qids(held, NULL), "A1 B2");
	assert_int_equal(held_forget(held, "A1"), 0);
	assert_int_equal(held_forget(held, "A1"), -1);
	assert_string_equal(qids(held, NULL), "B2");
	/* The queue id comes again. */
	leave(held, "B2", 300);
	leave(held, "C3", 250);
	held_step(held, 1000);
	assert_string_equal(qids(held, NULL), "C3 B2");
	held_step(held, 300 + HELD_KEEP_SEC);
	assert_string_equal(qids(held, NULL), "B2");
	held_step(held, 301 + HELD_KEEP_SEC);
	assert_string_equal(qids(held, NULL), "");
	held_destroy(&held);
	assert_null(held);
}

/* What is no queue id would be an option, or everything. */
static void
refuses_odd_queue_ids(void **state)
{
	static const char *const odd[] = {
	    "", "-d", "ALL", "a b", "A1;", "../x"};
	struct held *held = held_create();

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		leave(held, odd[i], 1);
	leave(held, "4F232A72072", 1);
	leave(held, "6ALKtBGJ028686", 2);
	held_step(held, 1000);
	assert_int_equal(held_dropped(held), sizeof odd / sizeof odd[0]);
	assert_string_equal(qids(held, NULL), "4F232A72072 6ALKtBGJ028686");
	assert_int_equal(held_dropped(held), 0);
	held_destroy(&held);
}

static void
has_limits(void **state)
{
	struct held *held = held_create();
	char qid[32], *bytes;
	json_t *json;

	(void)state;
	for (int i = 0; i < HELD_NOTES_MAX + 3; i++) {
		snprintf(qid, sizeof qid, "X%d", i);
		leave(held, qid, 1);
	}
	held_step(held, 10);
	assert_int_equal(held_dropped(held), 3);
	for (int i = 0; i < HELD_MAX; i++) {
		snprintf(qid, sizeof qid, "Y%d", i);
		leave(held, qid, 2);
		if (i % 1000 == 999)
			held_step(held, 10);
	}
	bytes = held_json(held, NULL, 10);
	json = json_loads(bytes, 0, NULL);
	assert_int_equal(
	    json_array_size(json_object_get(json, "held")), HELD_MAX);
	assert_int_equal(held_forget(held, "X2047"), -1);
	assert_int_equal(held_forget(held, "Y0"), 0);
	json_decref(json);
	free(bytes);
	held_destroy(&held);
}

static void
keeps_over_a_restart(void **state)
{
	const char *file = scratch_write("held.db", "");
	struct store *store = store_open(file);
	struct held *held = held_create();

	(void)state;
	store_start(store);
	held_open(held, store);
	leave(held, "B2", 200);
	leave(held, "A1", 100);
	leave(held, "C3", 300);
	held_step(held, 1000);
	held_forget(held, "B2");
	held_destroy(&held);
	store_put(store, "held", "D 4", "{\"since\": 1}");
	store_put(store, "held", "E5", "not JSON");
	store_put(store, "held", "F6", "{\"sender\": 7}");
	store_close(&store);

	store = store_open(file);
	held = held_create();
	held_open(held, store);
	assert_string_equal(qids(held, NULL), "F6 A1 C3");
	held_destroy(&held);
	store_close(&store);
}

static struct egress egresses[] = {{.name = "news"}, {.name = "main"}};

static void
tells_what_is_cleared(void **state)
{
	struct config config = {.egresses = egresses, .egress_count = 2};
	struct board_egress standings[2] = {
	    {.state = STANDING_LISTED}, {.state = STANDING_UNKNOWN}};
	struct board_domain domain = {
	    .name = "ours.test", .state = STANDING_LISTED};
	struct board board = {.config = &config, .egresses = standings};
	struct held_mail mail = {.qid = "D1",
	    .egress = "main",
	    .domain = "ours.test",
	    .since_wall_sec = 900};
	struct held *held = held_create();

	(void)state;
	leave(held, "A1", 100);
	held_leave(held, &mail);
	held_step(held, 1000);
	/* As after a start. */
	assert_string_equal(qids(held, &board), "A1 D1");
	standings[1].state = STANDING_CLEAN;
	assert_string_equal(qids(held, &board), "A1+ D1");
	board.domains = &domain;
	board.domain_count = 1;
	assert_string_equal(qids(held, &board), "A1+ D1");
	domain.state = STANDING_CLEAN;
	assert_string_equal(qids(held, &board), "A1+ D1+");
	standings[1].state = STANDING_LISTED;
	assert_string_equal(qids(held, &board), "A1 D1+");
	config.egress_count = 1;
	assert_string_equal(qids(held, &board), "A1 D1+");
	held_destroy(&held);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(remembers_and_forgets),
	    cmocka_unit_test(refuses_odd_queue_ids),
	    cmocka_unit_test(has_limits),
	    cmocka_unit_test_setup_teardown(
		keeps_over_a_restart, scratch_create, scratch_destroy),
	    cmocka_unit_test(tells_what_is_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
