#include "standing/probing.h"

#include "base/clock.h"
#include "config/config.h"

#include <string.h>

static const struct {
	const char *name;
	int share;
} stages[] = {
    [PROBE_REST] = {"rest", 0},
    [PROBE_ONE] = {"one", 0},
    [PROBE_FEW] = {"few", 5},
    [PROBE_SOME] = {"some", 25},
    [PROBE_ALL] = {"all", 100},
};

int
probe_share(enum probe_stage stage)
{
	return stages[stage].share;
}

const char *
probe_stage_name(enum probe_stage stage)
{
	return stages[stage].name;
}

int
probe_stage_parse(const char *name, enum probe_stage *out)
{
	for (enum probe_stage i = PROBE_REST; i <= PROBE_ALL; i++)
		if (strcmp(name, stages[i].name) == 0) {
			*out = i;
			return 0;
		}
	return -1;
}

static void
turn(struct probing *probing, enum probe_stage stage, int64_t now_ms)
{
	probing->stage = stage;
	probing->since_ms = now_ms;
	probing->delivered = 0;
}

void
probing_init(struct probing *probing, int64_t now_ms)
{
	*probing = (struct probing){
	    .since_ms = now_ms,
	    .taken_ms = CLOCK_NEVER,
	};
}

/* The log may tell of one that is older than the stage. */
bool
probing_refuse(struct probing *probing, int64_t at_ms)
{
	bool is_trial = probing->stage != PROBE_REST;

	turn(probing, PROBE_REST,
	    at_ms > probing->since_ms ? at_ms : probing->since_ms);
	probing->refused += is_trial;
	return is_trial;
}

void
probing_deliver(struct probing *probing)
{
	probing->delivered++;
}

int64_t
probing_pause_ms(const struct probing *probing, const struct config *config)
{
	int64_t pause_ms = config->probe.after_ms;
	const int64_t most_ms = config->receivers.keep_ms / 4;

	for (int i = 0; i < probing->refused && pause_ms < most_ms; i++)
		pause_ms = 2 * pause_ms < most_ms ? 2 * pause_ms : most_ms;
	return pause_ms;
}

bool
probing_step(
    struct probing *probing, const struct config *config, int64_t now_ms)
{
	int64_t age_ms = now_ms - probing->since_ms;

	if (probing->stage == PROBE_REST) {
		if (age_ms >= probing_pause_ms(probing, config))
			turn(probing, PROBE_ONE, now_ms);
		return false;
	}
	if (age_ms < config->probe.every_ms)
		return false;
	if (probing->stage == PROBE_ALL)
		return probing->delivered >= config->receivers.clear_after;
	if (probing->delivered > 0)
		turn(probing, probing->stage + 1, now_ms);
	return false;
}

/* FNV-1a */
static uint64_t
hash(uint64_t value, const char *text)
{
	value ^= UINT64_C(0xcbf29ce484222325);
	for (; *text; text++)
		value =
		    (value ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return value ^ value >> 31;
}

/* Whose turn it is does not depend on how often the MTA asks, and is another's
   after each span. */
static bool
has_luck(const struct probing *probing, const struct probe_settings *settings,
    const char *address, int64_t now_ms)
{
	uint64_t span = (now_ms - probing->since_ms) / settings->every_ms;

	return hash(span, address) % 100 <
	       (uint64_t)probe_share(probing->stage);
}

static bool
take_one(struct probing *probing, const struct probe_settings *settings,
    const char *address, int64_t now_ms)
{
	uint64_t wanted = hash(0, address);
	int64_t again_ms = settings->every_ms < PROBE_AGAIN_MS
			       ? settings->every_ms
			       : PROBE_AGAIN_MS;

	if (probing->taken_ms != CLOCK_NEVER &&
	    now_ms - probing->taken_ms < settings->every_ms)
		return probing->taken == wanted &&
		       now_ms - probing->taken_ms < again_ms;
	probing->taken = wanted;
	probing->taken_ms = now_ms;
	return true;
}

bool
probing_take(struct probing *probing, const struct probe_settings *settings,
    const char *address, int64_t now_ms)
{
	if (probing->stage == PROBE_REST)
		return false;
	return has_luck(probing, settings, address, now_ms) ||
	       take_one(probing, settings, address, now_ms);
}
