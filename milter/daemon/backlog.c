#include "daemon/backlog.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/egresses.h"
#include "standing/board.h"

#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct waiter {
	const char *text; /* first, for the tree; that of qid */
	TAILQ_ENTRY(waiter) link;
	char qid[BACKLOG_QID_MAX];
	size_t egress;
	char *receiver;
	int turns;
	int64_t turn_ms; /* of the last; CLOCK_NEVER before the first */
	bool is_due;	 /* put off since */
};

TAILQ_HEAD(waiters, waiter);

struct backlog {
	const struct config *config;
	void *tree;	    /* by queue id */
	struct waiters all; /* the oldest first */
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static struct waiter *
find(const struct backlog *backlog, const char *qid)
{
	void **node = tfind(&qid, &backlog->tree, compare);

	return node ? *node : NULL;
}

static void
forget(struct backlog *backlog, struct waiter *waiter)
{
	TAILQ_REMOVE(&backlog->all, waiter, link);
	tdelete(waiter, &backlog->tree, compare);
	backlog->count--;
	free(waiter->receiver);
	free(waiter);
}

struct backlog *
backlog_create(void)
{
	struct backlog *backlog = alloc_zeroed(1, sizeof *backlog);

	TAILQ_INIT(&backlog->all);
	return backlog;
}

void
backlog_destroy(struct backlog **backlog)
{
	if (!*backlog)
		return;
	while (!TAILQ_EMPTY(&(*backlog)->all))
		forget(*backlog, TAILQ_FIRST(&(*backlog)->all));
	free(*backlog);
	*backlog = NULL;
}

void
backlog_configure(struct backlog *backlog, const struct config *config)
{
	const struct config *old = backlog->config;
	struct waiter *waiter = TAILQ_FIRST(&backlog->all);

	while (waiter) {
		struct waiter *next = TAILQ_NEXT(waiter, link);
		const struct egress *egress =
		    egresses_find(config, old->egresses[waiter->egress].name);

		if (egress)
			waiter->egress = egress - config->egresses;
		else
			forget(backlog, waiter);
		waiter = next;
	}
	backlog->config = config;
}

/* It becomes the argument of a command. */
static bool
is_queue_id(const char *qid)
{
	size_t length = strspn(qid, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789");

	return length > 0 && length < BACKLOG_QID_MAX && qid[length] == '\0';
}

static struct waiter *
add(struct backlog *backlog, const char *qid)
{
	struct waiter *waiter = alloc_zeroed(1, sizeof *waiter);

	if (backlog->count == BACKLOG_MAX)
		forget(backlog, TAILQ_FIRST(&backlog->all));
	snprintf(waiter->qid, sizeof waiter->qid, "%s", qid);
	waiter->text = waiter->qid;
	waiter->turn_ms = CLOCK_NEVER;
	if (!tsearch(waiter, &backlog->tree, compare))
		abort(); /* no memory */
	TAILQ_INSERT_TAIL(&backlog->all, waiter, link);
	backlog->count++;
	return waiter;
}

void
backlog_add(struct backlog *backlog, size_t egress, const char *receiver,
    const char *qid)
{
	struct waiter *waiter;

	if (!is_queue_id(qid))
		return;
	waiter = find(backlog, qid);
	if (!waiter)
		waiter = add(backlog, qid);
	free(waiter->receiver);
	waiter->receiver = alloc_string(receiver);
	waiter->egress = egress;
	waiter->is_due = waiter->turns < BACKLOG_TURNS_MAX;
}

void
backlog_remove(struct backlog *backlog, size_t egress, const char *receiver,
    const char *qid)
{
	struct waiter *waiter = find(backlog, qid);

	if (waiter && waiter->egress == egress &&
	    strcmp(waiter->receiver, receiver) == 0)
		forget(backlog, waiter);
}

static bool
has_turn(const struct waiter *waiter, const struct board *board, int64_t now_ms)
{
	const struct board_receiver *receiver;

	if (!waiter->is_due || (waiter->turn_ms != CLOCK_NEVER &&
				   now_ms - waiter->turn_ms < BACKLOG_AGAIN_MS))
		return false;
	receiver = board_find_receiver(board, waiter->egress, waiter->receiver);
	return receiver && receiver->is_gated;
}

static bool
is_any_gated(const struct board *board)
{
	for (size_t i = 0; i < board->receiver_count; i++)
		if (board->receivers[i].is_gated)
			return true;
	return false;
}

int
backlog_take(struct backlog *backlog, const struct board *board, int64_t now_ms,
    char qid[BACKLOG_QID_MAX])
{
	struct waiter *waiter = NULL;

	if (!is_any_gated(board))
		return -1;
	TAILQ_FOREACH(waiter, &backlog->all, link)
	{
		if (!has_turn(waiter, board, now_ms))
			continue;
		waiter->is_due = false;
		waiter->turns++;
		waiter->turn_ms = now_ms;
		memcpy(qid, waiter->qid, BACKLOG_QID_MAX);
		return 0;
	}
	return -1;
}

size_t
backlog_count(const struct backlog *backlog)
{
	return backlog->count;
}
