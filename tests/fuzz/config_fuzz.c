/* Any text as repgate.conf, with a small directory of lists: it is read, or
   refused with reasons of one printable line each, and what is read keeps what
   the header promises. */
#include "config/config.h"
#include "config/directory.h"
#include "config/list.h"
#include "config/problems.h"
#include "libconfig_file.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LIST(id)                                                           \
	"{ id = \"" id "\"; provider = \"P\"; zone = \"" id ".test\";"     \
	" subjects = \"ip4\"; codes = ( { answer = \"127.0.0.2\"; name = " \
	"\"A\"; } ); }"

static const char *
configuration_path(const uint8_t *bytes, size_t size)
{
	static const char lists[] = "lists = ( " LIST("a") ", " LIST("b") " );";
	static struct libconfig_file directory, configuration;
	static char head[sizeof directory.path + 32];

	if (!head[0])
		snprintf(head, sizeof head, "providers = \"%s\";\n",
		    libconfig_file_write(
			&directory, "", lists, sizeof lists - 1));
	return libconfig_file_write(&configuration, head, bytes, size);
}

static void
check_problems(const struct problems *problems)
{
	for (size_t i = 0; i < problems_count(problems); i++)
		for (const char *at = problems_text(problems, i); *at; at++)
			must(*at >= ' ' && *at <= '~');
}

static void
check_rule(const struct config *config, const struct rule *rule)
{
	must(rule->name != NULL);
	must((rule->then == ACTION_REROUTE) == (rule->via_count > 0));
	for (size_t i = 0; i < rule->via_count; i++)
		must(rule->via[i] >= config->routes &&
		     rule->via[i] < config->routes + config->route_count);
	must(rule->wait_at_most_ms >= 0);
}

static void
check(const struct config *config)
{
	must(config->milter_socket && config->control_socket);
	must(config->egress_count > 0 && config->listed_at > 0);
	must(config->route_count <= ROUTES_MAX);
	for (size_t i = 0; i < config->egress_count; i++)
		must(config->egresses[i].name &&
		     (config->egresses[i].is_auto ||
			 config->egresses[i].addresses.count > 0));
	for (size_t i = 0; i < config->list_count; i++)
		must(!config->lists[i].list->is_dead &&
		     config->lists[i].weight >= 1 &&
		     config->lists[i].weight <= 1000);
	for (size_t i = 0; i < config->rule_count; i++)
		check_rule(config, &config->rules[i]);
	for (size_t i = 0; i < config->return_step_count; i++)
		must(config->return_steps[i].share >= 1 &&
		     config->return_steps[i].share <= 99);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct problems *problems = problems_create();
	const char *path = configuration_path(bytes, size);
	struct config *config = config_load(path, problems);

	must((config == NULL) == (problems_error_count(problems) > 0));
	check_problems(problems);
	if (config) {
		check(config);
		config_unref(config);
	}
	free(config_control_socket(path));
	free(config_providers(path));
	problems_destroy(&problems);
	return 0;
}
