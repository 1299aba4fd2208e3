/*
 * repgate -- the administrator's command.
 */
#include "base/alloc.h"
#include "base/socket.h"
#include "base/table.h"
#include "check.h"
#include "checkup.h"
#include "config/config.h"
#include "config/problems.h"
#include "config/quantity.h"
#include "explain.h"
#include "mta.h"
#include "standing/board.h"
#include "replay.h"

#include <jansson.h>

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* A daemon that has not answered by then is broken. */
#define ANSWER_LIMIT_SEC 30

#define ASSUMPTIONS_MAX 32

/* Of check; nobody waits for an answer any longer. */
#define DEADLINE_MIN_MS 100
#define DEADLINE_MAX_MS (60 * 60 * 1000)

struct options {
	const char *config_path; /* NULL: the default */
	bool json;
	struct check_options check;
	struct explain_message message; /* of repgate explain */
	const char *door;		/* NULL: all that are in use */
	const char *assumptions[ASSUMPTIONS_MAX];
	size_t assumption_count;
	bool check_mta;
	const char *mta_directory;
	struct replay_options replay;
};

static void
usage(FILE *to)
{
	fputs("usage: repgate [--config FILE] check [--json | --plugin] "
	      "[--mx | --spf]\n"
	      "               [--deadline TIME] [--providers FILE] "
	      "[--server ADDRESS[:PORT]]\n"
	      "               [ADDRESS | HOST | DOMAIN ...]\n"
	      "       repgate [--config FILE] status [--json]\n"
	      "       repgate [--config FILE] reload\n"
	      "       repgate [--config FILE] explain --from A --to B "
	      "[--user U] [--client IP]\n"
	      "               [--mailer M] [--door milter|sender|recipient]\n"
	      "               [--assume EGRESS=listed ...] [--json]\n"
	      "       repgate [--config FILE] mta postfix "
	      "[--check [--mta-config DIR]]\n"
	      "       repgate [--config FILE] replay [--json | --each]\n"
	      "               [--providers FILE] [--ours ADDRESS] FILE ...\n"
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

/* Only where there are any: most have no list of domains. */
static void
print_domains(const json_t *status)
{
	const json_t *domains = json_object_get(status, "domains");
	struct table *table;
	size_t i;
	json_t *domain;

	if (json_array_size(domains) == 0)
		return;
	table = table_create((const char *[]){"DOMAIN", "STANDING", "SINCE",
	    "WEIGHT", "ANSWERED", "BLOCKED BY", NULL});
	json_array_foreach(domains, i, domain)
	{
		const char *blocked_by = text(domain, "blocked_by");
		char weight[24], answered[48];

		snprintf(
		    weight, sizeof weight, "%lld", number(domain, "weight"));
		snprintf(answered, sizeof answered, "%lld of %lld",
		    number(domain, "answered"), number(domain, "of"));
		table_add(table, colour_of(text(domain, "standing")),
		    (const char *[]){text(domain, "domain"),
			text(domain, "standing"), text(domain, "since"), weight,
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

static bool
is_empty(const char *word)
{
	return !word || !word[0];
}

static enum colour
colour_of_list(const char *state)
{
	if (!state)
		return COLOUR_NONE;
	if (strcmp(state, "unfit") == 0)
		return COLOUR_RED;
	return strcmp(state, "fit") == 0 ? COLOUR_GREEN : COLOUR_GREY;
}

static void
add_list(struct table *table, const json_t *list, const json_t *family)
{
	const char *state = text(family, "state");
	const char *cause = text(family, "cause");
	char weight[24];

	snprintf(weight, sizeof weight, "%lld", number(list, "weight"));
	table_add(table, colour_of_list(state),
	    (const char *[]){text(list, "id"), text(family, "family"), weight,
		state, text(family, "since"), is_empty(cause) ? NULL : cause});
}

/* A row for each family that the list is asked for. */
static void
print_lists(const json_t *status)
{
	struct table *table = table_create((const char *[]){
	    "LIST", "FAMILY", "WEIGHT", "STATE", "SINCE", "CAUSE", NULL});
	size_t i, j;
	json_t *list, *family;

	json_array_foreach(json_object_get(status, "lists"), i, list)
	{
		json_array_foreach(json_object_get(list, "families"), j, family)
		{
			add_list(table, list, family);
		}
	}
	print_and_free(table);
}

/* Nothing while it is in order. */
static void
print_resolver(const json_t *status)
{
	const json_t *resolver = json_object_get(status, "resolver");
	const char *cause = text(resolver, "cause");

	if (!is_empty(cause))
		printf("resolver: %s (%s); %s\n\n", text(resolver, "state"),
		    cause, text(resolver, "fix"));
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
		print_domains(status);
		print_answers(status);
		print_lists(status);
		print_resolver(status);
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

static struct config *
load_config(const struct options *options)
{
	struct problems *problems = problems_create();
	struct config *config = config_load(options->config_path, problems);

	for (size_t i = 0; i < problems_count(problems); i++)
		fprintf(stderr, "%s\n", problems_text(problems, i));
	problems_destroy(&problems);
	return config;
}

/* All clean, but for what the command line says. */
static struct board *
assume(struct config *config, const struct options *options)
{
	struct board *board = board_create(config);
	char *reason;

	for (size_t i = 0; i < config->egress_count; i++)
		board->egresses[i].state = STANDING_CLEAN;
	for (size_t i = 0; i < options->assumption_count; i++)
		if (explain_assume(board, options->assumptions[i], &reason) !=
		    0) {
			fprintf(stderr, "repgate: --assume: %s\n", reason);
			free(reason);
			board_unref(board);
			return NULL;
		}
	return board;
}

static struct board *
ask_board(struct config *config, const struct options *options)
{
	struct board *board;
	json_t *status;

	if (options->assumption_count > 0)
		return assume(config, options);
	status = ask_daemon(options, "status\n");
	if (!status) {
		fputs("repgate: without the daemon, say how things stand: "
		      "--assume EGRESS=listed\n",
		    stderr);
		return NULL;
	}
	board = explain_board_of_status(config, status, time(NULL));
	json_decref(status);
	return board;
}

static json_t *
explain_doors(const struct options *options, const struct board *board)
{
	static const enum door doors[] = {
	    DOOR_MILTER, DOOR_RECIPIENT, DOOR_SENDER};
	bool is_map = board->config->reroute_by == REROUTE_BY_MAP;
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof doors / sizeof doors[0]; i++)
		if (options->door
			? strcmp(options->door, door_name(doors[i])) == 0
			: doors[i] == DOOR_MILTER || is_map)
			json_array_append_new(list,
			    explain_door(board, &options->message, doors[i]));
	return list;
}

static void
print_doors(
    const struct options *options, const struct config *config, json_t *doors)
{
	size_t i;
	json_t *door;

	if (options->json) {
		json_t *json = json_object();

		json_object_set_new(
		    json, "mode", json_string(mode_name(config->mode)));
		json_object_set(json, "doors", doors);
		json_dumpf(json, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(json);
		return;
	}
	printf("from <%s> to <%s>, mode %s\n\n", options->message.from,
	    options->message.to, mode_name(config->mode));
	json_array_foreach(doors, i, door) explain_print(door, stdout);
}

static bool
is_complete(const struct options *options)
{
	const char *door = options->door;

	if (!options->message.from || !options->message.to) {
		fputs("repgate: explain needs --from and --to\n", stderr);
		return false;
	}
	if (door && strcmp(door, "milter") != 0 &&
	    strcmp(door, "sender") != 0 && strcmp(door, "recipient") != 0) {
		fprintf(stderr,
		    "repgate: found --door %s, expected milter, sender or "
		    "recipient\n",
		    door);
		return false;
	}
	return true;
}

static int
explain(const struct options *options)
{
	struct config *config;
	struct board *board;
	json_t *doors;

	if (!is_complete(options))
		return EXIT_FAILURE;
	config = load_config(options);
	if (!config)
		return EXIT_FAILURE;
	board = ask_board(config, options);
	config_unref(config);
	if (!board)
		return EXIT_FAILURE;
	doors = explain_doors(options, board);
	print_doors(options, board->config, doors);
	json_decref(doors);
	board_unref(board);
	return EXIT_SUCCESS;
}

static int
mta_postfix(const struct options *options)
{
	struct config *config = load_config(options);
	int missing = 0;

	if (!config)
		return EXIT_FAILURE;
	if (options->check_mta)
		missing =
		    mta_postfix_check(config, options->mta_directory, stdout);
	else
		mta_postfix_print(config, stdout);
	config_unref(config);
	return missing == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* As it stands in the log, between < and >, or without. */
static const char *
mailbox(char *text)
{
	size_t length = strlen(text);

	if (length < 2 || text[0] != '<' || text[length - 1] != '>')
		return text;
	text[length - 1] = '\0';
	return text + 1;
}

static void
take_client(struct options *options, const char *text)
{
	if (address_parse(text, &options->message.client) == 0)
		return;
	fprintf(stderr, "repgate: found --client %s, expected an IP address\n",
	    text);
	exit(EXIT_FAILURE);
}

static void
take_assumption(struct options *options, const char *text)
{
	if (options->assumption_count == ASSUMPTIONS_MAX) {
		fputs("repgate: too many assumptions\n", stderr);
		exit(EXIT_FAILURE);
	}
	options->assumptions[options->assumption_count++] = text;
}

enum {
	OPTION_FROM = 256,
	OPTION_TO,
	OPTION_USER,
	OPTION_CLIENT,
	OPTION_MAILER,
	OPTION_DOOR,
	OPTION_ASSUME,
	OPTION_CHECK,
	OPTION_MTA_CONFIG,
	OPTION_PLUGIN,
	OPTION_MX,
	OPTION_SPF,
	OPTION_DEADLINE,
	OPTION_PROVIDERS,
	OPTION_SERVER,
	OPTION_EACH,
	OPTION_OURS
};

static int
replay_files(const struct options *options, char *const *files, size_t count)
{
	const char *named = options->check.providers_path;
	char *providers = named ? alloc_string(named)
				: config_providers(options->config_path);
	struct replay_options replay_options = options->replay;
	int status;

	replay_options.providers = providers;
	replay_options.json = options->json;
	status = replay(&replay_options, files, count);
	free(providers);
	free(replay_options.ours.items);
	return status;
}

static void
add_ours(struct addresses *ours, const char *text)
{
	struct address address;

	if (address_parse(text, &address) != 0) {
		fprintf(stderr,
		    "repgate: --ours: found \"%s\", expected an IP address\n",
		    text);
		exit(EXIT_FAILURE);
	}
	ours->items =
	    alloc_resize(ours->items, ours->count + 1, sizeof ours->items[0]);
	ours->items[ours->count++] = address;
}

/* Those of explain, mta and replay. false for any other. */
static bool
take_option(struct options *options, int option, char *value)
{
	switch (option) {
	case OPTION_FROM:
		options->message.from = mailbox(value);
		return true;
	case OPTION_TO:
		options->message.to = mailbox(value);
		return true;
	case OPTION_USER:
		options->message.user = value;
		return true;
	case OPTION_CLIENT:
		take_client(options, value);
		return true;
	case OPTION_MAILER:
		options->message.mailer = value;
		return true;
	case OPTION_DOOR:
		options->door = value;
		return true;
	case OPTION_ASSUME:
		take_assumption(options, value);
		return true;
	case OPTION_CHECK:
		options->check_mta = true;
		return true;
	case OPTION_MTA_CONFIG:
		options->mta_directory = value;
		return true;
	case OPTION_EACH:
		options->replay.each = true;
		return true;
	case OPTION_OURS:
		add_ours(&options->replay.ours, value);
		return true;
	default:
		return false;
	}
}

/* false for a value that is wrong, with that printed. */
static bool
take_deadline(struct check_options *check, const char *text)
{
	int64_t ms;

	if (quantity_duration_ms(text, &ms) != 0 || ms < DEADLINE_MIN_MS ||
	    ms > DEADLINE_MAX_MS) {
		fprintf(stderr,
		    "repgate: found --deadline %s, expected 100ms to 1h\n",
		    text);
		return false;
	}
	check->deadline_ms = ms;
	return true;
}

/* Those of check. false for any other. */
static bool
take_check_option(struct check_options *check, int option, const char *value)
{
	switch (option) {
	case OPTION_PLUGIN:
		check->plugin = true;
		return true;
	case OPTION_MX:
		check->how = NAMES_MX;
		return true;
	case OPTION_SPF:
		check->how = NAMES_SPF;
		return true;
	case OPTION_DEADLINE:
		return take_deadline(check, value);
	case OPTION_PROVIDERS:
		check->providers_path = value;
		return true;
	case OPTION_SERVER:
		check->server = value;
		return true;
	default:
		return false;
	}
}

/* The usual 1 would be a warning to monitoring. */
static int
misuse_status(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "check") == 0)
			return CHECKUP_UNKNOWN;
	return EXIT_FAILURE;
}

static void
parse_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"json", no_argument, NULL, 'j'},
	    {"from", required_argument, NULL, OPTION_FROM},
	    {"to", required_argument, NULL, OPTION_TO},
	    {"user", required_argument, NULL, OPTION_USER},
	    {"client", required_argument, NULL, OPTION_CLIENT},
	    {"mailer", required_argument, NULL, OPTION_MAILER},
	    {"door", required_argument, NULL, OPTION_DOOR},
	    {"assume", required_argument, NULL, OPTION_ASSUME},
	    {"check", no_argument, NULL, OPTION_CHECK},
	    {"mta-config", required_argument, NULL, OPTION_MTA_CONFIG},
	    {"plugin", no_argument, NULL, OPTION_PLUGIN},
	    {"mx", no_argument, NULL, OPTION_MX},
	    {"spf", no_argument, NULL, OPTION_SPF},
	    {"deadline", required_argument, NULL, OPTION_DEADLINE},
	    {"providers", required_argument, NULL, OPTION_PROVIDERS},
	    {"server", required_argument, NULL, OPTION_SERVER},
	    {"each", no_argument, NULL, OPTION_EACH},
	    {"ours", required_argument, NULL, OPTION_OURS},
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
			if (take_option(options, option, optarg) ||
			    take_check_option(&options->check, option, optarg))
				break;
			usage(stderr);
			exit(misuse_status(argc, argv));
		}
	}
}

static int
check(const struct options *options, char **arguments, int count)
{
	struct check_options check = options->check;

	check.config_path = options->config_path;
	check.json = options->json;
	check.arguments = arguments;
	check.argument_count = count;
	return check_run(&check);
}

int
main(int argc, char **argv)
{
	struct options options = {
	    .check = {.deadline_ms = CHECK_DEADLINE_MS, .how = NAMES_HOST}};

	parse_options(argc, argv, &options);
	if (optind < argc && strcmp(argv[optind], "check") == 0)
		return check(&options, argv + optind + 1, argc - optind - 1);
	if (!options.config_path)
		options.config_path = CONFIG_PATH;
	if (optind + 1 == argc && strcmp(argv[optind], "status") == 0)
		return show_status(&options);
	if (optind + 1 == argc && strcmp(argv[optind], "reload") == 0)
		return reload(&options);
	if (optind + 1 == argc && strcmp(argv[optind], "explain") == 0)
		return explain(&options);
	if (optind + 2 == argc && strcmp(argv[optind], "mta") == 0 &&
	    strcmp(argv[optind + 1], "postfix") == 0)
		return mta_postfix(&options);
	if (optind + 1 < argc && strcmp(argv[optind], "replay") == 0)
		return replay_files(
		    &options, argv + optind + 1, argc - optind - 1);
	usage(stderr);
	return EXIT_FAILURE;
}
