#include "evidence/discovery.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/egresses.h"
#include "config/services.h"
#include "evidence/resolver.h"
#include "evidence/sighting.h"

#include <stdlib.h>
#include <string.h>

enum { FAMILIES = 2 };

/* One service, asked over one family. */
struct witness {
	struct family *family;
	const struct service *service;
	struct resolver *resolver;
	struct voice voice; /* of the round under way */
	size_t records;	    /* in the answer that is being read */
};

struct family {
	struct discovery *discovery;
	struct sighting sighting;
	struct witness witnesses[SERVICES_MAX];
	size_t count, open;
	bool has_asked; /* a round was asked to the end, or never will be */
};

struct discovery {
	struct event_base *base;
	discovery_news *news;
	void *arg;
	const struct config *config;
	struct family families[FAMILIES];
	int64_t now_ms; /* of the last tick */
};

static void
forget_address(struct family *family, int number)
{
	sighting_init(&family->sighting, number);
	family->has_asked = false;
}

/* Questions that are open end here, as cancelled. */
static void
forget_witnesses(struct family *family)
{
	for (size_t i = 0; i < family->count; i++)
		resolver_destroy(&family->witnesses[i].resolver);
	family->count = 0;
	family->open = 0;
}

static char *
server_of(const struct service *service, const struct family *family)
{
	return family->sighting.family == 4 ? service->server
					    : service->server6;
}

static void
add_witness(struct family *family, const struct service *service)
{
	struct dns_settings settings = family->discovery->config->dns;
	struct witness *witness = &family->witnesses[family->count];
	char *reason = NULL;

	settings.servers = server_of(service, family);
	if (!settings.servers)
		return;
	*witness = (struct witness){.family = family, .service = service};
	witness->resolver =
	    resolver_create(family->discovery->base, &settings, &reason);
	free(reason);
	family->count++;
}

/* Of fewer services nothing would ever be believed. */
static bool
can_agree(const struct family *family)
{
	return family->count >= SERVICES_AGREE_MIN;
}

static bool
is_worth_telling(const struct family *family)
{
	const struct family *all = family->discovery->families;
	const struct family *other = &all[family == all];

	return !family->sighting.is_silent ||
	       (other->has_asked && other->sighting.known.family == 0);
}

static void
end_round(struct family *family)
{
	const struct discovery *discovery = family->discovery;
	struct address from = family->sighting.known;
	struct voice voices[SERVICES_MAX];
	enum sighting_news news;

	for (size_t i = 0; i < family->count; i++)
		voices[i] = family->witnesses[i].voice;
	news = sighting_take(&family->sighting, voices, family->count,
	    discovery->config->discover_every_ms, discovery->now_ms);
	family->has_asked = true;
	if (news == SIGHTING_CHANGED)
		discovery->news(discovery->arg, &family->sighting, &from);
	else if (news == SIGHTING_DOUBT && is_worth_telling(family))
		discovery->news(discovery->arg, &family->sighting, NULL);
}

/* The whole text has to be an address: an answer that came by way of a
   resolver tells more than that, and of the resolver. */
static void
read_record(void *arg, const struct dns_record *record)
{
	struct witness *witness = arg;
	struct address *out = &witness->voice.address;
	char text[ADDRESS_TEXT_MAX];

	witness->records++;
	*out = record->address;
	if (!witness->service->is_text || record->text_length >= sizeof text)
		return;
	memcpy(text, record->text, record->text_length);
	text[record->text_length] = '\0';
	if (strlen(text) == record->text_length)
		address_parse(text, out);
}

/* Of several records none is the address. */
static void
read_voice(struct witness *witness, const struct message *message)
{
	witness->records = 0;
	message_each(message, read_record, witness);
	if (witness->records != 1)
		witness->voice.address.family = 0;
}

static void
on_answer(void *arg, enum dns_status status, const struct message *message)
{
	struct witness *witness = arg;

	if (status == DNS_CANCELLED)
		return;
	witness->voice.status = status;
	if (message)
		read_voice(witness, message);
	if (--witness->family->open == 0)
		end_round(witness->family);
}

static uint16_t
type_of(const struct witness *witness)
{
	if (witness->service->is_text)
		return DNS_TYPE_TXT;
	return witness->family->sighting.family == 4 ? DNS_TYPE_A
						     : DNS_TYPE_AAAA;
}

static void
ask(struct family *family)
{
	for (size_t i = 0; i < family->count; i++) {
		struct witness *witness = &family->witnesses[i];

		witness->voice = (struct voice){
		    .service = witness->service->id,
		    .status = DNS_UNREACHABLE,
		};
		if (!witness->resolver)
			continue;
		family->open++;
		resolver_ask(witness->resolver, witness->service->name,
		    type_of(witness), on_answer, witness);
	}
	if (family->open == 0)
		end_round(family);
}

void
discovery_configure(struct discovery *discovery, const struct config *config)
{
	bool is_auto = egresses_find_auto(config) != NULL;

	discovery->config = config;
	for (int i = 0; i < FAMILIES; i++) {
		struct family *family = &discovery->families[i];

		forget_witnesses(family);
		family->sighting.due_ms = INT64_MIN;
		if (!is_auto)
			forget_address(family, family->sighting.family);
		for (size_t k = 0; is_auto && k < config->service_count; k++)
			add_witness(family, &config->services[k]);
		family->has_asked = !can_agree(family);
	}
}

void
discovery_tick(struct discovery *discovery, int64_t now_ms)
{
	discovery->now_ms = now_ms;
	for (int i = 0; i < FAMILIES; i++) {
		struct family *family = &discovery->families[i];

		if (can_agree(family) && family->open == 0 &&
		    family->sighting.due_ms <= now_ms)
			ask(family);
	}
}

bool
discovery_is_settled(const struct discovery *discovery)
{
	for (int i = 0; i < FAMILIES; i++)
		if (!discovery->families[i].has_asked)
			return false;
	return true;
}

void
discovery_recall(struct discovery *discovery, const struct address *address)
{
	if (!egresses_find_auto(discovery->config))
		return;
	for (int i = 0; i < FAMILIES; i++) {
		struct sighting *sighting = &discovery->families[i].sighting;

		if (sighting->family == address->family &&
		    sighting->known.family == 0)
			sighting->known = *address;
	}
}

size_t
discovery_known(const struct discovery *discovery,
    struct address out[DISCOVERY_ADDRESSES_MAX])
{
	size_t count = 0;

	for (int i = 0; i < FAMILIES; i++)
		if (discovery->families[i].sighting.known.family != 0)
			out[count++] = discovery->families[i].sighting.known;
	return count;
}

struct discovery *
discovery_create(struct event_base *base, discovery_news *news, void *arg)
{
	struct discovery *discovery = alloc_zeroed(1, sizeof *discovery);

	discovery->base = base;
	discovery->news = news;
	discovery->arg = arg;
	for (int i = 0; i < FAMILIES; i++) {
		discovery->families[i].discovery = discovery;
		forget_address(&discovery->families[i], i == 0 ? 4 : 6);
	}
	return discovery;
}

void
discovery_destroy(struct discovery **discovery_r)
{
	struct discovery *discovery = *discovery_r;

	if (!discovery)
		return;
	*discovery_r = NULL;
	for (int i = 0; i < FAMILIES; i++)
		forget_witnesses(&discovery->families[i]);
	free(discovery);
}
