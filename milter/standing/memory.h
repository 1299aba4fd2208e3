/*
 * memory -- standings and answers over a restart: into the store when they
 * change, and back at the start. Engine thread only; the clocks are given.
 *
 * A daemon that begins anew goes on where the last one was: what it read is as
 * old as the wall clock says. A clock that was put back since makes nothing
 * younger than it would be if it were from this clocks. What is older than
 * keep_unknown is no word any more, as ever.
 */
#ifndef STANDING_MEMORY_H
#define STANDING_MEMORY_H

#include <stdbool.h>

struct address;
struct config;
struct discovery;
struct finding;
struct ground;
struct clocks;
struct store;
struct subject;
struct watch;

/* What is clean of thousands of addresses is not kept beyond so many records,
   so that there is room for all else. */
#define MEMORY_ANSWERS_MAX 8192

/* One that the network sees, in the place of the one before of its family. */
void memory_keep_address(struct store *, const struct address *);
/* To be called before the watch has its addresses. */
void memory_recall_addresses(struct store *, struct discovery *);

/* Of a domain only while it is LISTED. */
void memory_keep_answer(struct store *, const struct subject *,
    const struct finding *, const struct clocks *);
void memory_keep_ground(struct store *, const char *egress,
    const struct ground *, const struct clocks *);

/* Gives the watch what is known of the pairs that it has not asked about. */
void memory_recall_answers(struct store *, struct watch *,
    const struct config *, const struct clocks *);

/* 0, or -1 with the ground untouched. Fills all but its addresses. */
int memory_recall_ground(
    struct store *, const char *egress, struct ground *, const struct clocks *);

/* Forgets answers that are too old, and what is no egress any more. */
void memory_forget(
    struct store *, const struct config *, const struct clocks *);

#endif
