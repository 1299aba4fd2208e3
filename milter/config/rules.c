#include "config/rules.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/egresses.h"
#include "config/form.h"
#include "config/group.h"
#include "config/receiver_names.h"
#include "config/routes.h"
#include "config/sight.h"
#include "config/spelling.h"
#include "config/values.h"

#include <stdlib.h>
#include <string.h>

static const struct word then_words[] = {
    {"pass", ACTION_PASS},
    {"reroute", ACTION_REROUTE},
    {"wait", ACTION_WAIT},
    {"hold", ACTION_HOLD},
    {"defer", ACTION_DEFER},
    {NULL, 0},
};

enum { LISTED = 1 };

static const struct word domain_words[] = {
    {"listed", LISTED},
    {NULL, 0},
};

/* Where no route is usable there is no other way. */
static const struct word otherwise_words[] = {
    {"pass", ACTION_PASS},
    {"wait", ACTION_WAIT},
    {"hold", ACTION_HOLD},
    {"defer", ACTION_DEFER},
    {NULL, 0},
};

/* What the map can still do with a message that has waited in the queue. */
static const struct word after_words[] = {
    {"pass", ACTION_PASS},
    {"reroute", ACTION_REROUTE},
    {NULL, 0},
};

/* Postfix gives a message up after 5 days (maximal_queue_lifetime). */
#define WAIT_AT_MOST (3 * 24 * 3600 * CLOCK_SEC)
#define WAIT_AT_MOST_MAX (30 * 24 * 3600 * CLOCK_SEC)

static enum action
read_action(struct group *group, const struct config *config, const char *key,
    const struct word words[])
{
	enum action action = group_word(group, key, words, ACTION_PASS);

	if (action == ACTION_WAIT && config->reroute_by != REROUTE_BY_MAP)
		group_error(group, key,
		    "\"wait\" needs reroute_by = \"map\", since only the map "
		    "can keep mail in the queue");
	return action;
}

static const char *
nearest_route(const struct config *config, const char *name)
{
	const char **names = alloc_zeroed(config->route_count, sizeof names[0]);
	const char *nearest;

	for (size_t i = 0; i < config->route_count; i++)
		names[i] = config->routes[i].name;
	nearest = spelling_nearest(name, names, config->route_count);
	free(names);
	return nearest;
}

static const char *
nearest_egress(const struct config *config, const char *name)
{
	const char **names =
	    alloc_zeroed(config->egress_count, sizeof names[0]);
	const char *nearest;

	for (size_t i = 0; i < config->egress_count; i++)
		names[i] = config->egresses[i].name;
	nearest = spelling_nearest(name, names, config->egress_count);
	free(names);
	return nearest;
}

static void
add_via(struct group *group, size_t index, const struct route *route,
    struct rule *rule)
{
	for (size_t i = 0; i < rule->via_count; i++)
		if (rule->via[i] == route)
			group_item_error(group, "via", index,
			    "\"%s\" is given twice; expected each route once",
			    route->name);
	rule->via =
	    alloc_resize(rule->via, rule->via_count + 1, sizeof rule->via[0]);
	rule->via[rule->via_count++] = route;
}

static void
read_via(struct group *group, const struct config *config, struct rule *rule)
{
	size_t count = group_items(group, "via", form_name);

	for (size_t i = 0; i < count; i++) {
		const char *name = group_item(group, "via", i);
		const struct route *route = routes_find(config, name);
		const char *nearest = nearest_route(config, name);

		if (route)
			add_via(group, i, route, rule);
		else if (!form_name(name) && nearest)
			group_item_error(group, "via", i,
			    "unknown route \"%s\": the nearest known route is "
			    "\"%s\"",
			    name, nearest);
		else if (!form_name(name))
			group_item_error(group, "via", i,
			    "unknown route \"%s\": there are no routes", name);
	}
}

static void
read_egresses(
    struct group *group, const struct config *config, struct rule *rule)
{
	values_strings(group, "egress", form_label, &rule->egresses);
	for (size_t i = 0; i < rule->egresses.count; i++) {
		const char *name = rule->egresses.items[i];
		const char *nearest = nearest_egress(config, name);

		if (name[0] && nearest && !egresses_find(config, name))
			group_item_error(group, "egress", i,
			    "unknown egress \"%s\": the nearest known egress "
			    "is \"%s\"",
			    name, nearest);
	}
}

/* A bare domain means its addresses, as in Postfix's tables. */
static void
read_recipients(struct group *group, struct strings *recipients)
{
	values_strings(group, "recipients", form_recipient, recipients);
	for (size_t i = 0; i < recipients->count; i++) {
		char *domain = recipients->items[i];

		if (form_domain(domain) != NULL)
			continue;
		recipients->items[i] = alloc_printf("@%s", domain);
		free(domain);
	}
}

static void
read_sender_domain(
    struct group *group, const struct config *config, struct rule *rule)
{
	rule->wants_listed_domain =
	    group_word(group, "sender_domain", domain_words, 0) == LISTED;
	if (rule->wants_listed_domain && !config->asks_domains)
		group_warning(group, "sender_domain",
		    "it never holds: none of the lists knows domains");
}

static void
read_conditions(
    struct group *group, const struct config *config, struct rule *rule)
{
	static const char *const keys[] = {
	    "senders", "recipients", "users", "clients", "egress"};

	values_strings(group, "senders", form_pattern, &rule->senders);
	read_recipients(group, &rule->recipients);
	values_strings(group, "users", NULL, &rule->users);
	values_networks(group, "clients", &rule->clients);
	read_egresses(group, config, rule);
	receiver_names_read(group, config->directory, &rule->receivers);
	read_sender_domain(group, config, rule);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		values_refuse_empty(group, keys[i]);
}

static void
refuse(struct group *group, const char *key, const char *action)
{
	if (group_has(group, key))
		group_error(group, key,
		    "found without a %s, expected only with "
		    "then = \"%s\"",
		    action, action);
}

static void
read_wait(struct group *group, struct rule *rule)
{
	rule->wait_at_most_ms = group_duration_ms(
	    group, "wait_at_most", CLOCK_SEC, WAIT_AT_MOST_MAX, WAIT_AT_MOST);
	rule->then_after =
	    group_word(group, "then_after", after_words, ACTION_PASS);
	if (rule->then != ACTION_WAIT && rule->otherwise != ACTION_WAIT) {
		refuse(group, "wait_at_most", "wait");
		refuse(group, "then_after", "wait");
	} else if (rule->then != ACTION_WAIT &&
		   rule->then_after == ACTION_REROUTE) {
		group_error(group, "then_after",
		    "\"reroute\" after otherwise = \"wait\", which waits "
		    "because no route is usable; expected \"pass\"");
	}
}

/* A domain goes along on every route. */
static void
check_remedy(struct group *group, const struct rule *rule)
{
	if (rule->wants_listed_domain && rule->then == ACTION_REROUTE)
		group_error(group, "then",
		    "\"reroute\" does not help a listed domain, which is the "
		    "same by every route; expected \"hold\", \"defer\" or "
		    "\"pass\"");
	if (rule->wants_listed_domain && rule->then == ACTION_WAIT)
		group_error(group, "then",
		    "\"wait\" is for a listed egress only; expected \"hold\", "
		    "\"defer\" or \"pass\"");
}

static void
read_actions(
    struct group *group, const struct config *config, struct rule *rule)
{
	rule->then = read_action(group, config, "then", then_words);
	rule->otherwise =
	    read_action(group, config, "otherwise", otherwise_words);
	group_require(group, "then");
	check_remedy(group, rule);
	read_via(group, config, rule);
	read_wait(group, rule);
	if (rule->then == ACTION_REROUTE ||
	    rule->then_after == ACTION_REROUTE) {
		group_require(group, "via");
		values_refuse_empty(group, "via");
	} else {
		refuse(group, "via", "reroute");
	}
	if (rule->then != ACTION_REROUTE)
		refuse(group, "otherwise", "reroute");
}

/* The two kinds look at different listings: one shields none of the other. */
static bool
holds_for_all(const struct rule *rule)
{
	return rule->senders.count + rule->recipients.count +
		   rule->receivers.count + rule->users.count +
		   rule->clients.count + rule->egresses.count ==
	       0;
}

static const struct rule *
find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->rule_count; i++)
		if (strcmp(config->rules[i].name, name) == 0)
			return &config->rules[i];
	return NULL;
}

static void
check_order(
    struct group *group, const struct config *config, const struct rule *rule)
{
	for (size_t i = 0; i < config->rule_count; i++) {
		if (!holds_for_all(&config->rules[i]) ||
		    config->rules[i].wants_listed_domain !=
			rule->wants_listed_domain)
			continue;
		group_warning(group, NULL,
		    "it is never reached: rule \"%s\" before it has no "
		    "conditions",
		    config->rules[i].name);
		return;
	}
}

/* A rule that passes mail is no shield at a door that cannot see it. */
static void
check_shields(struct group *group, const struct config *config,
    const struct rule *rule, enum door door)
{
	if (!sight_moves(rule) || !sight_sees(door, rule))
		return;
	for (size_t i = 0; i < config->rule_count; i++) {
		const struct rule *before = &config->rules[i];

		if (before->then != ACTION_PASS || sight_sees(door, before))
			continue;
		group_warning(group, NULL,
		    "it also moves mail that rule \"%s\" passes: the map's "
		    "name \"%s\" does not see all conditions of that",
		    before->name, door_name(door));
		return;
	}
}

/* What the map would have to do, and does not know enough for. */
static void
check_sight(
    struct group *group, const struct config *config, const struct rule *rule)
{
	if (config->reroute_by != REROUTE_BY_MAP)
		return;
	if (!sight_can_act(config, rule))
		group_warning(group, NULL,
		    "it never holds: with reroute_by = \"map\" a %s is up to "
		    "the map, which sees no %s",
		    action_name(rule->then),
		    rule->users.count > 0	 ? "users"
		    : rule->clients.count > 0	 ? "clients"
		    : rule->recipients.count > 0 ? "senders together with "
						   "recipients"
						 : "senders together with "
						   "receivers");
	if (config->mta == MTA_SENDMAIL) {
		check_shields(group, config, rule, DOOR_DELIVERY);
		return;
	}
	check_shields(group, config, rule, DOOR_SENDER);
	if (!sight_chooses(rule))
		return;
	check_shields(group, config, rule, DOOR_RECIPIENT);
	if (sight_moves(rule) && sight_sees(DOOR_RECIPIENT, rule) &&
	    config->local_domains.count == 0)
		group_warning(group, NULL,
		    "it never holds: without local_domains the map cannot "
		    "tell which recipients leave");
}

static void
read_rule(struct group *group, void *context)
{
	struct config *config = context;
	const char *name = group_text(group, "name", form_label);
	struct rule rule = {0};

	group_require(group, "name");
	if (name && find(config, name))
		group_error(group, "name",
		    "\"%s\" is used already; expected each name once", name);
	read_conditions(group, config, &rule);
	check_order(group, config, &rule);
	read_actions(group, config, &rule);
	check_sight(group, config, &rule);
	rule.name = alloc_string(name ? name : "");
	config->rules = alloc_resize(
	    config->rules, config->rule_count + 1, sizeof config->rules[0]);
	config->rules[config->rule_count++] = rule;
}

void
rules_read(struct group *root, struct config *config)
{
	group_each(root, "policy", read_rule, config);
}

void
rules_free(struct config *config)
{
	for (size_t i = 0; i < config->rule_count; i++) {
		struct rule *rule = &config->rules[i];

		free(rule->name);
		strings_free(&rule->senders);
		strings_free(&rule->recipients);
		strings_free(&rule->receivers);
		strings_free(&rule->users);
		networks_free(&rule->clients);
		strings_free(&rule->egresses);
		free(rule->via);
	}
	free(config->rules);
}
