#include "preflight.h"

#include "base/alloc.h"
#include "base/domain.h"
#include "config/config.h"
#include "config/nexthop.h"
#include "evidence/names.h"
#include "evidence/resolver.h"

#include <event2/event.h>

#include <stdlib.h>
#include <string.h>

/* A domain that mail is sent from, and its SPF record. */
struct sender {
	char *domain;
	struct names *names;
};

/* A route, and what its nexthop resolves to where it has no addresses. */
struct way {
	const struct route *route;
	struct nexthop nexthop;
	struct names *names; /* or NULL */
};

struct preflight {
	struct resolver *resolver;
	struct event *finish;
	preflight_done *done;
	void *arg;
	struct sender *senders;
	size_t sender_count;
	struct way *ways;
	size_t way_count;
	size_t open; /* names that are being asked for */
	struct preflight_item *items;
	size_t item_count;
};

/* ---- judgement ---------------------------------------------------------- */

static void
add_item(struct preflight *preflight, const struct way *way,
    const struct sender *sender, enum preflight_result result, char *text)
{
	preflight->items = alloc_resize(preflight->items,
	    preflight->item_count + 1, sizeof *preflight->items);
	preflight->items[preflight->item_count++] = (struct preflight_item){
	    .route = way->route->name,
	    .check = "SPF",
	    .subject = alloc_string(sender->domain),
	    .result = result,
	    .text = text,
	};
}

static const char *
first_note(const struct names *names)
{
	size_t count;
	const char *const *notes = names_notes(names, &count);

	return count > 0 ? notes[0] : "no address is known";
}

static size_t
collect_addresses(const struct way *way, struct address *out)
{
	const struct addresses *given = &way->route->addresses;
	const struct named *found;
	size_t count = 0;

	for (; count < given->count && count < NAMES_ADDRESSES_MAX; count++)
		out[count] = given->items[count];
	if (count == 0 && way->nexthop.address.family != 0)
		out[count++] = way->nexthop.address;
	if (!way->names)
		return count;
	found = names_addresses(way->names, &count);
	for (size_t i = 0; i < count; i++)
		out[i] = found[i].address;
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

static void
judge(struct preflight *preflight, const struct way *way,
    const struct sender *sender)
{
	enum preflight_result result = PREFLIGHT_GOOD;
	struct address address;
	char *text = NULL;
	enum names_cover cover = cover_of(way, sender, &address);

	if (address.family == 0) {
		result = PREFLIGHT_UNKNOWN;
		text = alloc_string(first_note(way->names));
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
	add_item(preflight, way, sender, result, text);
}

/* A route that leaves the way to the recipient leaves by an egress. */
static bool
has_address(const struct way *way)
{
	return way->route->addresses.count > 0 || way->names ||
	       way->nexthop.address.family != 0;
}

static void
free_names(struct preflight *preflight)
{
	for (size_t i = 0; i < preflight->sender_count; i++)
		names_destroy(&preflight->senders[i].names);
	for (size_t i = 0; i < preflight->way_count; i++)
		names_destroy(&preflight->ways[i].names);
}

static void
on_finish(evutil_socket_t fd, short what, void *arg)
{
	struct preflight *preflight = arg;

	(void)fd, (void)what;
	for (size_t i = 0; i < preflight->way_count; i++)
		for (size_t j = 0; j < preflight->sender_count; j++)
			if (has_address(&preflight->ways[i]))
				judge(preflight, &preflight->ways[i],
				    &preflight->senders[j]);
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
on_named(void *arg)
{
	struct preflight *preflight = arg;

	if (--preflight->open == 0)
		finish_soon(preflight);
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
add_way(struct preflight *preflight, const struct route *route)
{
	struct way *way = &preflight->ways[preflight->way_count++];

	way->route = route;
	if (nexthop_parse(route->nexthop, &way->nexthop) != 0 ||
	    way->nexthop.host[0] == '\0' || way->nexthop.address.family != 0 ||
	    route->addresses.count > 0)
		return;
	way->names = ask(preflight,
	    way->nexthop.is_domain ? NAMES_MX : NAMES_HOST, way->nexthop.host);
}

struct preflight *
preflight_start(struct event_base *base, const struct config *config,
    const struct dns_settings *settings, preflight_done *done, void *arg,
    char **reason)
{
	struct resolver *resolver = resolver_create(base, settings, reason);
	struct preflight *preflight;

	if (!resolver)
		return NULL;
	preflight = alloc_zeroed(1, sizeof *preflight);
	preflight->resolver = resolver;
	preflight->done = done;
	preflight->arg = arg;
	preflight->finish = event_new(base, -1, 0, on_finish, preflight);
	if (!preflight->finish)
		abort(); /* no memory */
	preflight->ways =
	    alloc_zeroed(config->route_count, sizeof *preflight->ways);
	if (config->route_count > 0)
		add_senders(preflight, config);
	for (size_t i = 0;
	     preflight->sender_count > 0 && i < config->route_count; i++)
		add_way(preflight, &config->routes[i]);
	if (preflight->open == 0)
		finish_soon(preflight);
	return preflight;
}

void
preflight_end(struct preflight *preflight)
{
	resolver_destroy(&preflight->resolver);
}

void
preflight_destroy(struct preflight **preflight_r)
{
	struct preflight *preflight = *preflight_r;

	if (!preflight)
		return;
	*preflight_r = NULL;
	resolver_destroy(&preflight->resolver);
	event_free(preflight->finish);
	free_names(preflight);
	for (size_t i = 0; i < preflight->sender_count; i++)
		free(preflight->senders[i].domain);
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
