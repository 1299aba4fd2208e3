/*
 * scratch -- a directory of its own for a test that reads files.
 */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCRATCH_FILES_MAX 8

static char scratch[64];
static char scratch_files[SCRATCH_FILES_MAX][128];
static int scratch_count;

static int
scratch_create(void **state)
{
	(void)state;
	strcpy(scratch, "/tmp/repgate-test-XXXXXX");
	scratch_count = 0;
	return mkdtemp(scratch) ? 0 : -1;
}

static int
scratch_destroy(void **state)
{
	(void)state;
	while (scratch_count > 0)
		unlink(scratch_files[--scratch_count]);
	return rmdir(scratch);
}

/* Writing a name again replaces the file. Returns the path, which is valid
   until the end of the test. */
static const char *
scratch_write_bytes(const char *name, const char *bytes, size_t length)
{
	char path[sizeof scratch_files[0]];
	FILE *file;
	int i = 0;

	snprintf(path, sizeof path, "%s/%s", scratch, name);
	while (i < scratch_count && strcmp(scratch_files[i], path) != 0)
		i++;
	assert(i < SCRATCH_FILES_MAX);
	if (i == scratch_count)
		strcpy(scratch_files[scratch_count++], path);
	file = fopen(path, "w");
	assert(file);
	fwrite(bytes, 1, length, file);
	fclose(file);
	return scratch_files[i];
}

static inline const char *
scratch_write(const char *name, const char *text)
{
	return scratch_write_bytes(name, text, strlen(text));
}

#endif
