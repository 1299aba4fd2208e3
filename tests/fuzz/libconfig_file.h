/*
 * libconfig_file -- any text under a path, for what libconfig is to read, and
 * word to the leak checker of what libconfig itself leaks. For one file of a
 * program.
 */
#ifndef FUZZ_LIBCONFIG_FILE_H
#define FUZZ_LIBCONFIG_FILE_H

#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Zeros: not there yet. */
struct libconfig_file {
	int fd;
	char path[64];
};

/* Replaces what is in the file by the two texts. Returns its path, which stays
   the same: reasons name it, and one that changed would look like news. */
static const char *
libconfig_file_write(struct libconfig_file *file, const char *head,
    const void *bytes, size_t size)
{
	ssize_t length = strlen(head);

	if (!file->path[0]) {
		file->fd = memfd_create("libconfig", MFD_CLOEXEC);
		must(file->fd >= 0);
		snprintf(file->path, sizeof file->path, "/proc/self/fd/%d",
		    file->fd);
	}
	must(ftruncate(file->fd, 0) == 0);
	must(pwrite(file->fd, head, length, 0) == length);
	must(pwrite(file->fd, bytes, size, length) == (ssize_t)size);
	return file->path;
}

/* libconfig 1.5 forgets the token that it was at when it finds an error. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}

#endif
