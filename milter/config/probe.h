/*
 * probe -- the probe section of repgate.conf: how mail for a receiver that
 * blocks us finds back to the direct way. One thread at a time.
 */
#ifndef CONFIG_PROBE_H
#define CONFIG_PROBE_H

#include <stdbool.h>

struct config;
struct group;

/* Fills the probe settings of a config that has reroute_by, local_domains and
   receivers already. */
void probe_read(struct group *root, struct config *);
void probe_free(struct config *);

/* Whether mail for a receiver whose mail goes another way tries the direct one:
   that is up to Postfix's map, which has to know which recipients leave. */
bool probe_is_on(const struct config *);

#endif
