/*
 * peers -- the connections of a socketmap: reads requests, has them answered,
 * and sends the answers. One thread, the loop's.
 *
 * A connection may be idle for ever; it is closed when what it sends is no
 * request, and the one that was idle the longest when there are no more file
 * descriptors. One that does not read its answers is not read from either.
 */
#ifndef DOORS_PEERS_H
#define DOORS_PEERS_H

#include "policy/charge.h"
#include "policy/wording.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct peers;
struct socketmap_request;

/* Writes the answer, without a frame; answer holds "" at first. The slip is the
   connection's. */
typedef void peers_answer(void *arg, const struct socketmap_request *,
    struct slip *, char answer[WORDING_MAX]);

struct peers *peers_create(struct event_base *, peers_answer *, void *arg);
/* Closes all. NULL-safe. */
void peers_destroy(struct peers **);

/* Takes over a connected descriptor that does not block. */
void peers_add(struct peers *, int fd);

/* Closes the one that was idle the longest; false if there is none. */
bool peers_drop_oldest(struct peers *);

/* How many there are, and how many were closed for what they sent. */
uint64_t peers_open(const struct peers *);
uint64_t peers_broken(const struct peers *);

#endif
