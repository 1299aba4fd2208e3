#include "config/routes.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/form.h"
#include "config/group.h"
#include "config/destinations.h"
#include "config/mailer.h"
#include "config/quantity.h"
#include "config/values.h"

#include <stdlib.h>
#include <string.h>

#define PROBE_EVERY (300 * CLOCK_SEC)
#define PROBE_EVERY_MAX (24 * 3600 * CLOCK_SEC)
#define PROBE_FAILURES_MAX 10
#define SMTPS_PORT 465

static const struct word tls_words[] = {
    {"may", ROUTE_TLS_MAY},
    {"required", ROUTE_TLS_REQUIRED},
    {"wrapped", ROUTE_TLS_WRAPPED},
    {NULL, 0},
};

/* 0 for "never", and for what form_probe refuses. */
static int64_t
parse_probe(const char *text)
{
	int64_t every_ms = 0;

	quantity_duration_ms(text, &every_ms);
	return every_ms;
}

static const char *
form_probe(const char *text)
{
	int64_t every_ms = parse_probe(text);

	if (strcmp(text, "never") == 0 ||
	    (every_ms >= CLOCK_SEC && every_ms <= PROBE_EVERY_MAX))
		return NULL;
	return "a duration from \"1s\" to \"1d\", or \"never\"";
}

static void
read_probe(struct group *group, struct route *route)
{
	const struct destinations *to = &route->destination;
	bool is_smtps = to->count > 0 && to->items[0].port == SMTPS_PORT;
	const char *every = group_text(group, "probe", form_probe);

	route->probe_every_ms = every ? parse_probe(every) : PROBE_EVERY;
	route->probe_failures =
	    group_number(group, "probe_failures", 1, PROBE_FAILURES_MAX, 2);
	route->tls = group_word(group, "tls", tls_words,
	    is_smtps ? ROUTE_TLS_WRAPPED : ROUTE_TLS_MAY);
	if (to->count == 0 && (every || group_has(group, "tls")))
		group_warning(group, every ? "probe" : "tls",
		    "nothing is probed: the nexthop names no host");
}

#define BUDGET_MAX 10000000

static void
read_budget(struct group *group, struct route *route)
{
	for (int i = 0; i < BUDGET_KINDS; i++)
		route->budget[i] =
		    group_number(group, budget_name(i), 1, BUDGET_MAX, 0);
}

/* NULL if Sendmail has no word for the route, which is an error only where it
   is the one that asks. */
static char *
read_mailertable(
    struct group *group, const struct config *config, const char *nexthop)
{
	const char *given = group_text(group, "mailertable", mailer_form);
	char way[MAILER_WAY_MAX];

	if (given)
		return alloc_string(given);
	if (mailer_of_nexthop(nexthop, way) == 0)
		return alloc_string(way);
	if (config->mta == MTA_SENDMAIL && nexthop[0] &&
	    !group_has(group, "mailertable"))
		group_error(group, "nexthop",
		    "Sendmail has no word for \"%s\"; expected "
		    "\"smtp:[HOST]\" or \"smtp:[HOST]:PORT\", or mailertable "
		    "beside it",
		    nexthop);
	return NULL;
}

static void
read_route(struct group *group, void *context)
{
	struct config *config = context;
	const char *name = group_text(group, "name", form_name);
	const char *nexthop = group_text(group, "nexthop", form_nexthop);
	struct route route = {0};

	group_require(group, "name");
	group_require(group, "nexthop");
	if (name && routes_find(config, name))
		group_error(group, "name",
		    "\"%s\" is used already; expected each name once", name);
	values_addresses(group, "addresses", &route.addresses);
	destinations_parse(nexthop ? nexthop : "", &route.destination);
	read_probe(group, &route);
	read_budget(group, &route);
	if (config->route_count == ROUTES_MAX)
		group_error(group, NULL,
		    "found more routes than %d, expected that many at most",
		    ROUTES_MAX);
	route.name = alloc_string(name ? name : "");
	route.nexthop = alloc_string(nexthop ? nexthop : "");
	route.mailertable = read_mailertable(group, config, route.nexthop);
	config->routes = alloc_resize(
	    config->routes, config->route_count + 1, sizeof config->routes[0]);
	config->routes[config->route_count++] = route;
}

void
routes_read(struct group *root, struct config *config)
{
	group_each(root, "routes", read_route, config);
}

void
routes_free(struct config *config)
{
	for (size_t i = 0; i < config->route_count; i++) {
		free(config->routes[i].name);
		free(config->routes[i].nexthop);
		free(config->routes[i].mailertable);
		addresses_free(&config->routes[i].addresses);
	}
	free(config->routes);
}

const struct route *
routes_find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->route_count; i++)
		if (strcmp(config->routes[i].name, name) == 0)
			return &config->routes[i];
	return NULL;
}
