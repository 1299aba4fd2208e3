/*
 * jail -- runs a command under the seccomp filter that systemd would make of a
 * unit, so that a test can see whether the daemon lives with it.
 *
 *   jail FILE COMMAND [ARGUMENT ...]
 *
 * FILE names the system calls that are allowed, one a line; all others fail
 * with EPERM. On top of that come MemoryDenyWriteExecute=yes and
 * RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK, as
 * systemd.exec(5) tells.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void
check(int status, const char *what)
{
	if (status >= 0)
		return;
	fprintf(stderr, "jail: %s: %s\n", what, strerror(-status));
	exit(125);
}

/* Sockets and mappings have rules of their own. systemd's sets name calls of
   other architectures and of newer kernels, too; these are not to be had. */
static void
allow(scmp_filter_ctx filter, const char *name)
{
	static const char *const apart[] = {"socket", "mmap", "mprotect"};
	int number = seccomp_syscall_resolve_name(name);

	for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++)
		if (strcmp(name, apart[i]) == 0)
			return;
	if (number >= 0)
		check(
		    seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0), name);
}

static void
allow_those_of(scmp_filter_ctx filter, const char *path)
{
	FILE *file = fopen(path, "r");
	char name[128];

	if (!file)
		check(-errno, path);
	while (fscanf(file, "%127s", name) == 1)
		allow(filter, name);
	fclose(file);
}

/* libseccomp's macros for this leave out fields, of which clang warns. */
static void
allow_if(scmp_filter_ctx filter, int number, unsigned argument, uint64_t mask,
    uint64_t value)
{
	const struct scmp_arg_cmp condition = {
	    .arg = argument,
	    .op = SCMP_CMP_MASKED_EQ,
	    .datum_a = mask,
	    .datum_b = value,
	};

	check(seccomp_rule_add_array(
		  filter, SCMP_ACT_ALLOW, number, 1, &condition),
	    "a rule");
}

/* Rules that allow are or'ed: a mapping may be writable, or executable. */
static void
allow_by_argument(scmp_filter_ctx filter)
{
	static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
	static const int either[] = {0, PROT_WRITE, PROT_EXEC};

	for (int i = 0; i < 4; i++)
		allow_if(filter, SCMP_SYS(socket), 0, UINT64_MAX, families[i]);
	for (int i = 0; i < 3; i++)
		allow_if(filter, SCMP_SYS(mmap), 2, PROT_WRITE | PROT_EXEC,
		    either[i]);
	allow_if(filter, SCMP_SYS(mprotect), 2, PROT_EXEC, 0);
}

int
main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (argc < 3) {
		fputs("usage: jail FILE COMMAND [ARGUMENT ...]\n", stderr);
		return 125;
	}
	allow_those_of(filter, argv[1]);
	allow_by_argument(filter);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		check(-errno, "no_new_privs");
	check(seccomp_load(filter), "the filter");
	execvp(argv[2], argv + 2);
	check(-errno, argv[2]);
}
