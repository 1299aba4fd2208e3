#include "mta/preflight.h"

#include "base/alloc.h"
#include "config/config.h"
#include "mta/demands.h"
#include "evidence/probe.h"
#include "evidence/resolver.h"
#include "evidence/targets.h"
#include "evidence/tls.h"
#include "mta/offer.h"
#include "mta/senders.h"

#include <event2/event.h>

#include <stdlib.h>

/* A route, what stands behind its nexthop, and what is offered there. */
struct way {
	struct preflight *preflight;
	const struct route *route;
	struct search *search; /* while it goes on */
	struct targets targets;
	bool is_found;
	struct probe *probe; /* likewise */
	struct offer offer;
	char *cause; /* the offer's */
};

struct preflight {
	struct event_base *base;
	struct preflight_terms terms;
	struct resolver *resolver;
	struct senders *senders;
	struct demands *demands;
	bool has_demands;
	struct tls *tls; /* NULL: OpenSSL does not work here */
	struct event *finish;
	preflight_done *done;
	void *arg;
	struct way *ways;
	size_t way_count;
	size_t open; /* questions, searches and probes under way */
	struct preflight_item *items;
	size_t item_count;
};

/* ---- judgement ---------------------------------------------------------- */

/* Takes the text. */
static void
add_item(struct preflight *preflight, const struct way *way, const char *check,
    const char *subject, enum preflight_result result, char *text)
{
	preflight->items = alloc_resize(preflight->items,
	    preflight->item_count + 1, sizeof *preflight->items);
	preflight->items[preflight->item_count++] = (struct preflight_item){
	    .route = way->route->name,
	    .check = check,
	    .subject = alloc_string(subject),
	    .result = result,
	    .text = text,
	};
}

static char *
missing_address(const struct way *way)
{
	return alloc_printf(way->targets.is_sure
				? "%s leads to no address"
				: "the addresses behind %s could not be found",
	    way->route->nexthop);
}

/* A route that leaves the way to the recipient leaves by an egress. */
static bool
has_address(const struct way *way)
{
	return way->route->addresses.count > 0 ||
	       way->route->destination.count > 0;
}

static void
judge_sender(struct preflight *preflight, const struct way *way, size_t index)
{
	const struct addresses *given = &way->route->addresses;
	enum preflight_result result = PREFLIGHT_UNKNOWN;
	struct address found[TARGETS_MAX];
	struct addresses addresses = {found, way->targets.count};
	char *text = NULL;

	for (size_t i = 0; i < addresses.count; i++)
		found[i] = way->targets.items[i].address;
	if (given->count > 0)
		addresses = *given;
	if (addresses.count > 0)
		result = senders_judge(preflight->senders, index, &addresses,
		    given->count == 0, &text);
	else
		text = missing_address(way);
	add_item(preflight, way, "SPF",
	    senders_domain(preflight->senders, index), result, text);
}

static void
judge_offer(struct preflight *preflight, const struct way *way)
{
	enum preflight_result result;
	char *text = NULL;

	if (offer_needs_tls(&way->offer)) {
		result = offer_judge_tls(&way->offer, &text);
		add_item(
		    preflight, way, "TLS", way->route->nexthop, result, text);
	}
	text = NULL;
	if (offer_needs_auth(&way->offer)) {
		result = offer_judge_auth(&way->offer, &text);
		add_item(
		    preflight, way, "AUTH", way->route->nexthop, result, text);
	}
}

static void
judge(struct preflight *preflight, struct way *way)
{
	for (size_t i = 0;
	     has_address(way) && i < senders_count(preflight->senders); i++)
		judge_sender(preflight, way, i);
	way->offer.cause = way->cause;
	if (way->route->destination.count > 0)
		judge_offer(preflight, way);
}

/* Ends what is under way, but for what the resolver has. */
static void
cancel(struct preflight *preflight)
{
	for (size_t i = 0; i < preflight->way_count; i++) {
		struct way *way = &preflight->ways[i];

		preflight->open -= way->search != NULL;
		preflight->open -= way->probe != NULL;
		targets_forget(&way->search);
		probe_cancel(&way->probe);
	}
	preflight->open -= preflight->demands && !preflight->has_demands;
	demands_destroy(&preflight->demands);
}

static void
on_finish(evutil_socket_t fd, short what, void *arg)
{
	struct preflight *preflight = arg;

	(void)fd, (void)what;
	for (size_t i = 0; i < preflight->way_count; i++)
		judge(preflight, &preflight->ways[i]);
	senders_destroy(&preflight->senders);
	demands_destroy(&preflight->demands);
	tls_destroy(&preflight->tls);
	preflight->done(preflight->arg);
}

/* ---- questions ---------------------------------------------------------- */

static void
finish_soon(struct preflight *preflight)
{
	event_active(preflight->finish, EV_TIMEOUT, 0);
}

static void
end_one(struct preflight *preflight)
{
	if (--preflight->open == 0)
		finish_soon(preflight);
}

static void
on_sender(void *arg)
{
	end_one(arg);
}

static void
take_cause(struct way *way, char *cause)
{
	free(way->cause);
	way->cause = cause;
}

static void
on_probed(void *arg, const char *cause)
{
	struct way *way = arg;

	way->probe = NULL;
	take_cause(way, cause ? alloc_string(cause) : NULL);
	end_one(way->preflight);
}

static void
start_probe(struct way *way)
{
	struct preflight *preflight = way->preflight;
	const struct probe_terms terms = {
	    .is_wrapped = offer_is_wrapped(&way->offer),
	    .tls = preflight->tls,
	    .timeout_ms = preflight->terms.probe_timeout_ms,
	    .offer = &way->offer.said,
	};

	preflight->open++;
	way->probe =
	    probe_start(preflight->base, &way->targets, &terms, on_probed, way);
}

/* Once it is known where to look, and whether. */
static void
look(struct way *way)
{
	const struct offer *offer = &way->offer;

	if (!way->preflight->has_demands || !way->is_found ||
	    !(offer_needs_tls(offer) || offer_needs_auth(offer)))
		return;
	if (way->targets.count > 0 && way->preflight->tls)
		start_probe(way);
	else
		take_cause(way, way->preflight->tls
				    ? missing_address(way)
				    : alloc_string("OpenSSL does not work"));
}

static void
on_found(void *arg, const struct targets *targets)
{
	struct way *way = arg;

	way->search = NULL;
	way->targets = *targets;
	way->is_found = true;
	look(way);
	end_one(way->preflight);
}

static void
on_demands(void *arg)
{
	struct preflight *preflight = arg;

	preflight->has_demands = true;
	for (size_t i = 0; i < preflight->way_count; i++) {
		preflight->ways[i].offer.demand =
		    demands_of(preflight->demands, i);
		look(&preflight->ways[i]);
	}
	end_one(preflight);
}

static void
start_way(struct preflight *preflight, struct way *way)
{
	if (way->route->destination.count == 0)
		return;
	take_cause(way, alloc_string("no answer in time"));
	preflight->open++;
	way->search = targets_find(
	    preflight->resolver, &way->route->destination, on_found, way);
}

static void
start_ways(struct preflight *preflight, const struct config *config)
{
	preflight->way_count = config->route_count;
	preflight->ways =
	    alloc_zeroed(config->route_count, sizeof *preflight->ways);
	for (size_t i = 0; i < config->route_count; i++) {
		struct way *way = &preflight->ways[i];

		way->preflight = preflight;
		way->route = way->offer.route = &config->routes[i];
		start_way(preflight, way);
	}
}

struct preflight *
preflight_start(struct event_base *base, const struct config *config,
    const struct dns_settings *settings, const struct preflight_terms *terms,
    preflight_done *done, void *arg, char **reason)
{
	struct resolver *resolver = resolver_create(base, settings, reason);
	struct preflight *preflight;

	if (!resolver)
		return NULL;
	preflight = alloc_zeroed(1, sizeof *preflight);
	preflight->base = base;
	preflight->terms = *terms;
	preflight->resolver = resolver;
	preflight->done = done;
	preflight->arg = arg;
	preflight->finish = event_new(base, -1, 0, on_finish, preflight);
	if (!preflight->finish)
		abort();   /* no memory */
	preflight->open++; /* this call, which must not end it */
	if (config->route_count > 0) {
		preflight->tls = tls_create();
		preflight->senders =
		    senders_ask(resolver, config, on_sender, preflight);
		preflight->open += senders_count(preflight->senders);
		preflight->demands = demands_ask(
		    base, config, terms->keeps_root, on_demands, preflight);
		preflight->open++;
	}
	start_ways(preflight, config);
	end_one(preflight);
	return preflight;
}

void
preflight_end(struct preflight *preflight)
{
	cancel(preflight);
	resolver_destroy(&preflight->resolver);
	finish_soon(preflight);
}

void
preflight_destroy(struct preflight **preflight_r)
{
	struct preflight *preflight = *preflight_r;

	if (!preflight)
		return;
	*preflight_r = NULL;
	cancel(preflight);
	resolver_destroy(&preflight->resolver);
	event_free(preflight->finish);
	senders_destroy(&preflight->senders);
	tls_destroy(&preflight->tls);
	for (size_t i = 0; i < preflight->way_count; i++)
		free(preflight->ways[i].cause);
	for (size_t i = 0; i < preflight->item_count; i++) {
		free(preflight->items[i].subject);
		free(preflight->items[i].text);
	}
	free(preflight->ways);
	free(preflight->items);
	free(preflight);
}

const struct preflight_item *
preflight_items(const struct preflight *preflight, size_t *count)
{
	*count = preflight->item_count;
	return preflight->items;
}
