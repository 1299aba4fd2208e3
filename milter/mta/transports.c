#include "mta/transports.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* The value of "NAME = VALUE" among lines; to be freed, or NULL. */
static char *
find(const char *lines, const char *name)
{
	const size_t length = strlen(name);

	for (const char *line = lines; *line; line += *line == '\n') {
		size_t end = strcspn(line, "\n"), start = length + 2;

		if (end >= start && strncmp(line, name, length) == 0 &&
		    strncmp(line + length, " =", 2) == 0) {
			start += strspn(line + start, " ");
			return alloc_bytes(line + start, end - start);
		}
		line += end;
	}
	return NULL;
}

char *
transports_main(const struct transports *transports, const char *key)
{
	return find(transports->main_cf, key);
}

char *
transports_own(
    const struct transports *transports, const char *transport, const char *key)
{
	char *name = alloc_printf("%s/unix/%s", transport, key);
	char *value = find(transports->master_cf, name);

	free(name);
	return value;
}

char *
transports_value(
    const struct transports *transports, const char *transport, const char *key)
{
	char *value = transports_own(transports, transport, key);

	if (!value)
		value = transports_main(transports, key);
	return value ? value : alloc_string("");
}

bool
transports_is_on(
    const struct transports *transports, const char *transport, const char *key)
{
	char *value = transports_value(transports, transport, key);
	bool is_yes = strcmp(value, "yes") == 0;

	free(value);
	return is_yes;
}
