#include "daemon/report.h"

#include "base/clock.h"
#include "base/line.h"
#include "base/log.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/egresses.h"
#include "config/problems.h"
#include "evidence/roster.h"
#include "evidence/selftest.h"
#include "evidence/sighting.h"
#include "evidence/watch.h"
#include "policy/gate.h"
#include "mta/preflight.h"
#include "standing/board.h"

#include <string.h>

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
		line_add(&line, "removal",
		    list_removal(url, sizeof url, list, name));
	}
	log_line(&line);
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
	line_add(&line, "family", roster_family_name(tested));
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

void
report_route(const struct board *board, size_t index, int64_t since_wall_sec)
{
	const struct board_route *entry = &board->routes[index];
	char since[CLOCK_TEXT_MAX];
	struct line line;

	line_start(&line, "route");
	line_add(&line, "name", board->config->routes[index].name);
	line_add(
	    &line, "state", board_route_is_open(entry) ? "usable" : "unusable");
	if (!board_route_is_open(entry))
		line_add(&line, "cause", entry->cause);
	if (board_route_is_open(entry) && since_wall_sec > 0) {
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
