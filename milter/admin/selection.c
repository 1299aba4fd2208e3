#include "admin/selection.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/problems.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int impact_weights[] = {
    [IMPACT_NOISE] = 1,
    [IMPACT_LOW] = 1,
    [IMPACT_MEDIUM] = 2,
    [IMPACT_HIGH] = 3,
};

/* A list that the configuration does not use only tells. */
static struct list_use
unconfigured_use(const struct config *config, const struct list *list)
{
	struct list_use use = {
	    .list = list,
	    .weight = impact_weights[list->impact],
	    .zone = list->zone,
	};

	if (!config && list->impact != IMPACT_NOISE) {
		use.scopes = SCOPES_DEFAULT;
		use.most = use.weight;
	}
	return use;
}

static const struct list_use *
configured_use(const struct config *config, const struct list *list)
{
	for (size_t i = 0; config && i < config->list_count; i++)
		if (strcmp(config->lists[i].list->id, list->id) == 0)
			return &config->lists[i];
	return NULL;
}

/* Lists that serve subscribers only answer nothing to others. */
static bool
needs_contract(const struct list *list)
{
	return list_needs_key(list) || list->terms == TERMS_PAID;
}

static void
add(struct selection *selection, const struct config *config,
    const struct list *list)
{
	const struct list_use *configured = configured_use(config, list);
	struct list_use *use = &selection->uses[selection->count];

	if (list->is_dead) {
		selection->dead++;
		return;
	}
	if (!configured && needs_contract(list)) {
		selection->keyless++;
		return;
	}
	*use = configured ? *configured : unconfigured_use(config, list);
	use->list = list;
	selection->count++;
	selection->knows_domains |= list->knows_domain;
}

static int
load_config(struct selection *selection, const char *path, bool can_do_without)
{
	struct problems *problems;

	if (!path && access(CONFIG_PATH, F_OK) != 0)
		return 0;
	problems = problems_create();
	selection->config = config_load(path ? path : CONFIG_PATH, problems);
	if (!selection->config)
		problems_print(problems, stderr);
	problems_destroy(&problems);
	if (selection->config)
		return 0;
	if (path || !can_do_without)
		return -1;
	fputs("repgate: going on without a configuration\n", stderr);
	return 0;
}

static int
load_directory(struct selection *selection, const char *path)
{
	struct problems *problems;

	if (!path && selection->config)
		return 0;
	problems = problems_create();
	selection->directory =
	    directory_read(path ? path : PROVIDERS_PATH, problems);
	if (!selection->directory)
		problems_print(problems, stderr);
	problems_destroy(&problems);
	return selection->directory ? 0 : -1;
}

int
selection_make(struct selection *selection, const char *config_path,
    const char *providers_path, bool can_do_without)
{
	const struct directory *directory;

	if (load_config(selection, config_path, can_do_without) != 0 ||
	    load_directory(selection, providers_path) != 0)
		return -1;
	directory = selection->directory ? selection->directory
					 : selection->config->directory;
	selection->uses =
	    alloc_zeroed(directory->list_count, sizeof *selection->uses);
	for (size_t i = 0; i < directory->list_count; i++)
		add(selection, selection->config, &directory->lists[i]);
	return 0;
}

void
selection_clear(struct selection *selection)
{
	free(selection->uses);
	directory_destroy(&selection->directory);
	config_unref(selection->config);
	*selection = (struct selection){0};
}
