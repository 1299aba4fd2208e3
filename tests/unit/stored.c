#include "stored.h"

#include "base/log.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

char store_directory[64], store_path[128];

static char log_path[128];
static int real_stderr;

int
stored_begin(void **state)
{
	int fd;

	(void)state;
	strcpy(store_directory, "/tmp/repgate-test-XXXXXX");
	if (!mkdtemp(store_directory))
		return -1;
	snprintf(store_path, sizeof store_path, "%s/state.db", store_directory);
	snprintf(log_path, sizeof log_path, "%s/log", store_directory);
	fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	real_stderr = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	log_open("store_test", LOG_USER, true);
	return 0;
}

int
stored_end(void **state)
{
	DIR *directory = opendir(store_directory);
	const struct dirent *entry;

	(void)state;
	log_open("store_test", LOG_USER, false);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	return rmdir(store_directory);
}

void
rest(void)
{
	const struct timespec hundredth = {.tv_nsec = 10000000};

	nanosleep(&hundredth, NULL);
}

int
lines_with(const char *text)
{
	FILE *file = fopen(log_path, "r");
	char line[1024];
	int count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		count += strstr(line, text) != NULL;
	fclose(file);
	return count;
}

void
wait_for_lines(const char *text, int want)
{
	for (int i = 0; i < HUNDREDTHS_MAX && lines_with(text) < want; i++)
		rest();
	assert_int_equal(lines_with(text), want);
}

void
wait_for_disk(struct store *store)
{
	for (int i = 0; i < HUNDREDTHS_MAX && store_waiting(store) > 0; i++)
		rest();
	assert_int_equal(store_waiting(store), 0);
}

struct want {
	const char *key, *value; /* value: what was found */
	int count;
};

static void
on_record(void *arg, const char *key, const char *value)
{
	struct want *want = arg;
	static char found[4096];

	want->count++;
	if (strcmp(key, want->key) != 0)
		return;
	snprintf(found, sizeof found, "%s", value);
	want->value = found;
}

const char *
kept(struct store *store, const char *kind, const char *key)
{
	struct want want = {.key = key};

	store_each(store, kind, on_record, &want);
	return want.value;
}

int
count_of(struct store *store, const char *kind)
{
	struct want want = {.key = ""};

	store_each(store, kind, on_record, &want);
	return want.count;
}

struct store *
open_started(void)
{
	struct store *store = store_open(store_path);

	store_start(store);
	return store;
}
