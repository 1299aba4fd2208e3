#include "config/reader.h"

#include "base/alloc.h"
#include "config/group.h"
#include "config/problems.h"
#include "config/source.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	config_t file;
	char *path, *directory;
	struct problems *problems;
};

static void
report_syntax(struct reader *reader)
{
	char *file = reader_file(reader, config_error_file(&reader->file));
	const char *text = config_error_text(&reader->file);

	problems_error(reader->problems, file, config_error_line(&reader->file),
	    "%s", text ? text : "cannot be read");
	free(file);
}

/* Absolute where it exists: so that a name that is not can only be one that
   libconfig took from an @include. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory =
	    slash ? alloc_bytes(path, slash - path + 1) : alloc_string(".");
	char *resolved = realpath(directory, NULL);

	if (!resolved)
		return directory;
	free(directory);
	return resolved;
}

struct reader *
reader_open(const char *path, struct problems *problems)
{
	struct reader *reader = alloc_zeroed(1, sizeof *reader);

	config_init(&reader->file);
	reader->path = alloc_string(path);
	reader->directory = directory_of(path);
	reader->problems = problems;
	config_set_include_dir(&reader->file, reader->directory);
	if (source_check(path, reader->directory, problems) != 0) {
		reader_close(&reader);
	} else if (!config_read_file(&reader->file, path)) {
		report_syntax(reader);
		reader_close(&reader);
	}
	return reader;
}

void
reader_close(struct reader **reader)
{
	if (!*reader)
		return;
	config_destroy(&(*reader)->file);
	free((*reader)->directory);
	free((*reader)->path);
	free(*reader);
	*reader = NULL;
}

void
reader_root(struct reader *reader, struct group *out)
{
	*out = (struct group){
	    .reader = reader, .setting = config_root_setting(&reader->file)};
}

struct problems *
reader_problems(struct reader *reader)
{
	return reader->problems;
}

/* libconfig 1.5 gives the name as it stands behind @include, later versions
   the path. */
char *
reader_file(const struct reader *reader, const char *name)
{
	if (!name)
		return alloc_string(reader->path);
	if (name[0] == '/' || strcmp(name, reader->path) == 0)
		return alloc_string(name);
	return alloc_printf("%s/%s", reader->directory, name);
}
