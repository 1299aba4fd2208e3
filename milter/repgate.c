/*
 * repgate -- the administrator's command.
 */
#include "admin/addressee.h"
#include "base/account.h"
#include "base/alloc.h"
#include "admin/checkup.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/problems.h"
#include "config/receiver_names.h"
#include "admin/inspection.h"
#include "mta/mta.h"
#include "admin/options.h"
#include "policy/gate.h"
#include "admin/premise.h"
#include "admin/request.h"
#include "admin/runner.h"
#include "mta/sendmail.h"
#include "standing/board.h"
#include "admin/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *
config_path(const struct options *options)
{
	return options->config_path ? options->config_path : CONFIG_PATH;
}

static void
print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
}

static int
show_status(const struct options *options)
{
	json_t *status = request_send(config_path(options), "status");

	if (!status)
		return EXIT_FAILURE;
	if (options->json)
		print_json(status);
	else
		status_print(status);
	json_decref(status);
	return EXIT_SUCCESS;
}

static int
reload(const struct options *options)
{
	json_t *answer = request_send(config_path(options), "reload"), *problem;
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
	struct config *config = config_load(config_path(options), problems);

	problems_print(problems, stderr);
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
		if (premise_assume(board, options->assumptions[i], &reason) !=
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
	status = request_send(config_path(options), "status");
	if (!status) {
		fputs("repgate: without the daemon, say how things stand: "
		      "--assume EGRESS=listed\n",
		    stderr);
		return NULL;
	}
	board = premise_of_status(config, status, time(NULL));
	json_decref(status);
	return board;
}

static const enum door all_doors[] = {
    DOOR_MILTER, DOOR_RECIPIENT, DOOR_SENDER, DOOR_DELIVERY, DOOR_MAILERTABLE};
#define DOOR_COUNT (sizeof all_doors / sizeof all_doors[0])

static bool
is_in_use(const struct config *config, enum door door)
{
	if (door == DOOR_MILTER)
		return true;
	if (config->reroute_by != REROUTE_BY_MAP || door == DOOR_MAILERTABLE)
		return false;
	return (config->mta == MTA_SENDMAIL) == (door == DOOR_DELIVERY);
}

static bool
matters(const struct board *board, const struct explain_message *message)
{
	const struct recipient recipient = {
	    .address = message->to, .mailer = message->mailer};

	return gate_wants_receivers(board) &&
	       recipient_is_outbound(board->config, &recipient);
}

/* By its name, to be freed; NULL: nobody knows, or nobody needs to. 0, or -1 if
   what is given is none. */
static int
find_receiver(
    const struct options *options, const struct board *board, char **out)
{
	const struct config *config = board->config;
	const char *given = options->message.receiver;

	*out = NULL;
	if (!given) {
		if (matters(board, &options->message))
			*out = addressee_ask(config, options->message.to);
		return 0;
	}
	*out = receiver_names_find(config->directory->receivers, given);
	if (*out)
		return 0;
	fprintf(stderr,
	    "repgate: found --receiver %s, expected one of the directory, or a "
	    "domain\n",
	    given);
	return -1;
}

static json_t *
explain_doors(const struct options *options, const struct board *board,
    const char *receiver)
{
	struct explain_message message = options->message;
	json_t *list = json_array();

	message.receiver = receiver;

	for (size_t i = 0; i < DOOR_COUNT; i++)
		if (options->door
			? strcmp(options->door, door_name(all_doors[i])) == 0
			: is_in_use(board->config, all_doors[i]))
			json_array_append_new(
			    list, explain_door(board, &message, all_doors[i]));
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
		print_json(json);
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
	for (size_t i = 0; door && i < DOOR_COUNT; i++)
		if (strcmp(door, door_name(all_doors[i])) == 0)
			return true;
	if (door)
		fprintf(stderr,
		    "repgate: found --door %s, expected milter, sender, "
		    "recipient, delivery or mailertable\n",
		    door);
	return !door;
}

static void
explain_on(const struct options *options, const struct board *board,
    const char *receiver)
{
	json_t *doors = explain_doors(options, board, receiver);

	print_doors(options, board->config, doors);
	json_decref(doors);
}

static int
explain(const struct options *options)
{
	struct config *config;
	struct board *board;
	char *receiver;
	int result;

	if (!is_complete(options))
		return EXIT_FAILURE;
	config = load_config(options);
	if (!config)
		return EXIT_FAILURE;
	board = ask_board(config, options);
	config_unref(config);
	if (!board)
		return EXIT_FAILURE;
	result = find_receiver(options, board, &receiver);
	if (result == 0)
		explain_on(options, board, receiver);
	free(receiver);
	board_unref(board);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
check_mta(const struct options *options, const struct config *config)
{
	struct account account, *runner = NULL;

	if (runner_find(config_path(options), &account) == 0)
		runner = &account;
	if (config->mta == MTA_SENDMAIL)
		return sendmail_check(
		    config, options->mta_directory, runner, stdout);
	return mta_postfix_check(
	    config, options->mta_directory, runner, stdout);
}

static int
mta(const struct options *options)
{
	bool is_sendmail = strcmp(options->arguments[0], "sendmail") == 0;
	struct config *config;
	int missing = 0;

	if (!is_sendmail && strcmp(options->arguments[0], "postfix") != 0) {
		options_usage(stderr);
		return EXIT_FAILURE;
	}
	config = load_config(options);
	if (!config)
		return EXIT_FAILURE;
	if (is_sendmail != (config->mta == MTA_SENDMAIL)) {
		fprintf(stderr,
		    "repgate: this needs mta = \"%s\" in the configuration\n",
		    options->arguments[0]);
		missing = -1;
	} else if (options->check_mta) {
		missing = check_mta(options, config);
	} else {
		(is_sendmail ? sendmail_print : mta_postfix_print)(
		    config, stdout);
	}
	config_unref(config);
	return missing == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
held(const struct options *options)
{
	struct release_options release = options->held;

	if (!release.release &&
	    (release.only_cleared || options->argument_count > 0)) {
		fputs("repgate: --cleared and queue ids are for --release\n",
		    stderr);
		return EXIT_FAILURE;
	}
	release.mta_directory = options->mta_directory;
	return release_run(&release, config_path(options), options->json,
	    options->arguments, options->argument_count);
}

static int
replay_files(const struct options *options)
{
	const char *named = options->providers_path;
	char *providers = named ? alloc_string(named)
				: config_providers(config_path(options));
	struct replay_options replay_options = options->replay;
	int status;

	replay_options.providers = providers;
	replay_options.json = options->json;
	status = replay(
	    &replay_options, options->arguments, options->argument_count);
	free(providers);
	return status;
}

static int
check_routes(const struct check_options *check, const struct options *options)
{
	struct config *config;
	int status;

	if (check->argument_count > 0 || check->plugin ||
	    check->how != NAMES_HOST) {
		options_usage(stderr);
		return CHECKUP_UNKNOWN;
	}
	config = load_config(options);
	if (!config)
		return CHECKUP_UNKNOWN;
	status = inspection_run(check, config);
	config_unref(config);
	return status;
}

static int
check(const struct options *options)
{
	struct check_options check = options->check;

	check.config_path = options->config_path;
	check.providers_path = options->providers_path;
	check.json = options->json;
	check.arguments = options->arguments;
	check.argument_count = options->argument_count;
	return check.routes ? check_routes(&check, options) : check_run(&check);
}

static const struct subcommand {
	enum command command;
	int (*run)(const struct options *); /* the exit status */
	size_t arguments_min, arguments_max;
} subcommands[] = {
    {COMMAND_CHECK, check, 0, SIZE_MAX},
    {COMMAND_STATUS, show_status, 0, 0},
    {COMMAND_RELOAD, reload, 0, 0},
    {COMMAND_EXPLAIN, explain, 0, 0},
    {COMMAND_MTA, mta, 1, 1},
    {COMMAND_REPLAY, replay_files, 1, SIZE_MAX},
    {COMMAND_HELD, held, 0, SIZE_MAX},
};

static int
run(const struct options *options)
{
	size_t count = options->argument_count;

	for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++)
		if (subcommands[i].command == options->command &&
		    count >= subcommands[i].arguments_min &&
		    count <= subcommands[i].arguments_max)
			return subcommands[i].run(options);
	options_usage(stderr);
	return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	struct options options;
	int status = EXIT_SUCCESS;

	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_READ:
		status = run(&options);
		break;
	case OPTIONS_DONE:
		break;
	case OPTIONS_WRONG:
		status = options_misuse_status(&options, argc, argv);
		break;
	}
	options_clear(&options);
	return status;
}
