#include "config/routes.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/form.h"
#include "config/group.h"
#include "config/values.h"

#include <stdlib.h>
#include <string.h>

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
	route.name = alloc_string(name ? name : "");
	route.nexthop = alloc_string(nexthop ? nexthop : "");
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
