/*
 * egresses -- the egress section of repgate.conf: our own sending addresses.
 * One thread at a time.
 */
#ifndef CONFIG_EGRESSES_H
#define CONFIG_EGRESSES_H

struct config;
struct egress;
struct group;

/* Fills the egresses of a config that is being built. */
void egresses_read(struct group *root, struct config *);
void egresses_free(struct config *);

/* NULL if there is none. Borrowed. */
const struct egress *egresses_find(const struct config *, const char *name);

/* The one that is_auto; NULL if there is none. Borrowed. */
const struct egress *egresses_find_auto(const struct config *);

#endif
