/*
 * grounds -- how each egress of the configuration stands. Engine thread only;
 * the clock is given.
 */
#ifndef STANDING_GROUNDS_H
#define STANDING_GROUNDS_H

#include "standing/standing.h"

#include <stddef.h>
#include <stdint.h>

struct address;
struct board;
struct config;
struct grounds;
struct store;
struct watch;

struct grounds *grounds_create(void);
void grounds_destroy(struct grounds **);

/* Takes over the egresses of a configuration, without addresses; a standing
   goes on where an egress of the same name stood before. Borrowed until the
   next call or grounds_destroy. */
void grounds_configure(struct grounds *, const struct config *);

/* Gives each egress its addresses: those of the configuration, and where that
   says "auto" those that the network sees. All of them are to be watched by
   the time of any call that takes the watch. */
void grounds_take_addresses(
    struct grounds *, const struct address *seen, size_t count);

/* Goes on where the process before this one was, which the next tell takes for
   no news. A standing without a word of any list is none. */
void grounds_recall(struct grounds *, const struct watch *, struct store *);

/* Steps all standings; what has changed goes into the store. */
void grounds_step(
    struct grounds *, const struct watch *, struct store *, int64_t now_ms);

void grounds_fill(const struct grounds *, struct board *, int64_t now_ms);

/* Calls tell for each standing that changed since the last time. */
typedef void grounds_changed(
    void *arg, size_t egress, enum standing_state from);
void grounds_tell(struct grounds *, grounds_changed *tell, void *arg);

#endif
