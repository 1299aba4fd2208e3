/*
 * receivers -- the part of providers.conf that says who takes in mail, what
 * their servers reply, and what that means. Immutable once read; any thread.
 */
#ifndef CONFIG_RECEIVERS_H
#define CONFIG_RECEIVERS_H

#include "config/config.h"

#include <stddef.h>

struct expressions;
struct group;

/* What a reply is about. The order is that of the manual. */
enum reply_class {
	REPLY_IP_BLOCKED,
	REPLY_IP_THROTTLED,
	REPLY_DOMAIN_BLOCKED,
	REPLY_CONTENT,
	REPLY_AUTH,
	REPLY_GREYLIST,
	REPLY_MAILBOX,
	REPLY_POLICY,
	REPLY_CONNECTION,
	REPLY_UNRELATED
};
#define REPLY_CLASSES (REPLY_UNRELATED + 1)

/* One pattern's meaning; list and removal are NULL where it names none. */
struct reply_rule {
	enum reply_class class;
	char *list;
	char *removal;
};

/* Rules with their patterns, which have the same index. */
struct reply_rules {
	struct expressions *patterns;
	struct reply_rule *items;
	size_t count;
};

/* An organisation that takes in mail for many domains. */
struct receiver {
	char *id;
	char *name;
	struct strings mx; /* "mx.example.com" or "*.example.com" */
	char *removal;	   /* URL for people, or NULL */
	struct reply_rules rules;
};

/* How replies name a blocklist; the index is that of its pattern. */
struct list_name {
	char *name;
	char *removal; /* URL for people, {subject} replaced; or NULL */
};

struct receivers {
	struct receiver *items;
	size_t count;
	/* For every reply, after the receiver's own: first what one receiver
	   means by it so plainly that it holds everywhere, then the rest. */
	struct reply_rules tellings, rules;
	struct expressions *list_patterns;
	struct list_name *list_names;
	size_t list_count;
};

/* Reads the keys terms, receivers, replies and list_names of a providers file. What
   is wrong is recorded; the caller owns the result, which is never NULL. */
struct receivers *receivers_read(struct group *root);
void receivers_destroy(struct receivers **);

/* The contract's word: "ip-blocked" ... */
const char *reply_class_name(enum reply_class);

#endif
