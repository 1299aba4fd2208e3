#include "evidence/names.h"

#include "base/alloc.h"
#include "evidence/remarks.h"
#include "evidence/resolver.h"
#include "evidence/spf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXCHANGES_MAX 10 /* RFC 7208, 4.6.4 */
#define NAME_TEXT_MAX 300

struct names {
	struct resolver *resolver;
	names_done *done;
	void *arg;
	struct named found[NAMES_ADDRESSES_MAX];
	size_t found_count;
	struct remarks remarks;
	size_t open; /* questions */
	int lookups; /* SPF terms that cost one */
	bool has_response, has_overflow, is_ended;
	/* Of an SPF record: all that it authorises; that nobody knows all of
	   it; that receivers fail it; that there is none. */
	struct network networks[NAMES_POLICY_NETWORKS_MAX];
	size_t network_count;
	bool is_unsure, is_broken, has_no_policy, authorises_all;
	const char *doubt; /* the note on the first of these; or NULL */
};

/* One open question. */
struct step {
	struct names *names;
	char *name, *via;
	uint16_t type;
	uint8_t bits4, bits6; /* networks around addresses */
	bool is_spf;	      /* of a TXT question; or counts its exchanges */
	bool is_first;	      /* asked by names_start */
	size_t records;
	struct spf *policy; /* of a TXT question, once it was read */
};

__attribute__((format(printf, 2, 3))) static void
note(struct names *names, const char *format, ...)
{
	const char *sentence;
	va_list list;

	va_start(list, format);
	sentence = remarks_add(&names->remarks, format, list);
	va_end(list);
	/* Whoever sets a flag tells of it next. */
	if (!names->doubt && (names->is_unsure || names->is_broken))
		names->doubt = sentence;
}

static void
add_address(struct names *names, const struct address *address, const char *via)
{
	for (size_t i = 0; i < names->found_count; i++)
		if (address_equal(&names->found[i].address, address))
			return;
	if (names->found_count < NAMES_ADDRESSES_MAX) {
		struct named *named = &names->found[names->found_count++];

		named->address = *address;
		named->via = alloc_string(via);
	} else if (!names->has_overflow) {
		names->has_overflow = true;
		note(names, "only the first %d addresses are asked about",
		    NAMES_ADDRESSES_MAX);
	}
}

/* All addresses of a network that is small enough, or a note. */
static void
add_network(struct names *names, const struct network *network, const char *via)
{
	unsigned max = network->address.family == 4 ? 32 : 128;
	unsigned free_bits = max - network->bits;
	char text[ADDRESS_TEXT_MAX];

	if (names->network_count < NAMES_POLICY_NETWORKS_MAX)
		names->networks[names->network_count++] = *network;
	else
		names->is_unsure = true;
	address_format(text, &network->address);
	if (free_bits > 3) {
		note(names,
		    "%s: %s/%d is a whole network; name its addresses to "
		    "have them checked",
		    via, text, network->bits);
		return;
	}
	for (unsigned i = 0; i < 1u << free_bits; i++) {
		struct address address = network->address;

		address.bytes[max / 8 - 1] |= i;
		add_address(names, &address, via);
	}
}

/* The network of that many bits around an address. */
static void
add_around(
    struct names *names, const struct address *address, const struct step *step)
{
	struct network network = {*address, 0};
	unsigned max = address->family == 4 ? 32 : 128;

	network.bits = address->family == 4 ? step->bits4 : step->bits6;
	for (unsigned bit = network.bits; bit < max; bit++)
		network.address.bytes[bit / 8] &= ~(0x80 >> bit % 8);
	add_network(names, &network, step->via);
}

/* ---- questions ---------------------------------------------------------- */

static void on_answer(
    void *arg, enum dns_status status, const struct message *message);

static struct step *
ask(struct names *names, const char *name, uint16_t type, const char *via)
{
	struct step *step = alloc_zeroed(1, sizeof *step);

	step->names = names;
	step->name = alloc_string(name);
	step->via = alloc_string(via);
	step->type = type;
	step->bits4 = 32;
	step->bits6 = 128;
	names->open++;
	resolver_ask(names->resolver, name, type, on_answer, step);
	return step;
}

static void
ask_host(struct names *names, const char *name, const char *via, uint8_t bits4,
    uint8_t bits6)
{
	static const uint16_t types[] = {DNS_TYPE_A, DNS_TYPE_AAAA};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct step *step = ask(names, name, types[i], via);

		step->bits4 = bits4;
		step->bits6 = bits6;
	}
}

static void
ask_mx(struct names *names, const char *name, bool is_spf, uint8_t bits4,
    uint8_t bits6)
{
	struct step *step = ask(names, name, DNS_TYPE_MX, name);

	step->is_spf = is_spf;
	step->bits4 = bits4;
	step->bits6 = bits6;
}

static struct step *
ask_spf(struct names *names, const char *name)
{
	struct step *step = ask(names, name, DNS_TYPE_TXT, name);

	step->is_spf = true;
	return step;
}

/* ---- SPF ---------------------------------------------------------------- */

/* Whether one more term may cost a lookup. */
static bool
may_look_up(struct names *names)
{
	names->is_broken |= names->lookups == SPF_LOOKUPS_MAX;
	if (++names->lookups == SPF_LOOKUPS_MAX + 1)
		note(names,
		    "the SPF record needs more than %d lookups; receivers "
		    "fail it (RFC 7208, 4.6.4), and the rest is left out here",
		    SPF_LOOKUPS_MAX);
	return names->lookups <= SPF_LOOKUPS_MAX;
}

static void
follow_network(
    struct names *names, const char *owner, const struct network *network)
{
	char text[ADDRESS_TEXT_MAX], via[2 * NAME_TEXT_MAX];

	snprintf(via, sizeof via, "%s ip%d:%s", owner, network->address.family,
	    address_format(text, &network->address));
	add_network(names, network, via);
}

static void
follow(struct names *names, const char *owner, const struct spf_term *term)
{
	const char *domain = term->domain[0] ? term->domain : owner;

	switch (term->kind) {
	case SPF_NETWORK:
		follow_network(names, owner, &term->network);
		return;
	case SPF_ANYBODY:
		names->authorises_all = true;
		note(names, "%s: \"+all\" authorises the whole world", owner);
		return;
	case SPF_UNTOLD:
		names->is_unsure = true;
		may_look_up(names);
		note(names,
		    "%s: what ptr, exists and macros authorise depends on "
		    "the message",
		    owner);
		return;
	default:
		break;
	}
	if (!may_look_up(names))
		return;
	if (term->kind == SPF_A)
		ask_host(names, domain, domain, term->bits4, term->bits6);
	else if (term->kind == SPF_MX)
		ask_mx(names, domain, true, term->bits4, term->bits6);
	else
		ask_spf(names, domain);
}

/* ---- answers ------------------------------------------------------------ */

static void
take_exchange(struct step *step, const struct dns_record *record)
{
	struct names *names = step->names;

	step->records++;
	names->is_broken |= step->is_spf && step->records > EXCHANGES_MAX;
	if (record->host[0] == '\0')
		note(names, "%s takes no mail (RFC 7505)", step->name);
	else if (step->is_spf && step->records == EXCHANGES_MAX + 1)
		note(names,
		    "%s has more than %d mail servers; receivers fail its SPF "
		    "record (RFC 7208, 4.6.4)",
		    step->name, EXCHANGES_MAX);
	else if (!step->is_spf || step->records <= EXCHANGES_MAX)
		ask_host(names, record->host, record->host, step->bits4,
		    step->bits6);
}

static void
take_policy(struct step *step, const struct dns_record *record)
{
	struct spf spf;

	if (!spf_is_record(record->text, record->text_length))
		return;
	if (step->records++ > 0)
		return;
	if (spf_read(record->text, record->text_length, &spf) != 0) {
		step->names->is_broken = true;
		note(step->names,
		    "the SPF record of %s cannot be read: \"%.*s\"", step->name,
		    record->text_length < 200 ? (int)record->text_length : 200,
		    record->text);
		return;
	}
	step->policy = alloc_zeroed(1, sizeof *step->policy);
	*step->policy = spf;
}

static void
on_record(void *arg, const struct dns_record *record)
{
	struct step *step = arg;

	if (step->type == DNS_TYPE_MX) {
		take_exchange(step, record);
	} else if (step->type == DNS_TYPE_TXT) {
		take_policy(step, record);
	} else {
		step->records++;
		add_around(step->names, &record->address, step);
	}
}

/* A domain without a record fails nobody; but what a record leads to must have
   one (RFC 7208, 5.2 and 6.1). */
static void
miss_policy(const struct step *step)
{
	step->names->has_no_policy |= step->is_first;
	step->names->is_broken |= !step->is_first;
}

/* RFC 7208, 4.5: two records are an error. */
static void
take_policies(struct step *step)
{
	struct names *names = step->names;

	names->is_broken |= step->records > 1;
	if (step->records == 0)
		miss_policy(step);
	if (step->records == 0)
		note(names, "%s has no SPF record", step->name);
	else if (step->records > 1)
		note(names,
		    "%s has %zu SPF records; receivers fail it (RFC 7208, 4.5)",
		    step->name, step->records);
	else if (step->policy)
		for (size_t i = 0; i < step->policy->count; i++)
			follow(names, step->name, &step->policy->terms[i]);
}

static void
take_message(struct step *step, const struct message *message)
{
	struct names *names = step->names;

	names->has_response = true;
	if (!message->name_exists) {
		if (step->type == DNS_TYPE_TXT)
			miss_policy(step);
		note(names, "%s: no such name", step->name);
		return;
	}
	message_each(message, on_record, step);
	if (step->type == DNS_TYPE_TXT)
		take_policies(step);
	else if (step->type == DNS_TYPE_MX && step->records == 0)
		note(names, "%s has no mail servers", step->name);
}

static void
free_step(struct step *step)
{
	free(step->name);
	free(step->via);
	free(step->policy);
	free(step);
}

static void
on_answer(void *arg, enum dns_status status, const struct message *message)
{
	struct step *step = arg;
	struct names *names = step->names;

	names->is_unsure |= status != DNS_RESPONSE;
	if (status == DNS_RESPONSE)
		take_message(step, message);
	else if (status != DNS_CANCELLED)
		note(names, "%s: %s", step->name, dns_status_text(status));
	else
		note(names, "%s: no answer within the deadline", step->name);
	free_step(step);
	if (--names->open == 0) {
		names->is_ended = true;
		names->done(names->arg);
	}
}

struct names *
names_start(struct resolver *resolver, enum names_how how, const char *name,
    names_done *done, void *arg)
{
	struct names *names = alloc_zeroed(1, sizeof *names);

	names->resolver = resolver;
	names->done = done;
	names->arg = arg;
	if (how == NAMES_HOST)
		ask_host(names, name, name, 32, 128);
	else if (how == NAMES_MX)
		ask_mx(names, name, false, 32, 128);
	else
		ask_spf(names, name)->is_first = true;
	return names;
}

void
names_destroy(struct names **names_r)
{
	struct names *names = *names_r;

	if (!names)
		return;
	assert(names->is_ended);
	*names_r = NULL;
	for (size_t i = 0; i < names->found_count; i++)
		free(names->found[i].via);
	remarks_clear(&names->remarks);
	free(names);
}

const struct named *
names_addresses(const struct names *names, size_t *count)
{
	*count = names->found_count;
	return names->found;
}

const char *const *
names_notes(const struct names *names, size_t *count)
{
	*count = names->remarks.count;
	return (const char *const *)names->remarks.items;
}

enum names_cover
names_covers(const struct names *names, const struct address *address)
{
	bool is_covered = names->authorises_all;

	if (names->has_no_policy)
		return NAMES_NO_POLICY;
	if (names->is_broken)
		return NAMES_BROKEN;
	for (size_t i = 0; i < names->network_count && !is_covered; i++)
		is_covered = network_contains(&names->networks[i], address);
	if (is_covered)
		return NAMES_COVERED;
	return names->is_unsure ? NAMES_UNSURE : NAMES_NOT_COVERED;
}

const char *
names_doubt(const struct names *names)
{
	return names->doubt ? names->doubt : "it is too long";
}

bool
names_has_response(const struct names *names)
{
	return names->has_response;
}
