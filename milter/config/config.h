/*
 * config -- repgate.conf as an immutable struct, shared by reference count.
 *
 * config_load reports every problem of the file at once and returns either a
 * whole configuration or none. Any thread may read a struct config that it
 * holds a reference to; nobody writes one.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/addresses.h"
#include "config/destinations.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct directory;
struct list;
struct problems;

#define CONFIG_PATH "/etc/repgate/repgate.conf"
#define PROVIDERS_PATH "/etc/repgate/providers.conf"

enum mode { MODE_MONITOR, MODE_ENFORCE };

/* The mail server that asks. */
enum mta { MTA_POSTFIX, MTA_SENDMAIL };

/* Who tells the MTA of a route: the milter, by a header at end of message, or
   the map, when the MTA asks at delivery. */
enum reroute_by { REROUTE_BY_HEADER, REROUTE_BY_MAP };

enum action {
	ACTION_PASS,
	ACTION_REROUTE,
	ACTION_WAIT,
	ACTION_HOLD,
	ACTION_DEFER
};

struct strings {
	char **items;
	size_t count;
};

struct networks {
	struct network *items;
	size_t count;
};

/* A named set of our own sending addresses and the mail that leaves by it. */
struct egress {
	char *name;
	struct addresses addresses; /* those given; may be none if is_auto */
	bool is_auto;		    /* and those that the network sees */
	struct strings senders;	    /* patterns; empty: any */
	struct strings mailers;	    /* MTA transport names; empty: any */
};

/* A list that this configuration uses; never a dead one. */
struct list_use {
	const struct list *list; /* in config.directory */
	int weight;		 /* 1..1000 */
	unsigned scopes;	 /* what gates: 1 << enum scope, or'ed */
	int most;   /* it can weigh so much; 0: it tells, and never gates */
	char *zone; /* where to ask; a secret if there is a key */
	char *key;  /* a secret, part of zone; NULL: none is needed */
};

/* What a server has to offer to be of use. WRAPPED: TLS before SMTP. */
enum route_tls { ROUTE_TLS_MAY, ROUTE_TLS_REQUIRED, ROUTE_TLS_WRAPPED };

/* What a budget is about, and within what time. */
enum budget_kind {
	BUDGET_PER_HOUR, /* messages */
	BUDGET_PER_DAY,
	BUDGET_RECIPIENTS_PER_HOUR,
	BUDGET_RECIPIENTS_PER_DAY,
	BUDGET_KINDS
};

/* So that a set of them is a number of 64 bits. */
#define ROUTES_MAX 64

struct route {
	char *name;    /* goes into a header: letters, digits, - _ . */
	char *nexthop; /* Postfix transport:nexthop */
	/* The same as Sendmail's mailer:host; NULL: it has no word for it. */
	char *mailertable;
	struct addresses addresses;
	struct destinations destination; /* the hosts that nexthop names */
	int64_t probe_every_ms;		 /* 0: never */
	int probe_failures;		 /* in a row, to count as unreachable */
	enum route_tls tls;
	int budget[BUDGET_KINDS]; /* 0: no limit */
};

/* One rule of the policy. An empty condition holds for everything. */
struct rule {
	char *name;
	struct strings senders, recipients; /* patterns */
	struct strings receivers;	    /* names, or RECEIVER_NAMES_ANY */
	struct strings users; /* SASL login names; "*" any that logged in */
	struct networks clients;
	struct strings egresses; /* names */
	/* The domain of the sender is listed; then it does not matter whether
	   the egress is. Of the others none holds unless that one is. */
	bool wants_listed_domain;
	enum action then;
	const struct route **via; /* for ACTION_REROUTE, in order; borrowed */
	size_t via_count;
	enum action otherwise; /* no route of via is usable */
	/* For ACTION_WAIT, also of otherwise: how long after the egress turned
	   listed, and what then; ACTION_PASS or ACTION_REROUTE. */
	int64_t wait_at_most_ms; /* 0: for ever */
	enum action then_after;
};

/* A log of the MTA that is followed, or the part of it that one instance
   writes. */
struct maillog {
	char *file;	   /* from the root on */
	char *syslog_name; /* NULL: the part that no other entry has */
	size_t egress;	   /* that its mail leaves by */
	/* Not NULL: its mail leaves by that route, so it tells nothing of an
	   egress. Borrowed. */
	const struct route *route;
};

/* After a listing: so much of the mail goes directly again, for so long. */
struct return_step {
	int share; /* percent, 1..99 */
	int64_t for_ms;
};

struct dns_settings {
	char *servers;	    /* "addr:port,..." for c-ares; NULL: the system's */
	int64_t timeout_ms; /* for each try */
	int tries;
	int64_t check_every_ms, check_min_ms;
};

/* When replies count as a block of one receiver; standing/receptions.h. */
#define RECEIVER_AFTER_MAX 32
struct receiver_settings {
	int block_after, throttle_after; /* messages, within */
	int64_t within_ms;
	int clear_after;	/* messages delivered in a row */
	int64_t keep_ms;	/* without a word of the receiver */
	bool acts_on_throttled; /* as on blocked */
	int64_t soften_at_most_ms;
};

/* How mail for a receiver that blocks us tries the direct way: probing.h */
struct probe_settings {
	char *transport; /* Postfix transport:nexthop; NULL: no probes */
	int64_t after_ms, every_ms;
	bool serves_throttled; /* mail for a throttled receiver goes by it */
};

/* Tells an asker the address that the question came from. */
struct service {
	char *id;
	/* As server_parse writes them; NULL: not for that family. */
	char *server, *server6;
	char *name;   /* what to ask for */
	bool is_text; /* TXT; else A, or AAAA for IPv6 */
};

struct config {
	enum mode mode;
	enum mta mta;
	char *milter_socket;	 /* as smfi_setconn(3) takes it: unix:/path */
	char *map_socket;	 /* the same form; NULL: no map door */
	char *control_socket;	 /* a path */
	char *store;		 /* a path; NULL: state is not kept */
	struct strings on_clear; /* a program and its arguments; or none */
	struct strings on_block; /* likewise; one of them has {qid} */
	int syslog_facility;	 /* LOG_MAIL ... */
	struct dns_settings dns;
	struct receiver_settings receivers;
	struct probe_settings probe;

	struct egress *egresses;
	size_t egress_count;

	struct service *services; /* for the egress that is_auto */
	size_t service_count;
	int64_t discover_every_ms;

	struct list_use *lists;
	size_t list_count;
	struct strings domains; /* always watched; as domain_parse has them */
	bool asks_domains;	/* some list knows domains */
	int listed_at;
	int confirm; /* answers in a row */
	int64_t clear_after_ms, keep_unknown_ms;
	struct return_step *return_steps; /* in order; none: all at once */
	size_t return_step_count;
	int coverage; /* percent of the weight that must have answered */

	enum reroute_by reroute_by;
	struct strings outbound_mailers;
	struct strings local_domains;
	struct route *routes;
	size_t route_count;
	struct rule *rules;
	size_t rule_count;

	struct maillog *maillogs;
	size_t maillog_count;

	struct directory *directory;
};

/* "per_hour" ...: the key of the configuration. */
const char *budget_name(enum budget_kind);

/* Reads path and the providers file it names. NULL if there was any error.
   The caller holds the one reference. */
struct config *config_load(const char *path, struct problems *);
struct config *config_ref(struct config *);
void config_unref(struct config *);

/* The path of control.socket, also of a file that config_load would refuse;
   the default where nothing can be read. To be freed. */
char *config_control_socket(const char *path);
/* Likewise the path of the providers file. */
char *config_providers(const char *path);

/* The contract's word: "pass", "reroute" ... and "monitor", "enforce". */
const char *action_name(enum action);
const char *mode_name(enum mode);

#endif
