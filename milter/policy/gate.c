#include "policy/gate.h"

#include "base/alloc.h"
#include "config/pattern.h"
#include "policy/condition.h"
#include "policy/ruling.h"
#include "standing/board.h"
#include "standing/comeback.h"

#include <stdlib.h>

/* A recipient whose mail leaves by an egress. */
struct concern {
	const struct recipient *recipient;
	size_t egress;	/* in config.egresses and board.egresses */
	bool is_listed; /* that egress, or else blocked by its receiver */
	const struct board_receiver *receiver; /* if so; else NULL */
};

/* All that leaves, and why that may matter. */
struct concerns {
	struct concern *items; /* room for every recipient */
	size_t count, listed_count;
	const struct board_domain *domain; /* the sender's, if listed */
};

/* What tells whether mail is of the share that goes directly: the domain of the
   recipient. NULL where that is not known. */
static const char *
domain_key(const struct recipient *recipient)
{
	const char *domain =
	    recipient->address ? pattern_domain_of(recipient->address) : NULL;

	return domain && domain[0] ? domain : recipient->address;
}

/* The header moves a whole message, so its first recipient decides for it. The
   map may not know the recipient (sight_returns_by_recipient); then the sender
   decides, as far as that one is known. */
static const char *
share_key(const struct config *config, const struct facts *facts,
    const struct recipient *first, const struct recipient *recipient)
{
	if (config->reroute_by == REROUTE_BY_HEADER)
		return domain_key(first);
	if (sight_returns_by_recipient(config) || !facts->sender)
		return domain_key(recipient);
	return facts->sender;
}

/* Whether mail goes the way it went while its egress was listed. */
static bool
is_kept_away(const struct board *board, size_t egress, const char *key)
{
	const struct board_egress *entry = &board->egresses[egress];

	if (entry->state == STANDING_LISTED)
		return true;
	return entry->is_returning && key &&
	       !comeback_is_direct(entry->direct_share, key);
}

/* first: the first recipient that leaves. */
static struct concern
concern_of(const struct board *board, const struct facts *facts,
    const struct recipient *first, const struct recipient *recipient,
    const struct egress *egress)
{
	const struct config *config = board->config;
	struct concern concern = {
	    .recipient = recipient,
	    .egress = egress - config->egresses,
	};

	concern.receiver =
	    recipient_reception(board, concern.egress, recipient);
	if (concern.receiver && !concern.receiver->is_gated)
		concern.receiver = NULL;
	concern.is_listed =
	    concern.receiver || is_kept_away(board, concern.egress,
				    share_key(config, facts, first, recipient));
	return concern;
}

static void
find_concerns(const struct board *board, const struct facts *facts,
    struct concerns *concerns)
{
	const struct config *config = board->config;
	struct concern *items = concerns->items;

	for (size_t i = 0; i < facts->recipient_count; i++) {
		const struct recipient *recipient = &facts->recipients[i];
		const struct recipient *first =
		    concerns->count > 0 ? items[0].recipient : recipient;
		const struct egress *egress = NULL;

		if (recipient_is_outbound(config, recipient))
			egress =
			    condition_egress(config, facts->sender, recipient);
		if (!egress)
			continue;
		items[concerns->count] =
		    concern_of(board, facts, first, recipient, egress);
		concerns->listed_count += items[concerns->count].is_listed;
		concerns->count++;
	}
}

static bool
rule_holds(const struct rule *rule, const struct board *board,
    const struct facts *facts, const struct concern *concern)
{
	if (!rule->wants_listed_domain && !concern->is_listed)
		return false;
	return condition_failing(board, rule, facts, concern->recipient,
		   board->config->egresses[concern->egress].name) ==
	       CONDITION_NONE;
}

/* The first rule that holds, with the first concern it holds for. NULL, with
   *decisive untouched, if none does. */
static const struct rule *
find_rule(const struct board *board, const struct facts *facts,
    const struct concerns *concerns, const struct concern **decisive)
{
	for (size_t i = 0; i < board->config->rule_count; i++) {
		const struct rule *rule = &board->config->rules[i];

		for (size_t k = 0; k < concerns->count; k++)
			if (rule_holds(
				rule, board, facts, &concerns->items[k])) {
				*decisive = &concerns->items[k];
				return rule;
			}
	}
	return NULL;
}

/* What a message is about that no rule holds for. */
static const struct concern *
first_listed(const struct concerns *concerns)
{
	for (size_t i = 0; i < concerns->count; i++)
		if (concerns->items[i].is_listed)
			return &concerns->items[i];
	return &concerns->items[0];
}

static void
judge(const struct board *board, const struct facts *facts,
    const struct concerns *concerns, struct verdict *verdict)
{
	const struct concern *decisive = first_listed(concerns);
	const struct rule *rule = find_rule(board, facts, concerns, &decisive);
	bool is_for_domain =
	    rule ? rule->wants_listed_domain : concerns->listed_count == 0;

	if (is_for_domain)
		verdict->domain = concerns->domain;
	else
		verdict->receiver = decisive->receiver;
	verdict->egress = &board->config->egresses[decisive->egress];
	verdict->standing = &board->egresses[decisive->egress];
	verdict->outbound_count =
	    is_for_domain ? concerns->count : concerns->listed_count;
	verdict->is_gated = true;
	if (rule)
		ruling_apply(board, rule, facts->shut, verdict);
}

static bool
is_move(const struct verdict *verdict)
{
	return verdict->action == ACTION_REROUTE ||
	       verdict->action == ACTION_WAIT;
}

/* Whether the map may act on what was decided for a recipient alone. */
static bool
is_certain(const struct config *config, const struct verdict *verdict)
{
	return sight_chooses(verdict->rule) || !sight_needs_sender(config);
}

bool
gate_is_open(const struct board *board)
{
	for (size_t i = 0; i < board->config->egress_count; i++)
		if (board->egresses[i].state == STANDING_LISTED ||
		    board->egresses[i].is_returning)
			return false;
	for (size_t i = 0; i < board->domain_count; i++)
		if (board->domains[i].state == STANDING_LISTED)
			return false;
	for (size_t i = 0; i < board->receiver_count; i++)
		if (board->receivers[i].is_gated)
			return false;
	return true;
}

bool
gate_wants_receivers(const struct board *board)
{
	const struct config *config = board->config;

	for (size_t i = 0; i < board->receiver_count; i++)
		if (board->receivers[i].state != RECEIVER_OPEN)
			return true;
	if (!sight_uses_receivers(config))
		return false;
	for (size_t i = 0; i < config->egress_count; i++)
		if (board->egresses[i].state == STANDING_LISTED ||
		    board->egresses[i].is_returning)
			return true;
	return false;
}

/* Those ask for local recipients too, and do not say which they are. */
static bool
asks_for_all(enum door door)
{
	return door == DOOR_RECIPIENT || door == DOOR_MAILERTABLE;
}

void
gate_answer_facts(const struct board *board, enum door door,
    const struct facts *facts, struct verdict *out)
{
	const struct config *config = board->config;
	struct verdict verdict = {.action = ACTION_PASS};
	struct concern concern = {0};
	struct concerns concerns = {.items = &concern,
	    .domain = facts_listed_domain(board, facts->sender)};

	if (!asks_for_all(door) || config->local_domains.count > 0)
		find_concerns(board, facts, &concerns);
	if (concerns.count > 0)
		verdict.reception = recipient_reception(
		    board, concern.egress, facts->recipients);
	if (concerns.listed_count > 0)
		judge(board, facts, &concerns, &verdict);
	ruling_keep_queued(&verdict);
	if (!is_move(&verdict) ||
	    (asks_for_all(door) && !is_certain(config, &verdict))) {
		verdict.action = ACTION_PASS;
		verdict.route = NULL;
	}
	*out = verdict;
}

static void
answer(const struct board *board, enum door door, const char *sender,
    const struct recipient *recipient, uint64_t shut, struct verdict *out)
{
	const struct facts facts = {.sender = sender,
	    .recipients = recipient,
	    .recipient_count = 1,
	    .shut = shut};

	gate_answer_facts(board, door, &facts, out);
}

void
gate_answer(const struct board *board, enum door door, const char *address,
    const char *receiver, struct verdict *out)
{
	const struct recipient nobody = {0};
	const struct recipient recipient = {
	    .address = address, .receiver = receiver};

	if (door == DOOR_SENDER)
		answer(board, door, address, &nobody, 0, out);
	else
		answer(board, door, NULL, &recipient, 0, out);
}

void
gate_answer_delivery(const struct board *board, const char *sender,
    const struct recipient *recipient, struct verdict *out)
{
	answer(board, DOOR_DELIVERY, sender, recipient, 0, out);
}

/* What the MTA will do at delivery. Postfix asks about the sender first, but
   what is said of the recipient comes before that. */
static bool
answer_both(const struct board *board, const struct facts *facts,
    const struct recipient *recipient, struct verdict *out)
{
	const struct recipient nobody = {0};
	const struct recipient asked = {
	    .address = recipient->address, .receiver = recipient->receiver};

	if (board->config->mta == MTA_SENDMAIL) {
		answer(board, DOOR_DELIVERY, facts->sender, recipient,
		    facts->shut, out);
		return is_move(out);
	}
	answer(board, DOOR_RECIPIENT, NULL, &asked, facts->shut, out);
	if (!is_move(out))
		answer(board, DOOR_SENDER, facts->sender, &nobody, facts->shut,
		    out);
	return is_move(out);
}

/* The verdict on a message whose recipients are up to the map. */
static void
foresee(const struct board *board, const struct facts *facts,
    const struct concerns *concerns, struct verdict *verdict)
{
	for (size_t i = 0; i < concerns->count; i++) {
		const struct concern *concern = &concerns->items[i];
		struct verdict answer;

		if (!concern->is_listed ||
		    !answer_both(board, facts, concern->recipient, &answer))
			continue;
		answer.outbound_count = concerns->listed_count;
		*verdict = answer;
		return;
	}
	if (is_move(verdict))
		verdict->rule = NULL;
	verdict->action = ACTION_PASS;
	verdict->route = NULL;
}

void
gate_decide(
    const struct board *board, const struct facts *facts, struct verdict *out)
{
	struct verdict verdict = {.action = ACTION_PASS};
	struct concerns concerns = {
	    .items =
		alloc_zeroed(facts->recipient_count, sizeof *concerns.items),
	    .domain = facts_listed_domain(board, facts->sender),
	};

	find_concerns(board, facts, &concerns);
	if (concerns.listed_count > 0 ||
	    (concerns.domain && concerns.count > 0))
		judge(board, facts, &concerns, &verdict);
	if (concerns.listed_count > 0 &&
	    board->config->reroute_by == REROUTE_BY_MAP &&
	    verdict.action != ACTION_HOLD && verdict.action != ACTION_DEFER)
		foresee(board, facts, &concerns, &verdict);
	verdict.leaves = concerns.count > 0;
	free(concerns.items);
	*out = verdict;
}

/* A rule that looks at the message says nothing of the usual one. */
static bool
has_no_condition(const struct rule *rule)
{
	return rule->senders.count + rule->recipients.count +
		   rule->receivers.count + rule->users.count +
		   rule->clients.count ==
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

		if (!rule->wants_listed_domain && has_no_condition(rule) &&
		    condition_is_about(rule, verdict.egress->name, NULL)) {
			ruling_apply(
			    board, rule, board_spent_routes(board), &verdict);
			break;
		}
	}
	*out = verdict;
}

void
gate_usual_domain(const struct board *board, const struct board_domain *domain,
    struct verdict *out)
{
	const struct config *config = board->config;
	struct verdict verdict = {.action = ACTION_PASS, .domain = domain};

	verdict.is_gated = domain->state == STANDING_LISTED;
	for (size_t i = 0; verdict.is_gated && i < config->rule_count; i++) {
		const struct rule *rule = &config->rules[i];

		if (rule->wants_listed_domain && has_no_condition(rule) &&
		    rule->egresses.count == 0) {
			verdict.rule = rule;
			verdict.action = rule->then;
			break;
		}
	}
	*out = verdict;
}
