#include "report.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/line.h"
#include "base/log.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/egresses.h"
#include "config/problems.h"
#include "doors/map.h"
#include "doors/outcome.h"
#include "doors/session.h"
#include "evidence/resolver.h"
#include "evidence/roster.h"
#include "evidence/selftest.h"
#include "evidence/sighting.h"
#include "evidence/watch.h"
#include "policy/gate.h"
#include "preflight.h"
#include "reception_report.h"
#include "standing/board.h"
#include "logbook.h"
#include "standing/budgets.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define URL_MAX 512

static bool
is_news(const struct finding *finding, const struct answer *before)
{
	const struct answer *now = &finding->answer;

	if (now->cause == CAUSE_UNFIT)
		return false;
	if (before->cause == CAUSE_NOT_ASKED)
		return now->result != RESULT_CLEAN;
	if (before->cause == CAUSE_STALE)
		return now->result != finding->known_before ||
		       now->codes != before->codes;
	if (before->cause == CAUSE_UNFIT)
		return now->result != RESULT_CLEAN ||
		       finding->known_before == RESULT_LISTED;
	return now->result != before->result || now->codes != before->codes ||
	       now->cause != before->cause;
}

/* There may be thousands of domains: who does not answer about them is told
   by the list: line. */
static bool
is_of_listing(const struct answer *now, const struct answer *before)
{
	return now->result == RESULT_LISTED || before->result == RESULT_LISTED;
}

/* NULL if it is of no route. */
static const char *
route_of(const struct board *board, const struct address *address)
{
	for (size_t i = 0; i < board->config->route_count; i++) {
		const struct board_route *route = &board->routes[i];
		for (size_t j = 0; j < route->address_count; j++)
			if (address_equal(&route->addresses[j], address))
				return board->config->routes[i].name;
	}
	return NULL;
}

/* Likewise of no egress. */
static const char *
egress_of(const struct board *board, const struct address *address)
{
	for (size_t i = 0; i < board->config->egress_count; i++) {
		const struct board_egress *egress = &board->egresses[i];
		for (size_t j = 0; j < egress->address_count; j++)
			if (address_equal(&egress->addresses[j], address))
				return board->config->egresses[i].name;
	}
	return NULL;
}

/* One that is of both is an egress's above all. */
static void
add_owner(
    struct line *line, const struct board *board, const struct address *address)
{
	const char *route = route_of(board, address);
	const char *egress = egress_of(board, address);

	if (route && !egress)
		line_add(line, "route", route);
	else
		line_add(line, "egress", egress);
}

static const char *
removal_of(char url[URL_MAX], const struct list *list, const char *subject)
{
	const char *form = list->removal ? list->removal : list->lookup;

	return form ? list_url(url, URL_MAX, form, subject) : NULL;
}

void
report_answer(const struct board *board, const struct subject *subject,
    const struct finding *finding, const struct answer *before)
{
	const struct answer *answer = &finding->answer;
	const struct list *list = finding->list;
	char name[SUBJECT_TEXT_MAX], codes[DNSBL_CODES_TEXT_MAX];
	char code[ADDRESS_TEXT_MAX], cause[DNSBL_CAUSE_MAX], url[URL_MAX];
	struct line line;

	if (!is_news(finding, before) ||
	    (subject->domain && !is_of_listing(answer, before)))
		return;
	subject_text(name, subject);
	line_start(&line, "answer");
	if (subject->domain) {
		line_add(&line, "domain", name);
	} else {
		add_owner(&line, board, &subject->address);
		line_add(&line, "address", name);
	}
	line_add(&line, "list", list->id);
	line_add(&line, "provider", list->provider);
	if (answer->result == RESULT_LISTED)
		line_add(&line, "name", dnsbl_codes_text(codes, list, answer));
	line_add(&line, "result", result_name(answer->result));
	if (answer->result == RESULT_LISTED)
		line_add(&line, "code", dnsbl_address_text(code, answer));
	if (answer->result == RESULT_UNKNOWN)
		line_add(&line, "cause", dnsbl_cause_text(cause, list, answer));
	else
		line_add_number(&line, "ttl", answer->ttl_sec);
	if (answer->result == RESULT_LISTED) {
		line_add(&line, "text", finding->text);
		line_add(&line, "removal", removal_of(url, list, name));
	}
	log_line(&line);
}

static const char *
family_name(const struct tested *tested)
{
	if (tested->family == FAMILY_DOMAIN)
		return "domain";
	return tested->family == 4 ? "ip4" : "ip6";
}

void
report_list(const struct tested *tested)
{
	const struct fitness *fitness = &tested->fitness;
	char cause[DNSBL_CAUSE_MAX];
	struct line line;

	if (fitness->from == FITNESS_UNTESTED && fitness->state == FITNESS_FIT)
		return;
	fitness_cause_text(cause, tested->list, fitness);
	line_start(&line, "list");
	line_add(&line, "id", tested->list->id);
	line_add(&line, "zone", tested->list->zone);
	line_add(&line, "state", fitness_name(fitness->state));
	line_add(&line, "cause", cause[0] ? cause : NULL);
	line_add(&line, "family", family_name(tested));
	log_line(&line);
}

void
report_resolver(const struct diagnosis *diagnosis)
{
	struct line line;

	line_start(&line, "resolver");
	line_add(&line, "state", health_name(diagnosis->health));
	line_add(&line, "cause", diagnosis->cause[0] ? diagnosis->cause : NULL);
	line_add(&line, "fix", diagnosis->fix[0] ? diagnosis->fix : NULL);
	log_line(&line);
}

void
report_standing(
    const struct board *board, size_t index, enum standing_state from)
{
	const struct board_egress *entry = &board->egresses[index];
	struct verdict usual;
	struct line line;

	line_start(&line, "standing");
	line_add(&line, "egress", board->config->egresses[index].name);
	line_add(&line, "from", standing_name(from));
	line_add(&line, "to", standing_name(entry->state));
	if (board->config->return_step_count > 0 &&
	    entry->state != STANDING_LISTED)
		line_add_number(&line, "share", entry->direct_share);
	line_add_number(&line, "weight", entry->weight);
	if (entry->state == STANDING_LISTED)
		line_add(&line, "blocked-by", entry->blocked_by);
	line_add_number(&line, "answered", entry->answered);
	line_add_number(&line, "of", entry->of);
	gate_usual(board, index, &usual);
	line_add(&line, "action", action_name(usual.action));
	if (usual.route)
		line_add(&line, "via", usual.route->name);
	if (entry->state == STANDING_LISTED && entry->removal[0])
		line_add(&line, "removal", entry->removal);
	log_line(&line);
}

/* What the first rule for listed domains that has no other condition does. */
static enum action
action_for(const struct board *board, const struct board_domain *domain)
{
	struct verdict usual;

	gate_usual_domain(board, domain, &usual);
	return usual.action;
}

void
report_domain(const struct board *board, const struct board_domain *domain,
    enum standing_state from)
{
	bool is_listed = domain->state == STANDING_LISTED;
	struct line line;

	line_start(&line, "standing");
	line_add(&line, "domain", domain->name);
	line_add(&line, "from", standing_name(from));
	line_add(&line, "to", standing_name(domain->state));
	line_add_number(&line, "weight", domain->weight);
	if (is_listed && strcmp(domain->subject, domain->name) != 0)
		line_add(&line, "listed", domain->subject);
	if (is_listed)
		line_add(&line, "blocked-by", domain->blocked_by);
	line_add_number(&line, "answered", domain->answered);
	line_add_number(&line, "of", domain->of);
	line_add(&line, "action", action_name(action_for(board, domain)));
	if (is_listed && domain->removal[0])
		line_add(&line, "removal", domain->removal);
	log_line(&line);
}

/* Whether new mail may go there. */
static bool
is_open(const struct board_route *entry)
{
	return entry->is_usable && !entry->is_spent;
}

void
report_route(const struct board *board, size_t index, int64_t since_wall_sec)
{
	const struct board_route *entry = &board->routes[index];
	char since[CLOCK_TEXT_MAX];
	struct line line;

	line_start(&line, "route");
	line_add(&line, "name", board->config->routes[index].name);
	line_add(&line, "state", is_open(entry) ? "usable" : "unusable");
	if (!is_open(entry))
		line_add(&line, "cause", entry->cause);
	if (is_open(entry) && since_wall_sec > 0) {
		clock_format(since, since_wall_sec);
		line_add(&line, "since", since);
	}
	log_line(&line);
}

void
report_address(const char *egress, const struct sighting *sighting,
    const struct address *from)
{
	char before[ADDRESS_TEXT_MAX], now[ADDRESS_TEXT_MAX];
	struct line line;

	address_format(now, &sighting->known);
	if (!from) {
		log_warning("egress %s: no agreement on its IPv%d address, "
			    "which stays %s: %s",
		    egress, sighting->family,
		    sighting->known.family ? now : "unknown", sighting->words);
		return;
	}
	line_start(&line, "address");
	line_add(&line, "egress", egress);
	line_add_number(&line, "family", sighting->family);
	line_add(&line, "from", address_format(before, from));
	line_add(&line, "to", now);
	line_add(&line, "agreed", sighting->words);
	log_line(&line);
}

void
report_preflight(const struct preflight *preflight)
{
	size_t count;
	const struct preflight_item *items = preflight_items(preflight, &count);

	for (size_t i = 0; i < count; i++)
		if (items[i].result == PREFLIGHT_BAD)
			log_warning(
			    "route %s: %s", items[i].route, items[i].text);
}

void
report_problems(const struct problems *problems)
{
	for (size_t i = 0; i < problems_count(problems); i++)
		log_info("%s", problems_text(problems, i));
}

/* JSON strings are UTF-8; foreign bytes are escaped as in the log. */
static json_t *
text(const char *bytes)
{
	char escaped[2048];

	if (!bytes)
		return json_null();
	line_escape(escaped, sizeof escaped, bytes, strlen(bytes));
	return json_string(escaped);
}

/* Our own words and an administrator's, which only have to be UTF-8. */
static json_t *
word(const char *bytes)
{
	json_t *string = bytes ? json_string(bytes) : json_null();

	return string ? string : text(bytes);
}

static json_t *
wall_time(int64_t wall_sec)
{
	char stamp[CLOCK_TEXT_MAX];

	if (wall_sec == 0)
		return json_null();
	clock_format(stamp, wall_sec);
	return json_string(stamp);
}

static json_t *
wall_time_of(int64_t ms)
{
	return wall_time(ms == CLOCK_NEVER ? 0 : clock_wall_sec_of(ms));
}

/* The last word of a list that has none now, for as long as that holds. */
static void
add_known(
    json_t *json, const struct report_view *view, const struct finding *finding)
{
	int64_t age_ms;

	if (finding->answer.result != RESULT_UNKNOWN ||
	    finding->known == RESULT_UNKNOWN)
		return;
	age_ms = view->now_ms - finding->known_ms;
	if (age_ms > view->config->keep_unknown_ms)
		return;
	json_object_set_new(json, "known", word(result_name(finding->known)));
	json_object_set_new(
	    json, "known_age", json_integer(age_ms / CLOCK_SEC));
}

static json_t *
answer_json(const struct report_view *view, const struct finding *finding,
    const char *subject)
{
	const struct answer *answer = &finding->answer;
	const struct list *list = finding->list;
	char codes[DNSBL_CODES_TEXT_MAX], code[ADDRESS_TEXT_MAX];
	char cause[DNSBL_CAUSE_MAX], url[URL_MAX];
	json_t *json = json_object();

	json_object_set_new(json, "list", word(list->id));
	json_object_set_new(json, "provider", word(list->provider));
	json_object_set_new(json, "weight", json_integer(finding->weight));
	json_object_set_new(json, "result", word(result_name(answer->result)));
	if (answer->result == RESULT_LISTED) {
		json_object_set_new(
		    json, "name", word(dnsbl_codes_text(codes, list, answer)));
		json_object_set_new(
		    json, "code", word(dnsbl_address_text(code, answer)));
		json_object_set_new(json, "text", text(finding->text));
		json_object_set_new(
		    json, "removal", word(removal_of(url, list, subject)));
		json_object_set_new(
		    json, "in_a_row", json_integer(finding->listed_in_a_row));
		json_object_set_new(
		    json, "since", wall_time_of(finding->listed_ms));
	}
	if (answer->result == RESULT_UNKNOWN)
		json_object_set_new(
		    json, "cause", word(dnsbl_cause_text(cause, list, answer)));
	add_known(json, view, finding);
	if (finding->asked_ms != CLOCK_NEVER) {
		json_object_set_new(json, "ttl", json_integer(answer->ttl_sec));
		json_object_set_new(json, "age",
		    json_integer(
			(view->now_ms - finding->asked_ms) / CLOCK_SEC));
	}
	return json;
}

static json_t *
address_json(const struct report_view *view, const struct address *address)
{
	const struct subject *subject = watch_subject(view->watch, address);
	char name[ADDRESS_TEXT_MAX];
	json_t *json = json_object(), *answers = json_array();

	address_format(name, address);
	for (size_t i = 0; subject && i < subject->finding_count; i++)
		json_array_append_new(
		    answers, answer_json(view, &subject->findings[i], name));
	json_object_set_new(json, "address", json_string(name));
	json_object_set_new(json, "answers", answers);
	return json;
}

static json_t *
egress_json(const struct report_view *view, size_t index)
{
	const struct egress *egress = &view->config->egresses[index];
	const struct board_egress *entry = &view->board->egresses[index];
	json_t *json = json_object(), *addresses = json_array();
	char worst[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < entry->address_count; i++)
		json_array_append_new(
		    addresses, address_json(view, &entry->addresses[i]));
	json_object_set_new(json, "name", word(egress->name));
	json_object_set_new(
	    json, "standing", word(standing_name(entry->state)));
	json_object_set_new(json, "since", wall_time(entry->since_wall_sec));
	json_object_set_new(
	    json, "direct_share", json_integer(entry->direct_share));
	json_object_set_new(json, "weight", json_integer(entry->weight));
	json_object_set_new(
	    json, "listed_at", json_integer(view->config->listed_at));
	json_object_set_new(json, "answered", json_integer(entry->answered));
	json_object_set_new(json, "of", json_integer(entry->of));
	if (entry->address.family != 0)
		json_object_set_new(json, "address",
		    json_string(address_format(worst, &entry->address)));
	json_object_set_new(json, "blocked_by", word(entry->blocked_by));
	json_object_set_new(json, "removal", word(entry->removal));
	json_object_set_new(json, "addresses", addresses);
	return json;
}

static json_t *
domain_json(const struct board_domain *domain)
{
	json_t *json = json_object();

	json_object_set_new(json, "domain", word(domain->name));
	json_object_set_new(
	    json, "standing", word(standing_name(domain->state)));
	json_object_set_new(json, "since", wall_time(domain->since_wall_sec));
	json_object_set_new(json, "weight", json_integer(domain->weight));
	json_object_set_new(json, "answered", json_integer(domain->answered));
	json_object_set_new(json, "of", json_integer(domain->of));
	json_object_set_new(json, "listed", word(domain->subject));
	json_object_set_new(json, "blocked_by", word(domain->blocked_by));
	json_object_set_new(json, "removal", word(domain->removal));
	return json;
}

static json_t *
domains_json(const struct board *board)
{
	json_t *domains = json_array();

	for (size_t i = 0; i < board->domain_count; i++)
		json_array_append_new(domains, domain_json(&board->domains[i]));
	return domains;
}

/* The limits, and what is left of each; absent where there is none. */
static void
add_budget(
    json_t *json, const struct report_view *view, const struct route *route)
{
	json_t *limits = json_object(), *rest = json_object();
	int64_t left[BUDGET_KINDS];

	budgets_left(view->budgets, route, view->now_ms, left);
	for (int i = 0; i < BUDGET_KINDS; i++) {
		if (left[i] == BUDGET_NONE)
			continue;
		json_object_set_new(
		    limits, budget_name(i), json_integer(route->budget[i]));
		json_object_set_new(
		    rest, budget_name(i), json_integer(left[i]));
	}
	json_object_set_new(json, "budget", limits);
	json_object_set_new(json, "left", rest);
}

static json_t *
route_json(const struct report_view *view, size_t index)
{
	const struct board *board = view->board;
	const struct route *route = &board->config->routes[index];
	const struct board_route *entry = &board->routes[index];
	json_t *json = json_object(), *addresses = json_array();
	char name[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < entry->address_count; i++)
		json_array_append_new(addresses,
		    json_string(address_format(name, &entry->addresses[i])));
	json_object_set_new(json, "name", word(route->name));
	json_object_set_new(json, "nexthop", word(route->nexthop));
	json_object_set_new(
	    json, "state", word(is_open(entry) ? "usable" : "unusable"));
	json_object_set_new(json, "cause", text(entry->cause));
	json_object_set_new(json, "since", wall_time(entry->since_wall_sec));
	json_object_set_new(
	    json, "standing", word(standing_name(entry->state)));
	json_object_set_new(json, "weight", json_integer(entry->weight));
	json_object_set_new(json, "answered", json_integer(entry->answered));
	json_object_set_new(json, "of", json_integer(entry->of));
	json_object_set_new(json, "addresses", addresses);
	add_budget(json, view, route);
	return json;
}

static json_t *
routes_json(const struct report_view *view)
{
	json_t *routes = json_array();

	for (size_t i = 0; i < view->config->route_count; i++)
		json_array_append_new(routes, route_json(view, i));
	return routes;
}

static json_t *
fitness_json(const struct tested *tested)
{
	const struct fitness *fitness = &tested->fitness;
	char cause[DNSBL_CAUSE_MAX];
	json_t *json = json_object();

	fitness_cause_text(cause, tested->list, fitness);
	json_object_set_new(json, "family", word(family_name(tested)));
	json_object_set_new(json, "state", word(fitness_name(fitness->state)));
	json_object_set_new(json, "cause", word(cause));
	json_object_set_new(json, "since", wall_time_of(fitness->since_ms));
	return json;
}

/* A list is as fit as its less fit family. */
static void
add_fitness(
    json_t *json, const struct report_view *view, const struct list *list)
{
	static const uint8_t families[] = {4, 6, FAMILY_DOMAIN};
	const struct tested *worst = NULL;
	json_t *array = json_array(), *shown;

	for (size_t i = 0; i < sizeof families; i++) {
		const struct tested *tested =
		    watch_list(view->watch, list, families[i]);

		if (!tested)
			continue;
		json_array_append_new(array, fitness_json(tested));
		if (!worst || (tested->fitness.state != FITNESS_FIT &&
				  worst->fitness.state != FITNESS_UNFIT))
			worst = tested;
	}
	if (worst) {
		shown = fitness_json(worst);
		json_object_del(shown, "family");
		json_object_update(json, shown);
		json_decref(shown);
	}
	json_object_set_new(json, "families", array);
}

static json_t *
lists_json(const struct report_view *view)
{
	const struct config *config = view->config;
	json_t *lists = json_array();

	for (size_t i = 0; i < config->list_count; i++) {
		const struct list_use *use = &config->lists[i];
		json_t *json = json_object();

		json_object_set_new(json, "id", word(use->list->id));
		json_object_set_new(
		    json, "provider", word(use->list->provider));
		json_object_set_new(json, "weight", json_integer(use->weight));
		add_fitness(json, view, use->list);
		json_array_append_new(lists, json);
	}
	return lists;
}

static json_t *
resolver_json(const struct report_view *view)
{
	const struct diagnosis *diagnosis = view->diagnosis;
	json_t *json = json_object();

	json_object_set_new(
	    json, "state", word(health_name(diagnosis->health)));
	json_object_set_new(json, "cause", word(diagnosis->cause));
	json_object_set_new(json, "fix", word(diagnosis->fix));
	json_object_set_new(json, "since", wall_time_of(diagnosis->since_ms));
	return json;
}

static json_t *
counters_json(const struct report_view *view)
{
	struct outcome_counters outcomes;
	struct session_counters sessions;
	struct map_counters map;
	json_t *json = json_object();

	outcome_count(&outcomes);
	session_count(&sessions);
	map_count(view->map, &map);
	json_object_set_new(json, "messages", json_integer(outcomes.messages));
	json_object_set_new(json, "passed", json_integer(outcomes.passed));
	json_object_set_new(json, "rerouted", json_integer(outcomes.rerouted));
	json_object_set_new(json, "waiting", json_integer(outcomes.waiting));
	json_object_set_new(json, "held", json_integer(outcomes.held));
	json_object_set_new(json, "deferred", json_integer(outcomes.deferred));
	json_object_set_new(
	    json, "monitored", json_integer(outcomes.monitored));
	json_object_set_new(json, "failed", json_integer(outcomes.failed));
	json_object_set_new(
	    json, "open_sessions", json_integer(sessions.sessions));
	json_object_set_new(json, "map_questions", json_integer(map.questions));
	json_object_set_new(json, "map_moved", json_integer(map.moved));
	json_object_set_new(json, "map_softened", json_integer(map.softened));
	json_object_set_new(json, "map_broken", json_integer(map.broken));
	json_object_set_new(json, "map_connections", json_integer(map.open));
	json_object_set_new(json, "domains", json_integer(view->domain_count));
	json_object_set_new(
	    json, "questions", json_integer(resolver_asked(view->resolver)));
	return json;
}

char *
report_status_json(const struct report_view *view)
{
	json_t *json = json_object(), *egresses = json_array();
	char *out;

	for (size_t i = 0; i < view->config->egress_count; i++)
		json_array_append_new(egresses, egress_json(view, i));
	json_object_set_new(json, "version", json_string(VERSION));
	json_object_set_new(json, "pid", json_integer(getpid()));
	json_object_set_new(json, "mode", word(mode_name(view->config->mode)));
	json_object_set_new(json, "uptime",
	    json_integer((view->now_ms - view->started_ms) / CLOCK_SEC));
	json_object_set_new(json, "egress", egresses);
	json_object_set_new(json, "domains", domains_json(view->board));
	json_object_set_new(json, "routes", routes_json(view));
	json_object_set_new(json, "lists", lists_json(view));
	json_object_set_new(
	    json, "receivers", reception_report_json(view->board));
	json_object_set_new(json, "resolver", resolver_json(view));
	json_object_set_new(json, "maillogs", logbook_json(view->logbook));
	json_object_set_new(json, "counters", counters_json(view));
	out = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return out ? out : alloc_string("{}");
}

char *
report_reload_json(const struct problems *problems)
{
	json_t *json = json_object(), *texts = json_array();
	char *out;

	for (size_t i = 0; i < problems_count(problems); i++)
		json_array_append_new(texts, word(problems_text(problems, i)));
	json_object_set_new(
	    json, "ok", json_boolean(problems_error_count(problems) == 0));
	json_object_set_new(json, "problems", texts);
	out = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return out ? out : alloc_string("{}");
}
