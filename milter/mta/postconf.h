/*
 * postconf -- what Postfix is set to, asked by its own postconf(1) and
 * postmap(1). It runs them and waits; one thread at a time.
 *
 * directory: that of Postfix's configuration; NULL: its usual one.
 */
#ifndef MTA_POSTCONF_H
#define MTA_POSTCONF_H

#include <stdbool.h>

/* Expanded, and the default where it is not set; to be freed. NULL if Postfix
   cannot be asked. */
char *postconf_value(const char *directory, const char *key);

/* Whether master.cf has that transport. */
bool postconf_has_transport(const char *directory, const char *name);

/* Whether a table, "regexp:/etc/postfix/x", has exactly that for a key. */
bool postconf_table_has(const char *directory, const char *table,
    const char *key, const char *wanted);

#endif
