#include "config/sight.h"

#include "config/config.h"

const char *
door_name(enum door door)
{
	static const char *const names[] = {
	    [DOOR_MILTER] = "milter",
	    [DOOR_SENDER] = "sender",
	    [DOOR_RECIPIENT] = "recipient",
	    [DOOR_MAILERTABLE] = "mailertable",
	    [DOOR_DELIVERY] = "delivery",
	};

	return names[door];
}

bool
sight_sees(enum door door, const struct rule *rule)
{
	if (door == DOOR_MILTER)
		return true;
	if (rule->users.count + rule->clients.count > 0)
		return false;
	if (door == DOOR_DELIVERY)
		return true;
	if (door == DOOR_SENDER)
		return rule->recipients.count + rule->receivers.count == 0;
	return rule->senders.count == 0 && !rule->wants_listed_domain;
}

bool
sight_moves(const struct rule *rule)
{
	return rule->then == ACTION_REROUTE || rule->then == ACTION_WAIT;
}

bool
sight_can_act(const struct config *config, const struct rule *rule)
{
	if (config->reroute_by == REROUTE_BY_HEADER || !sight_moves(rule))
		return true;
	if (config->mta == MTA_SENDMAIL)
		return sight_sees(DOOR_DELIVERY, rule);
	return sight_sees(DOOR_SENDER, rule) ||
	       sight_sees(DOOR_RECIPIENT, rule);
}

bool
sight_needs_sender(const struct config *config)
{
	for (size_t i = 0; i < config->egress_count; i++)
		if (config->egresses[i].senders.count > 0)
			return true;
	for (size_t i = 0; i < config->rule_count; i++)
		if (config->rules[i].senders.count > 0 ||
		    config->rules[i].wants_listed_domain)
			return true;
	return false;
}

/* The map lets wait what it can neither hold nor defer. */
static bool
waits_otherwise(const struct config *config, const struct rule *rule)
{
	return rule->otherwise == ACTION_WAIT ||
	       (config->reroute_by == REROUTE_BY_MAP &&
		   rule->then == ACTION_REROUTE &&
		   rule->otherwise != ACTION_PASS);
}

bool
sight_uses_wait(const struct config *config)
{
	for (size_t i = 0; i < config->rule_count; i++)
		if (config->rules[i].then == ACTION_WAIT ||
		    waits_otherwise(config, &config->rules[i]))
			return true;
	return false;
}

int64_t
sight_longest_wait_ms(const struct config *config)
{
	int64_t longest_ms = 0;

	for (size_t i = 0; i < config->rule_count; i++) {
		const struct rule *rule = &config->rules[i];

		if ((rule->then == ACTION_WAIT ||
			rule->otherwise == ACTION_WAIT) &&
		    rule->wait_at_most_ms > longest_ms)
			longest_ms = rule->wait_at_most_ms;
	}
	return longest_ms;
}

bool
sight_chooses(const struct rule *rule)
{
	return rule->recipients.count + rule->receivers.count > 0;
}

bool
sight_uses_receivers(const struct config *config)
{
	for (size_t i = 0; i < config->rule_count; i++)
		if (config->rules[i].receivers.count > 0)
			return true;
	return false;
}

bool
sight_returns_by_recipient(const struct config *config)
{
	if (config->return_step_count == 0 ||
	    config->reroute_by != REROUTE_BY_MAP)
		return false;
	return config->mta == MTA_SENDMAIL ||
	       (config->local_domains.count > 0 && !sight_needs_sender(config));
}

bool
sight_uses_recipient(const struct config *config)
{
	if (sight_returns_by_recipient(config))
		return true;
	for (size_t i = 0; i < config->rule_count; i++) {
		const struct rule *rule = &config->rules[i];

		if (!sight_moves(rule) || !sight_sees(DOOR_RECIPIENT, rule))
			continue;
		if (sight_chooses(rule) || (config->local_domains.count > 0 &&
					       !sight_needs_sender(config)))
			return true;
	}
	return false;
}
