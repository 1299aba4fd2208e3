#include "policy/facts.h"

#include "base/domain.h"
#include "config/config.h"
#include "config/mailer.h"
#include "config/pattern.h"
#include "config/values.h"
#include "policy/wording.h"
#include "standing/board.h"

#include <string.h>
#include <strings.h>

const struct board_domain *
facts_listed_domain(const struct board *board, const char *sender)
{
	const char *text = sender ? pattern_domain_of(sender) : NULL;
	const struct board_domain *domain;
	char name[DOMAIN_MAX];

	if (!text || domain_parse(text, name) != 0)
		return NULL;
	domain = board_find_domain(board, name);
	return domain && domain->state == STANDING_LISTED ? domain : NULL;
}

static bool
is_before_colon(const char *word, const char *way)
{
	size_t length = strlen(word);

	return way && strncmp(way, word, length) == 0 && way[length] == ':';
}

/* Whether the MTA names a mailer because the map said so before. */
static bool
is_of_map(const struct config *config, const char *mailer)
{
	bool is_sendmail = config->mta == MTA_SENDMAIL;

	if (config->reroute_by != REROUTE_BY_MAP)
		return false;
	for (size_t i = 0; i < config->route_count; i++)
		if (is_before_colon(mailer, is_sendmail
						? config->routes[i].mailertable
						: config->routes[i].nexthop))
			return true;
	if (is_before_colon(mailer, config->probe.transport))
		return true;
	return strcmp(mailer,
		   is_sendmail ? MAILER_WAIT : WORDING_WAIT_TRANSPORT) == 0;
}

static bool
is_outbound_mailer(const struct config *config, const char *mailer)
{
	if (is_of_map(config, mailer))
		return true;
	for (size_t i = 0; i < config->egress_count; i++)
		if (strings_contain(&config->egresses[i].mailers, mailer))
			return true;
	return strings_contain(&config->outbound_mailers, mailer);
}

static bool
is_local(const struct config *config, const char *domain)
{
	for (size_t i = 0; i < config->local_domains.count; i++)
		if (strcasecmp(config->local_domains.items[i], domain) == 0)
			return true;
	return false;
}

bool
recipient_is_outbound(
    const struct config *config, const struct recipient *recipient)
{
	const char *domain;

	if (recipient->mailer && recipient->mailer[0])
		return is_outbound_mailer(config, recipient->mailer);
	if (!recipient->address)
		return true;
	domain = pattern_domain_of(recipient->address);
	return domain && domain[0] && !is_local(config, domain);
}

const struct board_receiver *
recipient_reception(
    const struct board *board, size_t egress, const struct recipient *recipient)
{
	if (!recipient->receiver ||
	    board->egresses[egress].state == STANDING_LISTED)
		return NULL;
	return board_find_receiver(board, egress, recipient->receiver);
}
