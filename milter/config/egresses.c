#include "config/egresses.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/form.h"
#include "config/group.h"
#include "config/values.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* RFC 1918, RFC 3927, RFC 4193, RFC 4291 2.5.6. Loopback is left out, since
   whoever configures that knows that no list has it. */
static const char *const private_networks[] = {"10.0.0.0/8", "172.16.0.0/12",
    "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"};

static bool
is_private(const struct address *address)
{
	size_t count = sizeof private_networks / sizeof private_networks[0];

	for (size_t i = 0; i < count; i++) {
		struct network network;
		int result = network_parse(private_networks[i], &network);

		assert(result == 0);
		(void)result;
		if (network_contains(&network, address))
			return true;
	}
	return false;
}

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
	if (is_private(address))
		group_item_warning(group, "addresses", index,
		    "%s is private: lists know public addresses only", text);
}

static void
read_addresses(
    struct group *group, const struct config *config, struct addresses *out)
{
	group_require(group, "addresses");
	if (group_later_word(
		group, "addresses", "auto", "write the addresses themselves"))
		return;
	values_addresses(group, "addresses", out);
	if (group_is_empty(group, "addresses"))
		group_error(group, "addresses",
		    "found an empty array, expected at least one address");
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].family != 0)
			check_address(group, config, out, i);
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
	read_addresses(group, config, &egress.addresses);
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
