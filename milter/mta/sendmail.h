/*
 * sendmail -- the lines that Sendmail needs for a configuration, and whether
 * it has them. One thread at a time.
 *
 * It asks the map by a rule of its own in LOCAL_NET_CONFIG, with the sender and
 * the recipient, once for each recipient; mailertable, which knows domains only
 * and asks for those of senders too, would do as well.
 */
#ifndef MTA_SENDMAIL_H
#define MTA_SENDMAIL_H

#include <stdio.h>

struct account;
struct config;

/* Prints lines for sendmail.mc, a comment at each. */
void sendmail_print(const struct config *, FILE *);

/* Reads sendmail.cf in that directory (NULL: /etc/mail), looks at the sockets
   and at what that user of repgated may do (rights.h), and prints what is there
   and what is missing. How many are missing, or -1 with the reason on standard
   error if it cannot be read. */
int sendmail_check(const struct config *, const char *directory,
    const struct account *who, FILE *);

#endif
