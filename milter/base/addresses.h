/*
 * addresses -- some IP addresses, in the order in which they came. All zero at
 * first. Small: every look goes through all. Any thread, one at a time.
 */
#ifndef BASE_ADDRESSES_H
#define BASE_ADDRESSES_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>

struct addresses {
	struct address *items;
	size_t count;
};

bool addresses_hold(const struct addresses *, const struct address *);

/* Copies those that are not there yet. */
void addresses_add(
    struct addresses *, const struct address *items, size_t count);

/* Leaves none. */
void addresses_free(struct addresses *);

#endif
