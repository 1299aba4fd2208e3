#include "standing/listings.h"

#include "base/clock.h"
#include "base/domain.h"
#include "standing/board.h"
#include "standing/domains.h"
#include "standing/store.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#define DOMAIN "domain"

struct recall {
	struct store *store;
	struct domains *domains;
	const struct clocks *clocks;
};

void
listings_keep(struct store *store, const struct board_domain *domain)
{
	json_t *json;
	char *text;

	if (!store)
		return;
	if (domain->state != STANDING_LISTED) {
		store_forget(store, DOMAIN, domain->name);
		return;
	}
	json = json_object();
	json_object_set_new(
	    json, "since", json_integer(domain->since_wall_sec));
	text = json_dumps(json, JSON_COMPACT);
	if (text)
		store_put(store, DOMAIN, domain->name, text);
	free(text);
	json_decref(json);
}

static void
see(void *arg, const char *key, const char *value)
{
	const struct recall *recall = arg;
	char name[DOMAIN_MAX];

	(void)value;
	if (domain_parse(key, name) == 0 && strcmp(name, key) == 0)
		domains_see(recall->domains, name, recall->clocks->now_ms);
	else
		store_forget(recall->store, DOMAIN, key);
}

void
listings_see(
    struct store *store, struct domains *domains, const struct clocks *clocks)
{
	struct recall recall = {store, domains, clocks};

	store_each(store, DOMAIN, see, &recall);
}

static void
give_standing(void *arg, const char *key, const char *value)
{
	const struct recall *recall = arg;
	json_t *json = json_loads(value, 0, NULL);
	int64_t wall_sec = json_integer_value(json_object_get(json, "since"));
	int64_t since_ms = clock_past_ms(recall->clocks, wall_sec);

	json_decref(json);
	if (since_ms == CLOCK_NEVER ||
	    domains_recall(recall->domains, key, since_ms, wall_sec,
		recall->clocks->now_ms) != 0)
		store_forget(recall->store, DOMAIN, key);
}

void
listings_recall(
    struct store *store, struct domains *domains, const struct clocks *clocks)
{
	struct recall recall = {store, domains, clocks};

	store_each(store, DOMAIN, give_standing, &recall);
}
