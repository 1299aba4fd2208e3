#include "config/directory.h"

#include "base/alloc.h"
#include "config/definition.h"
#include "config/group.h"
#include "config/problems.h"
#include "config/reader.h"
#include "config/receivers.h"

#include <stdlib.h>
#include <string.h>

static void
read_list(struct group *group, void *context)
{
	struct directory *directory = context;
	struct list list;

	definition_read(group, &list);
	if (list.id && directory_find(directory, list.id))
		group_error(group, "id",
		    "\"%s\" is used already; expected each id once", list.id);
	directory->lists = alloc_resize(directory->lists,
	    directory->list_count + 1, sizeof directory->lists[0]);
	directory->lists[directory->list_count++] = list;
}

static void
read_root(struct reader *reader, struct directory *directory)
{
	struct group root;

	reader_root(reader, &root);
	group_each(&root, "lists", read_list, directory);
	group_require(&root, "lists");
	directory->receivers = receivers_read(&root);
	group_end(&root);
}

struct directory *
directory_read(const char *path, struct problems *problems)
{
	size_t before = problems_error_count(problems);
	struct reader *reader = reader_open(path, problems);
	struct directory *directory;

	if (!reader)
		return NULL;
	directory = alloc_zeroed(1, sizeof *directory);
	read_root(reader, directory);
	reader_close(&reader);
	if (problems_error_count(problems) != before)
		directory_destroy(&directory);
	return directory;
}

void
directory_destroy(struct directory **directory)
{
	if (!*directory)
		return;
	for (size_t i = 0; i < (*directory)->list_count; i++)
		list_clear(&(*directory)->lists[i]);
	free((*directory)->lists);
	receivers_destroy(&(*directory)->receivers);
	free(*directory);
	*directory = NULL;
}

/* A list without an id is there only until its error ends the reading. */
const struct list *
directory_find(const struct directory *directory, const char *id)
{
	for (size_t i = 0; i < directory->list_count; i++)
		if (directory->lists[i].id &&
		    strcmp(directory->lists[i].id, id) == 0)
			return &directory->lists[i];
	return NULL;
}
