/*
 * repgate -- the administrator's command.
 */
#include "base/alloc.h"
#include "base/socket.h"
#include "base/table.h"
#include "config/config.h"
#include "config/quantity.h"

#include <jansson.h>

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* A daemon that has not answered by then is broken. */
#define ANSWER_LIMIT_SEC 30

struct options {
	const char *config_path;
	bool json;
};

static void
usage(FILE *to)
{
	fputs("usage: repgate [--config FILE] status [--json]\n"
	      "       repgate [--config FILE] reload\n"
	      "       repgate --version | --help\n",
	    to);
}

/* Sends one request to the daemon. The JSON object it answered, or NULL with
   the reason printed. */
static json_t *
ask_daemon(const struct options *options, const char *request)
{
	char *path = config_control_socket(options->config_path);
	int fd = socket_connect(path);
	json_error_t error;
	json_t *answer = NULL;

	if (fd < 0) {
		fprintf(stderr, "repgate: %s: %s%s\n", path, strerror(errno),
		    errno == ENOENT || errno == ECONNREFUSED
			? " (is repgated running?)"
			: "");
		free(path);
		return NULL;
	}
	alarm(ANSWER_LIMIT_SEC);
	if (write(fd, request, strlen(request)) == (ssize_t)strlen(request))
		answer = json_loadfd(fd, 0, &error);
	if (!answer)
		fprintf(stderr, "repgate: %s: no answer from repgated\n", path);
	close(fd);
	free(path);
	return answer;
}

static const char *
text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static long long
number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static enum colour
colour_of(const char *state)
{
	if (!state)
		return COLOUR_NONE;
	if (strcasecmp(state, "listed") == 0)
		return COLOUR_RED;
	if (strcasecmp(state, "clean") == 0)
		return COLOUR_GREEN;
	return COLOUR_GREY;
}

static void
print_and_free(struct table *table)
{
	table_print(table, stdout, table_may_colour(stdout));
	table_destroy(&table);
	putchar('\n');
}

static void
print_egresses(const json_t *status)
{
	struct table *table = table_create((const char *[]){"EGRESS",
	    "STANDING", "SINCE", "WEIGHT", "ANSWERED", "BLOCKED BY", NULL});
	size_t i;
	json_t *egress;

	json_array_foreach(json_object_get(status, "egress"), i, egress)
	{
		const char *blocked_by = text(egress, "blocked_by");
		char weight[48], answered[48];

		snprintf(weight, sizeof weight, "%lld of %lld",
		    number(egress, "weight"), number(egress, "listed_at"));
		snprintf(answered, sizeof answered, "%lld of %lld",
		    number(egress, "answered"), number(egress, "of"));
		table_add(table, colour_of(text(egress, "standing")),
		    (const char *[]){text(egress, "name"),
			text(egress, "standing"), text(egress, "since"), weight,
			answered,
			blocked_by && blocked_by[0] ? blocked_by : NULL});
	}
	print_and_free(table);
}

static void
add_answer(struct table *table, const char *address, const json_t *answer)
{
	const char *result = text(answer, "result");
	char *meaning = NULL, age[QUANTITY_TEXT_MAX] = "-";

	if (json_object_get(answer, "age"))
		quantity_format_ms(age, number(answer, "age") * 1000);
	if (text(answer, "name"))
		meaning = alloc_printf("%s (%s)%s%s", text(answer, "name"),
		    text(answer, "code"),
		    text(answer, "removal") ? ", removal: " : "",
		    text(answer, "removal") ? text(answer, "removal") : "");
	else if (text(answer, "cause"))
		meaning = alloc_string(text(answer, "cause"));
	table_add(table, colour_of(result),
	    (const char *[]){
		address, text(answer, "list"), result, age, meaning});
	free(meaning);
}

static void
print_answers(const json_t *status)
{
	struct table *table = table_create((const char *[]){
	    "ADDRESS", "LIST", "RESULT", "AGE", "MEANING", NULL});
	size_t i, j, k;
	json_t *egress, *address, *answer;

	json_array_foreach(json_object_get(status, "egress"), i, egress)
	{
		json_array_foreach(
		    json_object_get(egress, "addresses"), j, address)
		{
			json_array_foreach(
			    json_object_get(address, "answers"), k, answer)
			    add_answer(table, text(address, "address"), answer);
		}
	}
	print_and_free(table);
}

static void
print_routes(const json_t *status)
{
	struct table *table =
	    table_create((const char *[]){"ROUTE", "NEXTHOP", NULL});
	size_t i;
	json_t *route;

	json_array_foreach(json_object_get(status, "routes"), i, route)
	    table_add(table, COLOUR_NONE,
		(const char *[]){text(route, "name"), text(route, "nexthop")});
	print_and_free(table);
}

static void
print_counters(const json_t *status)
{
	const char *key, *separator = "";
	json_t *value;

	json_object_foreach(json_object_get(status, "counters"), key, value)
	{
		printf("%s%s %lld", separator, key,
		    (long long)json_integer_value(value));
		separator = ", ";
	}
	putchar('\n');
}

static int
show_status(const struct options *options)
{
	json_t *status = ask_daemon(options, "status\n");
	char uptime[QUANTITY_TEXT_MAX];

	if (!status)
		return EXIT_FAILURE;
	if (options->json) {
		json_dumpf(status, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		quantity_format_ms(uptime, number(status, "uptime") * 1000);
		printf("repgated %s, mode %s, pid %lld, up %s\n\n",
		    text(status, "version"), text(status, "mode"),
		    number(status, "pid"), uptime);
		print_egresses(status);
		print_answers(status);
		print_routes(status);
		print_counters(status);
	}
	json_decref(status);
	return EXIT_SUCCESS;
}

static int
reload(const struct options *options)
{
	json_t *answer = ask_daemon(options, "reload\n"), *problem;
	bool is_ok;
	size_t i;

	if (!answer)
		return EXIT_FAILURE;
	is_ok = json_is_true(json_object_get(answer, "ok"));
	json_array_foreach(json_object_get(answer, "problems"), i, problem)
	    fprintf(stderr, "%s\n", json_string_value(problem));
	puts(is_ok ? "reloaded"
		   : "not reloaded: the old configuration stays in force");
	json_decref(answer);
	return is_ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
parse_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"json", no_argument, NULL, 'j'},
	    {"version", no_argument, NULL, 'V'},
	    {"help", no_argument, NULL, 'h'},
	    {0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:jVh", known, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config_path = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 'V':
			puts("repgate " VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		default:
			usage(stderr);
			exit(EXIT_FAILURE);
		}
	}
}

int
main(int argc, char **argv)
{
	struct options options = {.config_path = CONFIG_PATH};

	parse_options(argc, argv, &options);
	if (optind + 1 == argc && strcmp(argv[optind], "status") == 0)
		return show_status(&options);
	if (optind + 1 == argc && strcmp(argv[optind], "reload") == 0)
		return reload(&options);
	usage(stderr);
	return EXIT_FAILURE;
}
