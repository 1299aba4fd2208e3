#include "growing_log.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char dir[64], path[128], old_path[128];
struct tail *tail;
uint64_t line_count, byte_count, hash;

static char got[1 << 16];

int
growing_log_begin(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/repgate-test-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/mail.log", dir);
	snprintf(old_path, sizeof old_path, "%s/mail.log.1", dir);
	got[0] = '\0';
	line_count = byte_count = hash = 0;
	return 0;
}

int
growing_log_end(void **state)
{
	DIR *directory = opendir(dir);
	const struct dirent *entry;

	(void)state;
	tail_destroy(&tail);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	return rmdir(dir);
}

void
put_bytes(const char *file, int flags, const char *bytes, size_t length)
{
	int fd = open(file, O_WRONLY | O_CREAT | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), (ssize_t)length);
	close(fd);
}

void
append(const char *text)
{
	put_bytes(path, O_APPEND, text, strlen(text));
}

void
copy_file(const char *from, const char *to)
{
	static char bytes[1 << 16];
	int fd = open(from, O_RDONLY);
	ssize_t count = read(fd, bytes, sizeof bytes);

	assert_true(count >= 0);
	close(fd);
	put_bytes(to, O_TRUNC, bytes, count);
}

static void
on_line(void *arg, const char *line, size_t length)
{
	(void)arg;
	line_count++;
	byte_count += length;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)line[i]) * 1099511628211u;
	if (length > 100 || strlen(got) > sizeof got - 200)
		return;
	strncat(got, line, length);
	strcat(got, "|");
}

void
begin(const struct place *from)
{
	tail = tail_create(path, from, LONGEST, on_line, NULL);
}

void
check_reads(const char *want)
{
	for (int i = 0; tail_read(tail); i++)
		assert_in_range(i, 0, 1000);
	assert_string_equal(got, want);
	got[0] = '\0';
}

void
begin_behind(const char *text)
{
	append(text);
	begin(NULL);
	check_reads("");
}

struct tail_state
look(void)
{
	struct tail_state state;

	tail_look(tail, &state);
	return state;
}

void
restart(void)
{
	struct place place, again;
	char *json;

	assert_int_equal(tail_place(tail, &place), 0);
	tail_destroy(&tail);
	json = place_write(&place);
	memset(&again, 0x5a, sizeof again);
	assert_int_equal(place_read(json, &again), 0);
	free(json);
	assert_int_equal(again.inode, place.inode);
	assert_int_equal(again.offset, place.offset);
	begin(&again);
}
