/*
 * remedy -- whether mail that a receiver refused because of our address has
 * another way to go, so that it pays to keep it. Pure; any thread.
 */
#ifndef POLICY_REMEDY_H
#define POLICY_REMEDY_H

#include <stdbool.h>
#include <stddef.h>

struct board;

/* Whether the map may answer that mail of that egress for that receiver is to
   go by a route or to wait, while it is blocked. Which message it is about is
   not known: one that only some messages are moved by is enough. Routes that
   are not usable now may be so at the next attempt. */
bool remedy_is_there(const struct board *, size_t egress, const char *receiver);

#endif
