#include "config/services.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/egresses.h"
#include "config/form.h"
#include "config/group.h"
#include "config/server.h"

#include <stdlib.h>
#include <string.h>

#define HOUR (3600 * CLOCK_SEC)

enum type { TYPE_A, TYPE_TXT };

static const struct word types[] = {
    {"A", TYPE_A},
    {"TXT", TYPE_TXT},
    {NULL, 0},
};

/* Three companies, each asked at a server of its own: resolver1.opendns.com,
   ns1.google.com, ns1-1.akamaitech.net. The last has no IPv6 one. */
static const struct service known[] = {
    {"opendns", "208.67.222.222:53", "[2620:119:35::35]:53", "myip.opendns.com",
	false},
    {"google", "216.239.32.10:53", "[2001:4860:4802:32::a]:53",
	"o-o.myaddr.l.google.com", true},
    {"akamai", "193.108.88.1:53", NULL, "whoami.akamai.net", false},
};

static char *
copy(const char *text)
{
	return text ? alloc_string(text) : NULL;
}

/* NULL if absent or wrong, which is recorded: a question over the one family
   finds no address of the other. */
static char *
read_server(struct group *group, const char *key, bool is_ip6)
{
	const char *text = group_text(group, key, server_form);
	char server[SERVER_TEXT_MAX];

	if (!text || server_parse(text, server) != 0)
		return NULL;
	if ((server[0] == '[') == is_ip6)
		return alloc_string(server);
	group_error(group, key, "found \"%s\", expected an %s address", text,
	    is_ip6 ? "IPv6" : "IPv4");
	return NULL;
}

static bool
is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* The same question twice is one voice, not two that agree. */
static void
check_service(struct group *group, const struct config *config,
    const struct service *service)
{
	for (size_t i = 0; i < config->service_count; i++) {
		const struct service *other = &config->services[i];

		if (is_same(other->id, service->id))
			group_error(group, "id",
			    "\"%s\" is used already; expected each id once",
			    service->id);
		if (is_same(other->name, service->name) &&
		    (is_same(other->server, service->server) ||
			is_same(other->server6, service->server6)))
			group_error(group, NULL,
			    "it asks what \"%s\" asks; expected a service "
			    "of its own",
			    other->id);
	}
}

static void
add(struct config *config, const struct service *service)
{
	config->services = alloc_resize(config->services,
	    config->service_count + 1, sizeof config->services[0]);
	config->services[config->service_count++] = *service;
}

static void
read_service(struct group *group, void *context)
{
	struct config *config = context;
	struct service service = {
	    .server = read_server(group, "server", false),
	    .server6 = read_server(group, "server6", true),
	    .is_text = group_word(group, "type", types, TYPE_A) == TYPE_TXT,
	};
	const char *id = group_text(group, "id", form_id);
	const char *name = group_text(group, "name", form_domain);

	group_require(group, "id");
	group_require(group, "name");
	if (!group_has(group, "server") && !group_has(group, "server6"))
		group_error(group, "server",
		    "it is missing; expected server, server6 or both");
	if (config->service_count == SERVICES_MAX)
		group_error(
		    group, NULL, "expected up to %d services", SERVICES_MAX);
	service.id = alloc_string(id ? id : "");
	service.name = alloc_string(name ? name : "");
	check_service(group, config, &service);
	add(config, &service);
}

static void
add_known(struct config *config)
{
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		struct service service = {
		    .id = copy(known[i].id),
		    .server = copy(known[i].server),
		    .server6 = copy(known[i].server6),
		    .name = copy(known[i].name),
		    .is_text = known[i].is_text,
		};

		add(config, &service);
	}
}

static void
check_count(struct group *group, const struct config *config)
{
	size_t count = 0, count6 = 0;

	for (size_t i = 0; i < config->service_count; i++) {
		count += config->services[i].server != NULL;
		count6 += config->services[i].server6 != NULL;
	}
	if (count < SERVICES_AGREE_MIN && count6 < SERVICES_AGREE_MIN)
		group_error(group, "services",
		    "found %zu with server and %zu with server6, expected at "
		    "least %d of one kind: an address is believed when they "
		    "agree",
		    count, count6, SERVICES_AGREE_MIN);
}

void
services_read(struct group *root, struct config *config)
{
	struct group group;

	group_open(root, "discovery", &group);
	group_each(&group, "services", read_service, config);
	config->discover_every_ms =
	    group_duration_ms(&group, "every", CLOCK_SEC, 24 * HOUR, HOUR);
	if (!group_has(&group, "services"))
		add_known(config);
	check_count(&group, config);
	group_end(&group);
}

void
services_free(struct config *config)
{
	for (size_t i = 0; i < config->service_count; i++) {
		free(config->services[i].id);
		free(config->services[i].server);
		free(config->services[i].server6);
		free(config->services[i].name);
	}
	free(config->services);
}
