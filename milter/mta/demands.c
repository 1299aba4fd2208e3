#include "mta/demands.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/child.h"
#include "config/config.h"
#include "mta/lookups.h"
#include "mta/transports.h"

#include <event2/event.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Where an administrator's postconf is, and a user's path is not. */
#define MORE_PATH ":/usr/sbin:/usr/local/sbin"

static const char *const keys[] = {"smtp_tls_security_level",
    "smtp_tls_policy_maps", "smtp_tls_wrappermode", "smtp_use_tls",
    "smtp_enforce_tls", "smtp_sasl_auth_enable", "smtp_sasl_password_maps",
    "smtp_sasl_security_options", "smtp_sasl_tls_security_options"};

#define KEY_COUNT (sizeof keys / sizeof keys[0])

struct demands {
	const struct config *config;
	bool keeps_root;
	demands_done *done;
	void *arg;
	struct event *begin, *end;
	int stop_fd, end_fd; /* eventfds: to the thread, and from it */
	pthread_t thread;
	bool has_thread;

	/* The thread's own, until end_fd was written. */
	int64_t deadline_ms;
	char *path; /* directories, each behind a colon but the first */
	char *environment[3];
	char *main_cf, *master_cf; /* lines of postconf */
	struct transports transports;
	struct lookups *lookups;
	struct demand *items; /* one for each route */
};

/* What a program prints; to be freed. words[0] is its name. With an input its
   errors too. */
static char *
output_of(const struct demands *demands, char **words, int input)
{
	struct child_terms terms = {.words = words,
	    .input = input,
	    .joins_errors = input >= 0,
	    .environment = demands->environment,
	    .keeps_root = demands->keeps_root};
	char *path = child_find(demands->path, words[0]), *text;

	if (!path)
		return alloc_string("");
	words[0] = path;
	text = child_output(&terms, demands->stop_fd, demands->deadline_ms);
	free(path);
	return text;
}

static char *
on_lookup(void *arg, const char *table, int input)
{
	char *words[] = {"postmap", "-q", "-", (char *)table, NULL};

	return output_of(arg, words, input);
}

/* ---- demands ------------------------------------------------------------ */

static enum demand_tls
parse_level(const char *level)
{
	static const struct {
		const char *word;
		enum demand_tls tls;
	} known[] = {
	    {"none", DEMAND_TLS_NONE},
	    {"may", DEMAND_TLS_MAY},
	    {"dane", DEMAND_TLS_MAY},
	    {"half-dane", DEMAND_TLS_MAY},
	    {"encrypt", DEMAND_TLS_MUST},
	    {"dane-only", DEMAND_TLS_TRUSTED},
	    {"fingerprint", DEMAND_TLS_TRUSTED},
	    {"verify", DEMAND_TLS_TRUSTED},
	    {"secure", DEMAND_TLS_TRUSTED},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(level, known[i].word) == 0)
			return known[i].tls;
	return DEMAND_TLS_UNKNOWN;
}

/* Where there is no level, two older settings count. */
static const char *
older_level(const struct demands *demands, const char *transport)
{
	if (transports_is_on(
		&demands->transports, transport, "smtp_enforce_tls"))
		return "encrypt";
	return transports_is_on(&demands->transports, transport, "smtp_use_tls")
		   ? "may"
		   : "none";
}

/* Postfix's word for it; to be freed. "": it cannot be known. */
static char *
find_level(
    const struct demands *demands, const char *transport, const char *nexthop)
{
	char *maps = transports_value(
	    &demands->transports, transport, "smtp_tls_policy_maps");
	const char *policy;
	char *level = NULL;

	switch (lookups_find(demands->lookups, maps, nexthop, &policy)) {
	case LOOKUP_FOUND:
		level = alloc_bytes(policy, strcspn(policy, " \t\n"));
		break;
	case LOOKUP_UNREADABLE:
		level = alloc_string("");
		break;
	case LOOKUP_MISSING:
		level = transports_value(
		    &demands->transports, transport, "smtp_tls_security_level");
		if (level[0])
			break;
		free(level);
		level = alloc_string(older_level(demands, transport));
	}
	free(maps);
	return level;
}

static void
read_level(const struct demands *demands, const char *transport,
    const char *nexthop, struct demand *demand)
{
	char *level = find_level(demands, transport, nexthop);

	snprintf(demand->level, sizeof demand->level, "%s", level);
	demand->tls = parse_level(demand->level);
	demand->is_wrapped = transports_is_on(
	    &demands->transports, transport, "smtp_tls_wrappermode");
	free(level);
}

static bool
forbids_plain(
    const struct demands *demands, const char *transport, const char *key)
{
	char *options = transports_value(&demands->transports, transport, key);
	bool does = strstr(options, "noplaintext") != NULL;

	free(options);
	return does;
}

/* The second of them is the first where it is not set, and postconf fills that
   in for main.cf alone. */
static void
read_options(
    const struct demands *demands, const char *transport, struct demand *demand)
{
	static const char plain[] = "smtp_sasl_security_options",
			  tls[] = "smtp_sasl_tls_security_options";
	char *own = transports_own(&demands->transports, transport, tls);
	char *main_plain = transports_main(&demands->transports, plain);
	char *main_tls = transports_main(&demands->transports, tls);
	bool is_same =
	    !own && main_plain && main_tls && strcmp(main_plain, main_tls) == 0;

	demand->hides_password = forbids_plain(demands, transport, plain);
	demand->hides_password_in_tls =
	    forbids_plain(demands, transport, is_same ? plain : tls);
	free(own);
	free(main_plain);
	free(main_tls);
}

/* Postfix looks for the name of the host, and for the nexthop as it is. */
static bool
has_login(const struct demands *demands, const char *transport,
    const char *host, const char *nexthop)
{
	const char *keys_of[] = {host, nexthop}, *login;
	bool is_asked = transports_is_on(
	    &demands->transports, transport, "smtp_sasl_auth_enable");
	char *maps = transports_value(
	    &demands->transports, transport, "smtp_sasl_password_maps");
	enum lookup result = LOOKUP_MISSING;

	for (int i = 0; is_asked && i < 2 && result == LOOKUP_MISSING; i++)
		result =
		    lookups_find(demands->lookups, maps, keys_of[i], &login);
	free(maps);
	return result == LOOKUP_FOUND;
}

static void
read_route(
    struct demands *demands, const struct route *route, struct demand *demand)
{
	const char *colon = strchr(route->nexthop, ':');
	char *transport;

	if (route->destination.count == 0)
		return;
	transport = alloc_bytes(route->nexthop, colon - route->nexthop);
	read_level(demands, transport, colon + 1, demand);
	read_options(demands, transport, demand);
	demand->has_login = has_login(
	    demands, transport, route->destination.items[0].name, colon + 1);
	free(transport);
}

static void
add_keys(struct lookups *lookups, const struct config *config)
{
	for (size_t i = 0; i < config->route_count; i++) {
		const struct route *route = &config->routes[i];

		if (route->destination.count == 0)
			continue;
		lookups_add(lookups, strchr(route->nexthop, ':') + 1);
		lookups_add(lookups, route->destination.items[0].name);
	}
}

static void
ask(struct demands *demands)
{
	char *of_main[KEY_COUNT + 3] = {"postconf", "-x"};
	char *of_master[] = {"postconf", "-Px", NULL};

	memcpy(of_main + 2, keys, sizeof keys);
	demands->main_cf = output_of(demands, of_main, -1);
	if (!demands->main_cf[0])
		return;
	demands->master_cf = output_of(demands, of_master, -1);
	demands->transports =
	    (struct transports){demands->main_cf, demands->master_cf};
	demands->lookups = lookups_create(on_lookup, demands);
	add_keys(demands->lookups, demands->config);
	for (size_t i = 0; i < demands->config->route_count; i++)
		read_route(
		    demands, &demands->config->routes[i], &demands->items[i]);
	lookups_destroy(&demands->lookups);
}

/* Without one nothing is asked. */
static bool
leads_to_a_host(const struct config *config)
{
	for (size_t i = 0; i < config->route_count; i++)
		if (config->routes[i].destination.count > 0)
			return true;
	return false;
}

/* ---- its life ----------------------------------------------------------- */

static void
tell(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof one) < 0)
		return;
}

static void *
work(void *arg)
{
	struct demands *demands = arg;

	demands->deadline_ms = clock_now_ms() + DEMANDS_LIMIT_MS;
	ask(demands);
	tell(demands->end_fd);
	return NULL;
}

/* Not before: a daemon goes to the background first, and would leave its
   threads behind. */
static void
on_begin(evutil_socket_t fd, short what, void *arg)
{
	struct demands *demands = arg;

	(void)fd, (void)what;
	demands->has_thread =
	    demands->config->mta == MTA_POSTFIX &&
	    leads_to_a_host(demands->config) &&
	    pthread_create(&demands->thread, NULL, work, demands) == 0;
	if (!demands->has_thread)
		tell(demands->end_fd);
}

static void
end_thread(struct demands *demands)
{
	if (demands->has_thread)
		pthread_join(demands->thread, NULL);
	demands->has_thread = false;
}

static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	struct demands *demands = arg;

	(void)fd, (void)what;
	end_thread(demands);
	demands->done(demands->arg);
}

/* Postfix's tools take their directory from it. */
static void
fill_environment(struct demands *demands)
{
	const char *path = getenv("PATH"), *mail = getenv("MAIL_CONFIG");

	demands->path =
	    alloc_printf("%s" MORE_PATH, path ? path : "/usr/bin:/bin");
	demands->environment[0] = alloc_printf("PATH=%s", demands->path);
	if (mail)
		demands->environment[1] = alloc_printf("MAIL_CONFIG=%s", mail);
}

struct demands *
demands_ask(struct event_base *base, const struct config *config,
    bool keeps_root, demands_done *done, void *arg)
{
	struct demands *demands = alloc_zeroed(1, sizeof *demands);

	demands->config = config;
	demands->keeps_root = keeps_root;
	demands->done = done;
	demands->arg = arg;
	demands->items =
	    alloc_zeroed(config->route_count, sizeof *demands->items);
	fill_environment(demands);
	demands->stop_fd = eventfd(0, EFD_CLOEXEC);
	demands->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	demands->begin = event_new(base, -1, 0, on_begin, demands);
	demands->end =
	    event_new(base, demands->end_fd, EV_READ, on_end, demands);
	if (!demands->begin || !demands->end ||
	    event_add(demands->end, NULL) != 0)
		abort(); /* no memory */
	event_active(demands->begin, EV_TIMEOUT, 0);
	return demands;
}

void
demands_destroy(struct demands **demands_r)
{
	struct demands *demands = *demands_r;

	if (!demands)
		return;
	*demands_r = NULL;
	tell(demands->stop_fd);
	end_thread(demands);
	event_free(demands->begin);
	event_free(demands->end);
	close(demands->stop_fd);
	close(demands->end_fd);
	free(demands->environment[0]);
	free(demands->environment[1]);
	free(demands->path);
	free(demands->main_cf);
	free(demands->master_cf);
	free(demands->items);
	free(demands);
}

struct demand
demands_of(const struct demands *demands, size_t route)
{
	return demands->items[route];
}
