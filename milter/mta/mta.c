#include "mta/mta.h"

#include "base/alloc.h"
#include "mta/checklist.h"
#include "config/config.h"
#include "config/quantity.h"
#include "config/sight.h"
#include "policy/wording.h"
#include "mta/postconf.h"
#include "mta/postfix_names.h"
#include "mta/rights.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_DIRECTORY "/var/spool/postfix"
#define ROUTES_TABLE "regexp:/etc/postfix/repgate_routes"

/* ---- the lines ---------------------------------------------------------- */

static void
print_milter(const struct config *config, FILE *to)
{
	char *socket =
	    postfix_names_socket(config->milter_socket, QUEUE_DIRECTORY);

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
	char *socket =
	    postfix_names_socket(config->map_socket, QUEUE_DIRECTORY);

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
		char *name = postfix_names_own_transport(route),
		     text[ADDRESS_TEXT_MAX];

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
	struct checklist list;
};

/* Expanded, and the default where it is not set. */
static char *
value_of(const struct check *check, const char *key)
{
	char *value = postconf_value(check->directory, key);

	return value ? value : alloc_string("");
}

static bool
has_transport(const struct check *check, const char *name)
{
	return postconf_has_transport(check->directory, name);
}

static void
check_milter(struct check *check, const char *key)
{
	const char *socket = check->config->milter_socket;
	char *name = postfix_names_socket(socket, check->queue_directory);
	char *action = value_of(check, "milter_default_action");
	char *value = value_of(check, key);
	const char *place =
	    postfix_names_find(value, socket, check->queue_directory, "", "");

	checklist_item(&check->list,
	    place && postfix_names_fails_open(value, place, action),
	    "%s = { %s, default_action=accept }", key, name);
	free(value);
	free(action);
	free(name);
}

static void
check_map(struct check *check, const char *key, const char *door)
{
	const char *socket = check->config->map_socket;
	char *name = postfix_names_socket(socket, check->queue_directory);
	char *after = alloc_printf(":%s", door);
	char *value = value_of(check, key);

	checklist_item(&check->list,
	    postfix_names_find(
		value, socket, check->queue_directory, "socketmap:", after),
	    "%s = socketmap:%s%s", key, name, after);
	free(value);
	free(after);
	free(name);
}

static void
check_wait(struct check *check)
{
	char *value = value_of(check, "defer_transports");

	checklist_item(&check->list,
	    strstr(value, WORDING_WAIT_TRANSPORT) ||
		has_transport(check, WORDING_WAIT_TRANSPORT),
	    "defer_transports = " WORDING_WAIT_TRANSPORT);
	free(value);
}

/* Mail that waits for us must not expire before we let it go. */
static void
check_lifetime(struct check *check)
{
	char *value = value_of(check, "maximal_queue_lifetime");
	int64_t lifetime_ms;

	if (quantity_duration_ms(value, &lifetime_ms) == 0)
		checklist_item(&check->list,
		    sight_longest_wait_ms(check->config) < lifetime_ms,
		    "maximal_queue_lifetime, longer than wait_at_most");
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

	while (!is_found && (table = strtok_r(rest, ", \t", &rest)))
		is_found =
		    postconf_table_has(check->directory, table, key, wanted);
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

		checklist_item(&check->list, routes_by(check, tables, route),
		    "milter_header_checks = " ROUTES_TABLE
		    " with /^" WORDING_ROUTE_HEADER ": %s$/ FILTER %s",
		    route->name, route->nexthop);
	}
	free(tables);
}

static void
check_transports(struct check *check)
{
	for (size_t i = 0; i < check->config->route_count; i++) {
		const struct route *route = &check->config->routes[i];
		char *name = postfix_names_own_transport(route);

		if (name)
			checklist_item(&check->list, has_transport(check, name),
			    "%s/unix in master.cf, for route \"%s\"", name,
			    route->name);
		free(name);
	}
}

static void
check_probe(struct check *check)
{
	const char *transport = check->config->probe.transport;
	char *name;

	if (!transport)
		return;
	name = alloc_bytes(transport, strcspn(transport, ":"));
	checklist_item(&check->list, has_transport(check, name),
	    "%s/unix in master.cf, for probes", name);
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
mta_postfix_check(const struct config *config, const char *directory,
    const struct account *who, FILE *to)
{
	struct check check = {
	    .config = config, .directory = directory, .list = {.to = to}};

	check.queue_directory = postconf_value(directory, "queue_directory");
	if (!check.queue_directory) {
		fputs("repgate: postconf does not tell Postfix's settings\n",
		    stderr);
		return -1;
	}
	check_all(&check);
	rights_check_logs(&check.list, config, who);
	rights_check_postqueue(&check.list, config, who, check.queue_directory);
	free(check.queue_directory);
	return check.list.missing;
}
