/*
 * sendmail_cf -- the lines of a sendmail.cf, and what stands in them. One
 * thread at a time.
 */
#ifndef MTA_SENDMAIL_CF_H
#define MTA_SENDMAIL_CF_H

#include <stdbool.h>

struct sendmail_cf;

/* Continued lines become one. NULL with errno if it cannot be read. */
struct sendmail_cf *sendmail_cf_read(const char *path);
void sendmail_cf_destroy(struct sendmail_cf **);

/* The first line that begins so and has that in it; NULL if there is none. */
const char *sendmail_cf_find(
    const struct sendmail_cf *, const char *start, const char *part);

/* Whether a line, which may be NULL, has a word by itself, and not within
   another one. */
bool sendmail_cf_has_word(const char *line, const char *word);

/* Whether a class, which "C{Name}" begins lines of, has that member. */
bool sendmail_cf_has_member(
    const struct sendmail_cf *, const char *class, const char *word);

/* The same as has_word for a socket of repgate.conf, by any name that Sendmail takes. */
bool sendmail_cf_has_socket(const char *line, const char *socket);

/* As Sendmail names it, in a filter and in a map alike. To be freed. */
char *sendmail_cf_socket(const char *socket);

/* Whether the milter at that socket is a filter that is used, and does no harm
   when it is not there. */
bool sendmail_cf_has_filter(const struct sendmail_cf *, const char *socket);

#endif
