/*
 * pattern -- matches mail addresses, the one form used for senders and
 * recipients everywhere in the configuration:
 *
 *   user@example.com   that address
 *   @example.com       every address of that domain
 *   @.example.com      every address of its subdomains, not the domain itself
 *   user@              that local part at any domain
 *   <>                 the null sender
 *   *                  every address, the null sender too
 *
 * Domains compare without case; so do local parts, as Postfix's lookup tables
 * do. Pure; any thread.
 */
#ifndef CONFIG_PATTERN_H
#define CONFIG_PATTERN_H

#include <stdbool.h>

/* Whether text is of a form above; if not, *expected says what is. */
bool pattern_is_valid(const char *text, const char **expected);

/* address is without < and >; "" is the null sender. */
bool pattern_matches(const char *pattern, const char *address);

/* The part after the last @, or NULL where there is none. Borrowed. */
const char *pattern_domain_of(const char *address);

#endif
