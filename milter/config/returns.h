/*
 * returns -- return_steps of repgate.conf: how an egress comes back after a
 * listing. One thread at a time.
 */
#ifndef CONFIG_RETURNS_H
#define CONFIG_RETURNS_H

struct config;
struct group;

/* Fills the steps of a config that is being built. */
void returns_read(struct group *root, struct config *);
void returns_free(struct config *);

#endif
