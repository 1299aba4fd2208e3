/*
 * mta -- the lines that a mail server needs for a configuration, and whether
 * it has them. One thread at a time.
 */
#ifndef MTA_MTA_H
#define MTA_MTA_H

#include <stdio.h>

struct account;
struct config;

/* Prints the lines for Postfix, a comment at each. */
void mta_postfix_print(const struct config *, FILE *);

/* Asks the Postfix of that configuration directory (NULL: its usual one) what
   it is set to, looks at what that user of repgated may do (rights.h), and
   prints what is there and what is missing. How many are missing, or -1 with
   the reason on standard error if it cannot be asked. */
int mta_postfix_check(const struct config *, const char *directory,
    const struct account *who, FILE *);

#endif
