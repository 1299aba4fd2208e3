#include "standing/reception.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/probe.h"
#include "standing/receptions.h"

#include <stdlib.h>
#include <string.h>

static void
drop_charge(struct reception *reception, enum charge charge)
{
	refusals_begin(&reception->refusals[charge]);
	reception->is_kept = false;
	if (charge == CHARGE_BLOCK)
		reception->refusing_ms = CLOCK_NEVER;
}

static void
begin_run(struct reception *reception)
{
	drop_charge(reception, CHARGE_BLOCK);
	drop_charge(reception, CHARGE_THROTTLE);
	reception->delivered = 0;
	reception->delivered_message = 0;
	reception->delivered_ms = CLOCK_NEVER;
}

/* ---- states -------------------------------------------------------------- */

static bool
turn(struct reception *reception, enum receiver_state state, int64_t now_ms,
    int64_t wall_sec)
{
	if (reception->state == state)
		return false;
	reception->state = state;
	reception->is_kept = false;
	reception->since_ms = now_ms;
	reception->since_wall_sec = wall_sec;
	if (state == RECEIVER_OPEN)
		probing_init(&reception->probing, now_ms);
	return true;
}

bool
reception_is_gated(
    const struct reception *reception, const struct config *config)
{
	return receptions_are_gated(config, reception->state);
}

bool
reception_is_probed(
    const struct reception *reception, const struct config *config)
{
	return reception_is_gated(reception, config) && probe_is_on(config);
}

static bool
judge(struct reception *reception, const struct receiver_settings *settings,
    int64_t now_ms, int64_t wall_sec)
{
	int64_t since_ms = now_ms - settings->within_ms;

	if (refusals_since(&reception->refusals[CHARGE_BLOCK], since_ms) >=
	    settings->block_after)
		return turn(reception, RECEIVER_BLOCKED, now_ms, wall_sec);
	if (reception->state == RECEIVER_OPEN &&
	    refusals_since(&reception->refusals[CHARGE_THROTTLE], since_ms) >=
		settings->throttle_after)
		return turn(reception, RECEIVER_THROTTLED, now_ms, wall_sec);
	return false;
}

static void
keep(char **where, const char *text)
{
	if (!text || !text[0] || strcmp(*where, text) == 0)
		return;
	free(*where);
	*where = alloc_string(text);
}

static void
learn(struct reception *reception, const char *list)
{
	if (!list || !list[0] || reception->list_count == RECEPTION_LISTS_MAX)
		return;
	for (size_t i = 0; i < reception->list_count; i++)
		if (strcmp(reception->lists[i], list) == 0)
			return;
	reception->lists[reception->list_count++] = alloc_string(list);
}

static bool
see_refusal(struct reception *reception, const struct config *config,
    const struct sighted_reply *reply, int64_t wall_sec)
{
	enum charge charge =
	    reply->class == REPLY_IP_BLOCKED ? CHARGE_BLOCK : CHARGE_THROTTLE;
	bool has_ended = probing_refuse(&reception->probing, reply->at_ms);

	refusals_add(&reception->refusals[charge], refusals_message(reply->qid),
	    reply->at_ms);
	if (charge == CHARGE_BLOCK && reception->refusing_ms == CLOCK_NEVER)
		reception->refusing_ms = reply->at_ms;
	reception->delivered = 0;
	reception->is_kept = false;
	keep(&reception->list, reply->list);
	keep(&reception->removal, reply->removal);
	learn(reception, reply->list);
	return judge(reception, &config->receivers, reply->at_ms, wall_sec) ||
	       has_ended;
}

/* One that is older than the last refusal tells nothing new: the log comes
   after the map. */
static bool
see_delivery(struct reception *reception, const struct config *config,
    const struct sighted_reply *reply, int64_t wall_sec)
{
	uint64_t message = refusals_message(reply->qid);

	if (reply->at_ms <= reception->refusals[CHARGE_BLOCK].heard_ms ||
	    reply->at_ms <= reception->refusals[CHARGE_THROTTLE].heard_ms)
		return false;
	if (message ? message == reception->delivered_message
		    : reception->delivered > 0 &&
			  reply->at_ms - reception->delivered_ms <
			      REFUSALS_BURST_MS)
		return false;
	reception->delivered_message = message;
	reception->delivered_ms = reply->at_ms;
	reception->delivered++;
	if (reception_is_probed(reception, config)) {
		probing_deliver(&reception->probing);
		return false;
	}
	if (reception->delivered < config->receivers.clear_after)
		return false;
	begin_run(reception);
	return turn(reception, RECEIVER_OPEN, reply->at_ms, wall_sec);
}

bool
reception_is_refusal(const struct sighted_reply *reply)
{
	return reply->status != ATTEMPT_SENT &&
	       (reply->class == REPLY_IP_BLOCKED ||
		   reply->class == REPLY_IP_THROTTLED);
}

bool
reception_see(struct reception *reception, const struct config *config,
    const struct sighted_reply *reply, int64_t wall_sec)
{
	if (reply->status == ATTEMPT_SENT)
		return see_delivery(reception, config, reply, wall_sec);
	return reception_is_refusal(reply) &&
	       see_refusal(reception, config, reply, wall_sec);
}

static void
drop_old(struct reception *reception, enum charge charge, int64_t until_ms)
{
	int64_t heard_ms = reception->refusals[charge].heard_ms;

	if (heard_ms != CLOCK_NEVER && heard_ms <= until_ms)
		drop_charge(reception, charge);
}

static bool
is_over(const struct reception *reception)
{
	enum charge charge = reception->state == RECEIVER_BLOCKED
				 ? CHARGE_BLOCK
				 : CHARGE_THROTTLE;

	return reception->refusals[charge].heard_ms == CLOCK_NEVER;
}

static void
step_probing(struct reception *reception, const struct config *config,
    int64_t now_ms, int64_t wall_sec)
{
	enum probe_stage stage = reception->probing.stage;

	if (probing_step(&reception->probing, config, now_ms)) {
		begin_run(reception);
		turn(reception, RECEIVER_OPEN, now_ms, wall_sec);
	} else if (reception->probing.stage != stage) {
		reception->is_kept = false;
	}
}

void
reception_step(struct reception *reception, const struct config *config,
    int64_t now_ms, int64_t wall_sec)
{
	const struct receiver_settings *settings = &config->receivers;

	drop_old(reception, CHARGE_BLOCK, now_ms - settings->keep_ms);
	drop_old(reception, CHARGE_THROTTLE, now_ms - settings->within_ms);
	if (is_over(reception))
		turn(reception, RECEIVER_OPEN, now_ms, wall_sec);
	else if (reception_is_probed(reception, config))
		step_probing(reception, config, now_ms, wall_sec);
}

bool
reception_is_blank(const struct reception *reception)
{
	return reception->state == RECEIVER_OPEN &&
	       reception->list_count == 0 &&
	       reception->refusals[CHARGE_BLOCK].heard_ms == CLOCK_NEVER &&
	       reception->refusals[CHARGE_THROTTLE].heard_ms == CLOCK_NEVER;
}

/* ---- over a restart ------------------------------------------------------ */

static int64_t
to_wall(int64_t ms, int64_t now_ms, int64_t wall_sec)
{
	if (ms == CLOCK_NEVER)
		return 0;
	return wall_sec - (now_ms - ms) / CLOCK_SEC;
}

/* A clock that was put back makes nothing younger than now. */
static int64_t
from_wall(int64_t sec, int64_t now_ms, int64_t wall_sec)
{
	if (sec == 0)
		return CLOCK_NEVER;
	return sec < wall_sec ? now_ms - (wall_sec - sec) * CLOCK_SEC : now_ms;
}

void
reception_write(struct reception *reception, struct reception_record *out,
    int64_t now_ms, int64_t wall_sec)
{
	const struct refusals *block = &reception->refusals[CHARGE_BLOCK];
	const struct refusals *throttle = &reception->refusals[CHARGE_THROTTLE];

	*out = (struct reception_record){
	    .state = reception->state,
	    .since_sec = reception->since_wall_sec,
	    .blocked_sec = to_wall(block->heard_ms, now_ms, wall_sec),
	    .throttled_sec = to_wall(throttle->heard_ms, now_ms, wall_sec),
	    .refusing_sec = to_wall(reception->refusing_ms, now_ms, wall_sec),
	    .blocks = refusals_count(block),
	    .throttles = refusals_count(throttle),
	    .probe = reception->probing.stage,
	    .probe_sec = to_wall(reception->probing.since_ms, now_ms, wall_sec),
	    .probes_refused = reception->probing.refused,
	    .list = reception->list,
	    .removal = reception->removal,
	    .list_count = reception->list_count,
	};
	for (size_t i = 0; i < reception->list_count; i++)
		out->lists[i] = reception->lists[i];
	reception->is_kept = true;
}

static void
read_probing(struct probing *probing, const struct reception_record *record,
    int64_t now_ms, int64_t wall_sec)
{
	probing_init(probing, now_ms);
	probing->stage = record->probe;
	probing->refused = record->probes_refused;
	if (record->probe_sec != 0)
		probing->since_ms =
		    from_wall(record->probe_sec, now_ms, wall_sec);
}

void
reception_read(struct reception *reception,
    const struct reception_record *record, int64_t now_ms, int64_t wall_sec)
{
	reception->state = record->state;
	reception->since_wall_sec = record->since_sec;
	reception->since_ms = from_wall(record->since_sec, now_ms, wall_sec);
	if (reception->since_ms == CLOCK_NEVER)
		reception->since_ms = now_ms;
	reception->refusals[CHARGE_BLOCK].heard_ms =
	    from_wall(record->blocked_sec, now_ms, wall_sec);
	reception->refusals[CHARGE_THROTTLE].heard_ms =
	    from_wall(record->throttled_sec, now_ms, wall_sec);
	reception->refusing_ms =
	    from_wall(record->refusing_sec, now_ms, wall_sec);
	reception->refusals[CHARGE_BLOCK].recalled = record->blocks;
	reception->refusals[CHARGE_THROTTLE].recalled = record->throttles;
	read_probing(&reception->probing, record, now_ms, wall_sec);
	keep(&reception->list, record->list);
	keep(&reception->removal, record->removal);
	for (size_t i = 0; i < record->list_count; i++)
		learn(reception, record->lists[i]);
	reception->is_kept = true;
}

void
reception_init(struct reception *reception)
{
	*reception = (struct reception){
	    .list = alloc_string(""), .removal = alloc_string("")};
	begin_run(reception);
	probing_init(&reception->probing, 0);
}

void
reception_clear(struct reception *reception)
{
	for (size_t i = 0; i < reception->list_count; i++)
		free(reception->lists[i]);
	free(reception->list);
	free(reception->removal);
}
