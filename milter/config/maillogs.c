#include "config/maillogs.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/egresses.h"
#include "config/form.h"
#include "config/group.h"
#include "config/receivers.h"
#include "config/routes.h"

#include <stdlib.h>
#include <string.h>

static const char *
form_path(const char *text)
{
	return text[0] == '/' ? NULL : "the path of a file, from the root on";
}

static const char *
form_syslog_name(const char *text)
{
	for (const char *c = text; *c; c++)
		if (strchr(" []:", *c))
			return "a name without spaces, as the log has it "
			       "before /smtp[1]:";
	return NULL;
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void
check_twice(struct group *group, const struct config *config,
    const struct maillog *maillog)
{
	for (size_t i = 0; i < config->maillog_count; i++) {
		const struct maillog *other = &config->maillogs[i];

		if (strcmp(other->file, maillog->file) == 0 &&
		    is_same(other->syslog_name, maillog->syslog_name))
			group_error(group, NULL,
			    "%s with %s%s stands there already; expected each "
			    "part of a log once",
			    maillog->file,
			    maillog->syslog_name ? "syslog_name "
						 : "no syslog_name",
			    maillog->syslog_name ? maillog->syslog_name : "");
	}
}

/* The index of the only one, or of the one that is named. */
static size_t
read_egress(struct group *group, const struct config *config)
{
	const char *name = group_text(group, "egress", form_label);
	const struct egress *egress = name ? egresses_find(config, name) : NULL;

	if (name && !egress)
		group_error(group, "egress",
		    "found \"%s\", expected the name of an egress", name);
	if (!group_has(group, "egress") && config->egress_count > 1)
		group_error(group, "egress",
		    "it is missing; expected the name of the egress that this "
		    "mail leaves by, since there are several");
	return egress ? (size_t)(egress - config->egresses) : 0;
}

static const struct route *
read_route(struct group *group, const struct config *config)
{
	const char *name = group_text(group, "route", form_name);
	const struct route *route = name ? routes_find(config, name) : NULL;

	if (name && !route)
		group_error(group, "route",
		    "found \"%s\", expected the name of a route", name);
	if (group_has(group, "egress"))
		group_error(group, "route",
		    "found with egress, expected one of the two");
	return route;
}

static void
read_maillog(struct group *group, void *context)
{
	struct config *config = context;
	const char *file = group_text(group, "file", form_path);
	const char *name = group_text(group, "syslog_name", form_syslog_name);
	struct maillog maillog = {0};

	group_require(group, "file");
	maillog.file = alloc_string(file ? file : "");
	maillog.syslog_name = name ? alloc_string(name) : NULL;
	if (group_has(group, "route"))
		maillog.route = read_route(group, config);
	else
		maillog.egress = read_egress(group, config);
	check_twice(group, config, &maillog);
	if (config->maillog_count == MAILLOGS_MAX)
		group_error(
		    group, NULL, "expected no more than %d", MAILLOGS_MAX);
	config->maillogs = alloc_resize(config->maillogs,
	    config->maillog_count + 1, sizeof config->maillogs[0]);
	config->maillogs[config->maillog_count++] = maillog;
}

/* What throttled mail does by that transport is of use without a log. */
static void
warn_of_missing(struct group *root, const struct config *config)
{
	if (config->on_block.count > 0)
		group_warning(root, "on_block",
		    "it is never run: queue ids stand in the mail log only; "
		    "expected maillog with it");
	if (config->probe.transport && !config->probe.serves_throttled)
		group_warning(root, "probe",
		    "nothing is learned from it: that a message was taken "
		    "stands in the mail log only; expected maillog with it");
}

void
maillogs_read(struct group *root, struct config *config)
{
	group_each(root, "maillog", read_maillog, config);
	if (!group_has(root, "maillog"))
		warn_of_missing(root, config);
	if (config->maillog_count > 0 && config->directory &&
	    config->directory->receivers->rules.count == 0)
		group_warning(root, "maillog",
		    "the providers file has no replies, so that no reply in a "
		    "log would be understood; expected it to include "
		    "receivers.conf");
}

void
maillogs_free(struct config *config)
{
	for (size_t i = 0; i < config->maillog_count; i++) {
		free(config->maillogs[i].file);
		free(config->maillogs[i].syslog_name);
	}
	free(config->maillogs);
}

/* How long the name is, or -1 if the program has another. */
static int
match(const char *name, const char *program)
{
	size_t length = name ? strlen(name) : 0;

	if (length == 0)
		return 0;
	if (strncmp(program, name, length) != 0 ||
	    (program[length] != '/' && program[length] != '\0'))
		return -1;
	return length;
}

const struct maillog *
maillogs_find(
    const struct config *config, const char *file, const char *program)
{
	const struct maillog *found = NULL;
	int longest = -1;

	for (size_t i = 0; i < config->maillog_count; i++) {
		const struct maillog *maillog = &config->maillogs[i];
		int length = match(maillog->syslog_name, program);

		if (length > longest && strcmp(maillog->file, file) == 0) {
			found = maillog;
			longest = length;
		}
	}
	return found;
}

bool
maillogs_has(const struct config *config, const char *file)
{
	for (size_t i = 0; i < config->maillog_count; i++)
		if (strcmp(config->maillogs[i].file, file) == 0)
			return true;
	return false;
}
