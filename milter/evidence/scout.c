#include "evidence/scout.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "evidence/probe.h"
#include "evidence/reach.h"
#include "evidence/targets.h"

#include <stdlib.h>
#include <string.h>

/* Some servers let clients wait for the greeting for half of this, to see who
   cannot. */
#define PROBE_TIMEOUT_MS (30 * CLOCK_SEC)

/* Of a route that is not probed, for its addresses alone. */
#define LOOK_UP_EVERY_MS (300 * CLOCK_SEC)

struct post {
	struct scout *scout;
	const struct route *route;
	char *name, *nexthop; /* of the route, kept over a reload */
	struct reach reach;
	struct targets targets; /* the last ones */
	struct addresses addresses;
	/* At most one of the two is under way. */
	struct search *search;
	struct probe *probe;
	bool is_busy;
};

struct scout {
	struct event_base *base;
	scout_news *news;
	void *arg;
	struct resolver *resolver;
	struct post *posts; /* one for each route */
	size_t count;
	int64_t now_ms; /* of the last tick */
};

/* Lists know nothing of the others. */
static bool
is_public(const struct address *address)
{
	static const struct address loopback = {6, {[15] = 1}};

	if (address->family == 4 && address->bytes[0] == 127)
		return false;
	return !address_is_private(address) &&
	       !address_equal(address, &loopback);
}

/* Returns whether they are others than before, and not only in another
   order. */
static bool
take_addresses(struct post *post)
{
	struct addresses *old = &post->addresses, new = {0};
	bool has_moved = false;

	for (size_t i = 0; i < post->targets.count; i++) {
		const struct address *address = &post->targets.items[i].address;

		if (!is_public(address))
			continue;
		addresses_add(&new, address, 1);
		has_moved |= !addresses_hold(old, address);
	}
	has_moved |= new.count != old->count;
	addresses_free(old);
	*old = new;
	return has_moved;
}

static void
conclude(struct post *post, const char *cause)
{
	const struct route *route = post->route;
	struct reach before = post->reach;
	int64_t every_ms = route->probe_every_ms;

	reach_take(&post->reach, cause, route->probe_failures,
	    every_ms > 0 ? every_ms : LOOK_UP_EVERY_MS, post->scout->now_ms);
	post->is_busy = false;
	if (before.is_down != post->reach.is_down ||
	    (post->reach.is_down &&
		strcmp(before.cause, post->reach.cause) != 0))
		post->scout->news(post->scout->arg, false);
}

static void
on_probed(void *arg, const char *cause)
{
	struct post *post = arg;

	post->probe = NULL;
	conclude(post, cause);
}

/* There is nothing to probe: neither well nor ill. */
static void
put_off(struct post *post)
{
	post->reach.due_ms = post->scout->now_ms + REACH_AGAIN_MS;
	post->is_busy = false;
}

/* TLS is not begun: a handshake of ours that fails, for want of a certificate
   or of an old cipher, need not fail for Postfix, and mail would be moved for
   nothing. The preflight tries one, and only warns. */
static void
probe(struct post *post)
{
	const struct probe_terms terms = {
	    .wants_tls = post->route->tls == ROUTE_TLS_REQUIRED,
	    .is_wrapped = post->route->tls == ROUTE_TLS_WRAPPED,
	    .timeout_ms = PROBE_TIMEOUT_MS,
	};

	post->probe = probe_start(
	    post->scout->base, &post->targets, &terms, on_probed, post);
}

static void
on_found(void *arg, const struct targets *targets)
{
	struct post *post = arg;
	bool is_sure = targets->is_sure;

	post->search = NULL;
	if (is_sure || post->targets.count == 0) {
		post->targets = *targets;
		if (take_addresses(post))
			post->scout->news(post->scout->arg, true);
	}
	if (post->route->probe_every_ms == 0)
		conclude(post, NULL);
	else if (post->targets.count > 0)
		probe(post);
	else if (is_sure)
		conclude(post, "its host has no address");
	else
		put_off(post);
}

static void
look(struct post *post)
{
	post->is_busy = true;
	post->search = targets_find(
	    post->scout->resolver, &post->route->destination, on_found, post);
}

void
scout_tick(struct scout *scout, int64_t now_ms)
{
	scout->now_ms = now_ms;
	for (size_t i = 0; i < scout->count; i++) {
		struct post *post = &scout->posts[i];

		if (!post->is_busy && post->reach.due_ms <= now_ms &&
		    post->route->destination.count > 0)
			look(post);
	}
}

static void
call_off(struct post *post)
{
	targets_forget(&post->search);
	probe_cancel(&post->probe);
	post->is_busy = false;
}

static void
free_posts(struct post *posts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		call_off(&posts[i]);
		addresses_free(&posts[i].addresses);
		free(posts[i].name);
		free(posts[i].nexthop);
	}
	free(posts);
}

/* What the old post of the same route knows is moved. */
static void
carry(struct post *post, struct post *old)
{
	post->reach = old->reach;
	post->targets = old->targets;
	post->addresses = old->addresses;
	old->addresses = (struct addresses){0};
	post->reach.due_ms = CLOCK_NEVER;
	if (post->route->probe_every_ms == 0)
		reach_init(&post->reach);
}

void
scout_configure(
    struct scout *scout, const struct config *config, struct resolver *resolver)
{
	struct post *posts = alloc_zeroed(config->route_count, sizeof *posts);

	for (size_t i = 0; i < config->route_count; i++) {
		struct post *post = &posts[i];

		post->scout = scout;
		post->route = &config->routes[i];
		post->name = alloc_string(post->route->name);
		post->nexthop = alloc_string(post->route->nexthop);
		reach_init(&post->reach);
		for (size_t j = 0; j < scout->count; j++)
			if (strcmp(scout->posts[j].name, post->name) == 0 &&
			    strcmp(scout->posts[j].nexthop, post->nexthop) == 0)
				carry(post, &scout->posts[j]);
	}
	free_posts(scout->posts, scout->count);
	scout->posts = posts;
	scout->count = config->route_count;
	scout->resolver = resolver;
}

const char *
scout_cause(const struct scout *scout, size_t route)
{
	const struct reach *reach = &scout->posts[route].reach;

	return reach->is_down ? reach->cause : "";
}

const struct addresses *
scout_addresses(const struct scout *scout, size_t route)
{
	return &scout->posts[route].addresses;
}

struct scout *
scout_create(struct event_base *base, scout_news *news, void *arg)
{
	struct scout *scout = alloc_zeroed(1, sizeof *scout);

	scout->base = base;
	scout->news = news;
	scout->arg = arg;
	return scout;
}

void
scout_destroy(struct scout **scout)
{
	if (!*scout)
		return;
	free_posts((*scout)->posts, (*scout)->count);
	free(*scout);
	*scout = NULL;
}
