#include "config/commands.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/group.h"
#include "config/values.h"

#include <stdlib.h>
#include <string.h>

/* A program and its arguments as an array, or in one text with spaces between
   them; no shell ever sees it. */
static void
read_command(struct group *root, const char *key, struct strings *out)
{
	char *words, *rest, *word;

	values_strings(root, key, NULL, out);
	values_refuse_empty(root, key);
	if (out->count == 1) {
		words = rest = out->items[0];
		out->count = 0;
		while ((word = strtok_r(rest, " ", &rest))) {
			out->items = alloc_resize(
			    out->items, out->count + 1, sizeof out->items[0]);
			out->items[out->count++] = alloc_string(word);
		}
		free(words);
	}
	if (group_has(root, key) && out->count > 0 && out->items[0][0] != '/')
		group_error(root, key,
		    "found \"%s\", expected the path of a program, from the "
		    "root on",
		    out->items[0]);
}

/* It is run for each message. */
static void
require_qid(struct group *root, const struct strings *command)
{
	for (size_t i = 1; i < command->count; i++)
		if (strstr(command->items[i], "{qid}"))
			return;
	if (command->count > 0)
		group_error(root, "on_block",
		    "found no {qid}, expected it among the arguments, such as "
		    "\"/usr/sbin/postqueue -i {qid}\"");
}

void
commands_read(struct group *root, struct config *config)
{
	read_command(root, "on_clear", &config->on_clear);
	read_command(root, "on_block", &config->on_block);
	require_qid(root, &config->on_block);
}

void
commands_free(struct config *config)
{
	strings_free(&config->on_clear);
	strings_free(&config->on_block);
}
