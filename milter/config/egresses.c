#include "config/egresses.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/form.h"
#include "config/group.h"
#include "config/values.h"

#include <stdlib.h>
#include <string.h>

#define AUTO "auto"

/* Among the first `count` of them. */
static bool
holds(const struct addresses *addresses, size_t count,
    const struct address *address)
{
	for (size_t i = 0; i < count; i++)
		if (address_equal(&addresses->items[i], address))
			return true;
	return false;
}

static const char *
owner(const struct config *config, const struct address *address)
{
	for (size_t i = 0; i < config->egress_count; i++)
		if (holds(&config->egresses[i].addresses,
			config->egresses[i].addresses.count, address))
			return config->egresses[i].name;
	return NULL;
}

static void
check_address(struct group *group, const struct config *config,
    const struct addresses *addresses, size_t index)
{
	const struct address *address = &addresses->items[index];
	const char *name = owner(config, address);
	char text[ADDRESS_TEXT_MAX];

	address_format(text, address);
	if (name)
		group_item_error(group, "addresses", index,
		    "%s belongs to egress \"%s\" already; expected each "
		    "address once",
		    text, name);
	if (holds(addresses, index, address))
		group_item_error(group, "addresses", index,
		    "%s is given twice; expected each address once", text);
	if (address_is_private(address))
		group_item_warning(group, "addresses", index,
		    "%s is private: lists know public addresses only", text);
}

static const char *
form_own_address(const char *text)
{
	if (strcmp(text, AUTO) == 0)
		return NULL;
	return form_address(text) ? "an IP address or \"" AUTO "\"" : NULL;
}

static void
take_auto(struct group *group, const struct config *config, size_t index,
    struct egress *egress)
{
	const struct egress *other = egresses_find_auto(config);

	if (other)
		group_item_error(group, "addresses", index,
		    "\"" AUTO "\" stands in egress \"%s\" already; expected "
		    "it once: the network sees one address of each family",
		    other->name);
	if (egress->is_auto)
		group_item_error(group, "addresses", index,
		    "\"" AUTO "\" is given twice; expected it once");
	egress->is_auto = true;
}

/* "auto" and what was wrong have left gaps. */
static void
close_gaps(struct addresses *addresses)
{
	size_t count = 0;

	for (size_t i = 0; i < addresses->count; i++)
		if (addresses->items[i].family != 0)
			addresses->items[count++] = addresses->items[i];
	addresses->count = count;
}

static void
read_addresses(
    struct group *group, const struct config *config, struct egress *egress)
{
	struct addresses *out = &egress->addresses;

	group_require(group, "addresses");
	out->count = group_items(group, "addresses", form_own_address);
	out->items = alloc_zeroed(out->count, sizeof out->items[0]);
	if (group_is_empty(group, "addresses"))
		group_error(group, "addresses",
		    "found an empty array, expected at least one address");
	for (size_t i = 0; i < out->count; i++) {
		const char *text = group_item(group, "addresses", i);

		if (strcmp(text, AUTO) == 0)
			take_auto(group, config, i, egress);
		else if (address_parse(text, &out->items[i]) == 0)
			check_address(group, config, out, i);
	}
	close_gaps(out);
}

static bool
takes_all(const struct egress *egress)
{
	return egress->senders.count == 0 && egress->mailers.count == 0;
}

static void
check_order(struct group *group, const struct config *config)
{
	for (size_t i = 0; i < config->egress_count; i++) {
		if (!takes_all(&config->egresses[i]))
			continue;
		group_warning(group, NULL,
		    "no mail reaches it: egress \"%s\" before it has no "
		    "conditions and takes all",
		    config->egresses[i].name);
		return;
	}
}

static void
read_egress(struct group *group, void *context)
{
	struct config *config = context;
	const char *name = group_text(group, "name", form_label);
	struct egress egress = {0};

	group_require(group, "name");
	if (name && egresses_find(config, name))
		group_error(group, "name",
		    "\"%s\" is used already; expected each name once", name);
	check_order(group, config);
	read_addresses(group, config, &egress);
	values_strings(group, "senders", form_pattern, &egress.senders);
	values_strings(group, "mailers", NULL, &egress.mailers);
	values_refuse_empty(group, "senders");
	values_refuse_empty(group, "mailers");
	if (egress.mailers.count > 0 && config->reroute_by == REROUTE_BY_MAP)
		group_warning(group, "mailers",
		    "the map is not told the mailer: this egress takes no mail "
		    "there, and its mail is judged by those after it");
	egress.name = alloc_string(name ? name : "");
	config->egresses = alloc_resize(config->egresses,
	    config->egress_count + 1, sizeof config->egresses[0]);
	config->egresses[config->egress_count++] = egress;
}

void
egresses_read(struct group *root, struct config *config)
{
	group_require(root, "egress");
	group_each(root, "egress", read_egress, config);
	if (group_is_empty(root, "egress"))
		group_error(root, "egress",
		    "found an empty list, expected at least one egress");
}

void
egresses_free(struct config *config)
{
	for (size_t i = 0; i < config->egress_count; i++) {
		struct egress *egress = &config->egresses[i];

		free(egress->name);
		addresses_free(&egress->addresses);
		strings_free(&egress->senders);
		strings_free(&egress->mailers);
	}
	free(config->egresses);
}

const struct egress *
egresses_find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->egress_count; i++)
		if (strcmp(config->egresses[i].name, name) == 0)
			return &config->egresses[i];
	return NULL;
}

const struct egress *
egresses_find_auto(const struct config *config)
{
	for (size_t i = 0; i < config->egress_count; i++)
		if (config->egresses[i].is_auto)
			return &config->egresses[i];
	return NULL;
}
