#include "base/user.h"

#include "base/alloc.h"
#include "base/log.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Above the highest that a kernel knows; it refuses the rest. */
#define CAPABILITIES_MAX 64

static struct {
	bool is_taken; /* by root; the process can still be root again */
	uid_t uid;
	gid_t gid;
} user;

static int
fail(char **reason, const char *what)
{
	*reason = alloc_printf("%s: %s", what, strerror(errno));
	return -1;
}

/* What a program that is run could get beyond what we have. Each thread has
   its own, so this comes before there are others. */
static int
refuse_more(char **reason)
{
	for (unsigned long i = 0; i < CAPABILITIES_MAX; i++)
		prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(reason, "cannot set no_new_privs");
	return 0;
}

static int
wear(const char *name, char **reason)
{
	if (initgroups(name, user.gid) != 0)
		return fail(reason, "cannot take the groups of the user");
	if (setresgid(user.gid, user.gid, user.gid) != 0 ||
	    seteuid(user.uid) != 0)
		return fail(reason, "cannot become the user");
	user.is_taken = true;
	return 0;
}

int
user_take(const char *name, char **reason)
{
	const struct passwd *entry;

	if (refuse_more(reason) != 0)
		return -1;
	if (!name)
		return 0;
	errno = 0;
	entry = getpwnam(name);
	if (!entry) {
		*reason = errno ? alloc_printf("cannot look up user %s: %s",
				      name, strerror(errno))
				: alloc_printf("there is no user %s", name);
		return -1;
	}
	user.uid = entry->pw_uid;
	user.gid = entry->pw_gid;
	if (geteuid() == 0)
		return wear(name, reason);
	if (geteuid() == user.uid)
		return 0;
	*reason = alloc_printf("only root can become user %s", name);
	return -1;
}

static void
become(uid_t uid)
{
	if (!user.is_taken || seteuid(uid) == 0)
		return;
	log_error("cannot change the effective user: %m");
	exit(EXIT_FAILURE);
}

void
user_raise(void)
{
	become(0);
}

void
user_lower(void)
{
	become(user.uid);
}

static int
give_up_root(char **reason)
{
	user_raise();
	user.is_taken = false;
	if (setresuid(user.uid, user.uid, user.uid) != 0)
		return fail(reason, "cannot become the user for good");
	if (user.uid != 0 && setuid(0) == 0) {
		*reason = alloc_string("root was not given up");
		return -1;
	}
	return 0;
}

int
user_settle(char **reason)
{
	if (user.is_taken && give_up_root(reason) != 0)
		return -1;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fail(reason, "cannot forbid core dumps");
	return 0;
}
