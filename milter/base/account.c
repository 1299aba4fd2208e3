#include "base/account.h"

#include "base/alloc.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The exit status of a child that could not become the user; no errno. */
#define NOT_BECOME 255

static void
find_name(struct account *account)
{
	const struct passwd *entry = getpwuid(account->uid);

	if (entry)
		snprintf(
		    account->name, sizeof account->name, "%s", entry->pw_name);
	else
		snprintf(account->name, sizeof account->name, "%u",
		    (unsigned)account->uid);
}

static int
read_groups(const char *text, struct account *account)
{
	char *end;
	gid_t group = strtoul(text, &end, 10);

	while (end != text) {
		if (account_join(account, group) != 0)
			return -1;
		text = end;
		group = strtoul(text, &end, 10);
	}
	return 0;
}

/* A line of proc_pid_status(5); of four ids the second is the effective one.
   Whether it is one of the three that are wanted. */
static bool
read_line(const char *line, struct account *account)
{
	static const char groups[] = "Groups:";

	return sscanf(line, "Uid: %*u %u", &account->uid) == 1 ||
	       sscanf(line, "Gid: %*u %u", &account->gid) == 1 ||
	       (strncmp(line, groups, strlen(groups)) == 0 &&
		   read_groups(line + strlen(groups), account) == 0);
}

int
account_of_process(pid_t pid, struct account *out)
{
	char *path = alloc_printf("/proc/%d/status", (int)pid), *line = NULL;
	FILE *file = fopen(path, "r");
	struct account account = {0};
	size_t size = 0;
	int count = 0;

	free(path);
	if (!file)
		return -1;
	while (getline(&line, &size, file) >= 0)
		count += read_line(line, &account);
	free(line);
	fclose(file);
	if (count != 3)
		return -1;
	find_name(&account);
	*out = account;
	return 0;
}

int
account_of_name(const char *name, struct account *out)
{
	const struct passwd *entry = getpwnam(name);
	struct account account = {0};
	int count = ACCOUNT_GROUPS_MAX;

	if (!entry)
		return -1;
	account.uid = entry->pw_uid;
	account.gid = entry->pw_gid;
	if (getgrouplist(name, account.gid, account.groups, &count) < 0)
		return -1;
	account.group_count = count;
	snprintf(account.name, sizeof account.name, "%s", name);
	*out = account;
	return 0;
}

int
account_join(struct account *account, gid_t group)
{
	if (account->group_count == ACCOUNT_GROUPS_MAX)
		return -1;
	account->groups[account->group_count++] = group;
	return 0;
}

static bool
become(const struct account *account)
{
	return setgroups(account->group_count, account->groups) == 0 &&
	       setresgid(account->gid, account->gid, account->gid) == 0 &&
	       setresuid(account->uid, account->uid, account->uid) == 0;
}

int
account_access(const struct account *account, const char *path, int mode)
{
	int status;
	pid_t pid;

	fflush(stdout); /* not to be written by both */
	pid = fork();
	if (pid == 0) {
		if (!become(account))
			_exit(NOT_BECOME);
		_exit(access(path, mode) == 0 ? 0 : errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == NOT_BECOME)
		return -1;
	return WEXITSTATUS(status);
}
