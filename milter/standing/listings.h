/*
 * listings -- the sender domains that are listed, over a restart; memory has
 * their answers. Engine thread only; the clocks are given.
 *
 * Domains that are clean are not kept: there may be thousands, and what is not
 * listed needs no memory of it.
 */
#ifndef STANDING_LISTINGS_H
#define STANDING_LISTINGS_H

struct board_domain;
struct clocks;
struct domains;
struct store;

/* One that has changed. */
void listings_keep(struct store *, const struct board_domain *);

/* Has those that were listed watched; to be called before the watch gets its
   configuration. */
void listings_see(struct store *, struct domains *, const struct clocks *);
/* And once it has it, and knows the answers, gives them their standing. */
void listings_recall(struct store *, struct domains *, const struct clocks *);

#endif
