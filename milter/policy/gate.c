#include "policy/gate.h"

#include "base/alloc.h"
#include "base/line.h"
#include "config/pattern.h"
#include "standing/board.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A recipient whose mail leaves by a listed egress. */
struct concern {
	const struct recipient *recipient;
	size_t egress; /* in config.egresses and board.egresses */
};

static bool
contains(const struct strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->count; i++)
		if (strcmp(strings->items[i], text) == 0)
			return true;
	return false;
}

static bool
contains_domain(const struct strings *domains, const char *domain)
{
	for (size_t i = 0; i < domains->count; i++)
		if (strcasecmp(domains->items[i], domain) == 0)
			return true;
	return false;
}

static bool
is_given(const char *text)
{
	return text && text[0];
}

/* Conditions: an empty one holds for everything. */

static bool
address_holds(const struct strings *patterns, const char *address)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (pattern_matches(patterns->items[i], address))
			return true;
	return patterns->count == 0;
}

static bool
mailer_holds(const struct strings *mailers, const char *mailer)
{
	if (mailers->count == 0)
		return true;
	return is_given(mailer) && contains(mailers, mailer);
}

static bool
user_holds(const struct strings *users, const char *user)
{
	if (users->count == 0)
		return true;
	return is_given(user) &&
	       (contains(users, "*") || contains(users, user));
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
egress_holds(const struct strings *egresses, const char *name)
{
	return egresses->count == 0 || contains(egresses, name);
}

/* -1 where no egress claims the recipient. */
static int
find_egress(const struct config *config, const char *sender,
    const struct recipient *recipient, size_t *out)
{
	for (size_t i = 0; i < config->egress_count; i++) {
		const struct egress *egress = &config->egresses[i];

		if (address_holds(&egress->senders, sender) &&
		    mailer_holds(&egress->mailers, recipient->mailer)) {
			*out = i;
			return 0;
		}
	}
	return -1;
}

/* Fills concerns, which has room for every recipient. Returns how many. */
static size_t
find_concerns(const struct board *board, const struct facts *facts,
    struct concern *concerns)
{
	size_t count = 0, egress;

	for (size_t i = 0; i < facts->recipient_count; i++) {
		const struct recipient *recipient = &facts->recipients[i];

		if (!gate_is_outbound(board->config, recipient))
			continue;
		if (find_egress(
			board->config, facts->sender, recipient, &egress) != 0)
			continue;
		if (board->egresses[egress].state == STANDING_LISTED)
			concerns[count++] = (struct concern){recipient, egress};
	}
	return count;
}

static bool
rule_holds(const struct rule *rule, const struct config *config,
    const struct facts *facts, const struct concern *concern)
{
	return address_holds(&rule->senders, facts->sender) &&
	       user_holds(&rule->users, facts->user) &&
	       client_holds(&rule->clients, &facts->client) &&
	       address_holds(&rule->recipients, concern->recipient->address) &&
	       egress_holds(
		   &rule->egresses, config->egresses[concern->egress].name);
}

/* The first rule that holds, with the first concern it holds for. NULL, with
   *decisive untouched, if none does. */
static const struct rule *
find_rule(const struct config *config, const struct facts *facts,
    const struct concern *concerns, size_t count,
    const struct concern **decisive)
{
	for (size_t i = 0; i < config->rule_count; i++) {
		const struct rule *rule = &config->rules[i];

		for (size_t k = 0; k < count; k++)
			if (rule_holds(rule, config, facts, &concerns[k])) {
				*decisive = &concerns[k];
				return rule;
			}
	}
	return NULL;
}

/* Every configured route counts as usable. */
static const struct route *
first_usable(const struct rule *rule)
{
	return rule->via_count > 0 ? rule->via[0] : NULL;
}

static void
apply_rule(const struct rule *rule, struct verdict *verdict)
{
	verdict->rule = rule;
	verdict->action = rule->then;
	if (rule->then != ACTION_REROUTE)
		return;
	verdict->route = first_usable(rule);
	if (!verdict->route)
		verdict->action = rule->otherwise;
}

static void
judge(const struct board *board, const struct facts *facts,
    const struct concern *concerns, size_t count, struct verdict *verdict)
{
	const struct concern *decisive = &concerns[0];
	const struct rule *rule =
	    find_rule(board->config, facts, concerns, count, &decisive);

	if (rule)
		apply_rule(rule, verdict);
	verdict->egress = &board->config->egresses[decisive->egress];
	verdict->standing = &board->egresses[decisive->egress];
	verdict->outbound_count = count;
	verdict->is_gated = true;
}

void
gate_decide(
    const struct board *board, const struct facts *facts, struct verdict *out)
{
	struct verdict verdict = {.action = ACTION_PASS};
	struct concern *concerns =
	    alloc_zeroed(facts->recipient_count, sizeof *concerns);
	size_t count = find_concerns(board, facts, concerns);

	if (count > 0)
		judge(board, facts, concerns, count, &verdict);
	free(concerns);
	*out = verdict;
}

/* A rule that looks at the message says nothing of the usual one. */
static bool
is_unconditional(const struct rule *rule)
{
	return rule->senders.count + rule->recipients.count +
		   rule->users.count + rule->clients.count ==
	       0;
}

void
gate_usual(const struct board *board, size_t egress_index, struct verdict *out)
{
	const struct config *config = board->config;
	struct verdict verdict = {.action = ACTION_PASS};

	verdict.egress = &config->egresses[egress_index];
	verdict.standing = &board->egresses[egress_index];
	verdict.is_gated = verdict.standing->state == STANDING_LISTED;
	for (size_t i = 0; verdict.is_gated && i < config->rule_count; i++) {
		const struct rule *rule = &config->rules[i];

		if (is_unconditional(rule) &&
		    egress_holds(&rule->egresses, verdict.egress->name)) {
			apply_rule(rule, &verdict);
			break;
		}
	}
	*out = verdict;
}

bool
gate_is_outbound(const struct config *config, const struct recipient *recipient)
{
	const char *domain;

	if (is_given(recipient->mailer)) {
		for (size_t i = 0; i < config->egress_count; i++)
			if (contains(&config->egresses[i].mailers,
				recipient->mailer))
				return true;
		return contains(&config->outbound_mailers, recipient->mailer);
	}
	domain = pattern_domain_of(recipient->address);
	return is_given(domain) &&
	       !contains_domain(&config->local_domains, domain);
}

static void
add_given(struct line *line, const char *key, const char *value)
{
	if (is_given(value))
		line_add(line, key, value);
}

static void
add_standing(struct line *line, const struct board_egress *standing)
{
	char address[ADDRESS_TEXT_MAX];

	if (standing->address.family != 0)
		line_add(line, "address",
		    address_format(address, &standing->address));
	add_given(line, "blocked-by", standing->blocked_by);
}

void
gate_line(struct line *line, const struct verdict *verdict,
    const struct facts *facts, enum mode mode, const char *queue_id,
    const char *cause)
{
	line_start(line, "gate");
	add_given(line, "qid", queue_id);
	line_add(line, "action", action_name(verdict->action));
	if (verdict->route)
		line_add(line, "via", verdict->route->name);
	if (verdict->egress)
		line_add(line, "egress", verdict->egress->name);
	if (verdict->standing)
		add_standing(line, verdict->standing);
	if (verdict->rule)
		line_add(line, "rule", verdict->rule->name);
	line_add_mailbox(line, "from", facts->sender);
	if (verdict->is_gated)
		line_add_number(line, "rcpts", verdict->outbound_count);
	add_given(line, "user", facts->user);
	line_add(line, "mode", mode_name(mode));
	add_given(line, "cause", cause);
}
