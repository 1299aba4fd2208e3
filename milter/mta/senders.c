#include "mta/senders.h"

#include "base/address.h"
#include "base/alloc.h"
#include "base/domain.h"
#include "config/config.h"
#include "evidence/names.h"

#include <stdlib.h>
#include <string.h>

struct sender {
	char *domain;
	struct names *names; /* of its SPF record */
};

struct senders {
	struct resolver *resolver;
	senders_done *done;
	void *arg;
	struct sender *items;
	size_t count;
};

static void
on_named(void *arg)
{
	struct senders *senders = arg;

	senders->done(senders->arg);
}

static void
add(struct senders *senders, const char *text)
{
	char domain[DOMAIN_MAX];

	if (senders->count == PREFLIGHT_DOMAINS_MAX ||
	    domain_parse(text, domain) != 0)
		return;
	for (size_t i = 0; i < senders->count; i++)
		if (strcmp(senders->items[i].domain, domain) == 0)
			return;
	senders->items = alloc_resize(
	    senders->items, senders->count + 1, sizeof *senders->items);
	senders->items[senders->count++] = (struct sender){
	    .domain = alloc_string(domain),
	    .names = names_start(
		senders->resolver, NAMES_SPF, domain, on_named, senders),
	};
}

/* "@.example.com" names no domain of its own. */
static void
add_patterns(struct senders *senders, const struct strings *patterns)
{
	for (size_t i = 0; i < patterns->count; i++) {
		const char *at = strrchr(patterns->items[i], '@');

		if (at)
			add(senders, at + 1);
	}
}

struct senders *
senders_ask(struct resolver *resolver, const struct config *config,
    senders_done *done, void *arg)
{
	struct senders *senders = alloc_zeroed(1, sizeof *senders);

	senders->resolver = resolver;
	senders->done = done;
	senders->arg = arg;
	for (size_t i = 0; i < config->domains.count; i++)
		add(senders, config->domains.items[i]);
	for (size_t i = 0; i < config->egress_count; i++)
		add_patterns(senders, &config->egresses[i].senders);
	return senders;
}

void
senders_destroy(struct senders **senders_r)
{
	struct senders *senders = *senders_r;

	if (!senders)
		return;
	*senders_r = NULL;
	for (size_t i = 0; i < senders->count; i++) {
		names_destroy(&senders->items[i].names);
		free(senders->items[i].domain);
	}
	free(senders->items);
	free(senders);
}

size_t
senders_count(const struct senders *senders)
{
	return senders->count;
}

const char *
senders_domain(const struct senders *senders, size_t index)
{
	return senders->items[index].domain;
}

/* The worst of all addresses, and which has it. */
static enum names_cover
cover_of(const struct names *names, const struct addresses *addresses,
    struct address *which)
{
	enum names_cover worst = NAMES_COVERED;

	for (size_t i = 0; i < addresses->count && worst != NAMES_NOT_COVERED;
	     i++) {
		enum names_cover cover =
		    names_covers(names, &addresses->items[i]);

		if (i > 0 && cover != NAMES_NOT_COVERED &&
		    worst != NAMES_COVERED)
			continue;
		*which = addresses->items[i];
		worst = cover;
	}
	return worst;
}

enum preflight_result
senders_judge(const struct senders *senders, size_t index,
    const struct addresses *addresses, bool are_guessed, char **text)
{
	const struct sender *sender = &senders->items[index];
	char name[ADDRESS_TEXT_MAX];
	struct address which;

	switch (cover_of(sender->names, addresses, &which)) {
	case NAMES_COVERED:
		return PREFLIGHT_GOOD;
	case NAMES_NO_POLICY:
		*text = alloc_string("the domain has no SPF record");
		return PREFLIGHT_GOOD;
	case NAMES_NOT_COVERED:
		*text = alloc_printf(
		    "%s is not authorised by the SPF record of %s%s",
		    address_format(name, &which), sender->domain,
		    are_guessed ? "; if the route sends from other addresses "
				  "than its nexthop has, name them in its "
				  "addresses"
				: "");
		return PREFLIGHT_BAD;
	case NAMES_BROKEN:
		*text =
		    alloc_printf("receivers may fail the SPF record of %s: %s",
			sender->domain, names_doubt(sender->names));
		return PREFLIGHT_BAD;
	case NAMES_UNSURE:
		break;
	}
	*text = alloc_string(names_doubt(sender->names));
	return PREFLIGHT_UNKNOWN;
}
