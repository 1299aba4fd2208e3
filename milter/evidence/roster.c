#include "evidence/roster.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/trial.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct roster {
	roster_ended *ended;
	roster_cancelled *cancelled;
	void *arg;
	const struct config *config;
	struct resolver *resolver;
	struct tested *items;
	size_t count;
	struct addresses own; /* that are or may be listed */
	int64_t now_ms;	      /* of the last tick */
};

static void on_done(void *arg, const struct flaw *flaw);

/* Whoever calls has it from us; only outside it is not to be written. */
static struct tested *
own_entry(const struct tested *tested)
{
	return &tested->roster->items[tested - tested->roster->items];
}

static void
draw(void *bytes, size_t size)
{
	/* Up to 256 bytes come whole, once the system has any. */
	if (getrandom(bytes, size, 0) < 0)
		abort();
}

static void
start(struct tested *tested)
{
	struct roster *roster = tested->roster;
	struct controls controls;
	uint8_t random[16];

	draw(random, sizeof random);
	fitness_controls(tested->list, tested->family, random,
	    roster->own.items, roster->own.count, &controls);
	tested->started++;
	tested->is_wanted = false;
	tested->trial = trial_start(
	    roster->resolver, tested->use, &controls, on_done, tested);
}

/* Tests spread out as other questions do. */
static void
hasten(struct fitness *fitness, int64_t now_ms)
{
	uint64_t span_ms = fitness->due_ms - now_ms;
	uint32_t random;

	draw(&random, sizeof random);
	fitness->due_ms -= (int64_t)(random % (span_ms / 10 + 1));
}

static void
on_done(void *arg, const struct flaw *flaw)
{
	struct tested *tested = arg;
	struct roster *roster = tested->roster;
	bool has_changed;

	tested->trial = NULL;
	if (!flaw) {
		tested->is_wanted = false;
		tested->fitness.due_ms = CLOCK_NEVER;
		roster->cancelled(roster->arg, tested);
		return;
	}
	tested->ended = tested->started;
	has_changed = fitness_step(
	    &tested->fitness, &roster->config->dns, flaw, roster->now_ms);
	hasten(&tested->fitness, roster->now_ms);
	if (tested->is_wanted)
		start(tested);
	roster->ended(roster->arg, tested, flaw, has_changed);
}

static bool
is_of_family(const struct addresses *addresses, uint8_t family)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (addresses->items[i].family == family)
			return true;
	return false;
}

static bool
has_family(
    const struct config *config, const struct addresses *more, uint8_t family)
{
	for (size_t i = 0; i < config->egress_count; i++)
		if (is_of_family(&config->egresses[i].addresses, family))
			return true;
	return is_of_family(more, family);
}

static void
add(struct roster *roster, const struct roster *old, const struct list_use *use,
    uint8_t family)
{
	struct tested *tested = &roster->items[roster->count++];

	tested->roster = roster;
	tested->use = use;
	tested->list = use->list;
	tested->family = family;
	fitness_init(&tested->fitness);
	for (size_t i = 0; i < old->count; i++)
		if (old->items[i].family == family &&
		    list_equal(old->items[i].list, use->list) &&
		    strcmp(old->items[i].use->zone, use->zone) == 0)
			tested->fitness = old->items[i].fitness;
	tested->fitness.due_ms = CLOCK_NEVER;
}

static void
add_own(struct roster *roster, const struct addresses *addresses)
{
	addresses_add(&roster->own, addresses->items, addresses->count);
}

static void
clear(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		trial_forget(&roster->items[i].trial);
	free(roster->items);
	addresses_free(&roster->own);
}

void
roster_configure(struct roster *roster, const struct config *config,
    const struct addresses *more, struct resolver *resolver)
{
	struct roster old = *roster;

	roster->config = config;
	roster->resolver = resolver;
	roster->items =
	    alloc_zeroed(3 * config->list_count, sizeof *roster->items);
	roster->own = (struct addresses){0};
	roster->count = 0;
	add_own(roster, more);
	for (size_t i = 0; i < config->egress_count; i++)
		add_own(roster, &config->egresses[i].addresses);
	for (size_t i = 0; i < config->route_count; i++)
		add_own(roster, &config->routes[i].addresses);
	for (size_t i = 0; i < config->list_count; i++) {
		const struct list_use *use = &config->lists[i];

		if (use->list->knows_ip4 && has_family(config, more, 4))
			add(roster, &old, use, 4);
		if (use->list->knows_ip6 && has_family(config, more, 6))
			add(roster, &old, use, 6);
		if (use->list->knows_domain)
			add(roster, &old, use, FAMILY_DOMAIN);
	}
	clear(&old);
}

void
roster_tick(struct roster *roster, int64_t now_ms)
{
	roster->now_ms = now_ms;
	for (size_t i = 0; i < roster->count; i++) {
		struct tested *tested = &roster->items[i];

		if (!tested->trial && tested->fitness.due_ms <= now_ms)
			start(tested);
	}
}

const struct tested *
roster_find(
    const struct roster *roster, const struct list *list, uint8_t family)
{
	for (size_t i = 0; i < roster->count; i++)
		if (roster->items[i].list == list &&
		    roster->items[i].family == family)
			return &roster->items[i];
	return NULL;
}

const char *
roster_family_name(const struct tested *tested)
{
	if (tested->family == FAMILY_DOMAIN)
		return "domain";
	return tested->family == 4 ? "ip4" : "ip6";
}

unsigned
roster_demand(const struct tested *which)
{
	struct tested *tested = own_entry(which);

	if (tested->trial) {
		tested->is_wanted = true;
		return tested->started + 1;
	}
	start(tested);
	return tested->started;
}

void
roster_doubt(const struct tested *which)
{
	struct tested *tested = own_entry(which);
	const struct roster *roster = tested->roster;

	fitness_doubt(&tested->fitness, &roster->config->dns, roster->now_ms);
}

struct roster *
roster_create(roster_ended *ended, roster_cancelled *cancelled, void *arg)
{
	struct roster *roster = alloc_zeroed(1, sizeof *roster);

	roster->ended = ended;
	roster->cancelled = cancelled;
	roster->arg = arg;
	return roster;
}

void
roster_destroy(struct roster **where)
{
	if (!*where)
		return;
	clear(*where);
	free(*where);
	*where = NULL;
}
