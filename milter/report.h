/*
 * report -- what the daemon tells people and machines of its state: the
 * answer: and standing: lines, and the JSON of the control socket.
 * Engine thread only.
 */
#ifndef REPORT_H
#define REPORT_H

#include "standing/standing.h"

#include <stddef.h>
#include <stdint.h>

struct address;
struct answer;
struct board;
struct board_domain;
struct budgets;
struct config;
struct diagnosis;
struct finding;
struct map;
struct preflight;
struct problems;
struct resolver;
struct sighting;
struct subject;
struct tested;
struct watch;
struct logbook;

/* Logs an answer: line if the answer differs from the one before in more than
   its age. A first CLEAN is no news, nor is an UNKNOWN because the list is
   unfit: that has a line of its own. */
void report_answer(const struct board *, const struct subject *,
    const struct finding *, const struct answer *before);

/* Logs the list: line of a list whose fitness changed. That it is fit at the
   start is no news. */
void report_list(const struct tested *);

/* Logs the resolver: line. */
void report_resolver(const struct diagnosis *);

/* Logs the standing: line of the egress with that index. */
void report_standing(
    const struct board *, size_t index, enum standing_state from);
/* The same of a sender domain. */
void report_domain(const struct board *, const struct board_domain *,
    enum standing_state from);

/* Logs the route: line; since_wall_sec as ways_changed has it. */
void report_route(const struct board *, size_t index, int64_t since_wall_sec);

/* Logs what is known of our own address now, as discovery_news has it. */
void report_address(
    const char *egress, const struct sighting *, const struct address *from);

/* Warns of what is wrong with a route. */
void report_preflight(const struct preflight *);

void report_problems(const struct problems *);

/* All borrowed. */
struct report_view {
	const struct config *config;
	const struct watch *watch;
	const struct resolver *resolver;
	const struct diagnosis *diagnosis; /* of the resolver */
	const struct board *board;
	struct budgets *budgets;
	const struct map *map; /* NULL: none */
	struct logbook *logbook;
	size_t domain_count; /* sender domains that are watched */
	int64_t now_ms, started_ms;
};

/* To be freed. */
char *report_status_json(const struct report_view *);
char *report_reload_json(const struct problems *);

#endif
