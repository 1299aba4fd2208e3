/*
 * domains -- the sender domains that are watched, and how each stands. Engine
 * thread only; the clock is given.
 *
 * Those of the configuration are always there. The others come when mail with
 * them was seen, stay for as long as they are seen now and then, and make room
 * for newer ones. A domain is as bad as the worse of itself and the registrable
 * domain it lies in, since that is what lists list.
 */
#ifndef STANDING_DOMAINS_H
#define STANDING_DOMAINS_H

#include "standing/standing.h"

#include <stddef.h>
#include <stdint.h>

/* Far more than a company sends with, so that only a relay for many, or forged
   senders, come to it. With three lists about 1 kB for each. */
#define DOMAINS_MAX 10000
/* A day, so that what is known of one that sends daily is there for its next
   message. */
#define DOMAINS_KEEP_MS INT64_C(86400000)

struct board;
struct board_domain;
struct config;
struct domains;
struct watch;

/* watch is borrowed until domains_destroy. */
struct domains *domains_create(struct watch *);
void domains_destroy(struct domains **);

/* Takes over the domains of a configuration; standings go on. Borrowed until
   the next call or domains_destroy. To be called before watch_configure. */
void domains_configure(struct domains *, const struct config *);

/* Mail with that sender domain, as domain_parse has it, was seen. */
void domains_see(struct domains *, const char *name, int64_t now_ms);

/* A domain that was seen was listed before this process: it goes on so, if a
   list has a word of it. 0, or -1. */
int domains_recall(struct domains *, const char *name, int64_t since_ms,
    int64_t since_wall_sec, int64_t now_ms);

/* Steps all standings and forgets what was not seen for long. */
void domains_step(struct domains *, int64_t now_ms, int64_t wall_sec);

/* Adds those that are configured or listed. */
void domains_fill(const struct domains *, struct board *);

/* Calls tell for each standing that changed since the last time. Where a
   domain is not configured, only for those from or to listed. */
typedef void domains_changed(
    void *arg, const struct board_domain *, enum standing_state from);
void domains_tell(struct domains *, domains_changed *tell, void *arg);

/* How many there are, configured ones too. */
size_t domains_count(const struct domains *);

#endif
