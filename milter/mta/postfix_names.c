#include "mta/postfix_names.h"

#include "base/alloc.h"
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

/* What ends a word in a list of milters or of tables. */
#define ENDS ", \t\n{}"

char *
postfix_names_socket(const char *socket, const char *queue_directory)
{
	const char *rest = strchr(socket, ':') + 1, *at = strchr(rest, '@');
	size_t length = queue_directory ? strlen(queue_directory) : 0;

	if (strncmp(socket, "inet", 4) == 0)
		return alloc_printf(
		    strchr(at, ':') ? "inet:[%s]:%.*s" : "inet:%s:%.*s", at + 1,
		    (int)(at - rest), rest);
	if (length > 0 && strncmp(rest, queue_directory, length) == 0 &&
	    rest[length] == '/')
		rest += length + 1;
	return alloc_printf("unix:%s", rest);
}

static bool
is_usual_transport(const char *name, size_t length)
{
	static const char *const usual[] = {
	    "smtp", "relay", "lmtp", "local", "virtual", "error", "retry"};

	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (strlen(usual[i]) == length &&
		    memcmp(usual[i], name, length) == 0)
			return true;
	return false;
}

char *
postfix_names_own_transport(const struct route *route)
{
	size_t length = strcspn(route->nexthop, ":");

	return is_usual_transport(route->nexthop, length)
		   ? NULL
		   : alloc_bytes(route->nexthop, length);
}

/* Where text stands that no longer word begins with. */
static const char *
find_word(const char *value, const char *text)
{
	size_t length = strlen(text);
	const char *place = value;

	while ((place = strstr(place, text))) {
		if (strchr(ENDS, place[length]))
			return place;
		place++;
	}
	return NULL;
}

const char *
postfix_names_find(const char *value, const char *socket,
    const char *queue_directory, const char *before, const char *after)
{
	char *names[] = {postfix_names_socket(socket, queue_directory),
	    postfix_names_socket(socket, NULL)};
	const char *found = NULL;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *text = alloc_printf("%s%s%s", before, names[i], after);

		if (!found)
			found = find_word(value, text);
		free(text);
		free(names[i]);
	}
	return found;
}

/* The text from the brace that opens around the place to that which closes;
   NULL if there is none. To be freed. */
static char *
braces_around(const char *value, const char *place)
{
	const char *open = place, *close = strpbrk(place, "{}");

	while (open > value && *open != '{' && *open != '}')
		open--;
	if (*open != '{' || !close || *close != '}')
		return NULL;
	return alloc_bytes(open, close - open);
}

bool
postfix_names_fails_open(
    const char *value, const char *place, const char *default_action)
{
	char *own = braces_around(value, place);
	bool has_action = own && strstr(own, "default_action");
	bool is_open = has_action
			   ? find_word(own, "default_action=accept") != NULL
			   : strcmp(default_action, "accept") == 0;

	free(own);
	return is_open;
}
