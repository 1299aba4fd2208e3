#include "config/source.h"

#include "base/alloc.h"
#include "config/problems.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As libconfig has it; it reports the eleventh itself. */
#define DEPTH_MAX 10
#define WORD_MAX 256

struct source {
	FILE *file;
	const char *path, *directory;
	int line, depth;
	bool is_line_start; /* only blanks so far */
	struct problems *problems;
};

static int scan(const char *path, const char *directory, int depth,
    struct problems *problems);

static int
next(struct source *source)
{
	int c = getc(source->file);

	if (c == '\0')
		problems_error(source->problems, source->path, source->line,
		    "found a NUL byte, expected text");
	if (c == '\n')
		source->line++;
	return c;
}

static int
peek(struct source *source)
{
	return ungetc(getc(source->file), source->file);
}

/* first and all that may follow it in a name or number. */
static void
read_word(struct source *source, int first, char word[WORD_MAX])
{
	size_t length = 0;

	word[length++] = first;
	while (isalnum(peek(source)) || strchr("_-*.", peek(source))) {
		int c = next(source);

		if (c == '\0')
			break;
		if (length < WORD_MAX - 1)
			word[length++] = c;
	}
	word[length] = '\0';
}

static void
scan_number(struct source *source, int first)
{
	char word[WORD_MAX], *end;
	unsigned long long value;

	read_word(source, first, word);
	errno = 0;
	value = strtoull(word, &end, 0);
	if (strspn(word, "0123456789") == strlen(word))
		value = strtoull(word, &end, 10);
	if (strspn(end, "L") == strlen(end) && (errno || value > INT_MAX))
		problems_error(source->problems, source->path, source->line,
		    "found the number %.40s, expected one up to %d", word,
		    INT_MAX);
}

/* From behind the opening quote to behind the closing one. Keeps what fits,
   for the name of an included file. */
static void
scan_string(struct source *source, char text[PATH_MAX])
{
	size_t length = 0;
	int start = source->line, c;

	while ((c = next(source)) != '"' && c != EOF) {
		bool is_escaped = c == '\\';

		if (is_escaped && (c = next(source)) == EOF)
			break;
		if (is_escaped && c == 'x' && peek(source) == '0' &&
		    next(source) && peek(source) == '0')
			problems_error(source->problems, source->path,
			    source->line, "found \\x00, expected text");
		if (length < PATH_MAX - 1)
			text[length++] = c;
	}
	text[length] = '\0';
	if (c == EOF)
		problems_error(source->problems, source->path, start,
		    "found a string without its closing quote");
}

static void
scan_line_comment(struct source *source)
{
	int c;

	while ((c = next(source)) != '\n' && c != EOF)
		;
	source->is_line_start = true;
}

static void
scan_block_comment(struct source *source)
{
	int start = source->line, last = 0, c;

	while ((c = next(source)) != EOF) {
		if (last == '*' && c == '/')
			return;
		last = c;
	}
	problems_error(source->problems, source->path, start,
	    "found a comment without its end");
}

static void
scan_slash(struct source *source)
{
	int c = peek(source);

	if (c == '/')
		scan_line_comment(source);
	if (c == '*') {
		next(source);
		scan_block_comment(source);
	}
}

/* A file that is not there is left for libconfig to report. */
static void
scan_included(struct source *source, const char *name)
{
	char *path = alloc_printf("%s/%s", source->directory, name);
	struct stat status;

	if (stat(path, &status) != 0 || source->depth >= DEPTH_MAX)
		;
	else if (!S_ISREG(status.st_mode))
		problems_error(source->problems, source->path, source->line,
		    "@include: found \"%s\", expected a regular file", path);
	else
		scan(path, source->directory, source->depth + 1,
		    source->problems);
	free(path);
}

static void
scan_directive(struct source *source)
{
	bool is_first = source->is_line_start;
	char word[WORD_MAX], name[PATH_MAX];

	read_word(source, '@', word);
	if (!is_first || strcmp(word, "@include") != 0)
		return;
	while (peek(source) == ' ' || peek(source) == '\t')
		next(source);
	if (peek(source) != '"')
		return;
	next(source);
	scan_string(source, name);
	scan_included(source, name);
}

static void
scan_token(struct source *source, int c)
{
	char word[WORD_MAX], text[PATH_MAX];

	if (c == '"')
		scan_string(source, text);
	else if (c == '#')
		scan_line_comment(source);
	else if (c == '/')
		scan_slash(source);
	else if (c == '@')
		scan_directive(source);
	else if (isdigit(c))
		scan_number(source, c);
	else if (isalpha(c) || c == '*')
		read_word(source, c, word);
}

static void
scan_all(struct source *source)
{
	int c;

	source->is_line_start = true;
	while ((c = next(source)) != EOF) {
		if (c == '\n') {
			source->is_line_start = true;
		} else if (c != ' ' && c != '\t') {
			scan_token(source, c);
			if (c != '#' && c != '/')
				source->is_line_start = false;
		}
	}
	if (ferror(source->file))
		problems_error(source->problems, source->path, 0,
		    "cannot be read: %s", strerror(errno));
}

/* Never waits for the other end of a pipe. */
static FILE *
open_regular(const char *path, struct problems *problems)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0) {
		problems_error(
		    problems, path, 0, "cannot be opened: %s", strerror(errno));
		return NULL;
	}
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		return fdopen(fd, "r");
	problems_error(
	    problems, path, 0, "cannot be read: it is not a regular file");
	close(fd);
	return NULL;
}

static int
scan(const char *path, const char *directory, int depth,
    struct problems *problems)
{
	struct source source = {.path = path,
	    .directory = directory,
	    .line = 1,
	    .depth = depth,
	    .problems = problems};
	size_t before = problems_error_count(problems);

	source.file = open_regular(path, problems);
	if (!source.file)
		return -1;
	scan_all(&source);
	fclose(source.file);
	return problems_error_count(problems) == before ? 0 : -1;
}

int
source_check(const char *path, const char *directory, struct problems *problems)
{
	return scan(path, directory, 0, problems);
}
