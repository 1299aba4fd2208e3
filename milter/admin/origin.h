/*
 * origin -- finds out once which addresses the network sees of an egress whose
 * addresses are "auto". Of repgate check; one thread.
 */
#ifndef ADMIN_ORIGIN_H
#define ADMIN_ORIGIN_H

#include "evidence/discovery.h"

#include <stddef.h>

struct config;
struct event_base;
struct origin;

/* Once, from the loop; not after origin_destroy. */
typedef void origin_done(void *arg);

/* NULL if no egress is "auto", and then done is not called. Config is borrowed
   until origin_destroy. */
struct origin *origin_start(
    struct event_base *, const struct config *, origin_done *, void *arg);
/* NULL-safe. */
void origin_destroy(struct origin **);

/* What is known by now. Returns how many. */
size_t origin_addresses(
    const struct origin *, struct address out[DISCOVERY_ADDRESSES_MAX]);

/* Why there is no address, for people; foreign bytes are escaped. Borrowed. */
const char *origin_doubt(const struct origin *);

#endif
