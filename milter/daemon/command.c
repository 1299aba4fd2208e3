#include "daemon/command.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/child.h"
#include "config/config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define RUN_LIMIT_TENTHS 300

static atomic_int running;

/* One run, in a thread of its own. */
struct run {
	const char *setting;
	bool is_quiet;
	char **words; /* ends with NULL */
};

static void
free_run(struct run *run)
{
	for (size_t i = 0; run->words[i]; i++)
		free(run->words[i]);
	free(run->words);
	free(run);
	atomic_fetch_sub(&running, 1);
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
tell(const struct run *run, int status)
{
	const char *setting = run->setting, *program = run->words[0];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		if (!run->is_quiet)
			log_info("%s: %s was run", setting, program);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		log_warning("%s: %s cannot be run", setting, program);
	} else if (WIFEXITED(status)) {
		log_warning("%s: %s ended with status %d", setting, program,
		    WEXITSTATUS(status));
	} else {
		log_warning("%s: %s was killed by signal %d", setting, program,
		    WTERMSIG(status));
	}
}

static void *
work(void *arg)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char *const environment[] = {path, NULL};
	struct run *run = arg;
	pid_t pid = child_start(&(struct child_terms){.words = run->words,
	    .environment = environment,
	    .input = -1,
	    .output = -1});
	int status;

	status = pid > 0 ? await(pid) : -1;
	if (status == -1)
		log_warning(
		    "%s: no process for %s", run->setting, run->words[0]);
	else
		tell(run, status);
	free_run(run);
	return NULL;
}

/* To be freed. */
static char *
fill_in(const char *word, const char *qid)
{
	const char *mark = qid ? strstr(word, COMMAND_QID) : NULL;

	if (!mark)
		return alloc_string(word);
	return alloc_printf("%.*s%s%s", (int)(mark - word), word, qid,
	    mark + strlen(COMMAND_QID));
}

static struct run *
create_run(const char *setting, const struct strings *command, const char *qid)
{
	struct run *run = alloc_zeroed(1, sizeof *run);

	atomic_fetch_add(&running, 1);
	run->setting = setting;
	run->is_quiet = qid;
	run->words = alloc_zeroed(command->count + 1, sizeof run->words[0]);
	for (size_t i = 0; i < command->count; i++)
		run->words[i] = fill_in(command->items[i], qid);
	return run;
}

bool
command_has_room(void)
{
	return atomic_load(&running) < COMMAND_RUNNING_MAX;
}

int
command_run(const char *setting, const struct strings *command, const char *qid)
{
	struct run *run;
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	if (!command_has_room())
		return -1;
	run = create_run(setting, command, qid);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attributes, work, run);
	pthread_attr_destroy(&attributes);
	if (error == 0)
		return 0;
	log_warning("%s: no thread for %s", setting, run->words[0]);
	free_run(run);
	return -1;
}
