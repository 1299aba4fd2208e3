#include "sendmail.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/mailer.h"
#include "config/quantity.h"
#include "config/sight.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTORY "/etc/mail"
#define CLASS "C{RepgateMailer}"

/* Sendmail's own (confTO_QUEUERETURN). */
#define LIFETIME "5d"

/* As Sendmail names a socket, in a filter and in a map alike. To be freed. */
static char *
socket_of(const char *socket)
{
	if (strncmp(socket, "inet", 4) == 0)
		return alloc_string(socket);
	return alloc_printf("local:%s", strchr(socket, ':') + 1);
}

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
	char *socket = socket_of(config->milter_socket);

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
	char *socket = socket_of(config->map_socket);

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
	      "restart Sendmail.\n\n",
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
	struct strings lines; /* of sendmail.cf, continued ones made one */
	FILE *to;
	int missing;
};

/* A line that begins with white space goes on with the one before. */
static void
add_line(struct strings *lines, const char *line, size_t length)
{
	char **last = lines->count > 0 ? &lines->items[lines->count - 1] : NULL;
	char *longer;

	if (!last || (line[0] != ' ' && line[0] != '\t')) {
		lines->items = alloc_resize(
		    lines->items, lines->count + 1, sizeof lines->items[0]);
		lines->items[lines->count++] = alloc_bytes(line, length);
		return;
	}
	longer = alloc_printf("%s%.*s", *last, (int)length, line);
	free(*last);
	*last = longer;
}

static int
read_lines(const char *path, struct strings *lines)
{
	FILE *file = fopen(path, "r");
	size_t room = 0;
	char *line = NULL;
	ssize_t length;

	if (!file)
		return -1;
	while ((length = getline(&line, &room, file)) >= 0)
		add_line(lines, line, length - (line[length - 1] == '\n'));
	free(line);
	fclose(file);
	return 0;
}

static void
tell(struct check *check, bool is_there, const char *what)
{
	fprintf(check->to, "%-8s %s\n", is_there ? "ok" : "MISSING", what);
	check->missing += !is_there;
}

/* The first line that begins so and has that in it; NULL if there is none. */
static const char *
find(const struct check *check, const char *start, const char *part)
{
	for (size_t i = 0; i < check->lines.count; i++) {
		const char *line = check->lines.items[i];

		if (strncmp(line, start, strlen(start)) == 0 &&
		    strstr(line, part))
			return line;
	}
	return NULL;
}

/* As it stands alone, and not within another one. */
static bool
has_word(const char *line, const char *word)
{
	size_t length = strlen(word);
	const char *place = line;

	while (line && (place = strstr(place, word))) {
		bool begins = place > line && strchr(" \t,=}", place[-1]);

		if (begins && strchr(" \t,", place[length]))
			return true;
		place++;
	}
	return false;
}

/* Where a socket stands in a line, by either of its names, or as a bare
   path. */
static bool
has_socket(const char *line, const char *socket)
{
	const char *rest = strchr(socket, ':') + 1;
	char *names[] = {socket_of(socket), alloc_printf("unix:%s", rest),
	    alloc_string(rest)};
	bool is_inet = strncmp(socket, "inet", 4) == 0, found = false;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		found = found || ((i == 0 || !is_inet) && line &&
				     has_word(line, names[i]));
		free(names[i]);
	}
	return found;
}

/* "Xname, S=socket, ...", which InputMailFilters names. */
static bool
has_filter(const struct check *check)
{
	for (size_t i = 0; i < check->lines.count; i++) {
		const char *line = check->lines.items[i];
		char *name;
		bool is_used;

		if (line[0] != 'X' ||
		    !has_socket(line, check->config->milter_socket))
			continue;
		name = alloc_bytes(line + 1, strcspn(line + 1, ", \t"));
		is_used = has_word(find(check, "O InputMailFilters", ""), name);
		free(name);
		if (is_used)
			return !strstr(line, "F=");
	}
	return false;
}

static void
check_map(struct check *check)
{
	const char *socket = check->config->map_socket;
	const char *table = find(check, "Kmailertable", " socket ");
	const char *own = find(check, "Kdelivery", " socket ");

	if (!has_socket(own, socket) && has_socket(table, socket)) {
		tell(check, true, "Kmailertable, in the place of Kdelivery");
		return;
	}
	tell(check, has_socket(own, socket),
	    "Kdelivery socket, that of map.socket");
	tell(check, find(check, "R", "$(delivery $&{nrcpts};$&f;"),
	    "the rules of LOCAL_NET_CONFIG");
}

static void
check_mailers(struct check *check)
{
	const char *class = find(check, CLASS, "");
	bool is_own = find(check, "Kdelivery", "") != NULL;
	struct strings mailers;

	collect_mailers(check->config, &mailers);
	for (size_t i = 0; i < mailers.count; i++) {
		const char *name = mailers.items[i];
		char *what = alloc_printf(CLASS " with %s", name);
		char *line = alloc_printf("M%s,", name);

		if (is_own)
			tell(check, has_word(class, name), what);
		if (strcmp(name, "error") != 0)
			tell(check, find(check, line, ""), line);
		free(line);
		free(what);
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
		char *what = alloc_printf("%s ... %s", start, end);

		tell(check, find(check, start, end), what);
		free(what);
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
	const char *line = find(check, key, "");
	const char *value = line ? line + strlen(key) : LIFETIME;
	int64_t lifetime_ms;

	if (sight_uses_wait(check->config) &&
	    quantity_duration_ms(value, &lifetime_ms) == 0)
		tell(check, sight_longest_wait_ms(check->config) < lifetime_ms,
		    "Timeout.queuereturn, longer than wait_at_most");
}

int
sendmail_check(const struct config *config, const char *directory, FILE *to)
{
	struct check check = {.config = config, .to = to};
	char *path =
	    alloc_printf("%s/sendmail.cf", directory ? directory : DIRECTORY);
	int result = read_lines(path, &check.lines);

	if (result != 0) {
		fprintf(stderr, "repgate: %s: %s\n", path, strerror(errno));
	} else {
		tell(&check, has_filter(&check),
		    "INPUT_MAIL_FILTER, that of milter.socket and without F=");
		if (config->map_socket)
			check_map(&check);
		check_mailers(&check);
		check_ports(&check);
		check_lifetime(&check);
		result = check.missing;
	}
	clear(&check.lines);
	free(path);
	return result;
}
