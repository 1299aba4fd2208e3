#include "base/addresses.h"

#include "base/alloc.h"

#include <stdlib.h>

bool
addresses_hold(const struct addresses *addresses, const struct address *address)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (address_equal(&addresses->items[i], address))
			return true;
	return false;
}

static void
append(struct addresses *addresses, const struct address *address)
{
	addresses->items = alloc_resize(
	    addresses->items, addresses->count + 1, sizeof *addresses->items);
	addresses->items[addresses->count++] = *address;
}

void
addresses_add(
    struct addresses *addresses, const struct address *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!addresses_hold(addresses, &items[i]))
			append(addresses, &items[i]);
}

void
addresses_free(struct addresses *addresses)
{
	free(addresses->items);
	*addresses = (struct addresses){0};
}
