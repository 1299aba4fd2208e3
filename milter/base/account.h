/*
 * account -- a user with his groups, and what he may do to a file: not by our
 * reading of its mode, but by the kernel's word. One thread.
 */
#ifndef BASE_ACCOUNT_H
#define BASE_ACCOUNT_H

#include <stddef.h>
#include <sys/types.h>

/* Who is in more is not known. */
#define ACCOUNT_GROUPS_MAX 256
#define ACCOUNT_NAME_MAX 64

struct account {
	char name[ACCOUNT_NAME_MAX]; /* the number where there is none */
	uid_t uid;
	gid_t gid;
	gid_t groups[ACCOUNT_GROUPS_MAX]; /* supplementary */
	size_t group_count;
};

/* As a process has it, which has not the groups that its user joined since it
   was started. 0, or -1 if that cannot be found out. */
int account_of_process(pid_t, struct account *);

/* As that user would have it now. 0, or -1 if there is none. */
int account_of_name(const char *name, struct account *);

/* As if it were in one group more. 0, or -1 if it is in too many. */
int account_join(struct account *, gid_t);

/* Whether access(2) would let it: 0; or an errno, why it would not; or -1 if
   that cannot be found out, as by anybody but root. */
int account_access(const struct account *, const char *path, int mode);

#endif
