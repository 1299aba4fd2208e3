#include "mta.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/quantity.h"
#include "config/sight.h"
#include "policy/wording.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUEUE_DIRECTORY "/var/spool/postfix"
#define ROUTES_TABLE "regexp:/etc/postfix/repgate_routes"
#define OUTPUT_MAX 65536

extern char **environ;

/* ---- the lines ---------------------------------------------------------- */

/* A socket as Postfix names it; a path in the queue directory without that,
   since its daemons may be chrooted there; NULL for the whole path. To be
   freed. */
static char *
socket_of(const char *socket, const char *queue_directory)
{
	const char *rest = strchr(socket, ':') + 1, *at = strchr(rest, '@');
	size_t length = queue_directory ? strlen(queue_directory) : 0;

	if (strncmp(socket, "inet", 4) == 0)
		return alloc_printf(
		    "inet:%s:%.*s", at + 1, (int)(at - rest), rest);
	if (length > 0 && strncmp(rest, queue_directory, length) == 0 &&
	    rest[length] == '/')
		rest += length + 1;
	return alloc_printf("unix:%s", rest);
}

static bool
is_usual_transport(const char *name, size_t length)
{
	static const char *const usual[] = {
	    "smtp", "relay", "lmtp", "local", "virtual", "error", "retry"};

	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (strlen(usual[i]) == length &&
		    memcmp(usual[i], name, length) == 0)
			return true;
	return false;
}

/* The transport of a route if it is one of the administrator's own, else NULL;
   to be freed. */
static char *
own_transport(const struct route *route)
{
	size_t length = strcspn(route->nexthop, ":");

	return is_usual_transport(route->nexthop, length)
		   ? NULL
		   : alloc_bytes(route->nexthop, length);
}

static void
print_milter(const struct config *config, FILE *to)
{
	char *socket = socket_of(config->milter_socket, QUEUE_DIRECTORY);

	fprintf(to,
	    "# Ask repgate about each message from SMTP, and from "
	    "sendmail(1).\n"
	    "# default_action=accept: while repgate is down mail goes on as if "
	    "it were\n"
	    "# not there. Behind other milters, after a comma.\n"
	    "smtpd_milters = { %s, default_action=accept }\n"
	    "non_smtpd_milters = { %s, default_action=accept }\n\n",
	    socket, socket);
	free(socket);
}

static void
print_header(const struct config *config, FILE *to)
{
	fputs("# Turn the header that repgate adds into another way. Seen are "
	      "only headers\n"
	      "# of milters. It moves all recipients of the message.\n"
	      "milter_header_checks = " ROUTES_TABLE "\n\n"
	      "## /etc/postfix/repgate_routes: a line for each route.\n",
	    to);
	for (size_t i = 0; i < config->route_count; i++)
		fprintf(to, "/^" WORDING_ROUTE_HEADER ": %s$/  FILTER %s\n",
		    config->routes[i].name, config->routes[i].nexthop);
	fputc('\n', to);
}

static void
print_wait(FILE *to)
{
	fputs("# Keep mail in the queue that repgate says is to wait; it "
	      "leaves at the\n"
	      "# first queue run after that.\n"
	      "defer_transports = " WORDING_WAIT_TRANSPORT "\n"
	      "# To have mailq say who blocks it, instead of this line these "
	      "two in master.cf:\n"
	      "#   " WORDING_WAIT_TRANSPORT " unix - n n - 2 pipe\n"
	      "#     user=nobody argv=/bin/sh -c {echo \"$$0\"; exit 75} "
	      "${nexthop}\n\n",
	    to);
}

/* Mail of an egress with mailers goes by them, each in a process of its own
   that can be told its name. */
static void
print_replies(const struct config *config, const char *socket, FILE *to)
{
	fprintf(to,
	    "# Tell repgate how each delivery ended. It learns who blocks or "
	    "throttles you,\n"
	    "# and what a block would bounce stays in the queue, to go the "
	    "other way. While\n"
	    "# repgate is down Postfix warns, and does as without this "
	    "line.\n"
	    "smtp_delivery_status_filter = socketmap:%s:reply\n\n",
	    socket);
	for (size_t i = 0; i < config->egress_count; i++) {
		const struct egress *egress = &config->egresses[i];

		for (size_t j = 0; j < egress->mailers.count; j++)
			fprintf(to,
			    "# The same for egress \"%s\":\n"
			    "#   postconf -P %s/unix/"
			    "smtp_delivery_status_filter="
			    "socketmap:%s:reply-%s\n\n",
			    egress->name, egress->mailers.items[j], socket,
			    egress->name);
	}
}

static void
print_map(const struct config *config, FILE *to)
{
	char *socket = socket_of(config->map_socket, QUEUE_DIRECTORY);

	fprintf(to,
	    "# Ask repgate how the mail of a sender leaves, when it comes in "
	    "and at each\n"
	    "# attempt to deliver it. Local and relay domains keep their way. "
	    "While\n"
	    "# repgate is down Postfix refuses mail for now (451) and "
	    "delivers none. Before\n"
	    "# other tables, which are then asked when repgate has no "
	    "answer.\n"
	    "sender_dependent_default_transport_maps = "
	    "socketmap:%s:sender\n\n",
	    socket);
	if (sight_uses_recipient(config))
		fprintf(to,
		    "# The same for recipients, for rules about them, and so "
		    "that the mail of\n"
		    "# one receiver that blocks us goes another way. It "
		    "overrides all else, so\n"
		    "# local_domains must name every domain that stays here.\n"
		    "transport_maps = socketmap:%s:recipient\n\n",
		    socket);
	print_replies(config, socket, to);
	free(socket);
	if (sight_uses_wait(config))
		print_wait(to);
}

static void
print_transports(const struct config *config, FILE *to)
{
	for (size_t i = 0; i < config->route_count; i++) {
		const struct route *route = &config->routes[i];
		char *name = own_transport(route), text[ADDRESS_TEXT_MAX];

		if (!name)
			continue;
		fprintf(to,
		    "## /etc/postfix/master.cf: another way out, for route "
		    "\"%s\".\n"
		    "%s  unix  -  -  y  -  -  smtp\n",
		    route->name, name);
		for (size_t k = 0; k < route->addresses.count; k++)
			fprintf(to, "    -o smtp_bind_address%s=%s\n",
			    route->addresses.items[k].family == 6 ? "6" : "",
			    address_format(text, &route->addresses.items[k]));
		if (config->reroute_by == REROUTE_BY_MAP)
			fputs("    -o smtp_delivery_status_filter=\n", to);
		if (config->reroute_by == REROUTE_BY_HEADER)
			fputs("    # The header moves local recipients too; "
			      "say what delivers yours.\n"
			      "    -o best_mx_transport=local\n",
			    to);
		fputc('\n', to);
		free(name);
	}
}

/* The way of the first route that is a host: "[smarthost.example.net]:587". */
static const char *
fallback_of(const struct config *config)
{
	for (size_t i = 0; i < config->route_count; i++) {
		const char *colon = strchr(config->routes[i].nexthop, ':');

		if (colon && colon[1])
			return colon + 1;
	}
	return "[smarthost.example.net]:587";
}

static void
print_probe(const struct config *config, FILE *to)
{
	const char *transport = config->probe.transport;

	if (!transport)
		return;
	fprintf(to,
	    "## /etc/postfix/master.cf: the direct way for probes, on which a "
	    "block is\n"
	    "## neither a bounce nor a delay; repgate_replies is in "
	    "contrib/postfix.\n"
	    "%.*s  unix  -  -  y  -  -  smtp\n"
	    "    -o syslog_name=postfix/%.*s\n"
	    "    -o smtp_reply_filter=regexp:/etc/postfix/repgate_replies\n"
	    "    -o smtp_fallback_relay=%s\n\n",
	    (int)strcspn(transport, ":"), transport,
	    (int)strcspn(transport, ":"), transport, fallback_of(config));
}

void
mta_postfix_print(const struct config *config, FILE *to)
{
	fputs("## /etc/postfix/main.cf; then: postfix reload\n\n", to);
	print_milter(config, to);
	if (config->reroute_by == REROUTE_BY_MAP)
		print_map(config, to);
	else if (config->route_count > 0)
		print_header(config, to);
	print_transports(config, to);
	print_probe(config, to);
}

/* ---- what Postfix is set to --------------------------------------------- */

struct check {
	const struct config *config;
	const char *directory; /* NULL: Postfix's usual one */
	char *queue_directory;
	FILE *to;
	int missing;
};

static char *
read_all(int fd)
{
	char *text = alloc_zeroed(OUTPUT_MAX, 1);
	size_t length = 0;
	ssize_t count;

	while (length < OUTPUT_MAX - 1 &&
	       (count = read(fd, text + length, OUTPUT_MAX - 1 - length)) > 0)
		length += count;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Runs one of Postfix's programs and returns the first line that it prints, or
   NULL if it fails. To be freed. */
static char *
run(const struct check *check, const char *program, const char *option,
    const char *word, const char *more)
{
	const char *words[8] = {program};
	posix_spawn_file_actions_t actions;
	char *output = NULL;
	int pipes[2], status = -1, count = 1;
	pid_t pid;

	if (check->directory) {
		words[count++] = "-c";
		words[count++] = check->directory;
	}
	words[count++] = option;
	words[count++] = word;
	words[count] = more;
	if (pipe(pipes) != 0)
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, pipes[0]);
	posix_spawn_file_actions_addopen(
	    &actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(
		&pid, program, &actions, NULL, (char **)words, environ) == 0) {
		close(pipes[1]);
		pipes[1] = -1;
		output = read_all(pipes[0]);
		waitpid(pid, &status, 0);
	}
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[0]);
	if (pipes[1] >= 0)
		close(pipes[1]);
	if (status != 0) {
		free(output);
		return NULL;
	}
	return output;
}

/* Expanded, and the default where it is not set. */
static char *
value_of(const struct check *check, const char *key)
{
	char *value = run(check, "postconf", "-xh", key, NULL);

	return value ? value : alloc_string("");
}

static void
tell(struct check *check, bool is_there, const char *key, const char *wanted)
{
	fprintf(check->to, "%-8s %s%s%s\n", is_there ? "ok" : "MISSING", key,
	    wanted ? " = " : "", wanted ? wanted : "");
	if (!is_there)
		check->missing++;
}

/* Where a socket stands in a value, in either of its names. */
static const char *
find_socket(const struct check *check, const char *value, const char *socket,
    const char *before, const char *after)
{
	char *names[] = {
	    socket_of(socket, check->queue_directory), socket_of(socket, NULL)};
	const char *found = NULL;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *text = alloc_printf("%s%s%s", before, names[i], after);

		if (!found)
			found = strstr(value, text);
		free(text);
		free(names[i]);
	}
	return found;
}

/* Whether the milter, which stands at that place, does no harm when it is not
   there: by its own setting in braces, else by the one for all. */
static bool
fails_open(const struct check *check, const char *value, const char *place)
{
	const char *open = place, *close = strpbrk(place, "{}");
	char *fallback, *own;
	bool is_open;

	while (open > value && *open != '{' && *open != '}')
		open--;
	if (*open == '{' && close && *close == '}') {
		own = alloc_bytes(open, close - open);
		is_open = strstr(own, "default_action=accept") != NULL;
		if (is_open || strstr(own, "default_action")) {
			free(own);
			return is_open;
		}
		free(own);
	}
	fallback = value_of(check, "milter_default_action");
	is_open = strcmp(fallback, "accept") == 0;
	free(fallback);
	return is_open;
}

static void
check_milter(struct check *check, const char *key)
{
	const char *socket = check->config->milter_socket;
	char *name = socket_of(socket, check->queue_directory);
	char *wanted = alloc_printf("{ %s, default_action=accept }", name);
	char *value = value_of(check, key);
	const char *place = find_socket(check, value, socket, "", "");

	tell(check, place && fails_open(check, value, place), key, wanted);
	free(value);
	free(wanted);
	free(name);
}

static void
check_map(struct check *check, const char *key, const char *door)
{
	const char *socket = check->config->map_socket;
	char *name = socket_of(socket, check->queue_directory);
	char *after = alloc_printf(":%s", door);
	char *wanted = alloc_printf("socketmap:%s%s", name, after);
	char *value = value_of(check, key);

	tell(check, find_socket(check, value, socket, "socketmap:", after), key,
	    wanted);
	free(value);
	free(wanted);
	free(after);
	free(name);
}

static bool
has_transport(const struct check *check, const char *name)
{
	char *service = alloc_printf("%s/unix", name);
	char *line = run(check, "postconf", "-M", service, NULL);
	bool is_there = line && line[0];

	free(line);
	free(service);
	return is_there;
}

static void
check_wait(struct check *check)
{
	char *value = value_of(check, "defer_transports");

	tell(check,
	    strstr(value, WORDING_WAIT_TRANSPORT) ||
		has_transport(check, WORDING_WAIT_TRANSPORT),
	    "defer_transports", WORDING_WAIT_TRANSPORT);
	free(value);
}

/* Mail that waits for us must not expire before we let it go. */
static void
check_lifetime(struct check *check)
{
	char *value = value_of(check, "maximal_queue_lifetime");
	int64_t lifetime_ms;

	if (quantity_duration_ms(value, &lifetime_ms) == 0)
		tell(check, sight_longest_wait_ms(check->config) < lifetime_ms,
		    "maximal_queue_lifetime, longer than wait_at_most", NULL);
	free(value);
}

/* The tables are separated by commas or spaces. */
static bool
routes_by(const struct check *check, char *tables, const struct route *route)
{
	char *key = alloc_printf(WORDING_ROUTE_HEADER ": %s", route->name);
	char *wanted = alloc_printf("FILTER %s", route->nexthop);
	char *copy = alloc_string(tables), *rest = copy, *table;
	bool is_found = false;

	while (!is_found && (table = strtok_r(rest, ", \t", &rest))) {
		char *value = run(check, "postmap", "-q", key, table);

		is_found = value && strcmp(value, wanted) == 0;
		free(value);
	}
	free(copy);
	free(wanted);
	free(key);
	return is_found;
}

static void
check_header(struct check *check)
{
	char *tables = value_of(check, "milter_header_checks");

	for (size_t i = 0; i < check->config->route_count; i++) {
		const struct route *route = &check->config->routes[i];
		char *line = alloc_printf(ROUTES_TABLE
		    " with /^" WORDING_ROUTE_HEADER ": %s$/ FILTER %s",
		    route->name, route->nexthop);

		tell(check, routes_by(check, tables, route),
		    "milter_header_checks", line);
		free(line);
	}
	free(tables);
}

static void
check_transports(struct check *check)
{
	for (size_t i = 0; i < check->config->route_count; i++) {
		char *name = own_transport(&check->config->routes[i]);
		char *line;

		if (!name)
			continue;
		line = alloc_printf("%s/unix in master.cf, for route \"%s\"",
		    name, check->config->routes[i].name);
		tell(check, has_transport(check, name), line, NULL);
		free(line);
		free(name);
	}
}

static void
check_probe(struct check *check)
{
	const char *transport = check->config->probe.transport;
	char *name, *line;

	if (!transport)
		return;
	name = alloc_bytes(transport, strcspn(transport, ":"));
	line = alloc_printf("%s/unix in master.cf, for probes", name);
	tell(check, has_transport(check, name), line, NULL);
	free(line);
	free(name);
}

static void
check_all(struct check *check)
{
	check_milter(check, "smtpd_milters");
	check_milter(check, "non_smtpd_milters");
	if (check->config->reroute_by == REROUTE_BY_MAP) {
		check_map(check, "sender_dependent_default_transport_maps",
		    door_name(DOOR_SENDER));
		if (sight_uses_recipient(check->config))
			check_map(
			    check, "transport_maps", door_name(DOOR_RECIPIENT));
		check_map(check, "smtp_delivery_status_filter", "reply");
		if (sight_uses_wait(check->config)) {
			check_wait(check);
			check_lifetime(check);
		}
	} else {
		check_header(check);
	}
	check_transports(check);
	check_probe(check);
}

int
mta_postfix_check(const struct config *config, const char *directory, FILE *to)
{
	struct check check = {
	    .config = config, .directory = directory, .to = to};
	const char *path = getenv("PATH");
	char *longer =
	    alloc_printf("%s:/usr/sbin:/usr/local/sbin", path ? path : "");

	/* Where an administrator's postconf is, and a user's path is not. */
	setenv("PATH", longer, 1);
	free(longer);
	check.queue_directory =
	    run(&check, "postconf", "-xh", "queue_directory", NULL);
	if (!check.queue_directory) {
		fputs("repgate: postconf does not tell Postfix's settings\n",
		    stderr);
		return -1;
	}
	check_all(&check);
	free(check.queue_directory);
	return check.missing;
}
