#include "mta/rights.h"

#include "base/account.h"
#include "base/alloc.h"
#include "config/config.h"
#include "mta/checklist.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The group of the file if to join that is all that is missing, else NULL. That
   of root is nobody's to join. */
static const char *
find_group(const struct account *who, const char *path, int mode)
{
	struct account member = *who;
	const struct group *group;
	struct stat status;

	if (stat(path, &status) != 0 || status.st_gid == 0 ||
	    account_join(&member, status.st_gid) != 0 ||
	    account_access(&member, path, mode) != 0)
		return NULL;
	group = getgrgid(status.st_gid);
	return group ? group->gr_name : NULL;
}

static void
tell_missing(struct checklist *list, const struct account *who,
    const char *path, int mode, const char *what, int error)
{
	const char *group = find_group(who, path, mode);

	if (group)
		checklist_item(list, false,
		    "%s for user %s: adduser %s %s; systemctl restart repgated",
		    what, who->name, who->name, group);
	else
		checklist_item(list, false, "%s for user %s: %s", what,
		    who->name, strerror(error));
}

static void
check_path(struct checklist *list, const struct account *who, const char *path,
    int mode, const char *what)
{
	int error;

	if (!who) {
		checklist_unknown(list,
		    "%s for repgated: none answers, and there is no user "
		    "repgate",
		    what);
		return;
	}
	error = account_access(who, path, mode);
	if (error < 0)
		checklist_unknown(
		    list, "%s for user %s: ask as root", what, who->name);
	else if (error > 0)
		tell_missing(list, who, path, mode, what, error);
	else
		checklist_item(list, true, "%s for user %s", what, who->name);
}

/* Several entries may be about parts of one file. */
static bool
is_first(const struct config *config, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(config->maillogs[i].file,
			config->maillogs[index].file) == 0)
			return false;
	return true;
}

void
rights_check_logs(struct checklist *list, const struct config *config,
    const struct account *who)
{
	for (size_t i = 0; i < config->maillog_count; i++) {
		const char *file = config->maillogs[i].file;
		char *what = alloc_printf("maillog %s, readable", file);

		if (is_first(config, i))
			check_path(list, who, file, R_OK, what);
		free(what);
	}
}

static bool
calls_postqueue(const struct strings *command)
{
	for (size_t i = 0; i < command->count; i++)
		if (strstr(command->items[i], "postqueue"))
			return true;
	return false;
}

void
rights_check_postqueue(struct checklist *list, const struct config *config,
    const struct account *who, const char *queue_directory)
{
	/* Where the sockets are by which it asks Postfix. */
	char *path = alloc_printf("%s/public", queue_directory);

	if (!calls_postqueue(&config->on_clear) &&
	    !calls_postqueue(&config->on_block))
		goto out;
	if (who && who->uid == 0)
		checklist_item(list, false,
		    "postqueue, usable for nobody, as whom root's repgated "
		    "runs it: start repgated with --user");
	else
		check_path(list, who, path, X_OK, "postqueue, usable");
out:
	free(path);
}
