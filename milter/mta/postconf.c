#include "mta/postconf.h"

#include "base/alloc.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* All is read: a program that nobody listens to fails. */
static char *
first_line_of(int fd)
{
	FILE *file = fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;

	if (!file) {
		close(fd);
		return alloc_string("");
	}
	if (getline(&line, &size, file) < 0) {
		free(line);
		line = alloc_string("");
	}
	while (getc(file) != EOF)
		;
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* Starts it with its output into a pipe: the end to read from, or -1. */
static int
start(const char *const *words, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int pipes[2], error;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(
	    &actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawnp(
	    pid, words[0], &actions, NULL, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	if (error == 0)
		return pipes[0];
	close(pipes[0]);
	return -1;
}

/* The first line of what the words print, or NULL if they fail. To be freed. */
static char *
output_of(const char *const *words)
{
	int status = -1, fd;
	char *line;
	pid_t pid;

	fd = start(words, &pid);
	if (fd < 0)
		return NULL;
	line = first_line_of(fd);
	waitpid(pid, &status, 0);
	if (status == 0)
		return line;
	free(line);
	return NULL;
}

/* Where an administrator's postconf is, and a user's path is not. */
static void
widen_path(void)
{
	static const char more[] = ":/usr/sbin:/usr/local/sbin";
	const char *path = getenv("PATH");
	char *longer;

	if (path && strstr(path, more))
		return;
	longer = alloc_printf("%s%s", path ? path : "", more);
	setenv("PATH", longer, 1);
	free(longer);
}

/* PROGRAM [-c DIRECTORY] OPTION FIRST [SECOND] */
static char *
ask(const char *directory, const char *program, const char *option,
    const char *first, const char *second)
{
	const char *words[7] = {program};
	size_t count = 1;

	if (directory) {
		words[count++] = "-c";
		words[count++] = directory;
	}
	words[count++] = option;
	words[count++] = first;
	words[count] = second;
	widen_path();
	return output_of(words);
}

char *
postconf_value(const char *directory, const char *key)
{
	return ask(directory, "postconf", "-xh", key, NULL);
}

bool
postconf_has_transport(const char *directory, const char *name)
{
	char *service = alloc_printf("%s/unix", name);
	char *line = ask(directory, "postconf", "-M", service, NULL);
	bool has = line && line[0];

	free(line);
	free(service);
	return has;
}

bool
postconf_table_has(const char *directory, const char *table, const char *key,
    const char *wanted)
{
	char *value = ask(directory, "postmap", "-q", key, table);
	bool has = value && strcmp(value, wanted) == 0;

	free(value);
	return has;
}
