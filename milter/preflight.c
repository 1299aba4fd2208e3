#include "preflight.h"

#include "base/alloc.h"
#include "base/domain.h"
#include "base/line.h"
#include "config/config.h"
#include "evidence/names.h"
#include "evidence/probe.h"
#include "evidence/resolver.h"
#include "evidence/targets.h"

#include <event2/event.h>

#include <stdlib.h>
#include <string.h>

/* A domain that mail is sent from, and its SPF record. */
struct sender {
	char *domain;
	struct names *names;
};

#define PROBE_TIMEOUT_MS 5000

/* A route, what stands behind its nexthop, and what is offered there. */
struct way {
	struct preflight *preflight;
	const struct route *route;
	struct preflight_demand demand;
	struct search *search; /* while it goes on */
	struct targets targets;
	struct probe *probe; /* likewise */
	struct probe_offer offer;
	char *cause; /* why there is no offer; NULL: there is one */
};

struct preflight {
	struct event_base *base;
	struct resolver *resolver;
	struct event *finish;
	preflight_done *done;
	void *arg;
	struct sender *senders;
	size_t sender_count;
	struct way *ways;
	size_t way_count;
	size_t open; /* names, searches and probes under way */
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
escaped(const char *words)
{
	char text[1024];

	line_escape(text, sizeof text, words, strlen(words));
	return alloc_string(text);
}

/* Those given, or those that were found. */
static size_t
collect_addresses(
    const struct way *way, struct address out[NAMES_ADDRESSES_MAX])
{
	const struct addresses *given = &way->route->addresses;
	size_t count = 0;

	for (; count < given->count && count < NAMES_ADDRESSES_MAX; count++)
		out[count] = given->items[count];
	for (size_t i = 0; given->count == 0 && i < way->targets.count; i++)
		out[count++] = way->targets.items[i].address;
	return count;
}

/* The worst of all addresses, and which has it. */
static enum names_cover
cover_of(
    const struct way *way, const struct sender *sender, struct address *which)
{
	struct address addresses[NAMES_ADDRESSES_MAX];
	size_t count = collect_addresses(way, addresses);
	enum names_cover worst = NAMES_COVERED;

	which->family = 0;
	for (size_t i = 0; i < count; i++) {
		enum names_cover cover =
		    names_covers(sender->names, &addresses[i]);

		if (which->family != 0 && cover != NAMES_NOT_COVERED &&
		    worst != NAMES_COVERED)
			continue;
		*which = addresses[i];
		worst = cover;
		if (worst == NAMES_NOT_COVERED)
			break;
	}
	return worst;
}

static char *
refusal(const struct way *way, const struct sender *sender,
    const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	return alloc_printf("%s is not authorised by the SPF record of %s%s",
	    address_format(text, address), sender->domain,
	    way->route->addresses.count == 0
		? "; if the route sends from other addresses than its nexthop "
		  "has, name them in its addresses"
		: "");
}

static char *
missing_address(const struct way *way)
{
	return alloc_printf(way->targets.is_sure
				? "%s leads to no address"
				: "the addresses behind %s could not be found",
	    way->route->nexthop);
}

static void
judge_policy(struct preflight *preflight, const struct way *way,
    const struct sender *sender)
{
	enum preflight_result result = PREFLIGHT_GOOD;
	struct address address;
	char *text = NULL;
	enum names_cover cover = cover_of(way, sender, &address);

	if (address.family == 0) {
		result = PREFLIGHT_UNKNOWN;
		text = missing_address(way);
	} else if (cover == NAMES_NOT_COVERED) {
		result = PREFLIGHT_BAD;
		text = refusal(way, sender, &address);
	} else if (cover == NAMES_BROKEN) {
		result = PREFLIGHT_BAD;
		text = alloc_printf("receivers may fail the SPF record of %s: "
				    "%s",
		    sender->domain, names_doubt(sender->names));
	} else if (cover == NAMES_UNSURE) {
		result = PREFLIGHT_UNKNOWN;
		text = alloc_string(names_doubt(sender->names));
	} else if (cover == NAMES_NO_POLICY) {
		text = alloc_string("the domain has no SPF record");
	}
	add_item(preflight, way, "SPF", sender->domain, result, text);
}

/* What is not offered; after STARTTLS there may be more than before it. */
static void
judge_offer(struct preflight *preflight, const struct way *way,
    const char *check, bool is_offered, bool may_follow)
{
	enum preflight_result result = PREFLIGHT_BAD;
	char *text = NULL;

	if (way->cause) {
		result = PREFLIGHT_UNKNOWN;
		text = escaped(way->cause);
	} else if (is_offered) {
		result = PREFLIGHT_GOOD;
	} else if (may_follow) {
		result = PREFLIGHT_UNKNOWN;
		text = alloc_string(
		    "not offered before TLS; what is after it is not seen");
	} else {
		text =
		    alloc_string("not offered, and Postfix is set to use it");
	}
	add_item(preflight, way, check, way->route->nexthop, result, text);
}

/* A route that leaves the way to the recipient leaves by an egress. */
static bool
has_address(const struct way *way)
{
	return way->route->addresses.count > 0 ||
	       way->route->destination.count > 0;
}

static void
judge(struct preflight *preflight, const struct way *way)
{
	bool has_tls = way->offer.tls || way->route->tls == ROUTE_TLS_WRAPPED;

	for (size_t i = 0; has_address(way) && i < preflight->sender_count; i++)
		judge_policy(preflight, way, &preflight->senders[i]);
	if (way->demand.tls)
		judge_offer(preflight, way, "TLS", has_tls, false);
	if (way->demand.auth)
		judge_offer(preflight, way, "AUTH", way->offer.plain_auth[0] != 0, has_tls);
}

/* Ends what is under way, but for what the resolver has. */
static void
cancel(struct way *way)
{
	if (way->search) {
		targets_forget(&way->search);
		way->preflight->open--;
	}
	if (way->probe) {
		probe_cancel(&way->probe);
		way->preflight->open--;
	}
}

static void
free_names(struct preflight *preflight)
{
	for (size_t i = 0; i < preflight->sender_count; i++)
		names_destroy(&preflight->senders[i].names);
}

static void
on_finish(evutil_socket_t fd, short what, void *arg)
{
	struct preflight *preflight = arg;

	(void)fd, (void)what;
	for (size_t i = 0; i < preflight->way_count; i++)
		judge(preflight, &preflight->ways[i]);
	free_names(preflight);
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
on_named(void *arg)
{
	end_one(arg);
}

static struct names *
ask(struct preflight *preflight, enum names_how how, const char *name)
{
	preflight->open++;
	return names_start(preflight->resolver, how, name, on_named, preflight);
}

static void
add_sender(struct preflight *preflight, const char *text)
{
	char domain[DOMAIN_MAX];

	if (preflight->sender_count == PREFLIGHT_DOMAINS_MAX ||
	    domain_parse(text, domain) != 0)
		return;
	for (size_t i = 0; i < preflight->sender_count; i++)
		if (strcmp(preflight->senders[i].domain, domain) == 0)
			return;
	preflight->senders = alloc_resize(preflight->senders,
	    preflight->sender_count + 1, sizeof *preflight->senders);
	preflight->senders[preflight->sender_count++] = (struct sender){
	    .domain = alloc_string(domain),
	    .names = ask(preflight, NAMES_SPF, domain),
	};
}

/* Those of domains, and those that an egress is chosen by; "@.example.com"
   names none of its own. */
static void
add_senders(struct preflight *preflight, const struct config *config)
{
	for (size_t i = 0; i < config->domains.count; i++)
		add_sender(preflight, config->domains.items[i]);
	for (size_t i = 0; i < config->egress_count; i++) {
		const struct strings *patterns = &config->egresses[i].senders;

		for (size_t j = 0; j < patterns->count; j++) {
			const char *at = strrchr(patterns->items[j], '@');

			if (at)
				add_sender(preflight, at + 1);
		}
	}
}

static void
on_probed(void *arg, const char *cause)
{
	struct way *way = arg;

	way->probe = NULL;
	free(way->cause);
	way->cause = cause ? alloc_string(cause) : NULL;
	end_one(way->preflight);
}

static void
start_probe(struct way *way)
{
	const struct probe_terms terms = {
	    .is_wrapped = way->route->tls == ROUTE_TLS_WRAPPED,
	    .timeout_ms = PROBE_TIMEOUT_MS,
	    .offer = &way->offer,
	};

	way->preflight->open++;
	way->probe = probe_start(
	    way->preflight->base, &way->targets, &terms, on_probed, way);
}

static bool
is_demanding(const struct way *way)
{
	return way->demand.tls || way->demand.auth;
}

static void
on_found(void *arg, const struct targets *targets)
{
	struct way *way = arg;

	way->search = NULL;
	way->targets = *targets;
	if (is_demanding(way) && targets->count > 0) {
		start_probe(way);
	} else if (is_demanding(way)) {
		free(way->cause);
		way->cause = missing_address(way);
	}
	end_one(way->preflight);
}

static void
start_way(struct way *way)
{
	const struct route *route = way->route;

	if (route->destination.count == 0) {
		way->demand = (struct preflight_demand){0};
		return;
	}
	if (!is_demanding(way) &&
	    (route->addresses.count > 0 || way->preflight->sender_count == 0))
		return;
	way->cause = alloc_string("no answer in time");
	way->preflight->open++;
	way->search = targets_find(
	    way->preflight->resolver, &route->destination, on_found, way);
}

struct preflight *
preflight_start(struct event_base *base, const struct config *config,
    const struct dns_settings *settings, const struct preflight_demand *demands,
    preflight_done *done, void *arg, char **reason)
{
	struct resolver *resolver = resolver_create(base, settings, reason);
	struct preflight *preflight;

	if (!resolver)
		return NULL;
	preflight = alloc_zeroed(1, sizeof *preflight);
	preflight->base = base;
	preflight->resolver = resolver;
	preflight->done = done;
	preflight->arg = arg;
	preflight->finish = event_new(base, -1, 0, on_finish, preflight);
	if (!preflight->finish)
		abort(); /* no memory */
	preflight->way_count = config->route_count;
	preflight->ways =
	    alloc_zeroed(config->route_count, sizeof *preflight->ways);
	preflight->open++; /* this call, which must not end it */
	if (config->route_count > 0)
		add_senders(preflight, config);
	for (size_t i = 0; i < config->route_count; i++) {
		struct way *way = &preflight->ways[i];

		way->preflight = preflight;
		way->route = &config->routes[i];
		if (demands)
			way->demand = demands[i];
		start_way(way);
	}
	end_one(preflight);
	return preflight;
}

void
preflight_end(struct preflight *preflight)
{
	for (size_t i = 0; i < preflight->way_count; i++)
		cancel(&preflight->ways[i]);
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
	for (size_t i = 0; i < preflight->way_count; i++)
		cancel(&preflight->ways[i]);
	resolver_destroy(&preflight->resolver);
	event_free(preflight->finish);
	free_names(preflight);
	for (size_t i = 0; i < preflight->sender_count; i++)
		free(preflight->senders[i].domain);
	for (size_t i = 0; i < preflight->way_count; i++)
		free(preflight->ways[i].cause);
	for (size_t i = 0; i < preflight->item_count; i++) {
		free(preflight->items[i].subject);
		free(preflight->items[i].text);
	}
	free(preflight->senders);
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
