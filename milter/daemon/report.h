/*
 * report -- the lines of the log that tell what changed. Engine thread only.
 */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include "standing/standing.h"

#include <stddef.h>
#include <stdint.h>

struct address;
struct answer;
struct board;
struct board_domain;
struct diagnosis;
struct finding;
struct preflight;
struct problems;
struct sighting;
struct subject;
struct tested;

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

#endif
