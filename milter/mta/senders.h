/*
 * senders -- the domains that our mail is sent from, and whether their SPF
 * records authorise the addresses of a route (RFC 7208). Engine thread only, or
 * the one of a command.
 */
#ifndef MTA_SENDERS_H
#define MTA_SENDERS_H

#include "mta/preflight.h"

#include <stdbool.h>
#include <stddef.h>

struct addresses;
struct config;
struct resolver;
struct senders;

/* Called for each domain once its record is known, and not from inside
   senders_ask; also if the resolver is destroyed. */
typedef void senders_done(void *arg);

/* Those of domains, and those that an egress is chosen by. */
struct senders *senders_ask(
    struct resolver *, const struct config *, senders_done *done, void *arg);

/* Only after done was called for each. NULL-safe. */
void senders_destroy(struct senders **);

size_t senders_count(const struct senders *);
const char *senders_domain(const struct senders *, size_t index);

/* Whether mail from that domain passes by those addresses, at least one: the
   worst of them. are_guessed: they are those of the nexthop, and the route may
   send from others. *text: why, or what else there is to say, for people, to be
   freed; or NULL. */
enum preflight_result senders_judge(const struct senders *, size_t index,
    const struct addresses *, bool are_guessed, char **text);

#endif
