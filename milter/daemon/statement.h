/*
 * statement -- what the daemon says of its state by the control socket: JSON,
 * to be freed. Engine thread only.
 */
#ifndef DAEMON_STATEMENT_H
#define DAEMON_STATEMENT_H

#include <stddef.h>
#include <stdint.h>

struct board;
struct budgets;
struct config;
struct diagnosis;
struct logbook;
struct map;
struct problems;
struct resolver;
struct watch;

/* All borrowed. */
struct statement_view {
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

/* The answer to "status". */
char *statement_status(const struct statement_view *);
/* How a reload went. */
char *statement_reload(const struct problems *);

#endif
