/*
 * board -- the published picture of all standings, with the configuration it
 * belongs to. The engine publishes; any thread reads.
 *
 * A board is immutable and shared by reference count. A board_slot holds the
 * current one; its mutex is held for a pointer copy only.
 */
#ifndef STANDING_BOARD_H
#define STANDING_BOARD_H

#include "base/address.h"
#include "standing/probing.h"
#include "standing/standing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct board_slot;
struct exchanges;
struct budgets;
struct held;
struct notes;
struct route;

/* One egress, in the order of config.egresses. */
struct board_egress {
	enum standing_state state;
	int weight, answered, of;
	/* Until this picture; 0 unless listed or returning. */
	int64_t listed_for_ms;
	/* Percent of its mail that goes directly after a listing, the rest as
	   while listed. Of use only while is_returning. */
	int direct_share;
	bool is_returning;
	int64_t since_wall_sec; /* 0 before the first answers */
	struct address address; /* the worst one; family 0: none is known */
	/* Those given and those discovered; the board's own. */
	struct address *addresses;
	size_t address_count;
	/* Never NULL and the board's own; board_egress_blame sets them. */
	char *blocked_by; /* "" unless listed */
	char *removal;	  /* "" where none is known */
};

/* A sender domain that is configured or listed. */
struct board_domain {
	/* Never NULL and the board's own; board_add_domain sets them. */
	char *name;    /* of the sender */
	char *subject; /* what of it is worst: that, or its parent */
	char *blocked_by, *removal; /* as of an egress */
	enum standing_state state;
	int weight, answered, of;
	int64_t since_wall_sec; /* 0 before the first answers */
};

/* One route, in the order of config.routes. */
struct board_route {
	bool is_usable; /* also before anything is known of it */
	/* Nothing is left of its budget. It stays usable: what is under way to
	   it is paid for. */
	bool is_spent;
	/* Never NULL and the board's own; board_route_judge sets it, and
	   is_usable with it. */
	char *cause;		   /* why no mail goes there, else "" */
	int64_t since_wall_sec;	   /* of is_usable; 0: since the start */
	enum standing_state state; /* of its addresses */
	int weight, answered, of;
	struct address *addresses; /* given or found; the board's own */
	size_t address_count;
};

enum receiver_state { RECEIVER_OPEN, RECEIVER_THROTTLED, RECEIVER_BLOCKED };

/* How a receiver takes what one egress sends: those that are not open, and
   those that are known to act on a blocklist. */
struct board_receiver {
	size_t egress; /* in config.egresses */
	/* Never NULL and the board's own; board_add_receiver sets them. */
	char *name;	  /* as receiver.h has it: "Microsoft 365" */
	char *blocked_by; /* for people: its name, and the list it named */
	char *list;	  /* the last that it named, or "" */
	char *removal;	  /* "" where none is known */
	char *acts_on;	  /* all that it named, "Spamhaus ZEN, SpamCop" */
	enum receiver_state state;
	/* Whether its mail is to go another way: it is blocked, or throttled
	   and the configuration acts on that. */
	bool is_gated;
	/* How much of its mail tries the direct way, if any may; and how long
	   it rests after the last refusal. */
	bool is_probed;
	enum probe_stage probe;
	int64_t pause_ms;
	int replies;	/* messages whose refusal says so */
	int delivered;	/* messages it took in a row since the last of them */
	int64_t for_ms; /* in that state, until this picture */
	int64_t since_wall_sec;
};

struct board {
	struct config *config;	       /* a reference */
	struct board_egress *egresses; /* config.egress_count of them */
	struct board_route *routes;    /* config.route_count of them */
	struct board_domain *domains;  /* by name, once board_sort is done */
	size_t domain_count;
	struct board_receiver *receivers; /* sorted by board_sort as well */
	size_t receiver_count;
};

/* All unknown; takes its own reference to config. The maker fills it in and
   then owns one reference. */
struct board *board_create(struct config *);
struct board *board_ref(struct board *);
void board_unref(struct board *); /* NULL is no board, and fine */

/* Puts copies in the place of blocked_by and removal; for the maker. */
void board_egress_blame(
    struct board_egress *, const char *blocked_by, const char *removal);

/* Puts a copy in the place of cause: "" makes the route usable, any other text
   unusable; for the maker. */
void board_route_judge(struct board_route *, const char *cause);

/* Whether new mail may go there. */
bool board_route_is_open(const struct board_route *);

/* Adds one with copies of the texts; for the maker, who calls board_sort after
   the last. Borrowed until the next is added. */
struct board_domain *board_add_domain(struct board *, const char *name,
    const char *subject, const char *blocked_by, const char *removal);
void board_sort(struct board *);

/* Those with nothing left of their budget: bit i is config.routes[i]. */
uint64_t board_spent_routes(const struct board *);

/* NULL for a route that is not of the configuration. Borrowed. */
const struct board_route *board_find_route(
    const struct board *, const struct route *);

/* NULL if there is none of that name. Borrowed. */
const struct board_domain *board_find_domain(
    const struct board *, const char *name);

/* Adds a copy, with copies of the texts; for the maker, as above. */
void board_add_receiver(struct board *, const struct board_receiver *);
/* NULL if nothing is known against it: then it is open. Borrowed. */
const struct board_receiver *board_find_receiver(
    const struct board *, size_t egress, const char *name);

const char *receiver_state_name(enum receiver_state); /* "open" ... */

struct board_slot *board_slot_create(void);
void board_slot_destroy(struct board_slot **);

/* What the doors count. Borrowed until the slot is gone. */
struct budgets *board_budgets(struct board_slot *);

/* Where the doors leave word of senders. Borrowed until the slot is gone. */
struct notes *board_notes(struct board_slot *);
/* Where they learn who takes in a recipient's mail. Likewise borrowed. */
struct exchanges *board_exchanges(struct board_slot *);
/* Where they leave word of what they had the MTA hold. Likewise. */
struct held *board_held(struct board_slot *);

/* Takes the caller's reference. */
void board_publish(struct board_slot *, struct board *);
/* A reference to the current board; NULL before the first. */
struct board *board_current(struct board_slot *);

/* The engine's sign of life, and how long ago the last one was: INT64_MAX
   before the first. Any thread. */
void board_beat(struct board_slot *, int64_t now_ms);
int64_t board_silence_ms(struct board_slot *, int64_t now_ms);

#endif
