/*
 * discovery -- asks the services of the configuration which address they see
 * us by, IPv4 over IPv4 and IPv6 over IPv6, for the egress whose addresses
 * are "auto". When they are believed, sighting.h says. Engine thread only; the
 * clock is given.
 */
#ifndef EVIDENCE_DISCOVERY_H
#define EVIDENCE_DISCOVERY_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct discovery;
struct event_base;
struct sighting;

#define DISCOVERY_ADDRESSES_MAX 2

/* A known address changed (from, family 0: there was none), or, with from
   NULL, the services do not agree. Called from the loop; must neither
   configure nor destroy. A family in which nobody answers is no news
   while the other is known or not asked to the end. */
typedef void discovery_news(
    void *arg, const struct sighting *, const struct address *from);

struct discovery *discovery_create(
    struct event_base *, discovery_news *, void *arg);
void discovery_destroy(struct discovery **);

/* Config is borrowed until the next call or discovery_destroy. What is known
   stays, unless no egress is "auto" any more; the services are asked again at
   the next tick. */
void discovery_configure(struct discovery *, const struct config *);

/* Takes an address as known that was known to another process, if an egress is
   "auto" and none of its family is known. */
void discovery_recall(struct discovery *, const struct address *);

/* Asks whatever is due. To be called about once a second. */
void discovery_tick(struct discovery *, int64_t now_ms);

/* Whether the first round is over in each family that can be asked. */
bool discovery_is_settled(const struct discovery *);

/* The addresses that are known now. Returns how many. */
size_t discovery_known(
    const struct discovery *, struct address out[DISCOVERY_ADDRESSES_MAX]);

#endif
