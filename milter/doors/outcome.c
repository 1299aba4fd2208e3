#include "doors/outcome.h"

#include "base/clock.h"
#include "base/domain.h"
#include "base/line.h"
#include "base/log.h"
#include "config/pattern.h"
#include "policy/gate.h"
#include "policy/wording.h"
#include "standing/board.h"
#include "standing/held.h"
#include "standing/notes.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct {
	atomic_ullong messages, passed, rerouted, waiting, held, deferred,
	    monitored, failed;
} counters;

static atomic_ullong *
counter_of(enum action action, enum mode mode)
{
	if (action == ACTION_PASS)
		return &counters.passed;
	if (mode == MODE_MONITOR)
		return &counters.monitored;
	switch (action) {
	case ACTION_REROUTE:
		return &counters.rerouted;
	case ACTION_WAIT:
		return &counters.waiting;
	case ACTION_HOLD:
		return &counters.held;
	case ACTION_DEFER:
		return &counters.deferred;
	case ACTION_PASS:
		break;
	}
	return &counters.passed;
}

static void
count(const struct outcome *outcome)
{
	atomic_fetch_add(&counters.messages, 1);
	if (outcome->cause)
		atomic_fetch_add(&counters.failed, 1);
	atomic_fetch_add(
	    counter_of(outcome->verdict->action, outcome->mode), 1);
}

/* What the engine finds out about the sender's domain is for the messages after
   this one. */
static void
note_sender(struct board_slot *slot, const struct board *board,
    const struct outcome *outcome)
{
	const char *domain = pattern_domain_of(outcome->facts->sender);
	char name[DOMAIN_MAX];

	if (board->config->asks_domains && outcome->verdict->leaves && domain &&
	    domain_parse(domain, name) == 0)
		notes_leave(board_notes(slot), name);
}

static void
copy(char to[HELD_TEXT_MAX], const char *from)
{
	line_escape(to, HELD_TEXT_MAX, from, strlen(from));
}

/* So that it can be let go. */
static void
note_held(struct board_slot *slot, const struct outcome *outcome)
{
	const struct verdict *verdict = outcome->verdict;
	struct held_mail mail = {.since_wall_sec = clock_wall_sec()};
	char reason[WORDING_MAX];

	snprintf(mail.qid, sizeof mail.qid, "%s",
	    outcome->queue_id ? outcome->queue_id : "");
	copy(mail.sender, outcome->facts->sender);
	copy(mail.reason, wording_hold(reason, verdict));
	copy(mail.egress, verdict->egress ? verdict->egress->name : "");
	copy(mail.domain, verdict->domain ? verdict->domain->name : "");
	copy(mail.receiver, verdict->receiver ? verdict->receiver->name : "");
	held_leave(board_held(slot), &mail);
}

static void
log_gated(const struct outcome *outcome)
{
	struct line line;

	verdict_line(&line, outcome->verdict, outcome->facts, outcome->mode,
	    outcome->queue_id, outcome->cause);
	log_line(&line);
}

void
outcome_record(struct board_slot *slot, const struct board *board,
    const struct outcome *outcome)
{
	const struct verdict *verdict = outcome->verdict;

	if (board)
		note_sender(slot, board, outcome);
	if (verdict->action == ACTION_HOLD && outcome->mode == MODE_ENFORCE)
		note_held(slot, outcome);
	if (verdict->is_gated || outcome->cause)
		log_gated(outcome);
	count(outcome);
}

void
outcome_record_unseen(void)
{
	atomic_fetch_add(&counters.messages, 1);
	atomic_fetch_add(&counters.passed, 1);
}

void
outcome_count(struct outcome_counters *out)
{
	out->messages = atomic_load(&counters.messages);
	out->passed = atomic_load(&counters.passed);
	out->rerouted = atomic_load(&counters.rerouted);
	out->waiting = atomic_load(&counters.waiting);
	out->held = atomic_load(&counters.held);
	out->deferred = atomic_load(&counters.deferred);
	out->monitored = atomic_load(&counters.monitored);
	out->failed = atomic_load(&counters.failed);
}
