#include "evidence/place.h"

#include "base/alloc.h"

#include <jansson.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* FNV-1a: who can write the log can do worse than make two heads meet. */
static int
hash_head(int fd, int64_t length, uint64_t *out)
{
	uint64_t hash = 14695981039346656037u;
	unsigned char head[PLACE_HEAD_MAX];
	ssize_t count = length > 0 ? pread(fd, head, length, 0) : 0;

	if (count != length)
		return -1;
	for (ssize_t i = 0; i < count; i++)
		hash = (hash ^ head[i]) * 1099511628211u;
	*out = hash;
	return 0;
}

int
place_take(int fd, int64_t offset, struct place *out)
{
	struct place place = {.offset = offset};
	struct stat about;

	if (fstat(fd, &about) != 0)
		return -1;
	place.head_length =
	    about.st_size < PLACE_HEAD_MAX ? about.st_size : PLACE_HEAD_MAX;
	if (hash_head(fd, place.head_length, &place.head_hash) != 0)
		return -1;
	place.inode = about.st_ino;
	*out = place;
	return 0;
}

bool
place_is_in(const struct place *place, int fd)
{
	struct stat about;
	uint64_t hash;

	return fstat(fd, &about) == 0 && about.st_size >= place->offset &&
	       hash_head(fd, place->head_length, &hash) == 0 &&
	       hash == place->head_hash;
}

/* Names with which rotation may have made one of another: what stands before
   the last dot of the name is kept by all of them. */
static bool
is_related(const char *name, const char *file)
{
	const char *dot = strrchr(name, '.');
	size_t stem = dot && dot != name ? (size_t)(dot - name) : strlen(name);

	return strncmp(file, name, stem) == 0;
}

/* -1 unless it is a file, and the one. */
static int
open_if_in(const struct place *place, int directory, const char *name)
{
	int fd = openat(
	    directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat about;

	if (fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode) &&
	    place_is_in(place, fd))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The file itself under its new name, else a copy of it. */
static int
find_beside(const struct place *place, DIR *directory, const char *name)
{
	const struct dirent *entry;
	int found = -1;

	while ((entry = readdir(directory))) {
		bool is_same = entry->d_ino == place->inode;
		int fd;

		if ((found >= 0 && !is_same) ||
		    strcmp(entry->d_name, name) == 0 ||
		    (!is_same && !is_related(name, entry->d_name)))
			continue;
		fd = open_if_in(place, dirfd(directory), entry->d_name);
		if (fd < 0)
			continue;
		if (found >= 0)
			close(found);
		found = fd;
	}
	return found;
}

int
place_find(const struct place *place, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char *parent =
	    slash ? alloc_bytes(path, slash + 1 - path) : alloc_string(".");
	int fd = open_if_in(place, AT_FDCWD, path);
	DIR *directory =
	    fd < 0 && place->head_length > 0 ? opendir(parent) : NULL;

	if (directory) {
		fd = find_beside(place, directory, name);
		closedir(directory);
	}
	free(parent);
	return fd;
}

char *
place_write(const struct place *place)
{
	return alloc_printf("{\"inode\": %llu, \"offset\": %lld, "
			    "\"head\": %lld, \"hash\": \"%016llx\"}",
	    (unsigned long long)place->inode, (long long)place->offset,
	    (long long)place->head_length,
	    (unsigned long long)place->head_hash);
}

int
place_read(const char *json, struct place *out)
{
	json_int_t inode, offset, head;
	const char *hash;
	json_t *object = json_loads(json, 0, NULL);
	struct place place = {0};
	char *end = NULL;
	int status = -1;

	if (object &&
	    json_unpack(object, "{s:I, s:I, s:I, s:s}", "inode", &inode,
		"offset", &offset, "head", &head, "hash", &hash) == 0 &&
	    offset >= 0 && head >= 0 && head <= PLACE_HEAD_MAX) {
		place = (struct place){inode, offset, head, 0};
		place.head_hash = strtoull(hash, &end, 16);
		status = *hash && !*end ? 0 : -1;
	}
	json_decref(object);
	if (status == 0)
		*out = place;
	return status;
}
