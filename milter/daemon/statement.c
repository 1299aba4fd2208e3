#include "daemon/statement.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/field.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/problems.h"
#include "doors/map.h"
#include "doors/outcome.h"
#include "doors/session.h"
#include "evidence/resolver.h"
#include "evidence/roster.h"
#include "evidence/selftest.h"
#include "evidence/watch.h"
#include "daemon/logbook.h"
#include "daemon/reception_report.h"
#include "standing/board.h"
#include "standing/budgets.h"

#include <jansson.h>

#include <string.h>
#include <unistd.h>

#define URL_MAX 512

static json_t *
wall_time_of(int64_t ms)
{
	return field_wall_time(ms == CLOCK_NEVER ? 0 : clock_wall_sec_of(ms));
}

/* The last word of a list that has none now, for as long as that holds. */
static void
add_known(json_t *json, const struct statement_view *view,
    const struct finding *finding)
{
	int64_t age_ms;

	if (finding->answer.result != RESULT_UNKNOWN ||
	    finding->known == RESULT_UNKNOWN)
		return;
	age_ms = view->now_ms - finding->known_ms;
	if (age_ms > view->config->keep_unknown_ms)
		return;
	json_object_set_new(
	    json, "known", field_text(result_name(finding->known)));
	json_object_set_new(
	    json, "known_age", json_integer(age_ms / CLOCK_SEC));
}

static void
add_listing(json_t *json, const struct finding *finding, const char *subject)
{
	char codes[DNSBL_CODES_TEXT_MAX], code[ADDRESS_TEXT_MAX], url[URL_MAX];
	const struct answer *answer = &finding->answer;
	const struct list *list = finding->list;

	json_object_set_new(
	    json, "name", field_text(dnsbl_codes_text(codes, list, answer)));
	json_object_set_new(
	    json, "code", field_text(dnsbl_address_text(code, answer)));
	json_object_set_new(json, "text", field_foreign(finding->text));
	json_object_set_new(json, "removal",
	    field_text(list_removal(url, sizeof url, list, subject)));
	json_object_set_new(
	    json, "in_a_row", json_integer(finding->listed_in_a_row));
	json_object_set_new(json, "since", wall_time_of(finding->listed_ms));
}

static json_t *
answer_json(const struct statement_view *view, const struct finding *finding,
    const char *subject)
{
	const struct answer *answer = &finding->answer;
	const struct list *list = finding->list;
	char cause[DNSBL_CAUSE_MAX];
	json_t *json = json_object();

	json_object_set_new(json, "list", field_text(list->id));
	json_object_set_new(json, "provider", field_text(list->provider));
	json_object_set_new(json, "weight", json_integer(finding->weight));
	json_object_set_new(
	    json, "result", field_text(result_name(answer->result)));
	if (answer->result == RESULT_LISTED)
		add_listing(json, finding, subject);
	if (answer->result == RESULT_UNKNOWN)
		json_object_set_new(json, "cause",
		    field_text(dnsbl_cause_text(cause, list, answer)));
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
address_json(const struct statement_view *view, const struct address *address)
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
egress_json(const struct statement_view *view, size_t index)
{
	const struct egress *egress = &view->config->egresses[index];
	const struct board_egress *entry = &view->board->egresses[index];
	json_t *json = json_object(), *addresses = json_array();
	char worst[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < entry->address_count; i++)
		json_array_append_new(
		    addresses, address_json(view, &entry->addresses[i]));
	json_object_set_new(json, "name", field_text(egress->name));
	json_object_set_new(
	    json, "standing", field_text(standing_name(entry->state)));
	json_object_set_new(
	    json, "since", field_wall_time(entry->since_wall_sec));
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
	json_object_set_new(json, "blocked_by", field_text(entry->blocked_by));
	json_object_set_new(json, "removal", field_text(entry->removal));
	json_object_set_new(json, "addresses", addresses);
	return json;
}

static json_t *
domain_json(const struct board_domain *domain)
{
	json_t *json = json_object();

	json_object_set_new(json, "domain", field_text(domain->name));
	json_object_set_new(
	    json, "standing", field_text(standing_name(domain->state)));
	json_object_set_new(
	    json, "since", field_wall_time(domain->since_wall_sec));
	json_object_set_new(json, "weight", json_integer(domain->weight));
	json_object_set_new(json, "answered", json_integer(domain->answered));
	json_object_set_new(json, "of", json_integer(domain->of));
	json_object_set_new(json, "listed", field_text(domain->subject));
	json_object_set_new(json, "blocked_by", field_text(domain->blocked_by));
	json_object_set_new(json, "removal", field_text(domain->removal));
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
    json_t *json, const struct statement_view *view, const struct route *route)
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
route_json(const struct statement_view *view, size_t index)
{
	const struct board *board = view->board;
	const struct route *route = &board->config->routes[index];
	const struct board_route *entry = &board->routes[index];
	json_t *json = json_object(), *addresses = json_array();
	char name[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < entry->address_count; i++)
		json_array_append_new(addresses,
		    json_string(address_format(name, &entry->addresses[i])));
	json_object_set_new(json, "name", field_text(route->name));
	json_object_set_new(json, "nexthop", field_text(route->nexthop));
	json_object_set_new(json, "state",
	    field_text(board_route_is_open(entry) ? "usable" : "unusable"));
	json_object_set_new(json, "cause", field_foreign(entry->cause));
	json_object_set_new(
	    json, "since", field_wall_time(entry->since_wall_sec));
	json_object_set_new(
	    json, "standing", field_text(standing_name(entry->state)));
	json_object_set_new(json, "weight", json_integer(entry->weight));
	json_object_set_new(json, "answered", json_integer(entry->answered));
	json_object_set_new(json, "of", json_integer(entry->of));
	json_object_set_new(json, "addresses", addresses);
	add_budget(json, view, route);
	return json;
}

static json_t *
routes_json(const struct statement_view *view)
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
	json_object_set_new(
	    json, "family", field_text(roster_family_name(tested)));
	json_object_set_new(
	    json, "state", field_text(fitness_name(fitness->state)));
	json_object_set_new(json, "cause", field_text(cause));
	json_object_set_new(json, "since", wall_time_of(fitness->since_ms));
	return json;
}

/* A list is as fit as its less fit family. */
static void
add_fitness(
    json_t *json, const struct statement_view *view, const struct list *list)
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
lists_json(const struct statement_view *view)
{
	const struct config *config = view->config;
	json_t *lists = json_array();

	for (size_t i = 0; i < config->list_count; i++) {
		const struct list_use *use = &config->lists[i];
		json_t *json = json_object();

		json_object_set_new(json, "id", field_text(use->list->id));
		json_object_set_new(
		    json, "provider", field_text(use->list->provider));
		json_object_set_new(json, "weight", json_integer(use->weight));
		add_fitness(json, view, use->list);
		json_array_append_new(lists, json);
	}
	return lists;
}

static json_t *
resolver_json(const struct statement_view *view)
{
	const struct diagnosis *diagnosis = view->diagnosis;
	json_t *json = json_object();

	json_object_set_new(
	    json, "state", field_text(health_name(diagnosis->health)));
	json_object_set_new(json, "cause", field_text(diagnosis->cause));
	json_object_set_new(json, "fix", field_text(diagnosis->fix));
	json_object_set_new(json, "since", wall_time_of(diagnosis->since_ms));
	return json;
}

static json_t *
counters_json(const struct statement_view *view)
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
statement_status(const struct statement_view *view)
{
	json_t *json = json_object(), *egresses = json_array();
	char *out;

	for (size_t i = 0; i < view->config->egress_count; i++)
		json_array_append_new(egresses, egress_json(view, i));
	json_object_set_new(json, "version", json_string(VERSION));
	json_object_set_new(json, "pid", json_integer(getpid()));
	json_object_set_new(
	    json, "mode", field_text(mode_name(view->config->mode)));
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
statement_reload(const struct problems *problems)
{
	json_t *json = json_object(), *texts = json_array();
	char *out;

	for (size_t i = 0; i < problems_count(problems); i++)
		json_array_append_new(
		    texts, field_text(problems_text(problems, i)));
	json_object_set_new(
	    json, "ok", json_boolean(problems_error_count(problems) == 0));
	json_object_set_new(json, "problems", texts);
	out = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return out ? out : alloc_string("{}");
}
