#include "standing/refusals.h"

#include "base/clock.h"

#include <stdbool.h>

void
refusals_begin(struct refusals *refusals)
{
	*refusals = (struct refusals){.heard_ms = CLOCK_NEVER};
}

/* FNV-1a */
uint64_t
refusals_message(const char *qid)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (!qid)
		return 0;
	for (; *qid; qid++)
		hash = (hash ^ (unsigned char)*qid) * UINT64_C(0x100000001b3);
	return hash ? hash : 1;
}

static size_t
marks_of(const struct run *run)
{
	return run->count < RECEIVER_AFTER_MAX ? run->count
					       : RECEIVER_AFTER_MAX;
}

/* The same message, or at the map another recipient of it. */
static bool
is_same(const struct mark *old, const struct mark *mark)
{
	if (mark->message != 0)
		return old->message == mark->message;
	return mark->at_ms - old->at_ms < REFUSALS_BURST_MS;
}

/* What is tried again was refused lately. */
static void
count(struct run *run, const struct mark *mark)
{
	for (size_t i = 0; i < marks_of(run); i++) {
		struct mark *old = &run->marks[i];

		if (!is_same(old, mark))
			continue;
		if (mark->message != 0 && mark->at_ms > old->at_ms)
			old->at_ms = mark->at_ms;
		return;
	}
	run->marks[run->next] = *mark;
	run->next = (run->next + 1) % RECEIVER_AFTER_MAX;
	run->count++;
}

static int
count_within(const struct run *run, int64_t since_ms)
{
	int found = 0;

	for (size_t i = 0; i < marks_of(run); i++)
		found += run->marks[i].at_ms > since_ms;
	return found;
}

void
refusals_add(struct refusals *refusals, uint64_t message, int64_t at_ms)
{
	const struct mark mark = {message, at_ms};
	enum witness witness = message ? WITNESS_LOG : WITNESS_MAP;

	count(&refusals->runs[witness], &mark);
	if (at_ms > refusals->heard_ms)
		refusals->heard_ms = at_ms;
}

int
refusals_since(const struct refusals *refusals, int64_t since_ms)
{
	int by_log = count_within(&refusals->runs[WITNESS_LOG], since_ms);

	return by_log > 0
		   ? by_log
		   : count_within(&refusals->runs[WITNESS_MAP], since_ms);
}

int
refusals_count(const struct refusals *refusals)
{
	int by_log = refusals->runs[WITNESS_LOG].count;

	return refusals->recalled +
	       (by_log > 0 ? by_log : refusals->runs[WITNESS_MAP].count);
}
