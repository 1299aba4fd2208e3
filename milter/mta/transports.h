/*
 * transports -- the settings of Postfix as each of its transports has them, out
 * of what postconf(1) has printed. Pure; any thread.
 */
#ifndef MTA_TRANSPORTS_H
#define MTA_TRANSPORTS_H

#include <stdbool.h>

/* Borrowed. */
struct transports {
	const char *main_cf;   /* of "postconf -x": "KEY = VALUE" lines */
	const char *master_cf; /* of "postconf -Px": "NAME/TYPE/KEY = VALUE" */
};

/* As main.cf has it, or Postfix by itself. To be freed; NULL: it was not
   printed. */
char *transports_main(const struct transports *, const char *key);

/* As master.cf has it for the transport, likewise. */
char *transports_own(
    const struct transports *, const char *transport, const char *key);

/* What counts for the transport; "" where nothing was printed. To be freed. */
char *transports_value(
    const struct transports *, const char *transport, const char *key);
bool transports_is_on(
    const struct transports *, const char *transport, const char *key);

#endif
