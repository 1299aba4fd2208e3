#include "admin/options.h"

#include "base/alloc.h"
#include "admin/checkup.h"
#include "config/quantity.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Of check; nobody waits for an answer any longer. */
#define DEADLINE_MIN_MS 100
#define DEADLINE_MAX_MS (60 * 60 * 1000)

enum {
	OPTION_FROM = 256,
	OPTION_TO,
	OPTION_USER,
	OPTION_CLIENT,
	OPTION_MAILER,
	OPTION_RECEIVER,
	OPTION_DOOR,
	OPTION_ASSUME,
	OPTION_CHECK,
	OPTION_MTA_CONFIG,
	OPTION_PLUGIN,
	OPTION_MX,
	OPTION_SPF,
	OPTION_ROUTES,
	OPTION_DEADLINE,
	OPTION_PROVIDERS,
	OPTION_SERVER,
	OPTION_EACH,
	OPTION_OURS,
	OPTION_RELEASE,
	OPTION_CLEARED
};

static const struct {
	const char *name;
	enum command command;
} commands[] = {
    {"check", COMMAND_CHECK},
    {"status", COMMAND_STATUS},
    {"reload", COMMAND_RELOAD},
    {"explain", COMMAND_EXPLAIN},
    {"mta", COMMAND_MTA},
    {"replay", COMMAND_REPLAY},
    {"held", COMMAND_HELD},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

#define OF_ALL (~0U)

/* As getopt(3) has them. */
#define SHORT "c:jVh"
#define IN_ORDER "-"
#define OPERAND 1

static const struct {
	const char *name;
	int argument, option;
	unsigned of; /* enum command, or'ed */
} known[] = {
    {"config", required_argument, 'c', OF_ALL},
    {"json", no_argument, 'j',
	COMMAND_CHECK | COMMAND_STATUS | COMMAND_EXPLAIN | COMMAND_REPLAY |
	    COMMAND_HELD},
    {"from", required_argument, OPTION_FROM, COMMAND_EXPLAIN},
    {"to", required_argument, OPTION_TO, COMMAND_EXPLAIN},
    {"user", required_argument, OPTION_USER, COMMAND_EXPLAIN},
    {"client", required_argument, OPTION_CLIENT, COMMAND_EXPLAIN},
    {"mailer", required_argument, OPTION_MAILER, COMMAND_EXPLAIN},
    {"receiver", required_argument, OPTION_RECEIVER, COMMAND_EXPLAIN},
    {"door", required_argument, OPTION_DOOR, COMMAND_EXPLAIN},
    {"assume", required_argument, OPTION_ASSUME, COMMAND_EXPLAIN},
    {"check", no_argument, OPTION_CHECK, COMMAND_MTA},
    {"mta-config", required_argument, OPTION_MTA_CONFIG,
	COMMAND_MTA | COMMAND_HELD},
    {"release", no_argument, OPTION_RELEASE, COMMAND_HELD},
    {"cleared", no_argument, OPTION_CLEARED, COMMAND_HELD},
    {"plugin", no_argument, OPTION_PLUGIN, COMMAND_CHECK},
    {"mx", no_argument, OPTION_MX, COMMAND_CHECK},
    {"spf", no_argument, OPTION_SPF, COMMAND_CHECK},
    {"routes", no_argument, OPTION_ROUTES, COMMAND_CHECK},
    {"deadline", required_argument, OPTION_DEADLINE, COMMAND_CHECK},
    {"providers", required_argument, OPTION_PROVIDERS,
	COMMAND_CHECK | COMMAND_REPLAY},
    {"server", required_argument, OPTION_SERVER, COMMAND_CHECK},
    {"each", no_argument, OPTION_EACH, COMMAND_REPLAY},
    {"ours", required_argument, OPTION_OURS, COMMAND_REPLAY},
    {"version", no_argument, 'V', OF_ALL},
    {"help", no_argument, 'h', OF_ALL},
};
#define KNOWN_COUNT (sizeof known / sizeof known[0])

void
options_usage(FILE *to)
{
	fputs("usage: repgate [--config FILE] check [--json | --plugin] "
	      "[--mx | --spf]\n"
	      "               [--deadline TIME] [--providers FILE] "
	      "[--server ADDRESS[:PORT]]\n"
	      "               [ADDRESS | HOST | DOMAIN ...]\n"
	      "       repgate [--config FILE] check --routes [--json]\n"
	      "               [--deadline TIME] [--server ADDRESS[:PORT]]\n"
	      "       repgate [--config FILE] status [--json]\n"
	      "       repgate [--config FILE] reload\n"
	      "       repgate [--config FILE] explain --from A --to B "
	      "[--user U] [--client IP]\n"
	      "               [--mailer M] [--receiver NAME]\n"
	      "               [--door milter|sender|recipient|delivery|"
	      "mailertable]\n"
	      "               [--assume EGRESS=listed ...]\n"
	      "               [--assume domain:DOMAIN=listed ...]\n"
	      "               [--assume receiver:NAME[@EGRESS]=blocked ...]\n"
	      "               [--assume ROUTE=unusable ...] [--json]\n"
	      "       repgate [--config FILE] mta postfix|sendmail "
	      "[--check [--mta-config DIR]]\n"
	      "       repgate [--config FILE] replay [--json | --each]\n"
	      "               [--providers FILE] [--ours ADDRESS] FILE ...\n"
	      "       repgate [--config FILE] held [--json]\n"
	      "       repgate [--config FILE] held --release [--cleared] "
	      "[--mta-config DIR]\n"
	      "               [QUEUE_ID ...]\n"
	      "       repgate --version | --help\n",
	    to);
}

/* The next option, its number in known in *which; -1 at their end, '?' for one
   that nobody knows. */
static int
next_option(int argc, char **argv, const char *letters, size_t *which)
{
	struct option options[KNOWN_COUNT + 1] = {0};
	int option;

	for (size_t i = 0; i < KNOWN_COUNT; i++)
		options[i] = (struct option){
		    known[i].name, known[i].argument, NULL, known[i].option};
	option = getopt_long(argc, argv, letters, options, NULL);
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (known[i].option == option)
			*which = i;
	return option;
}

static enum command
command_of(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].command;
	return COMMAND_NONE;
}

/* Since options may stand before the command, what they are for is known only
   after a first pass. It leaves argv in its order: else an option at the end
   that lacks its value would find one in the second pass. */
static enum command
find_command(int argc, char **argv)
{
	size_t which;
	int option;

	opterr = 0;
	optind = 0;
	do
		option = next_option(argc, argv, IN_ORDER SHORT, &which);
	while (option != -1 && option != OPERAND);
	opterr = 1;
	if (option == OPERAND)
		return command_of(optarg);
	return optind < argc ? command_of(argv[optind]) : COMMAND_NONE;
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

static int
take_client(struct explain_message *message, const char *text)
{
	if (address_parse(text, &message->client) == 0)
		return 0;
	fprintf(stderr, "repgate: found --client %s, expected an IP address\n",
	    text);
	return -1;
}

static int
take_assumption(struct options *options, const char *text)
{
	if (options->assumption_count == OPTIONS_ASSUMPTIONS_MAX) {
		fputs("repgate: too many assumptions\n", stderr);
		return -1;
	}
	options->assumptions[options->assumption_count++] = text;
	return 0;
}

static int
take_ours(struct addresses *ours, const char *text)
{
	struct address address;

	if (address_parse(text, &address) != 0) {
		fprintf(stderr,
		    "repgate: --ours: found \"%s\", expected an IP address\n",
		    text);
		return -1;
	}
	addresses_add(ours, &address, 1);
	return 0;
}

static int
take_deadline(struct check_options *check, const char *text)
{
	int64_t ms;

	if (quantity_duration_ms(text, &ms) != 0 || ms < DEADLINE_MIN_MS ||
	    ms > DEADLINE_MAX_MS) {
		fprintf(stderr,
		    "repgate: found --deadline %s, expected 100ms to 1h\n",
		    text);
		options_usage(stderr);
		return -1;
	}
	check->deadline_ms = ms;
	return 0;
}

static int
take_explain_option(struct options *options, int option, char *value)
{
	switch (option) {
	case OPTION_FROM:
		options->message.from = mailbox(value);
		return 0;
	case OPTION_TO:
		options->message.to = mailbox(value);
		return 0;
	case OPTION_USER:
		options->message.user = value;
		return 0;
	case OPTION_CLIENT:
		return take_client(&options->message, value);
	case OPTION_MAILER:
		options->message.mailer = value;
		return 0;
	case OPTION_RECEIVER:
		options->message.receiver = value;
		return 0;
	case OPTION_DOOR:
		options->door = value;
		return 0;
	default:
		return take_assumption(options, value);
	}
}

static int
take_check_option(struct check_options *check, int option, const char *value)
{
	switch (option) {
	case OPTION_PLUGIN:
		check->plugin = true;
		return 0;
	case OPTION_MX:
		check->how = NAMES_MX;
		return 0;
	case OPTION_SPF:
		check->how = NAMES_SPF;
		return 0;
	case OPTION_ROUTES:
		check->routes = true;
		return 0;
	case OPTION_SERVER:
		check->server = value;
		return 0;
	default:
		return take_deadline(check, value);
	}
}

/* Those of mta, of replay, and of several commands. */
static int
take_other_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case 'c':
		options->config_path = value;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case OPTION_PROVIDERS:
		options->providers_path = value;
		return 0;
	case OPTION_CHECK:
		options->check_mta = true;
		return 0;
	case OPTION_MTA_CONFIG:
		options->mta_directory = value;
		return 0;
	case OPTION_RELEASE:
		options->held.release = true;
		return 0;
	case OPTION_CLEARED:
		options->held.only_cleared = true;
		return 0;
	case OPTION_EACH:
		options->replay.each = true;
		return 0;
	default:
		return take_ours(&options->replay.ours, value);
	}
}

static int
take_option(struct options *options, size_t which, char *value)
{
	int option = known[which].option;

	if (known[which].of == COMMAND_EXPLAIN)
		return take_explain_option(options, option, value);
	if (known[which].of == COMMAND_CHECK)
		return take_check_option(&options->check, option, value);
	return take_other_option(options, option, value);
}

static const char *
command_name(enum command command)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (commands[i].command == command)
			return commands[i].name;
	return NULL;
}

/* Any option is: where there is no command, that is what is wrong. */
static bool
is_of(size_t which, enum command command)
{
	if (command == COMMAND_NONE || known[which].of & (unsigned)command)
		return true;
	fprintf(stderr, "repgate: %s has no option --%s\n",
	    command_name(command), known[which].name);
	options_usage(stderr);
	return false;
}

enum options_result
options_parse(struct options *options, int argc, char **argv)
{
	size_t which;
	int option;

	*options = (struct options){
	    .check = {.deadline_ms = CHECK_DEADLINE_MS, .how = NAMES_HOST}};
	options->command = find_command(argc, argv);
	optind = 0;
	while ((option = next_option(argc, argv, SHORT, &which)) != -1) {
		switch (option) {
		case 'V':
			puts("repgate " VERSION);
			return OPTIONS_DONE;
		case 'h':
			options_usage(stdout);
			return OPTIONS_DONE;
		case '?':
			options_usage(stderr);
			return OPTIONS_WRONG;
		default:
			if (!is_of(which, options->command) ||
			    take_option(options, which, optarg) != 0)
				return OPTIONS_WRONG;
		}
	}
	if (optind < argc && options->command == COMMAND_NONE) {
		fprintf(stderr, "repgate: there is no command \"%s\"\n",
		    argv[optind]);
		options_usage(stderr);
		return OPTIONS_WRONG;
	}
	if (optind < argc) {
		options->arguments = argv + optind + 1;
		options->argument_count = (size_t)(argc - optind - 1);
	}
	return OPTIONS_READ;
}

void
options_clear(struct options *options)
{
	addresses_free(&options->replay.ours);
}

/* The usual 1 would be a warning to monitoring. The value of an option that
   nobody knows may stand where the command should. */
int
options_misuse_status(const struct options *options, int argc, char **argv)
{
	bool is_check = options->command == COMMAND_CHECK;

	for (int i = 1; i < argc && options->command == COMMAND_NONE; i++)
		is_check = is_check || strcmp(argv[i], "check") == 0;
	return is_check ? CHECKUP_UNKNOWN : EXIT_FAILURE;
}
