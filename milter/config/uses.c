#include "config/uses.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/form.h"
#include "config/group.h"
#include "config/spelling.h"

#include <stdlib.h>
#include <string.h>

#define WEIGHT_MAX 1000
#define LISTED_AT_MAX 1000000
#define CONFIRM_MAX 100

#define MINUTE (60 * CLOCK_SEC)
#define HOUR (60 * MINUTE)
#define SPAN_MAX (365 * 24 * HOUR)

static const char *
nearest(const struct directory *directory, const char *id)
{
	const char **ids = alloc_zeroed(directory->list_count, sizeof ids[0]);
	const char *found;

	for (size_t i = 0; i < directory->list_count; i++)
		ids[i] = directory->lists[i].id;
	found = spelling_nearest(id, ids, directory->list_count);
	free(ids);
	return found;
}

static bool
is_used(const struct config *config, const struct list *list)
{
	for (size_t i = 0; i < config->list_count; i++)
		if (config->lists[i].list == list)
			return true;
	return false;
}

/* NULL if unknown, with the problem recorded. */
static const struct list *
find(struct group *group, const struct config *config, const char *id)
{
	const struct list *list = directory_find(config->directory, id);
	const char *known = nearest(config->directory, id);

	if (list && is_used(config, list))
		group_error(group, "list",
		    "\"%s\" is given twice; expected each list once", id);
	if (!list && known)
		group_error(group, "list",
		    "unknown list \"%s\": the nearest known list is \"%s\"", id,
		    known);
	if (!list && !known)
		group_error(group, "list",
		    "unknown list \"%s\": the providers file has no lists", id);
	return list;
}

static void
read_use(struct group *group, void *context)
{
	struct config *config = context;
	const char *id = group_text(group, "list", form_id);
	struct list_use use = {
	    .weight = group_number(group, "weight", 1, WEIGHT_MAX, 1)};

	group_require(group, "list");
	if (id && config->directory)
		use.list = find(group, config, id);
	config->lists = alloc_resize(
	    config->lists, config->list_count + 1, sizeof config->lists[0]);
	config->lists[config->list_count++] = use;
}

static void
check_threshold(struct group *root, const struct config *config)
{
	int64_t sum = 0;

	for (size_t i = 0; i < config->list_count; i++)
		sum += config->lists[i].weight;
	if (sum > 0 && config->listed_at > sum)
		group_error(root, "listed_at",
		    "found %d, but all weights together are %lld: nothing "
		    "could ever be listed",
		    config->listed_at, (long long)sum);
}

void
uses_read(struct group *root, struct config *config)
{
	group_each(root, "lists", read_use, config);
	group_require(root, "lists");
	if (group_is_empty(root, "lists"))
		group_error(root, "lists",
		    "found an empty list, expected at least one");
	config->listed_at =
	    group_number(root, "listed_at", 1, LISTED_AT_MAX, 1);
	config->confirm = group_number(root, "confirm", 1, CONFIRM_MAX, 2);
	config->clear_after_ms =
	    group_duration_ms(root, "clear_after", 0, SPAN_MAX, 30 * MINUTE);
	config->keep_unknown_ms =
	    group_duration_ms(root, "keep_unknown", 0, SPAN_MAX, 6 * HOUR);
	config->coverage = group_number(root, "coverage", 0, 100, 50);
	check_threshold(root, config);
}

void
uses_free(struct config *config)
{
	free(config->lists);
}
