#include "nudge.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN_LIMIT_TENTHS 300
#define RUNS_FOR_A_WISH 2

struct nudge {
	int runs_due;
	int64_t last_ms; /* CLOCK_NEVER before the first */
};

/* One run, in a thread of its own. */
struct run {
	char **words; /* ends with NULL */
	uid_t uid;    /* to become, where root */
	gid_t gid;
};

struct nudge *
nudge_create(void)
{
	struct nudge *nudge = alloc_zeroed(1, sizeof *nudge);

	nudge->last_ms = CLOCK_NEVER;
	return nudge;
}

void
nudge_destroy(struct nudge **nudge)
{
	free(*nudge);
	*nudge = NULL;
}

void
nudge_want(struct nudge *nudge)
{
	nudge->runs_due = RUNS_FOR_A_WISH;
}

static void
free_run(struct run *run)
{
	for (size_t i = 0; run->words[i]; i++)
		free(run->words[i]);
	free(run->words);
	free(run);
}

/* The calls themselves, since glibc's wrappers speak to threads that a child
   does not have. */
static bool
drop_privilege(const struct run *run)
{
	if (geteuid() != 0)
		return true;
	return syscall(SYS_setgroups, 0, NULL) == 0 &&
	       syscall(SYS_setresgid, run->gid, run->gid, run->gid) == 0 &&
	       syscall(SYS_setresuid, run->uid, run->uid, run->uid) == 0;
}

/* In the child of a process with threads: system calls and nothing else. */
static void
become(const struct run *run)
{
	static const char *const environment[] = {
	    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	close_range(3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (drop_privilege(run))
		execve(run->words[0], run->words, (char **)environment);
	_exit(127);
}

/* The exit status as waitpid has it, or -1 if there is no child. */
static int
await(pid_t pid)
{
	const struct timespec tenth = {.tv_nsec = 100000000};
	int status = -1;

	for (int i = 0; i < RUN_LIMIT_TENTHS; i++) {
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended == pid)
			return status;
		if (ended < 0 && errno != EINTR)
			return -1;
		nanosleep(&tenth, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return status;
}

static void
tell(const char *program, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		log_info("on_clear: %s was run", program);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		log_warning("on_clear: %s cannot be run", program);
	else if (WIFEXITED(status))
		log_warning("on_clear: %s ended with status %d", program,
		    WEXITSTATUS(status));
	else
		log_warning("on_clear: %s was killed by signal %d", program,
		    WTERMSIG(status));
}

static void *
work(void *arg)
{
	struct run *run = arg;
	pid_t pid = fork();
	int status;

	if (pid == 0)
		become(run);
	status = pid > 0 ? await(pid) : -1;
	if (status == -1)
		log_warning("on_clear: no process for %s", run->words[0]);
	else
		tell(run->words[0], status);
	free_run(run);
	return NULL;
}

static struct run *
create_run(const struct strings *command)
{
	const struct passwd *nobody =
	    geteuid() == 0 ? getpwnam("nobody") : NULL;
	struct run *run = alloc_zeroed(1, sizeof *run);

	run->uid = nobody ? nobody->pw_uid : 65534;
	run->gid = nobody ? nobody->pw_gid : 65534;
	run->words = alloc_zeroed(command->count + 1, sizeof run->words[0]);
	for (size_t i = 0; i < command->count; i++)
		run->words[i] = alloc_string(command->items[i]);
	return run;
}

static void
start(const struct strings *command)
{
	struct run *run = create_run(command);
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attributes, work, run);
	pthread_attr_destroy(&attributes);
	if (error == 0)
		return;
	log_warning("on_clear: no thread for %s", run->words[0]);
	free_run(run);
}

void
nudge_tick(struct nudge *nudge, const struct strings *command, int64_t now_ms)
{
	if (nudge->runs_due == 0 ||
	    (nudge->last_ms != CLOCK_NEVER &&
		now_ms - nudge->last_ms < NUDGE_APART_MS))
		return;
	nudge->runs_due--;
	nudge->last_ms = now_ms;
	if (command->count > 0)
		start(command);
}
