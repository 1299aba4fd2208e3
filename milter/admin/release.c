#include "admin/release.h"

#include "base/alloc.h"
#include "base/field.h"
#include "base/table.h"
#include "config/config.h"
#include "config/problems.h"
#include "config/quantity.h"
#include "admin/request.h"

#include <jansson.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* As many as one command line is given. */
#define BATCH_MAX 100
/* Before them: the program, its options, and one more for each. */
#define WORDS_MAX (BATCH_MAX * 2 + 8)

extern char **environ;

/* ---- for people --------------------------------------------------------- */

static void
print_table(const json_t *mails)
{
	struct table *table = table_create((const char *[]){
	    "QUEUE ID", "AGE", "EGRESS", "SENDER", "CLEARED", "REASON", NULL});
	size_t i;
	json_t *mail;

	json_array_foreach(mails, i, mail)
	{
		char age[QUANTITY_TEXT_MAX], *sender;
		bool is_cleared =
		    json_is_true(json_object_get(mail, "cleared"));

		quantity_format_ms(age,
		    json_integer_value(json_object_get(mail, "age")) * 1000);
		sender = alloc_printf("<%s>", field_text_of(mail, "sender"));
		table_add(table, is_cleared ? COLOUR_GREEN : COLOUR_NONE,
		    (const char *[]){field_text_of(mail, "qid"), age,
			field_text_of(mail, "egress"), sender,
			is_cleared ? "yes" : "no",
			field_text_of(mail, "reason")});
		free(sender);
	}
	table_print(table, stdout, table_may_colour(stdout));
	table_destroy(&table);
}

static void
print(const json_t *answer, bool as_json)
{
	const json_t *mails = json_object_get(answer, "held");

	if (as_json) {
		json_dumpf(answer, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (json_array_size(mails) == 0) {
		puts("repgate holds no message");
	} else {
		print_table(mails);
	}
}

/* ---- which -------------------------------------------------------------- */

static json_t *
find(const json_t *mails, const char *qid)
{
	size_t i;
	json_t *mail;

	json_array_foreach(mails, i,
	    mail) if (strcmp(field_text_of(mail, "qid"), qid) == 0) return mail;
	return NULL;
}

/* The named ones; NULL if one of them is not ours to let go. */
static json_t *
choose_named(const json_t *mails, char **qids, size_t count)
{
	json_t *chosen = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *mail = find(mails, qids[i]);

		if (!mail) {
			fprintf(stderr,
			    "repgate: %s is no message that repgate holds; "
			    "nothing was done\n",
			    qids[i]);
			json_decref(chosen);
			return NULL;
		}
		json_array_append(chosen, mail);
	}
	return chosen;
}

static json_t *
choose_cleared(const json_t *mails)
{
	json_t *chosen = json_array(), *mail;
	size_t i;

	json_array_foreach(
	    mails, i, mail) if (json_is_true(json_object_get(mail, "cleared")))
	    json_array_append(chosen, mail);
	return chosen;
}

static json_t *
choose(const struct release_options *options, const json_t *mails, char **qids,
    size_t count)
{
	json_t *named = count > 0 ? choose_named(mails, qids, count)
				  : json_copy((json_t *)mails);
	json_t *chosen;

	if (!named || !options->only_cleared)
		return named;
	chosen = choose_cleared(named);
	json_decref(named);
	return chosen;
}

/* ---- the mail server ---------------------------------------------------- */

/* 0, or -1 with the reason on standard error. */
static int
run(const char *const *words)
{
	int status = -1, error;
	pid_t pid;

	fflush(stdout);
	error = posix_spawnp(
	    &pid, words[0], NULL, NULL, (char *const *)words, environ);
	if (error == 0)
		waitpid(pid, &status, 0);
	if (error == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	fprintf(stderr, "repgate: %s: %s\n", words[0],
	    error != 0 ? strerror(error) : "it failed; are you root?");
	return -1;
}

/* postsuper [-c DIRECTORY] -H ID -H ID ... */
static int
release_postfix(const char *directory, const char *const *qids, size_t count)
{
	const char *words[WORDS_MAX] = {"postsuper"};
	size_t used = 1;

	if (directory) {
		words[used++] = "-c";
		words[used++] = directory;
	}
	for (size_t i = 0; i < count; i++) {
		words[used++] = "-H";
		words[used++] = qids[i];
	}
	return run(words);
}

/* sendmail [-C FILE] -Q -qQ -qIID ... */
static int
release_sendmail(const char *directory, const char *const *qids, size_t count)
{
	const char *words[WORDS_MAX] = {"sendmail"};
	char *limits[BATCH_MAX], *file = NULL;
	size_t used = 1;
	int result;

	if (directory) {
		file = alloc_printf("%s/sendmail.cf", directory);
		words[used++] = "-C";
		words[used++] = file;
	}
	words[used++] = "-Q";
	words[used++] = "-qQ";
	for (size_t i = 0; i < count; i++)
		words[used++] = limits[i] = alloc_printf("-qI%s", qids[i]);
	result = run(words);
	for (size_t i = 0; i < count; i++)
		free(limits[i]);
	free(file);
	return result;
}

/* NULL with the errors on standard error. */
static struct config *
load(const char *path)
{
	struct problems *problems = problems_create();
	struct config *config = config_load(path, problems);

	if (!config)
		problems_print(problems, stderr);
	problems_destroy(&problems);
	return config;
}

static void
widen_path(void)
{
	const char *path = getenv("PATH");
	char *longer = alloc_printf(
	    "%s:/usr/sbin:/usr/local/sbin:/usr/lib", path ? path : "");

	/* Where they are, and a timer's path is not. */
	setenv("PATH", longer, 1);
	free(longer);
}

static void
forget(const char *config_path, const char *qid)
{
	char *line = alloc_printf("forget %s", qid);

	json_decref(request_send(config_path, line));
	free(line);
}

static int
release(const struct release_options *options, const char *config_path,
    enum mta mta, const json_t *chosen)
{
	const char *qids[BATCH_MAX];
	size_t all = json_array_size(chosen), done = 0, count;

	for (; done < all; done += count) {
		for (count = 0; count < BATCH_MAX && done + count < all;
		     count++)
			qids[count] = field_text_of(
			    json_array_get(chosen, done + count), "qid");
		if ((mta == MTA_SENDMAIL ? release_sendmail : release_postfix)(
			options->mta_directory, qids, count) != 0)
			break;
		for (size_t i = 0; i < count; i++)
			forget(config_path, qids[i]);
	}
	printf("%zu released\n", done);
	return done < all ? -1 : 0;
}

int
release_run(const struct release_options *options, const char *config_path,
    bool as_json, char **qids, size_t count)
{
	json_t *answer = request_send(config_path, "held"), *chosen = NULL;
	struct config *config = NULL;
	int result = -1;

	if (!answer)
		return EXIT_FAILURE;
	if (!options->release) {
		print(answer, as_json);
		result = 0;
		goto out;
	}
	widen_path();
	chosen = choose(options, json_object_get(answer, "held"), qids, count);
	config = chosen ? load(config_path) : NULL;
	if (config)
		result = release(options, config_path, config->mta, chosen);
out:
	config_unref(config);
	json_decref(chosen);
	json_decref(answer);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
