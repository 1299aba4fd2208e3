#include "policy/gate.h"

#include "base/alloc.h"
#include "base/line.h"
#include "config/mailer.h"
#include "config/pattern.h"
#include "config/receiver_names.h"
#include "policy/wording.h"
#include "standing/board.h"
#include "standing/comeback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
receiver_holds(const struct strings *receivers, const char *receiver)
{
	if (receivers->count == 0)
		return true;
	return is_given(receiver) && (contains(receivers, RECEIVER_NAMES_ANY) ||
					 contains(receivers, receiver));
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

/* What is known of the receiver of a recipient, where it could matter. */
static const struct board_receiver *
find_reception(
    const struct board *board, size_t egress, const struct recipient *recipient)
{
	if (!recipient->receiver ||
	    board->egresses[egress].state == STANDING_LISTED)
		return NULL;
	return board_find_receiver(board, egress, recipient->receiver);
}

/* What tells whether mail is of the share that goes directly: the domain of the
   recipient. NULL where that is not known. */
static const char *
domain_key(const struct recipient *recipient)
{
	const char *domain =
	    recipient->address ? pattern_domain_of(recipient->address) : NULL;

	return is_given(domain) ? domain : recipient->address;
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

static void
find_concerns(const struct board *board, const struct facts *facts,
    struct concerns *concerns)
{
	const struct recipient *first = NULL;
	size_t egress;

	for (size_t i = 0; i < facts->recipient_count; i++) {
		const struct recipient *recipient = &facts->recipients[i];
		const struct board_receiver *receiver;
		bool is_listed;

		if (!gate_is_outbound(board->config, recipient))
			continue;
		if (find_egress(
			board->config, facts->sender, recipient, &egress) != 0)
			continue;
		receiver = find_reception(board, egress, recipient);
		if (receiver && !receiver->is_gated)
			receiver = NULL;
		if (!first)
			first = recipient;
		is_listed = receiver || is_kept_away(board, egress,
					    share_key(board->config, facts,
						first, recipient));
		concerns->items[concerns->count++] =
		    (struct concern){recipient, egress, is_listed, receiver};
		concerns->listed_count += is_listed;
	}
}

/* NULL unless the domain of the sender is listed. */
static const struct board_domain *
find_domain(const struct board *board, const char *sender)
{
	const char *text = sender ? pattern_domain_of(sender) : NULL;
	const struct board_domain *domain;
	char name[DOMAIN_MAX];

	if (!text || domain_parse(text, name) != 0)
		return NULL;
	domain = board_find_domain(board, name);
	return domain && domain->state == STANDING_LISTED ? domain : NULL;
}

enum condition
gate_failing(const struct board *board, const struct rule *rule,
    const struct facts *facts, const struct recipient *recipient,
    const char *egress_name)
{
	if (!sight_can_act(board->config, rule))
		return CONDITION_DOOR;
	if (rule->wants_listed_domain && !find_domain(board, facts->sender))
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

const struct egress *
gate_egress(const struct config *config, const struct facts *facts,
    const struct recipient *recipient)
{
	size_t index;

	if (find_egress(config, facts->sender, recipient, &index) != 0)
		return NULL;
	return &config->egresses[index];
}

static bool
rule_holds(const struct rule *rule, const struct board *board,
    const struct facts *facts, const struct concern *concern)
{
	if (!rule->wants_listed_domain && !concern->is_listed)
		return false;
	return gate_failing(board, rule, facts, concern->recipient,
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

static bool
is_usable(const struct board *board, const struct route *route, uint64_t shut)
{
	const struct board_route *entry = board_find_route(board, route);

	return !entry || (entry->is_usable &&
			     !(shut & UINT64_C(1) << (entry - board->routes)));
}

static const struct route *
first_usable(const struct board *board, const struct rule *rule, uint64_t shut)
{
	for (size_t i = 0; i < rule->via_count; i++)
		if (is_usable(board, rule->via[i], shut))
			return rule->via[i];
	return NULL;
}

/* The span counts from when the egress turned listed or the receiver blocked
   it, since nobody tells the map how old a message is. */
static bool
has_waited(const struct rule *rule, const struct verdict *verdict)
{
	int64_t for_ms = verdict->receiver ? verdict->receiver->for_ms
					   : verdict->standing->listed_for_ms;

	return rule->wait_at_most_ms > 0 && for_ms >= rule->wait_at_most_ms;
}

static void
apply_rule(const struct board *board, const struct rule *rule, uint64_t shut,
    struct verdict *verdict)
{
	const struct route *route = first_usable(board, rule, shut);

	verdict->rule = rule;
	verdict->action = rule->then;
	if (rule->then == ACTION_REROUTE && !route)
		verdict->action = rule->otherwise;
	if (verdict->action == ACTION_WAIT && has_waited(rule, verdict))
		verdict->action = rule->then_after;
	if (verdict->action == ACTION_REROUTE)
		verdict->route = route;
	if (verdict->action == ACTION_REROUTE && !verdict->route)
		verdict->action = ACTION_PASS;
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
		apply_rule(board, rule, facts->shut, verdict);
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

/* Nobody can hold or defer what is in the queue already: where no route is
   usable it waits there, which comes to the same. */
static void
keep_queued(struct verdict *verdict)
{
	const struct rule *rule = verdict->rule;

	if (!rule || rule->then != ACTION_REROUTE ||
	    (verdict->action != ACTION_HOLD && verdict->action != ACTION_DEFER))
		return;
	verdict->action = has_waited(rule, verdict) ? ACTION_PASS : ACTION_WAIT;
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
	struct concerns concerns = {
	    .items = &concern, .domain = find_domain(board, facts->sender)};

	if (!asks_for_all(door) || config->local_domains.count > 0)
		find_concerns(board, facts, &concerns);
	if (concerns.count > 0)
		verdict.reception =
		    find_reception(board, concern.egress, facts->recipients);
	if (concerns.listed_count > 0)
		judge(board, facts, &concerns, &verdict);
	keep_queued(&verdict);
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
	    .domain = find_domain(board, facts->sender),
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

void
gate_blame(const struct verdict *verdict, struct blame *out)
{
	if (verdict->domain) {
		snprintf(out->subject, sizeof out->subject, "%s",
		    verdict->domain->subject);
		out->blocked_by = verdict->domain->blocked_by;
		out->removal = verdict->domain->removal;
		return;
	}
	/* Behind "auto" it may not be known yet. */
	if (verdict->standing->address.family == 0 && verdict->egress)
		snprintf(out->subject, sizeof out->subject, "%s",
		    verdict->egress->name);
	else
		address_format(out->subject, &verdict->standing->address);
	out->blocked_by = verdict->receiver ? verdict->receiver->blocked_by
					    : verdict->standing->blocked_by;
	out->removal = verdict->receiver ? verdict->receiver->removal
					 : verdict->standing->removal;
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
		    egress_holds(&rule->egresses, verdict.egress->name)) {
			apply_rule(
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

static bool
is_before_colon(const char *word, const char *way)
{
	size_t length = strlen(word);

	return way && strncmp(way, word, length) == 0 && way[length] == ':';
}

/* Whether the MTA names a mailer because the map said so before. */
static bool
is_of_map(const struct config *config, const char *mailer)
{
	bool is_sendmail = config->mta == MTA_SENDMAIL;

	if (config->reroute_by != REROUTE_BY_MAP)
		return false;
	for (size_t i = 0; i < config->route_count; i++)
		if (is_before_colon(mailer, is_sendmail
						? config->routes[i].mailertable
						: config->routes[i].nexthop))
			return true;
	if (is_before_colon(mailer, config->probe.transport))
		return true;
	return strcmp(mailer,
		   is_sendmail ? MAILER_WAIT : WORDING_WAIT_TRANSPORT) == 0;
}

bool
gate_is_outbound(const struct config *config, const struct recipient *recipient)
{
	const char *domain;

	if (is_given(recipient->mailer)) {
		if (is_of_map(config, recipient->mailer))
			return true;
		for (size_t i = 0; i < config->egress_count; i++)
			if (contains(&config->egresses[i].mailers,
				recipient->mailer))
				return true;
		return contains(&config->outbound_mailers, recipient->mailer);
	}
	if (!recipient->address)
		return true;
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
add_blame(struct line *line, const struct verdict *verdict)
{
	struct blame blame;

	gate_blame(verdict, &blame);
	if (verdict->domain)
		line_add(line, "domain", blame.subject);
	else if (verdict->standing->address.family != 0)
		line_add(line, "address", blame.subject);
	add_given(line, "blocked-by", blame.blocked_by);
	if (!verdict->domain && !verdict->receiver &&
	    verdict->standing->is_returning)
		line_add_number(line, "share", verdict->standing->direct_share);
}

static void
add_verdict(struct line *line, const struct verdict *verdict)
{
	line_add(line, "action", action_name(verdict->action));
	if (verdict->route)
		line_add(line, "via", verdict->route->name);
	line_add(line, "probe", verdict->probe);
	if (verdict->egress)
		line_add(line, "egress", verdict->egress->name);
	if (verdict->standing)
		add_blame(line, verdict);
	if (verdict->rule)
		line_add(line, "rule", verdict->rule->name);
}

void
gate_line(struct line *line, const struct verdict *verdict,
    const struct facts *facts, enum mode mode, const char *queue_id,
    const char *cause)
{
	line_start(line, "gate");
	add_given(line, "qid", queue_id);
	add_verdict(line, verdict);
	line_add_mailbox(line, "from", facts->sender);
	if (verdict->is_gated)
		line_add_number(line, "rcpts", verdict->outbound_count);
	add_given(line, "user", facts->user);
	line_add(line, "mode", mode_name(mode));
	add_given(line, "cause", cause);
}

void
gate_line_of_answer(struct line *line, const struct verdict *verdict,
    enum door door, const char *address, enum mode mode)
{
	line_start(line, "gate");
	line_add(line, "door", door_name(door));
	add_verdict(line, verdict);
	line_add_mailbox(line, door == DOOR_SENDER ? "from" : "to", address);
	line_add(line, "mode", mode_name(mode));
}
