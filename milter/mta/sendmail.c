#include "mta/sendmail.h"

#include "base/alloc.h"
#include "base/socket.h"
#include "mta/checklist.h"
#include "config/config.h"
#include "config/mailer.h"
#include "config/quantity.h"
#include "config/sight.h"
#include "mta/rights.h"
#include "mta/sendmail_cf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY "/etc/mail"
#define CLASS "C{RepgateMailer}"

/* Sendmail's own (confTO_QUEUERETURN). */
#define LIFETIME "5d"

/* ---- the mailers that the map answers with ------------------------------ */

static bool
has(const struct strings *list, const char *word)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], word) == 0)
			return true;
	return false;
}

static void
add(struct strings *list, const char *word, size_t length)
{
	char *copy = alloc_bytes(word, length);

	if (has(list, copy)) {
		free(copy);
		return;
	}
	list->items =
	    alloc_resize(list->items, list->count + 1, sizeof list->items[0]);
	list->items[list->count++] = copy;
}

static void
clear(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
}

/* Each once; those of waiting last. */
static void
collect_mailers(const struct config *config, struct strings *mailers)
{
	*mailers = (struct strings){0};
	for (size_t i = 0; i < config->route_count; i++) {
		const char *way = config->routes[i].mailertable;

		if (way)
			add(mailers, way, strcspn(way, ":"));
	}
	add(mailers, MAILER_WAIT, strlen(MAILER_WAIT));
	add(mailers, "error", strlen("error"));
}

/* Ports for which repgate has named a mailer, each once. */
static void
collect_ports(const struct config *config, struct strings *ports)
{
	*ports = (struct strings){0};
	for (size_t i = 0; i < config->route_count; i++) {
		const char *way = config->routes[i].mailertable;
		size_t length;
		const char *port = way ? mailer_port(way, &length) : NULL;

		if (port)
			add(ports, port, length);
	}
}

/* ---- the lines ---------------------------------------------------------- */

/* Comments are m4's, which must have no quotes and no apostrophes. */

static void
print_milter(const struct config *config, FILE *to)
{
	char *socket = sendmail_cf_socket(config->milter_socket);

	fprintf(to,
	    "dnl Ask repgate about each message that comes in by SMTP. Without "
	    "F= mail goes\n"
	    "dnl on as if repgate were not there while it is down; F=T would "
	    "refuse it for\n"
	    "dnl now. T= says how long to wait for a daemon that hangs.\n"
	    "INPUT_MAIL_FILTER(`repgate', `S=%s, "
	    "T=C:10s;S:10s;R:10s;E:30s')dnl\n\n",
	    socket);
	free(socket);
}

static void
print_map(const struct config *config, FILE *to)
{
	char *socket = sendmail_cf_socket(config->map_socket);

	fprintf(to,
	    "dnl The map. -f: as it is written, not in lower case. -o: while "
	    "repgate is down\n"
	    "dnl mail goes its usual way; without -o it is taken in and kept "
	    "until repgate\n"
	    "dnl is back. -d: seconds to wait for an answer.\n"
	    "LOCAL_CONFIG\n"
	    "Kdelivery socket -f -o -d5 %s\n",
	    socket);
	free(socket);
}

static void
print_class(const struct config *config, FILE *to)
{
	struct strings mailers;

	collect_mailers(config, &mailers);
	fputs("dnl The mailers that an answer may name. One that is missing "
	      "here is ignored,\n"
	      "dnl and the mail goes its usual way; Sendmail would bounce it "
	      "for a mailer that\n"
	      "dnl does not exist.\n" CLASS,
	    to);
	for (size_t i = 0; i < mailers.count; i++)
		fprintf(to, "%s%s", i > 0 ? " " : "", mailers.items[i]);
	fputs("\n\n", to);
	clear(&mailers);
}

/* As the mailer relay of MAILER(`smtp'), but for the port. */
static void
print_mailers(const struct config *config, FILE *to)
{
	struct strings ports;

	collect_ports(config, &ports);
	if (ports.count > 0)
		fputs("dnl In Sendmail the port of a smarthost belongs to the "
		      "mailer.\n"
		      "MAILER_DEFINITIONS\n",
		    to);
	for (size_t i = 0; i < ports.count; i++)
		fprintf(to,
		    "M" MAILER_PREFIX "%s,\tP=[IPC], F=mDFMuXa8, "
		    "S=EnvFromSMTP/HdrFromSMTP, R=MasqSMTP, E=\\r\\n,\n"
		    "\t\tL=2040, T=DNS/RFC822/SMTP, A=TCP $h %s\n",
		    ports.items[i], ports.items[i]);
	if (ports.count > 0)
		fputc('\n', to);
	clear(&ports);
}

static void
print_rules(FILE *to)
{
	fputs("dnl Ask the map how a recipient leaves, when it is taken in and "
	      "in each queue\n"
	      "dnl run, with the sender and the recipient. Local domains do "
	      "not come here, nor\n"
	      "dnl do those of your own mailertable; SMART_HOST comes after. "
	      "{nrcpts} is empty\n"
	      "dnl in a queue run only: so mail that is to wait is taken in "
	      "first, and then has\n"
	      "dnl the reason in mailq. The gaps are tabs, and have to be.\n"
	      "LOCAL_NET_CONFIG\n"
	      "R$* < @ $+ > $*\t\t$: < $&{addr_type} > $1 < @ $2 > $3\n"
	      "R< e r > $* < @ $+ . > $*\t$: < e r > $1 < @ $2 > $3\n"
	      "R< e r > $* < @ $+ > $*\t\t$: < $(delivery "
	      "$&{nrcpts};$&f;$1@$2 $) > $1 < @ $2 > $3\n"
	      "R< $={RepgateMailer} : $+ > $*\t$@ $>MailerToTriple "
	      "< $1 : $2 > $3\n"
	      "R< $* > $* < @ $+ > $*\t\t$: $2 < @ $3 > $4\n",
	    to);
}

void
sendmail_print(const struct config *config, FILE *to)
{
	fputs("dnl At the end of " DIRECTORY "/sendmail.mc, after "
	      "MAILER(`smtp')dnl. Then\n"
	      "dnl m4 sendmail.mc >sendmail.cf (Debian: sendmailconfig), and "
	      "restart Sendmail.\n"
	      "dnl They follow from the routes and rules of repgate.conf: when "
	      "one changes,\n"
	      "dnl print them again in the place of these; \"repgate mta "
	      "sendmail --check\" says\n"
	      "dnl what is missing.\n\n",
	    to);
	print_milter(config, to);
	print_map(config, to);
	print_class(config, to);
	print_mailers(config, to);
	print_rules(to);
}

/* ---- what Sendmail is set to -------------------------------------------- */

struct check {
	const struct config *config;
	struct sendmail_cf *cf;
	struct checklist list;
};

static void
check_map(struct check *check)
{
	const char *socket = check->config->map_socket;
	const char *table =
	    sendmail_cf_find(check->cf, "Kmailertable", " socket ");
	const char *own = sendmail_cf_find(check->cf, "Kdelivery", " socket ");

	if (!sendmail_cf_has_socket(own, socket) &&
	    sendmail_cf_has_socket(table, socket)) {
		checklist_item(&check->list, true,
		    "Kmailertable, in the place of Kdelivery");
		return;
	}
	checklist_item(&check->list, sendmail_cf_has_socket(own, socket),
	    "Kdelivery socket, that of map.socket");
	checklist_item(&check->list,
	    sendmail_cf_find(check->cf, "R", "$(delivery $&{nrcpts};$&f;"),
	    "the rules of LOCAL_NET_CONFIG");
}

static void
check_mailers(struct check *check)
{
	bool is_own = sendmail_cf_find(check->cf, "Kdelivery", "") != NULL;
	struct strings mailers;

	collect_mailers(check->config, &mailers);
	for (size_t i = 0; i < mailers.count; i++) {
		const char *name = mailers.items[i];
		char *line = alloc_printf("M%s,", name);

		if (is_own)
			checklist_item(&check->list,
			    sendmail_cf_has_member(check->cf, CLASS, name),
			    CLASS " with %s", name);
		if (strcmp(name, "error") != 0)
			checklist_item(&check->list,
			    sendmail_cf_find(check->cf, line, ""), "%s", line);
		free(line);
	}
	clear(&mailers);
}

static void
check_ports(struct check *check)
{
	struct strings ports;

	collect_ports(check->config, &ports);
	for (size_t i = 0; i < ports.count; i++) {
		char *start =
		    alloc_printf("M" MAILER_PREFIX "%s,", ports.items[i]);
		char *end = alloc_printf("A=TCP $h %s", ports.items[i]);

		checklist_item(&check->list,
		    sendmail_cf_find(check->cf, start, end), "%s ... %s", start,
		    end);
		free(end);
		free(start);
	}
	clear(&ports);
}

/* Mail that waits for us must not expire before we let it go. */
static void
check_lifetime(struct check *check)
{
	static const char key[] = "O Timeout.queuereturn=";
	const char *line = sendmail_cf_find(check->cf, key, "");
	const char *value = line ? line + strlen(key) : LIFETIME;
	int64_t lifetime_ms;

	if (sight_uses_wait(check->config) &&
	    quantity_duration_ms(value, &lifetime_ms) == 0)
		checklist_item(&check->list,
		    sight_longest_wait_ms(check->config) < lifetime_ms,
		    "Timeout.queuereturn, longer than wait_at_most");
}

/* The path of a unix socket, or NULL. */
static const char *
path_of(const char *socket)
{
	return strncmp(socket, "inet", 4) == 0 ? NULL : strchr(socket, ':') + 1;
}

/* Whether Sendmail takes the directories above it for safe. */
static bool
is_safe(const char *path)
{
	char *copy = alloc_string(path), *end;
	bool is_good = true;

	while (is_good && (end = strrchr(copy, '/')) && end > copy) {
		struct stat status;

		*end = '\0';
		is_good = stat(copy, &status) != 0 ||
			  (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 ||
			  (status.st_mode & S_ISVTX) != 0;
	}
	free(copy);
	return is_good;
}

/* Where nobody may look, somebody may be. */
static bool
is_served(const char *path)
{
	int fd = socket_connect(path);

	if (fd < 0)
		return errno == EACCES;
	close(fd);
	return true;
}

/* Where these are wrong mail goes directly, and nobody says why. */
static void
check_socket(struct check *check, const char *socket)
{
	const char *path = path_of(socket);

	if (!path)
		return;
	checklist_item(
	    &check->list, is_served(path), "repgated, serving %s", path);
	checklist_item(&check->list, is_safe(path),
	    "%s below directories that no group may write to", path);
}

static void
check_all(struct check *check)
{
	const struct config *config = check->config;

	checklist_item(&check->list,
	    sendmail_cf_has_filter(check->cf, config->milter_socket),
	    "INPUT_MAIL_FILTER, that of milter.socket and without F=");
	if (config->map_socket)
		check_map(check);
	check_mailers(check);
	check_ports(check);
	check_lifetime(check);
	check_socket(check, config->milter_socket);
	if (config->map_socket)
		check_socket(check, config->map_socket);
}

int
sendmail_check(const struct config *config, const char *directory,
    const struct account *who, FILE *to)
{
	char *path =
	    alloc_printf("%s/sendmail.cf", directory ? directory : DIRECTORY);
	struct check check = {
	    .config = config, .cf = sendmail_cf_read(path), .list = {.to = to}};

	if (check.cf) {
		check_all(&check);
		rights_check_logs(&check.list, config, who);
	} else {
		fprintf(stderr, "repgate: %s: %s\n", path, strerror(errno));
		check.list.missing = -1;
	}
	sendmail_cf_destroy(&check.cf);
	free(path);
	return check.list.missing;
}
