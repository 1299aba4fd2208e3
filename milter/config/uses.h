/*
 * uses -- the lists section of repgate.conf, and what it takes for an address
 * to count as listed. One thread at a time.
 */
#ifndef CONFIG_USES_H
#define CONFIG_USES_H

struct config;
struct group;

/* Fills the lists of a config that is being built, and the numbers by which
   they are weighed; its directory is NULL if that could not be read. */
void uses_read(struct group *root, struct config *);
void uses_free(struct config *);

#endif
