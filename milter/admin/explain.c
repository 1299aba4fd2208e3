#include "admin/explain.h"

#include "admin/addressee.h"
#include "base/clock.h"
#include "base/field.h"
#include "config/config.h"
#include "doors/question.h"
#include "policy/condition.h"
#include "policy/gate.h"
#include "policy/wording.h"
#include "standing/board.h"

#include <string.h>

/* ---- one door ----------------------------------------------------------- */

/* What a door is told of the message. */
static void
fill_facts(const struct explain_message *message, enum door door,
    struct facts *facts, struct recipient *recipient)
{
	*recipient = (struct recipient){0};
	*facts = (struct facts){.recipients = recipient, .recipient_count = 1};
	if (door != DOOR_RECIPIENT && door != DOOR_MAILERTABLE)
		facts->sender = message->from;
	if (door == DOOR_MAILERTABLE && strchr(message->to, '@'))
		recipient->address = strrchr(message->to, '@');
	else if (door != DOOR_SENDER)
		recipient->address = message->to;
	if (door != DOOR_SENDER)
		recipient->receiver = message->receiver;
	if (door != DOOR_MILTER)
		return;
	facts->user = message->user;
	facts->client = message->client;
	recipient->mailer = message->mailer;
}

static void
set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, field_text(text));
}

static json_t *
rules_json(const struct board *board, const struct facts *facts,
    const struct egress *egress, const struct verdict *verdict)
{
	const struct config *config = board->config;
	json_t *rules = json_array();

	for (size_t i = 0; i < config->rule_count; i++) {
		const struct rule *rule = &config->rules[i];
		enum condition failed = condition_failing(board, rule, facts,
		    facts->recipients, egress ? egress->name : "");
		json_t *json = json_object();

		set_text(json, "rule", rule->name);
		json_object_set_new(
		    json, "holds", json_boolean(failed == CONDITION_NONE));
		set_text(json, "failed",
		    failed == CONDITION_NONE ? NULL : condition_name(failed));
		json_object_set_new(
		    json, "decides", json_boolean(verdict->rule == rule));
		json_array_append_new(rules, json);
	}
	return rules;
}

static void
write_milter_answer(char *text, size_t size, const struct config *config,
    const struct verdict *verdict)
{
	char words[WORDING_MAX];

	snprintf(text, size, "accept");
	if (config->mode != MODE_ENFORCE)
		return;
	if (verdict->action == ACTION_REROUTE &&
	    config->reroute_by == REROUTE_BY_HEADER)
		snprintf(text, size, "accept, with %s: %s",
		    WORDING_ROUTE_HEADER, verdict->route->name);
	else if (verdict->action == ACTION_HOLD)
		snprintf(text, size, "accept, and quarantine: %s",
		    wording_hold(words, verdict));
	else if (verdict->action == ACTION_DEFER)
		snprintf(
		    text, size, "451 4.7.1 %s", wording_defer(words, verdict));
}

static void
write_map_answer(char text[WORDING_MAX], const struct config *config,
    const struct question *question, const struct verdict *verdict)
{
	static const struct verdict as_usual = {.action = ACTION_PASS};
	bool is_in_force = config->mode == MODE_ENFORCE &&
			   config->reroute_by == REROUTE_BY_MAP;

	question_answer(text, question, is_in_force ? verdict : &as_usual);
}

static void
add_standing(
    json_t *json, const struct board *board, const struct egress *egress)
{
	const struct board_egress *entry;
	char address[ADDRESS_TEXT_MAX], since[CLOCK_TEXT_MAX];

	set_text(json, "egress", egress ? egress->name : NULL);
	if (!egress)
		return;
	entry = &board->egresses[egress - board->config->egresses];
	set_text(json, "standing", standing_name(entry->state));
	if (entry->since_wall_sec != 0) {
		clock_format(since, entry->since_wall_sec);
		set_text(json, "since", since);
	}
	if (entry->is_returning)
		json_object_set_new(
		    json, "share", json_integer(entry->direct_share));
	if (entry->state != STANDING_LISTED)
		return;
	set_text(json, "address", address_format(address, &entry->address));
	set_text(json, "blocked_by", entry->blocked_by);
}

/* Only where it matters now, or is given. */
static void
add_receiver(json_t *json, const struct board *board,
    const struct egress *egress, const struct recipient *recipient)
{
	if (!egress || !recipient->address ||
	    (!recipient->receiver && !gate_wants_receivers(board)))
		return;
	json_object_set_new(json, "receiver",
	    recipient->receiver
		? addressee_json(board, egress - board->config->egresses,
		      recipient->receiver)
		: json_null());
}

/* Why the action is not what the rule says, or NULL. */
static const char *
note_of(
    const struct config *config, enum door door, const struct verdict *verdict)
{
	const struct rule *rule = verdict->rule;

	if ((door == DOOR_RECIPIENT || door == DOOR_MAILERTABLE) &&
	    config->local_domains.count == 0)
		return "without local_domains nobody knows which recipients "
		       "leave";
	if (!rule || verdict->action == rule->then)
		return NULL;
	if (rule->then == ACTION_HOLD || rule->then == ACTION_DEFER)
		return "that is up to the milter";
	if (verdict->action == ACTION_PASS && door == DOOR_RECIPIENT &&
	    rule->recipients.count == 0)
		return "senders matter here, so it is left to the answer "
		       "about the sender";
	if (verdict->action == ACTION_PASS && door == DOOR_MAILERTABLE &&
	    rule->recipients.count == 0)
		return "senders matter here, of which this door is not told";
	if (rule->then == ACTION_WAIT)
		return "wait_at_most is over";
	if (verdict->action == ACTION_PASS && rule->otherwise != ACTION_PASS)
		return "no route of via is usable, and wait_at_most is over";
	return "no route of via is usable";
}

/* The routes that would have come before the one that is taken. */
static json_t *
passed_over_json(const struct board *board, const struct verdict *verdict)
{
	const struct rule *rule = verdict->rule;
	json_t *routes = json_array();

	for (size_t i = 0; rule && i < rule->via_count; i++) {
		const struct board_route *entry =
		    board_find_route(board, rule->via[i]);
		json_t *json;

		if (rule->via[i] == verdict->route)
			break;
		if (entry->is_usable)
			continue;
		json = json_object();
		set_text(json, "route", rule->via[i]->name);
		set_text(json, "cause", entry->cause);
		json_array_append_new(routes, json);
	}
	return routes;
}

static void
add_verdict(json_t *json, const struct board *board,
    const struct question *question, const struct verdict *verdict)
{
	const struct config *config = board->config;
	char answer[WORDING_MAX + 64];

	set_text(json, "action", action_name(verdict->action));
	set_text(json, "note", note_of(config, question->door, verdict));
	json_object_set_new(
	    json, "passed_over", passed_over_json(board, verdict));
	set_text(json, "via", verdict->route ? verdict->route->name : NULL);
	set_text(
	    json, "nexthop", verdict->route ? verdict->route->nexthop : NULL);
	if (question->door == DOOR_MILTER)
		write_milter_answer(answer, sizeof answer, config, verdict);
	else
		write_map_answer(answer, config, question, verdict);
	set_text(json, "answer", answer);
}

json_t *
explain_door(const struct board *board, const struct explain_message *message,
    enum door door)
{
	const struct config *config = board->config;
	json_t *json = json_object();
	const struct egress *egress;
	struct question question = {.door = door, .is_queue_run = true};
	struct recipient recipient;
	struct verdict verdict;
	struct facts facts;
	bool is_outbound;

	fill_facts(message, door, &facts, &recipient);
	is_outbound = recipient_is_outbound(config, &recipient) &&
		      ((door != DOOR_RECIPIENT && door != DOOR_MAILERTABLE) ||
			  config->local_domains.count > 0);
	question.sender = facts.sender;
	question.recipient = recipient.address;
	question.receiver = recipient.receiver;
	egress = is_outbound
		     ? condition_egress(config, facts.sender, &recipient)
		     : NULL;
	if (door == DOOR_MILTER)
		gate_decide(board, &facts, &verdict);
	else
		question_decide(board, &question, &verdict);
	set_text(json, "door", door_name(door));
	json_object_set_new(json, "outbound", json_boolean(is_outbound));
	add_standing(json, board, egress);
	add_receiver(json, board, egress, &recipient);
	json_object_set_new(
	    json, "rules", rules_json(board, &facts, egress, &verdict));
	add_verdict(json, board, &question, &verdict);
	return json;
}

/* ---- for people --------------------------------------------------------- */

static const char *
moment_of(const char *door)
{
	if (strcmp(door, "sender") == 0)
		return "asked at delivery, with nothing but the sender";
	if (strcmp(door, "recipient") == 0)
		return "asked at delivery, with nothing but the recipient";
	if (strcmp(door, "mailertable") == 0)
		return "asked at delivery, with nothing but the recipient's "
		       "domain";
	if (strcmp(door, "delivery") == 0)
		return "asked at delivery; the answer is that of a queue run";
	return "asked when the message has been taken in";
}

static void
print_egress(const json_t *door, FILE *to)
{
	const char *since = field_text_of(door, "since");

	if (!json_is_true(json_object_get(door, "outbound"))) {
		fputs("  egress    none: the recipient stays here, or is not "
		      "known to leave\n",
		    to);
		return;
	}
	if (json_is_null(json_object_get(door, "egress"))) {
		fputs("  egress    none: no egress takes it\n", to);
		return;
	}
	fprintf(to, "  egress    %s\n  standing  %s%s%s",
	    field_text_of(door, "egress"), field_text_of(door, "standing"),
	    since[0] ? " since " : "", since);
	if (field_text_of(door, "blocked_by")[0])
		fprintf(to, ": %s is blocked by %s",
		    field_text_of(door, "address"),
		    field_text_of(door, "blocked_by"));
	if (json_object_get(door, "share"))
		fprintf(to, ": comes back, %lld percent go directly",
		    (long long)json_integer_value(
			json_object_get(door, "share")));
	fputc('\n', to);
}

static const char *
reason_of(const json_t *rule, const char *door)
{
	const char *failed = field_text_of(rule, "failed");

	if (strcmp(door, "sender") == 0 && strcmp(failed, "recipients") == 0)
		return "recipients, of which this door is not told";
	if (strcmp(door, "sender") == 0 && strcmp(failed, "receivers") == 0)
		return "receivers, of which this door is not told";
	if (strcmp(door, "recipient") == 0 && strcmp(failed, "senders") == 0)
		return "senders, of which this door is not told";
	if (strcmp(failed, "door") == 0)
		return "the map, which would have to act, does not see all "
		       "its conditions";
	return failed;
}

static void
print_rules(const json_t *door, FILE *to)
{
	size_t i;
	json_t *rule;

	json_array_foreach(json_object_get(door, "rules"), i, rule)
	{
		fprintf(to, "  rule      %s: ", field_text_of(rule, "rule"));
		if (!json_is_true(json_object_get(rule, "holds")))
			fprintf(to, "does not hold: %s\n",
			    reason_of(rule, field_text_of(door, "door")));
		else if (json_is_true(json_object_get(rule, "decides")))
			fputs("holds and decides\n", to);
		else
			fputs("holds, and does not decide\n", to);
	}
}

static void
print_passed_over(const json_t *door, FILE *to)
{
	size_t i;
	json_t *route;

	json_array_foreach(json_object_get(door, "passed_over"), i, route)
	    fprintf(to, "  route     %s: passed over: %s\n",
		field_text_of(route, "route"), field_text_of(route, "cause"));
}

void
explain_print(const json_t *door, FILE *to)
{
	fprintf(to, "%s: %s\n", field_text_of(door, "door"),
	    moment_of(field_text_of(door, "door")));
	print_egress(door, to);
	if (json_object_get(door, "receiver"))
		addressee_print(json_object_get(door, "receiver"), to);
	print_rules(door, to);
	print_passed_over(door, to);
	fprintf(to, "  action    %s", field_text_of(door, "action"));
	if (field_text_of(door, "via")[0])
		fprintf(to, " via %s (%s)", field_text_of(door, "via"),
		    field_text_of(door, "nexthop"));
	if (field_text_of(door, "note")[0])
		fprintf(to, ": %s", field_text_of(door, "note"));
	fprintf(to, "\n  answer    %s\n\n", field_text_of(door, "answer"));
}
