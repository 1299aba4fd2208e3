#include "daemon/hearsay.h"

#include "daemon/backlog.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "daemon/command.h"
#include "config/config.h"
#include "evidence/exchanges.h"
#include "evidence/watch.h"
#include "daemon/logbook.h"
#include "daemon/publisher.h"
#include "standing/board.h"
#include "standing/receptions.h"
#include "daemon/witness.h"

#include <stdlib.h>

struct hearsay {
	struct hearsay_terms with;
	const struct config *config;
	struct logbook *logbook;
	struct witness *witness;
	struct backlog *backlog;
};

static void
keep_queue_id(struct backlog *backlog, const struct sighted_reply *reply)
{
	if (!reply->qid)
		return;
	if (reply->status == ATTEMPT_DEFERRED)
		backlog_add(
		    backlog, reply->egress, reply->receiver, reply->qid);
	else
		backlog_remove(
		    backlog, reply->egress, reply->receiver, reply->qid);
}

static void
on_heard(void *arg, const struct sighted_reply *reply, const char *to)
{
	struct hearsay *hearsay = arg;
	const struct hearsay_terms *with = &hearsay->with;

	if (to)
		exchanges_learn(
		    board_exchanges(with->slot), to, reply->receiver);
	keep_queue_id(hearsay->backlog, reply);
	if (reply->class == REPLY_IP_BLOCKED ||
	    reply->class == REPLY_IP_THROTTLED)
		watch_ask_named(with->watch, reply->list, clock_now_ms());
	if (receptions_see(with->receptions, reply, clock_wall_sec()))
		publisher_want(with->publisher);
}

/* Mail that a receiver has put off leaves the other way at once. */
static void
take_turns(struct hearsay *hearsay, int64_t now_ms)
{
	const struct config *config = hearsay->config;
	const struct strings *command = &config->on_block;
	struct board *board;
	char qid[BACKLOG_QID_MAX];

	if (command->count == 0 || config->mode != MODE_ENFORCE)
		return;
	board = board_current(hearsay->with.slot);
	for (int i = 0; i < BACKLOG_TURNS_A_SECOND && command_has_room() &&
			backlog_take(hearsay->backlog, board, now_ms, qid) == 0;
	     i++)
		command_run("on_block", command, qid);
	board_unref(board);
}

struct hearsay *
hearsay_create(struct event_base *base, const struct hearsay_terms *with)
{
	struct hearsay *hearsay = alloc_zeroed(1, sizeof *hearsay);

	hearsay->with = *with;
	hearsay->logbook =
	    logbook_create(base, with->slot, with->store, on_heard, hearsay);
	hearsay->witness = witness_create(with->receptions, on_heard, hearsay);
	hearsay->backlog = backlog_create();
	return hearsay;
}

void
hearsay_destroy(struct hearsay **hearsay_r)
{
	struct hearsay *hearsay = *hearsay_r;

	if (!hearsay)
		return;
	*hearsay_r = NULL;
	logbook_destroy(&hearsay->logbook);
	witness_destroy(&hearsay->witness);
	backlog_destroy(&hearsay->backlog);
	free(hearsay);
}

void
hearsay_configure(struct hearsay *hearsay, const struct config *config)
{
	hearsay->config = config;
	backlog_configure(hearsay->backlog, config);
	witness_configure(hearsay->witness, config);
	logbook_configure(hearsay->logbook, config);
}

void
hearsay_start(struct hearsay *hearsay)
{
	logbook_start(hearsay->logbook);
}

void
hearsay_tick(struct hearsay *hearsay, int64_t now_ms)
{
	logbook_tick(hearsay->logbook);
	take_turns(hearsay, now_ms);
}

void
hearsay_reply(void *arg, const struct board *board,
    const struct map_reply *reply, char answer[MAP_ANSWER_MAX])
{
	struct hearsay *hearsay = arg;

	witness_hear(hearsay->witness, board, reply, clock_now_ms(), answer);
}

struct logbook *
hearsay_logbook(const struct hearsay *hearsay)
{
	return hearsay->logbook;
}
