#include "evidence/targets.h"

#include "base/alloc.h"
#include "base/domain.h"
#include "config/destinations.h"
#include "evidence/resolver.h"

#include <stdlib.h>
#include <string.h>

/* Of one domain; more do not make it easier to reach. */
#define EXCHANGES_MAX 8

/* Destinations come first, then the preference of MX. */
#define RANK_OF(destination) ((uint32_t)(destination) << 16)

struct search {
	struct resolver *resolver;
	targets_done *done; /* NULL: forgotten */
	void *arg;
	size_t open; /* questions, and one while they are being asked */
	struct targets targets;
};

/* One question. */
struct step {
	struct search *search;
	uint16_t type, port;
	uint32_t rank;
	size_t records;
	char name[DOMAIN_MAX];
};

static void
add(struct search *search, const struct address *address, uint16_t port,
    uint32_t rank)
{
	struct targets *targets = &search->targets;
	size_t place = targets->count;

	if (targets->count == TARGETS_MAX)
		return;
	for (size_t i = 0; i < targets->count; i++)
		if (targets->items[i].port == port &&
		    address_equal(&targets->items[i].address, address))
			return;
	targets->count++;
	for (; place > 0 && targets->items[place - 1].rank > rank; place--)
		targets->items[place] = targets->items[place - 1];
	targets->items[place] = (struct target){*address, port, rank};
}

static void
release(struct search *search)
{
	if (--search->open > 0)
		return;
	if (search->done)
		search->done(search->arg, &search->targets);
	free(search);
}

static void on_answer(void *, enum dns_status, const struct message *);

static void
ask(struct search *search, const char *name, uint16_t type, uint16_t port,
    uint32_t rank)
{
	struct step *step = alloc_zeroed(1, sizeof *step);

	*step = (struct step){search, type, port, rank, 0, ""};
	memcpy(step->name, name, strlen(name) + 1);
	search->open++;
	resolver_ask(search->resolver, name, type, on_answer, step);
}

static void
ask_host(struct search *search, const char *name, uint16_t port, uint32_t rank)
{
	ask(search, name, DNS_TYPE_A, port, rank);
	ask(search, name, DNS_TYPE_AAAA, port, rank);
}

static void
on_record(void *arg, const struct dns_record *record)
{
	struct step *step = arg;
	char host[DOMAIN_MAX];

	step->records++;
	if (step->type != DNS_TYPE_MX)
		add(step->search, &record->address, step->port, step->rank);
	else if (step->records <= EXCHANGES_MAX &&
		 domain_parse(record->host, host) == 0)
		ask_host(step->search, host, step->port,
		    step->rank + record->preference);
}

static void
read_answer(struct step *step, const struct message *message)
{
	message_each(message, on_record, step);
	/* Without MX records the domain itself is the host. */
	if (step->type == DNS_TYPE_MX && step->records == 0 &&
	    message->name_exists)
		ask_host(step->search, step->name, step->port, step->rank);
}

static void
on_answer(void *arg, enum dns_status status, const struct message *message)
{
	struct step *step = arg;
	struct search *search = step->search;

	if (status == DNS_RESPONSE && search->done)
		read_answer(step, message);
	else
		search->targets.is_sure = false;
	free(step);
	release(search);
}

struct search *
targets_find(struct resolver *resolver, const struct destinations *to_find,
    targets_done *done, void *arg)
{
	struct search *search = alloc_zeroed(1, sizeof *search);
	bool has_asked;

	*search = (struct search){.resolver = resolver,
	    .done = done,
	    .arg = arg,
	    .open = 1,
	    .targets.is_sure = true};
	for (size_t i = 0; i < to_find->count; i++) {
		const struct destination *to = &to_find->items[i];

		if (to->address.family != 0)
			add(search, &to->address, to->port, RANK_OF(i));
		else if (to->wants_mx)
			ask(search, to->name, DNS_TYPE_MX, to->port,
			    RANK_OF(i));
		else
			ask_host(search, to->name, to->port, RANK_OF(i));
	}
	has_asked = search->open > 1;
	release(search);
	return has_asked ? search : NULL;
}

void
targets_forget(struct search **search)
{
	if (*search)
		(*search)->done = NULL;
	*search = NULL;
}
