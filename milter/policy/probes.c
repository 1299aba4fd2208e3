#include "policy/probes.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

struct probe {
	char *name; /* of the receiver */
	size_t egress;
	enum probe_stage stage;
	int64_t since_ms;
	int delivered, replies; /* of the last picture */
	bool has_delivered;	/* in this stage */
	/* The one address that was let through, and when. */
	uint64_t taken;
	int64_t taken_ms; /* CLOCK_NEVER: none */
	bool is_current;  /* in the picture that is being looked at */
};

struct probes {
	struct probe *items;
	size_t count;
};

int
probe_share(enum probe_stage stage)
{
	static const int shares[] = {
	    [PROBE_REST] = 0,
	    [PROBE_ONE] = 0,
	    [PROBE_FEW] = 5,
	    [PROBE_SOME] = 25,
	    [PROBE_ALL] = 100,
	};

	return shares[stage];
}

const char *
probe_stage_name(enum probe_stage stage)
{
	static const char *const names[] = {
	    [PROBE_REST] = "rest",
	    [PROBE_ONE] = "one",
	    [PROBE_FEW] = "few",
	    [PROBE_SOME] = "some",
	    [PROBE_ALL] = "all",
	};

	return names[stage];
}

struct probes *
probes_create(void)
{
	return alloc_zeroed(1, sizeof(struct probes));
}

void
probes_destroy(struct probes **probes)
{
	if (!*probes)
		return;
	for (size_t i = 0; i < (*probes)->count; i++)
		free((*probes)->items[i].name);
	free((*probes)->items);
	free(*probes);
	*probes = NULL;
}

static struct probe *
find(const struct probes *probes, const struct board_receiver *receiver)
{
	for (size_t i = 0; i < probes->count; i++)
		if (probes->items[i].egress == receiver->egress &&
		    strcmp(probes->items[i].name, receiver->name) == 0)
			return &probes->items[i];
	return NULL;
}

static struct probe *
add(struct probes *probes, const struct board_receiver *receiver,
    int64_t now_ms)
{
	struct probe *probe;

	probes->items = alloc_resize(
	    probes->items, probes->count + 1, sizeof *probes->items);
	probe = &probes->items[probes->count++];
	*probe = (struct probe){
	    .name = alloc_string(receiver->name),
	    .egress = receiver->egress,
	    .since_ms = now_ms,
	    .delivered = receiver->delivered,
	    .replies = receiver->replies,
	    .taken_ms = CLOCK_NEVER,
	};
	return probe;
}

static void
sweep(struct probes *probes)
{
	size_t kept = 0;

	for (size_t i = 0; i < probes->count; i++) {
		if (probes->items[i].is_current)
			probes->items[kept++] = probes->items[i];
		else
			free(probes->items[i].name);
	}
	probes->count = kept;
}

/* A refusal begins the count of deliveries anew. */
static bool
was_refused(const struct probe *probe, const struct board_receiver *receiver)
{
	return receiver->delivered < probe->delivered ||
	       receiver->replies > probe->replies;
}

static enum probe_stage
next_stage(const struct probe *probe, const struct probe_settings *settings,
    int64_t now_ms)
{
	int64_t age_ms = now_ms - probe->since_ms;

	if (probe->stage == PROBE_REST)
		return age_ms >= settings->after_ms ? PROBE_ONE : PROBE_REST;
	if (probe->stage < PROBE_ALL && probe->has_delivered &&
	    age_ms >= settings->every_ms)
		return probe->stage + 1;
	return probe->stage;
}

static void
look(struct probe *probe, const struct probe_settings *settings,
    const struct board_receiver *receiver, int64_t now_ms)
{
	enum probe_stage stage;

	if (receiver->delivered > probe->delivered)
		probe->has_delivered = true;
	if (was_refused(probe, receiver)) {
		stage = PROBE_REST;
		probe->since_ms = now_ms;
	} else {
		stage = next_stage(probe, settings, now_ms);
	}
	probe->delivered = receiver->delivered;
	probe->replies = receiver->replies;
	if (stage == probe->stage)
		return;
	probe->stage = stage;
	probe->since_ms = now_ms;
	probe->has_delivered = false;
}

void
probes_step(struct probes *probes, const struct probe_settings *settings,
    const struct board_receiver *receivers, size_t count, int64_t now_ms,
    probes_changed *tell, void *arg)
{
	for (size_t i = 0; i < probes->count; i++)
		probes->items[i].is_current = false;
	for (size_t i = 0; i < count; i++) {
		struct probe *probe = find(probes, &receivers[i]);
		enum probe_stage from;

		if (!receivers[i].is_gated || !settings->transport)
			continue;
		if (!probe)
			probe = add(probes, &receivers[i], now_ms);
		probe->is_current = true;
		from = probe->stage;
		look(probe, settings, &receivers[i], now_ms);
		if (tell && probe->stage != from)
			tell(arg, &receivers[i], from, probe->stage);
	}
	sweep(probes);
}

int
probes_stage(const struct probes *probes, const struct board_receiver *receiver,
    enum probe_stage *out)
{
	const struct probe *probe = find(probes, receiver);

	if (!probe)
		return -1;
	*out = probe->stage;
	return 0;
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
has_luck(const struct probe *probe, const struct probe_settings *settings,
    const char *address, int64_t now_ms)
{
	uint64_t span = (now_ms - probe->since_ms) / settings->every_ms;

	return hash(span, address) % 100 < (uint64_t)probe_share(probe->stage);
}

static bool
take_one(struct probe *probe, const struct probe_settings *settings,
    const char *address, int64_t now_ms)
{
	uint64_t wanted = hash(0, address);
	int64_t again_ms = settings->every_ms < PROBE_AGAIN_MS
			       ? settings->every_ms
			       : PROBE_AGAIN_MS;

	if (probe->taken_ms != CLOCK_NEVER &&
	    now_ms - probe->taken_ms < settings->every_ms)
		return probe->taken == wanted &&
		       now_ms - probe->taken_ms < again_ms;
	probe->taken = wanted;
	probe->taken_ms = now_ms;
	return true;
}

bool
probes_take(struct probes *probes, const struct probe_settings *settings,
    const struct board_receiver *receiver, const char *address, int64_t now_ms)
{
	struct probe *probe = find(probes, receiver);

	if (!settings->transport)
		return false;
	if (receiver->state == RECEIVER_THROTTLED && settings->serves_throttled)
		return true;
	if (!probe || probe->stage == PROBE_REST)
		return false;
	return has_luck(probe, settings, address, now_ms) ||
	       take_one(probe, settings, address, now_ms);
}
