#include "policy/remedy.h"

#include "config/config.h"
#include "config/sight.h"
#include "standing/board.h"

#include <string.h>

static bool
is_about(const struct rule *rule, const char *egress)
{
	for (size_t i = 0; i < rule->egresses.count; i++)
		if (strcmp(rule->egresses.items[i], egress) == 0)
			return true;
	return rule->egresses.count == 0;
}

/* No rule after such a one is ever reached. */
static bool
takes_all(const struct rule *rule)
{
	return rule->senders.count + rule->recipients.count +
		   rule->users.count + rule->clients.count ==
	       0;
}

bool
remedy_is_there(const struct board *board, size_t egress, const char *receiver)
{
	const struct config *config = board->config;
	const char *name = config->egresses[egress].name;

	(void)receiver;
	if (config->reroute_by != REROUTE_BY_MAP ||
	    config->local_domains.count == 0)
		return false;
	for (size_t i = 0; i < config->rule_count; i++) {
		const struct rule *rule = &config->rules[i];

		if (rule->wants_listed_domain || !is_about(rule, name))
			continue;
		if (sight_moves(rule) && sight_sees(DOOR_RECIPIENT, rule))
			return true;
		if (takes_all(rule))
			return false;
	}
	return false;
}
