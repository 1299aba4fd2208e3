#include "config/uses.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/domain.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/form.h"
#include "config/group.h"
#include "config/key.h"
#include "config/spelling.h"
#include "config/values.h"

#include <stdint.h>
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
warn_of_dead(struct group *group, const struct list *list)
{
	group_warning(group, "list",
	    "\"%s\" is dead since %s and is not asked: %s", list->id,
	    list->since, list->reason);
}

static unsigned
read_scopes(struct group *group)
{
	size_t count = group_items(group, "scopes", form_scope);
	unsigned scopes = 0;

	for (size_t i = 0; i < count; i++) {
		int scope = scope_parse(group_item(group, "scopes", i));

		if (scope < 0)
			return SCOPES_DEFAULT;
		scopes |= 1U << scope;
	}
	return group_has(group, "scopes") ? scopes : SCOPES_DEFAULT;
}

/* A key makes the name longer than form_zone could know. */
static char *
fill_zone(struct group *group, const struct list *list, const char *key)
{
	char *zone;

	if (!key)
		return alloc_string(list->zone);
	zone = key_zone(list->zone, key);
	if (strlen(zone) <= FORM_ZONE_MAX)
		return zone;
	group_error(group, "key_file",
	    "with the key the zone \"%s\" passes %d bytes", list->zone,
	    FORM_ZONE_MAX);
	key_free(&zone);
	return NULL;
}

/* NULL if it cannot be had, with an error recorded. */
static char *
read_key_file(struct group *group, const char *named)
{
	char *path, *reason = NULL, *key;

	/* It would be quoted, and so go into the log. */
	if (!strpbrk(named, "/.")) {
		group_error(group, "key_file",
		    "expected the path of a file that holds the key, not the "
		    "key; with a \"/\" or a \".\" in it");
		return NULL;
	}
	path = group_path(group, "key_file", named);
	key = key_read(path, &reason);
	if (!key)
		group_error(group, "key_file", "%s: %s", path, reason);
	free(path);
	free(reason);
	return key;
}

/* NULL if none is needed or it cannot be had; an error is recorded then. */
static char *
read_key(struct group *group, const struct list *list)
{
	const char *named = group_text(group, "key_file", NULL);
	bool is_named = group_has(group, "key_file");

	if (is_named && !list_needs_key(list))
		group_error(group, "key_file",
		    "list \"%s\" takes no key: leave it out", list->id);
	if (!is_named && list_needs_key(list))
		group_error(group, NULL,
		    "list \"%s\" needs a key: expected key_file = "
		    "\"/etc/repgate/...\", a file with the key on one line",
		    list->id);
	return named && list_needs_key(list) ? read_key_file(group, named)
					     : NULL;
}

static int
most_of(const struct list_use *use)
{
	int most = 0;

	for (size_t i = 0; i < use->list->code_count; i++) {
		int weight = use_weight(use, UINT32_C(1) << i);

		most = weight > most ? weight : most;
	}
	return most;
}

static void
read_use(struct group *group, void *context)
{
	struct config *config = context;
	const char *id = group_text(group, "list", form_id);
	struct list_use use = {
	    .weight = group_number(group, "weight", 1, WEIGHT_MAX, 1),
	    .scopes = read_scopes(group),
	};

	use.most = use.weight;
	group_require(group, "list");
	if (id && config->directory)
		use.list = find(group, config, id);
	if (use.list && use.list->is_dead) {
		group_text(group, "key_file", NULL);
		warn_of_dead(group, use.list);
		return;
	}
	if (use.list) {
		use.key = read_key(group, use.list);
		use.zone = fill_zone(group, use.list, use.key);
		use.most = most_of(&use);
	} else {
		group_text(group, "key_file", NULL);
	}
	config->lists = alloc_resize(
	    config->lists, config->list_count + 1, sizeof config->lists[0]);
	config->lists[config->list_count++] = use;
}

static void
check_threshold(struct group *root, const struct config *config)
{
	int64_t sum = 0;

	for (size_t i = 0; i < config->list_count; i++)
		sum += config->lists[i].most;
	if (config->list_count > 0 && config->listed_at > sum)
		group_error(root, "listed_at",
		    "found %d, but all weights together are %lld: nothing "
		    "could ever be listed",
		    config->listed_at, (long long)sum);
}

static const char *
form_watched(const char *text)
{
	char domain[DOMAIN_MAX];

	return domain_parse(text, domain) == 0
		   ? NULL
		   : "a domain such as \"example.com\"";
}

static void
read_domains(struct group *root, struct config *config)
{
	struct strings *domains = &config->domains;

	values_strings(root, "domains", form_watched, domains);
	values_refuse_empty(root, "domains");
	for (size_t i = 0; i < domains->count; i++) {
		char domain[DOMAIN_MAX] = "";

		domain_parse(domains->items[i], domain);
		free(domains->items[i]);
		domains->items[i] = alloc_string(domain);
		for (size_t j = 0; domain[0] && j < i; j++)
			if (strcmp(domains->items[j], domain) == 0)
				group_item_error(root, "domains", i,
				    "\"%s\" is given twice; expected each "
				    "domain once",
				    domain);
	}
	for (size_t i = 0; i < config->list_count; i++)
		config->asks_domains |= config->lists[i].list &&
					config->lists[i].list->knows_domain;
	/* Before mail goes by a route their SPF records are looked at. */
	if (domains->count > 0 && !config->asks_domains &&
	    !group_has(root, "routes"))
		group_warning(root, "domains",
		    "nobody is asked about them: none of the lists knows "
		    "domains");
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
	if (config->directory && config->list_count == 0 &&
	    group_has(root, "lists") && !group_is_empty(root, "lists"))
		group_error(root, "lists",
		    "all of them are dead; expected at least one to ask");
	check_threshold(root, config);
	read_domains(root, config);
}

void
uses_free(struct config *config)
{
	strings_free(&config->domains);
	for (size_t i = 0; i < config->list_count; i++) {
		key_free(&config->lists[i].zone);
		key_free(&config->lists[i].key);
	}
	free(config->lists);
}

/* An allow-list's own weight is turned round; a code's has its sign. */
static int
code_weight(const struct list_use *use, const struct list_code *code)
{
	if (!(use->scopes >> code->scope & 1))
		return 0;
	if (code->has_weight)
		return code->weight;
	return use->list->allows ? -use->weight : use->weight;
}

int
use_weight(const struct list_use *use, uint32_t codes)
{
	int best = 0;

	for (size_t i = 0; i < use->list->code_count; i++) {
		int weight =
		    codes >> i & 1 ? code_weight(use, &use->list->codes[i]) : 0;

		if (abs(weight) > abs(best) ||
		    (abs(weight) == abs(best) && weight > best))
			best = weight;
	}
	return best;
}
