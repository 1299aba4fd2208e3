/*
 * comebacks -- where each egress is on its way back after a listing
 * (comeback.h), kept in the store. Engine thread only; the clock is given.
 */
#ifndef STANDING_COMEBACKS_H
#define STANDING_COMEBACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct comebacks;
struct config;
struct store;

/* The store is borrowed until comebacks_destroy; NULL: none. */
struct comebacks *comebacks_create(struct store *);
void comebacks_destroy(struct comebacks **);

/* Takes over the egresses of a configuration; what is known goes on with a
   name. Borrowed until the next call or comebacks_destroy. */
void comebacks_configure(struct comebacks *, const struct config *,
    int64_t now_ms, int64_t wall_sec);

/* Steps them by the standings of the board, and fills in what share of each
   egress's mail goes directly. */
void comebacks_fill(
    struct comebacks *, struct board *, int64_t now_ms, int64_t wall_sec);

/* Calls tell for each egress whose share is another than at the last call, if
   its standing is not: that is told elsewhere. */
typedef void comebacks_changed(void *arg, size_t egress);
void comebacks_tell(struct comebacks *, const struct board *,
    comebacks_changed *tell, void *arg);

#endif
