#include "config/receiver_names.h"

#include "base/alloc.h"
#include "base/domain.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/form.h"
#include "config/group.h"
#include "config/receivers.h"
#include "config/spelling.h"
#include "config/values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *
nearest_id(const struct receivers *receivers, const char *text)
{
	const char **ids = alloc_zeroed(receivers->count, sizeof ids[0]);
	const char *nearest;

	for (size_t i = 0; i < receivers->count; i++)
		ids[i] = receivers->items[i].id;
	nearest = spelling_nearest(text, ids, receivers->count);
	free(ids);
	return nearest;
}

static const struct receiver *
find(const struct receivers *receivers, const char *text)
{
	for (size_t i = 0; i < receivers->count; i++)
		if (strcasecmp(receivers->items[i].id, text) == 0 ||
		    strcasecmp(receivers->items[i].name, text) == 0)
			return &receivers->items[i];
	return NULL;
}

static void
refuse(struct group *group, size_t index, const struct receivers *receivers,
    const char *text)
{
	const char *nearest = nearest_id(receivers, text);

	if (nearest)
		group_item_error(group, "receivers", index,
		    "unknown receiver \"%s\": the nearest known one is \"%s\"; "
		    "others go by their domain",
		    text, nearest);
	else
		group_item_error(group, "receivers", index,
		    "unknown receiver \"%s\": the providers file has none; "
		    "expected a domain",
		    text);
}

char *
receiver_names_find(const struct receivers *receivers, const char *text)
{
	const struct receiver *known = find(receivers, text);
	char domain[DOMAIN_MAX];

	if (known)
		return alloc_string(known->name);
	if (form_domain(text) || domain_parse(text, domain) != 0)
		return NULL;
	return alloc_string(domain);
}

void
receiver_names_read(
    struct group *group, const struct directory *directory, struct strings *out)
{
	values_strings(group, "receivers", NULL, out);
	values_refuse_empty(group, "receivers");
	for (size_t i = 0; directory && i < out->count; i++) {
		const struct receivers *receivers = directory->receivers;
		char *name = receiver_names_find(receivers, out->items[i]);

		if (name) {
			free(out->items[i]);
			out->items[i] = name;
		} else if (out->items[i][0] &&
			   strcmp(out->items[i], RECEIVER_NAMES_ANY) != 0) {
			refuse(group, i, receivers, out->items[i]);
		}
	}
}
