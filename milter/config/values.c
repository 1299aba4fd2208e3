#include "config/values.h"

#include "base/address.h"
#include "base/alloc.h"
#include "config/config.h"
#include "config/form.h"
#include "config/group.h"

#include <stdlib.h>
#include <string.h>

void
values_strings(struct group *group, const char *key,
    const char *(*form)(const char *text), struct strings *out)
{
	out->count = group_items(group, key, form);
	out->items = alloc_zeroed(out->count, sizeof out->items[0]);
	for (size_t i = 0; i < out->count; i++)
		out->items[i] = alloc_string(group_item(group, key, i));
}

void
values_addresses(struct group *group, const char *key, struct addresses *out)
{
	out->count = group_items(group, key, form_address);
	out->items = alloc_zeroed(out->count, sizeof out->items[0]);
	for (size_t i = 0; i < out->count; i++)
		address_parse(group_item(group, key, i), &out->items[i]);
}

void
values_networks(struct group *group, const char *key, struct networks *out)
{
	out->count = group_items(group, key, form_network);
	out->items = alloc_zeroed(out->count, sizeof out->items[0]);
	for (size_t i = 0; i < out->count; i++)
		network_parse(group_item(group, key, i), &out->items[i]);
}

void
values_refuse_empty(struct group *group, const char *key)
{
	if (group_is_empty(group, key))
		group_error(group, key,
		    "found an empty array, expected at least one item; or "
		    "leave the key out");
}

bool
strings_contain(const struct strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->count; i++)
		if (strcmp(strings->items[i], text) == 0)
			return true;
	return false;
}

void
strings_free(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
}

void
networks_free(struct networks *networks)
{
	free(networks->items);
}
