#include "daemon/desk.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "evidence/selftest.h"
#include "daemon/hearsay.h"
#include "daemon/parts.h"
#include "daemon/reload.h"
#include "standing/board.h"
#include "standing/domains.h"
#include "standing/held.h"
#include "daemon/statement.h"

#include <malloc.h>

/* A status of many addresses is made of a million small pieces, which would
   stay with the process for ever. */
static void
give_back(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static char *
tell_status(const struct parts *parts)
{
	struct board *board = board_current(parts->slot);
	const struct statement_view view = {
	    .config = parts->config,
	    .watch = parts->watch,
	    .resolver = parts->resolver,
	    .diagnosis = selftest_diagnosis(parts->selftest),
	    .board = board,
	    .budgets = board_budgets(parts->slot),
	    .map = parts->map,
	    .logbook = hearsay_logbook(parts->hearsay),
	    .domain_count = domains_count(parts->domains),
	    .now_ms = clock_now_ms(),
	    .started_ms = parts->started_ms,
	};
	char *json = statement_status(&view);

	board_unref(board);
	return json;
}

/* Taken in up to this moment. */
static struct held *
held_now(const struct parts *parts)
{
	struct held *held = board_held(parts->slot);

	held_step(held, clock_wall_sec());
	return held;
}

static char *
tell_held(const struct parts *parts)
{
	struct board *board = board_current(parts->slot);
	char *json = held_json(held_now(parts), board, clock_wall_sec());

	board_unref(board);
	return json;
}

static char *
forget_held(const struct parts *parts, const char *qid)
{
	int result = held_forget(held_now(parts), qid);

	return alloc_string(result == 0 ? "{\"ok\": true}" : "{\"ok\": false}");
}

void
desk_answer(void *arg, struct control_client *client, enum control_verb verb)
{
	const struct parts *parts = arg;

	switch (verb) {
	case CONTROL_STATUS:
		control_answer(client, tell_status(parts));
		give_back();
		break;
	case CONTROL_RELOAD:
		reload_ask(parts->reload, client);
		break;
	case CONTROL_HELD:
		control_answer(client, tell_held(parts));
		break;
	case CONTROL_FORGET:
		control_answer(
		    client, forget_held(parts, control_argument(client)));
		break;
	case CONTROL_INVALID:
		control_answer(
		    client, alloc_string("{\"error\": \"unknown request\"}"));
		break;
	}
}
