#include "reception_course.h"

#include "standing/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct egress egresses[] = {{.name = "main"}, {.name = "news"}};
struct egress course_swapped[] = {{.name = "news"}, {.name = "main"}};

struct config course_config = {
    .egresses = egresses,
    .egress_count = 2,
    .receivers = {.block_after = 3,
	.throttle_after = 5,
	.within_ms = COURSE_HOUR,
	.clear_after = 3,
	.keep_ms = 6 * COURSE_HOUR,
	.soften_at_most_ms = 24 * COURSE_HOUR},
};

struct receptions *receptions;

int
course_create(void **state)
{
	(void)state;
	receptions = receptions_create(NULL);
	receptions_configure(receptions, &course_config);
	return 0;
}

int
course_destroy(void **state)
{
	(void)state;
	receptions_destroy(&receptions);
	assert_null(receptions);
	return 0;
}

bool
course_see(const char *receiver, enum attempt_status status,
    enum reply_class class, const char *qid, int64_t at_ms)
{
	const struct sighted_reply reply = {
	    .receiver = receiver,
	    .status = status,
	    .class = class,
	    .qid = qid,
	    .at_ms = at_ms,
	};

	return receptions_see(
	    receptions, &reply, COURSE_WALL + at_ms / CLOCK_SEC);
}

/* Its texts are gone with the board. */
struct board_receiver
course_entry(size_t egress, const char *name, int64_t now_ms)
{
	struct board *board = board_create(&course_config);
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

enum receiver_state
course_state(size_t egress, const char *name, int64_t now_ms)
{
	return course_entry(egress, name, now_ms).state;
}

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

int64_t
course_run(const char *course)
{
	int64_t now_ms = COURSE_HOUR;
	int message = 0;
	char qid[16];

	for (const char *at = course; *at; at++) {
		bool is_named = *at >= 'a';

		if (*at == '.' || *at == 'm' || *at == 'h') {
			now_ms += *at == '.'   ? 10 * CLOCK_SEC
				  : *at == 'm' ? 10 * COURSE_MINUTE
					       : COURSE_HOUR;
			receptions_step(receptions, now_ms, COURSE_WALL);
			continue;
		}
		if (*at == '=') {
			message--;
			continue;
		}
		snprintf(qid, sizeof qid, "4F%d", message++);
		course_see(COURSE_MS,
		    *at == 's' || *at == 'S' ? ATTEMPT_SENT : ATTEMPT_BOUNCED,
		    class_of(*at), is_named ? qid : NULL, now_ms);
	}
	return now_ms;
}

/* What a daemon that begins anew finds in the store of the one before. */
void
course_begin_anew(struct store *store, int64_t now_ms, int64_t wall_sec)
{
	receptions_destroy(&receptions);
	receptions = receptions_create(store);
	receptions_configure(receptions, &course_config);
	receptions_recall(receptions, now_ms, wall_sec);
}

/* Before it is started a store keeps in memory. */
struct store *
course_begin_with_store(void)
{
	struct store *store = store_open("/nonexistent/state.db");

	course_begin_anew(store, 0, COURSE_WALL);
	return store;
}
