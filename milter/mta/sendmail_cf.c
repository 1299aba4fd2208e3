#include "mta/sendmail_cf.h"

#include "base/alloc.h"
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct sendmail_cf {
	struct strings lines;
};

/* A line that begins with white space goes on with the one before. */
static void
add_line(struct strings *lines, const char *line, size_t length)
{
	char **last = lines->count > 0 ? &lines->items[lines->count - 1] : NULL;
	char *longer;

	if (!last || (line[0] != ' ' && line[0] != '\t')) {
		lines->items = alloc_resize(
		    lines->items, lines->count + 1, sizeof lines->items[0]);
		lines->items[lines->count++] = alloc_bytes(line, length);
		return;
	}
	longer = alloc_printf("%s%.*s", *last, (int)length, line);
	free(*last);
	*last = longer;
}

static int
read_lines(const char *path, struct strings *lines)
{
	FILE *file = fopen(path, "r");
	size_t room = 0;
	char *line = NULL;
	ssize_t length;

	if (!file)
		return -1;
	while ((length = getline(&line, &room, file)) >= 0)
		add_line(lines, line, length - (line[length - 1] == '\n'));
	free(line);
	fclose(file);
	return 0;
}

struct sendmail_cf *
sendmail_cf_read(const char *path)
{
	struct sendmail_cf *cf = alloc_zeroed(1, sizeof *cf);

	if (read_lines(path, &cf->lines) != 0)
		sendmail_cf_destroy(&cf);
	return cf;
}

void
sendmail_cf_destroy(struct sendmail_cf **cf)
{
	if (!*cf)
		return;
	for (size_t i = 0; i < (*cf)->lines.count; i++)
		free((*cf)->lines.items[i]);
	free((*cf)->lines.items);
	free(*cf);
	*cf = NULL;
}

const char *
sendmail_cf_find(
    const struct sendmail_cf *cf, const char *start, const char *part)
{
	for (size_t i = 0; i < cf->lines.count; i++) {
		const char *line = cf->lines.items[i];

		if (strncmp(line, start, strlen(start)) == 0 &&
		    strstr(line, part))
			return line;
	}
	return NULL;
}

bool
sendmail_cf_has_word(const char *line, const char *word)
{
	size_t length = strlen(word);
	const char *place = line;

	while (line && (place = strstr(place, word))) {
		bool begins = place > line && strchr(" \t,=}", place[-1]);

		if (begins && strchr(" \t,", place[length]))
			return true;
		place++;
	}
	return false;
}

bool
sendmail_cf_has_member(
    const struct sendmail_cf *cf, const char *class, const char *word)
{
	for (size_t i = 0; i < cf->lines.count; i++) {
		const char *line = cf->lines.items[i];

		if (strncmp(line, class, strlen(class)) == 0 &&
		    sendmail_cf_has_word(line, word))
			return true;
	}
	return false;
}

char *
sendmail_cf_socket(const char *socket)
{
	if (strncmp(socket, "inet", 4) == 0)
		return alloc_string(socket);
	return alloc_printf("local:%s", strchr(socket, ':') + 1);
}

bool
sendmail_cf_has_socket(const char *line, const char *socket)
{
	const char *rest = strchr(socket, ':') + 1;
	char *names[] = {sendmail_cf_socket(socket),
	    alloc_printf("unix:%s", rest), alloc_string(rest)};
	bool is_inet = strncmp(socket, "inet", 4) == 0, found = false;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		found = found || ((i == 0 || !is_inet) && line &&
				     sendmail_cf_has_word(line, names[i]));
		free(names[i]);
	}
	return found;
}

/* "Xname, S=socket, ...", which InputMailFilters names. */
bool
sendmail_cf_has_filter(const struct sendmail_cf *cf, const char *socket)
{
	for (size_t i = 0; i < cf->lines.count; i++) {
		const char *line = cf->lines.items[i];
		char *name;
		bool is_used;

		if (line[0] != 'X' || !sendmail_cf_has_socket(line, socket))
			continue;
		name = alloc_bytes(line + 1, strcspn(line + 1, ", \t"));
		is_used = sendmail_cf_has_word(
		    sendmail_cf_find(cf, "O InputMailFilters", ""), name);
		free(name);
		if (is_used)
			return !strstr(line, "F=");
	}
	return false;
}
