#include "config/key.h"

#include "base/alloc.h"
#include "config/list.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A short one would be hidden in text that has nothing to do with it. */
#define KEY_MIN 8
#define KEY_MAX 120
#define FILE_MAX (KEY_MAX + 2) /* and the end of its line */

/* Of a key that is cut off, this much tells more than chance. */
#define PART_MIN 4

#define MODE_FORBIDDEN (S_IWGRP | S_IRWXO)

static char *
reason_for(const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return alloc_string("it is not a regular file");
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return alloc_printf("it belongs to user %u, expected root or "
				    "the user that repgated runs as (%u here)",
		    (unsigned)status->st_uid, (unsigned)geteuid());
	if (status->st_mode & MODE_FORBIDDEN)
		return alloc_printf("its mode is %04o, expected one like 0640 "
				    "or 0400: no right for others, and its "
				    "group may only read",
		    (unsigned)(status->st_mode & 07777));
	if (status->st_size > FILE_MAX)
		return alloc_printf("it has %lld bytes, expected one line of "
				    "up to %d",
		    (long long)status->st_size, KEY_MAX);
	return NULL;
}

static int
open_key(const char *path, char **reason)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) != 0)
		*reason = alloc_printf("cannot be opened: %s", strerror(errno));
	else
		*reason = reason_for(&status);
	if (fd >= 0 && *reason) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool
is_of_label(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* One or more DNS labels (RFC 1035, 2.3.1, and "_"). */
static bool
is_labels(const char *text, size_t length)
{
	size_t label = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.' && label == 0)
			return false;
		if (text[i] != '.' && !is_of_label(text[i]))
			return false;
		label = text[i] == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0;
}

/* The line without its end, or NULL if it is none or no key. */
static char *
take_line(const char *bytes, size_t size)
{
	size_t length = 0;

	while (length < size && bytes[length] != '\n' && bytes[length] != '\r')
		length++;
	for (size_t i = length; i < size; i++)
		if (bytes[i] != '\n' && bytes[i] != '\r')
			return NULL;
	if (length < KEY_MIN || length > KEY_MAX || !is_labels(bytes, length))
		return NULL;
	return alloc_bytes(bytes, length);
}

char *
key_read(const char *path, char **reason)
{
	char bytes[FILE_MAX + 1], *key = NULL;
	int fd = open_key(path, reason);
	ssize_t size;

	if (fd < 0)
		return NULL;
	prctl(PR_SET_DUMPABLE, 0);
	size = read(fd, bytes, sizeof bytes);
	if (size < 0)
		*reason = alloc_printf("cannot be read: %s", strerror(errno));
	else if (!(key = take_line(bytes, size)))
		*reason = alloc_printf("expected one line with the key, %d to "
				       "%d letters, digits, \"-\", \"_\" and "
				       "\".\"",
		    KEY_MIN, KEY_MAX);
	explicit_bzero(bytes, sizeof bytes);
	close(fd);
	return key;
}

char *
key_zone(const char *zone, const char *key)
{
	const char *mark = strstr(zone, LIST_KEY_MARK);

	return alloc_printf("%.*s%s%s", (int)(mark - zone), zone, key,
	    mark + strlen(LIST_KEY_MARK));
}

void
key_free(char **key)
{
	if (!*key)
		return;
	explicit_bzero(*key, strlen(*key));
	free(*key);
	*key = NULL;
}

void
key_hide(char *text, size_t length, const char *key)
{
	size_t key_length = key ? strlen(key) : 0;

	for (size_t i = 0; key && i + PART_MIN <= length; i++) {
		size_t rest = length - i;
		size_t part = rest < key_length ? rest : key_length;

		if (strncasecmp(text + i, key, part) == 0)
			memset(text + i, '*', part);
	}
}
