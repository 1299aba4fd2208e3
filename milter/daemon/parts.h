/*
 * parts -- what the engine is made of. The engine creates, steps and destroys
 * each of them, and lends them all to those that work with most: publisher,
 * lookout and desk. Engine thread only.
 */
#ifndef DAEMON_PARTS_H
#define DAEMON_PARTS_H

#include <stdint.h>

struct parts {
	int64_t started_ms;
	struct board_slot *slot; /* and all that doors share with us */
	struct store *store;	 /* NULL: nothing is kept */

	/* what is in force */
	struct config *config;
	struct resolver *resolver;

	/* what is asked */
	struct watch *watch;
	struct selftest *selftest;
	struct discovery *discovery;
	struct scout *scout;

	/* how it stands */
	struct grounds *grounds;
	struct ways *ways;
	struct comebacks *comebacks;
	struct receptions *receptions;
	struct domains *domains;

	/* who tells, and who is told */
	struct publisher *publisher;
	struct nudge *nudge;
	struct hearsay *hearsay;
	struct reload *reload;
	struct map *map; /* NULL: none was asked for */
	struct control *control;
};

#endif
