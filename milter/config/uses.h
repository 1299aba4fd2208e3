/*
 * uses -- the lists section of repgate.conf, what a list weighs, and what it
 * takes for an address to count as listed. Reading is for one thread at a
 * time.
 */
#ifndef CONFIG_USES_H
#define CONFIG_USES_H

#include <stdint.h>

struct config;
struct group;
struct list_use;

/* Fills the lists of a config that is being built, and the numbers by which
   they are weighed; its directory is NULL if that could not be read. */
void uses_read(struct group *root, struct config *);
void uses_free(struct config *);

/* What an answer with these codes (struct answer) adds to the weight of its
   subject: that of the code that weighs most, less than 0 where it speaks for
   the subject. Codes of a scope that does not gate weigh 0. Pure; any
   thread. */
int use_weight(const struct list_use *, uint32_t codes);

#endif
