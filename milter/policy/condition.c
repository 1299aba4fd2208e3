#include "policy/condition.h"

#include "config/config.h"
#include "config/pattern.h"
#include "config/receiver_names.h"
#include "config/sight.h"
#include "config/values.h"
#include "policy/facts.h"
#include "standing/board.h"

static bool
is_given(const char *text)
{
	return text && text[0];
}

static bool
address_holds(const struct strings *patterns, const char *address)
{
	for (size_t i = 0; address && i < patterns->count; i++)
		if (pattern_matches(patterns->items[i], address))
			return true;
	return patterns->count == 0;
}

static bool
mailer_holds(const struct strings *mailers, const char *mailer)
{
	if (mailers->count == 0)
		return true;
	return is_given(mailer) && strings_contain(mailers, mailer);
}

static bool
user_holds(const struct strings *users, const char *user)
{
	if (users->count == 0)
		return true;
	return is_given(user) &&
	       (strings_contain(users, "*") || strings_contain(users, user));
}

static bool
client_holds(const struct networks *clients, const struct address *client)
{
	for (size_t i = 0; i < clients->count; i++)
		if (network_contains(&clients->items[i], client))
			return true;
	return clients->count == 0;
}

static bool
receiver_holds(const struct strings *receivers, const char *receiver)
{
	if (receivers->count == 0)
		return true;
	return is_given(receiver) &&
	       (strings_contain(receivers, RECEIVER_NAMES_ANY) ||
		   strings_contain(receivers, receiver));
}

static bool
egress_holds(const struct strings *egresses, const char *name)
{
	return egresses->count == 0 || strings_contain(egresses, name);
}

enum condition
condition_failing(const struct board *board, const struct rule *rule,
    const struct facts *facts, const struct recipient *recipient,
    const char *egress_name)
{
	if (!sight_can_act(board->config, rule))
		return CONDITION_DOOR;
	if (rule->wants_listed_domain &&
	    !facts_listed_domain(board, facts->sender))
		return CONDITION_SENDER_DOMAIN;
	if (!address_holds(&rule->senders, facts->sender))
		return CONDITION_SENDERS;
	if (!user_holds(&rule->users, facts->user))
		return CONDITION_USERS;
	if (!client_holds(&rule->clients, &facts->client))
		return CONDITION_CLIENTS;
	if (!address_holds(&rule->recipients, recipient->address))
		return CONDITION_RECIPIENTS;
	if (!receiver_holds(&rule->receivers, recipient->receiver))
		return CONDITION_RECEIVERS;
	if (!egress_holds(&rule->egresses, egress_name))
		return CONDITION_EGRESS;
	return CONDITION_NONE;
}

const char *
condition_name(enum condition condition)
{
	static const char *const names[] = {
	    [CONDITION_NONE] = "none",
	    [CONDITION_DOOR] = "door",
	    [CONDITION_SENDER_DOMAIN] = "sender_domain",
	    [CONDITION_SENDERS] = "senders",
	    [CONDITION_USERS] = "users",
	    [CONDITION_CLIENTS] = "clients",
	    [CONDITION_RECIPIENTS] = "recipients",
	    [CONDITION_RECEIVERS] = "receivers",
	    [CONDITION_EGRESS] = "egress",
	};

	return names[condition];
}

bool
condition_is_about(
    const struct rule *rule, const char *egress_name, const char *receiver)
{
	return egress_holds(&rule->egresses, egress_name) &&
	       receiver_holds(&rule->receivers, receiver);
}

const struct egress *
condition_egress(const struct config *config, const char *sender,
    const struct recipient *recipient)
{
	for (size_t i = 0; i < config->egress_count; i++) {
		const struct egress *egress = &config->egresses[i];

		if (address_holds(&egress->senders, sender) &&
		    mailer_holds(&egress->mailers, recipient->mailer))
			return egress;
	}
	return NULL;
}
