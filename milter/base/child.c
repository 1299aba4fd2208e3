#include "base/child.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

struct identity {
	bool is_taken;
	uid_t uid;
	gid_t gid;
};

static struct identity
choose_identity(const struct child_terms *terms)
{
	struct identity identity = {.uid = NOBODY, .gid = NOBODY};
	struct passwd entry, *found = NULL;
	char text[4096];

	identity.is_taken = geteuid() == 0 && !terms->keeps_root;
	if (identity.is_taken &&
	    getpwnam_r("nobody", &entry, text, sizeof text, &found) == 0 &&
	    found) {
		identity.uid = entry.pw_uid;
		identity.gid = entry.pw_gid;
	}
	return identity;
}

/* The calls themselves, since glibc's wrappers speak to threads that a child
   does not have. */
static bool
take(const struct identity *as)
{
	if (!as->is_taken)
		return true;
	return syscall(SYS_setgroups, 0, NULL) == 0 &&
	       syscall(SYS_setresgid, as->gid, as->gid, as->gid) == 0 &&
	       syscall(SYS_setresuid, as->uid, as->uid, as->uid) == 0;
}

/* In the child of a process with threads: system calls and nothing else. */
static void
become(const struct child_terms *terms, const struct identity *identity)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	dup2(terms->input < 0 ? null : terms->input, STDIN_FILENO);
	dup2(terms->output < 0 ? null : terms->output, STDOUT_FILENO);
	dup2(terms->joins_errors ? STDOUT_FILENO : null, STDERR_FILENO);
	close_range(3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (take(identity))
		execve(terms->words[0], terms->words, terms->environment);
	_exit(127);
}

pid_t
child_start(const struct child_terms *terms)
{
	const struct identity identity = choose_identity(terms);
	pid_t pid = fork();

	if (pid == 0)
		become(terms, &identity);
	return pid;
}

/* Whether there is something to read, or its end, in time. */
static bool
wait_for(int fd, int stop_fd, int64_t deadline_ms)
{
	struct pollfd polled[] = {
	    {.fd = fd, .events = POLLIN},
	    {.fd = stop_fd, .events = POLLIN},
	};
	int64_t left_ms;
	int ready;

	do {
		left_ms = deadline_ms - clock_now_ms();
		ready = left_ms > 0 ? poll(polled, 2, (int)left_ms) : 0;
	} while (ready < 0 && errno == EINTR);
	return ready > 0 && polled[1].revents == 0;
}

/* The length of what was read up to its end. */
static size_t
read_all(int fd, char *text, int stop_fd, int64_t deadline_ms)
{
	size_t used = 0;
	ssize_t length;

	while (used < CHILD_OUTPUT_MAX && wait_for(fd, stop_fd, deadline_ms)) {
		length = read(fd, text + used, CHILD_OUTPUT_MAX - used);
		if (length == 0)
			return used;
		if (length > 0)
			used += length;
	}
	return 0;
}

char *
child_output(const struct child_terms *terms, int stop_fd, int64_t deadline_ms)
{
	char *text = alloc_zeroed(1, CHILD_OUTPUT_MAX + 1);
	struct child_terms piped = *terms;
	int pipes[2];
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return text;
	piped.output = pipes[1];
	pid = child_start(&piped);
	close(pipes[1]);
	if (pid > 0) {
		text[read_all(pipes[0], text, stop_fd, deadline_ms)] = '\0';
		kill(pid, SIGKILL); /* it has said all that is heard */
		waitpid(pid, NULL, 0);
	}
	close(pipes[0]);
	return text;
}

char *
child_find(const char *directories, const char *name)
{
	char *copy = alloc_string(directories), *rest = copy, *directory;
	char *found = NULL;

	while (!found && (directory = strtok_r(rest, ":", &rest))) {
		found = alloc_printf("%s/%s", directory, name);
		if (directory[0] == '/' && access(found, X_OK) == 0)
			break;
		free(found);
		found = NULL;
	}
	free(copy);
	return found;
}
