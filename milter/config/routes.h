/*
 * routes -- the routes section of repgate.conf: the other ways out. One thread
 * at a time.
 */
#ifndef CONFIG_ROUTES_H
#define CONFIG_ROUTES_H

struct config;
struct group;
struct route;

/* Fills the routes of a config that is being built. */
void routes_read(struct group *root, struct config *);
void routes_free(struct config *);

/* NULL if there is none. Borrowed. */
const struct route *routes_find(const struct config *, const char *name);

#endif
