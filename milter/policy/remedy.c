#include "policy/remedy.h"

#include "config/config.h"
#include "config/sight.h"
#include "policy/condition.h"
#include "standing/board.h"

/* Of those that the gate lets the map act on for a recipient. */
static bool
can_move(const struct config *config, const struct rule *rule)
{
	return sight_moves(rule) && sight_sees(DOOR_RECIPIENT, rule) &&
	       (sight_chooses(rule) || !sight_needs_sender(config));
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

	if (config->reroute_by != REROUTE_BY_MAP ||
	    config->local_domains.count == 0)
		return false;
	for (size_t i = 0; i < config->rule_count; i++) {
		const struct rule *rule = &config->rules[i];

		if (rule->wants_listed_domain ||
		    !condition_is_about(rule, name, receiver))
			continue;
		if (can_move(config, rule))
			return true;
		if (takes_all(rule))
			return false;
	}
	return false;
}
