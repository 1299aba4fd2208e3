#include "mta/lookups.h"

#include "base/alloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

/* More are not asked. */
#define TABLES_MAX 32

struct lookups {
	lookups_run *run;
	void *arg;
	int keys; /* a file in memory, one a line; -1: none can be had */
	struct {
		char *name, *lines; /* key, tab, value; or an error */
	} tables[TABLES_MAX];
	size_t count;
};

struct lookups *
lookups_create(lookups_run *run, void *arg)
{
	struct lookups *lookups = alloc_zeroed(1, sizeof *lookups);

	lookups->run = run;
	lookups->arg = arg;
	lookups->keys = memfd_create("keys", MFD_CLOEXEC);
	return lookups;
}

void
lookups_destroy(struct lookups **lookups_r)
{
	struct lookups *lookups = *lookups_r;

	if (!lookups)
		return;
	*lookups_r = NULL;
	for (size_t i = 0; i < lookups->count; i++) {
		char *lines = lookups->tables[i].lines;

		explicit_bzero(lines, strlen(lines));
		free(lines);
		free(lookups->tables[i].name);
	}
	if (lookups->keys >= 0)
		close(lookups->keys);
	free(lookups);
}

void
lookups_add(struct lookups *lookups, const char *key)
{
	char *line = alloc_printf("%s\n", key);

	if (key[0] &&
	    write(lookups->keys, line, strlen(line)) != (ssize_t)strlen(line)) {
		close(lookups->keys);
		lookups->keys = -1;
	}
	free(line);
}

/* What the table has; NULL: it cannot be asked. */
static const char *
lines_of(struct lookups *lookups, const char *name)
{
	for (size_t i = 0; i < lookups->count; i++)
		if (strcmp(lookups->tables[i].name, name) == 0)
			return lookups->tables[i].lines;
	if (lookups->count == TABLES_MAX ||
	    lseek(lookups->keys, 0, SEEK_SET) != 0)
		return NULL;
	lookups->tables[lookups->count].name = alloc_string(name);
	lookups->tables[lookups->count].lines =
	    lookups->run(lookups->arg, name, lookups->keys);
	return lookups->tables[lookups->count++].lines;
}

static bool
is_error(const char *line)
{
	static const char *const begin[] = {
	    "postmap: fatal:", "postmap: error:", "postmap: warning:"};

	for (size_t i = 0; i < sizeof begin / sizeof begin[0]; i++)
		if (strncmp(line, begin[i], strlen(begin[i])) == 0)
			return true;
	return false;
}

/* Postfix folds keys to lower case. */
static enum lookup
find(const char *lines, const char *key, const char **value)
{
	const size_t length = strlen(key);
	enum lookup result = LOOKUP_MISSING;

	for (const char *line = lines; line && *line;) {
		const char *end = strchr(line, '\n');

		if (is_error(line))
			result = LOOKUP_UNREADABLE;
		if (strncasecmp(line, key, length) == 0 &&
		    line[length] == '\t') {
			*value = line + length + 1;
			return LOOKUP_FOUND;
		}
		line = end ? end + 1 : NULL;
	}
	return result;
}

enum lookup
lookups_find(struct lookups *lookups, const char *tables, const char *key,
    const char **value)
{
	char *copy = alloc_string(tables), *rest = copy, *name;
	enum lookup result = LOOKUP_MISSING;

	while (key[0] && result == LOOKUP_MISSING &&
	       (name = strtok_r(rest, ", \t", &rest))) {
		const char *lines = lines_of(lookups, name);

		result = lines ? find(lines, key, value) : LOOKUP_UNREADABLE;
	}
	free(copy);
	return result;
}
