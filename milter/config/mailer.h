/*
 * mailer -- a route in Sendmail's words, "mailer:host", as its mailertable has
 * them. Pure; any thread.
 *
 * There the port belongs to the definition of the mailer, and not to the way
 * of a message: so a way by another port than 25 needs a mailer of its own,
 * "repgate-587" for port 587.
 */
#ifndef CONFIG_MAILER_H
#define CONFIG_MAILER_H

#include <stddef.h>

/* Sendmail (MAXNAME) takes no token of 256 bytes; it would bounce the mail. */
#define MAILER_WAY_MAX 200

/* Before the port, in the name of a mailer. */
#define MAILER_PREFIX "repgate-"

/* Keeps mail in the queue; a mailer of MAILER(`smtp'). */
#define MAILER_WAIT "dsmtp"

/* A form, as form.h has them: what mailertable may be set to. Mailers that end
   the message or keep it here are none. */
const char *mailer_form(const char *text);

/* The way of Postfix's "smtp:[HOST]:PORT", "relay:HOST" and their like. -1,
   with out untouched, for what Sendmail has no word for. */
int mailer_of_nexthop(const char *nexthop, char out[MAILER_WAY_MAX]);

/* The port of a mailer that repgate names, as text of *length bytes; NULL for
   any other. */
const char *mailer_port(const char *way, size_t *length);

#endif
