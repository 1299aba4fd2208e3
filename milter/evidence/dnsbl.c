#include "evidence/dnsbl.h"

#include "config/directory.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define NAME_LENGTH_MAX 253 /* RFC 1035, 2.3.4, without the last dot */

/* 127.255.255.0/24: what lists answer where they decline to say. It counts
   as a refusal whether or not the directory names it. */
#define REFUSALS_LOW UINT32_C(0x7fffff00)
#define REFUSALS_HIGH UINT32_C(0x7fffffff)

static int
join(char name[DNSBL_NAME_MAX], const char *subject, const char *zone)
{
	char joined[DNSBL_NAME_MAX];
	int length = snprintf(joined, sizeof joined, "%s.%s", subject, zone);

	if (length > NAME_LENGTH_MAX)
		return -1;
	strcpy(name, joined);
	return 0;
}

int
dnsbl_name(char name[DNSBL_NAME_MAX], const struct list *list, const char *zone,
    const struct address *address)
{
	char reversed[ADDRESS_REVERSED_MAX];

	if (!(address->family == 4 && list->knows_ip4) &&
	    !(address->family == 6 && list->knows_ip6))
		return -1;
	return join(name, address_reverse(reversed, address), zone);
}

int
dnsbl_domain_name(char name[DNSBL_NAME_MAX], const struct list *list,
    const char *zone, const char *domain)
{
	return list->knows_domain ? join(name, domain, zone) : -1;
}

static const struct list_refusal *
refusal_of(const struct list *list, uint32_t address)
{
	for (size_t i = 0; i < list->refusal_count; i++) {
		const struct list_refusal *refusal = &list->refusals[i];

		if (run_covers(refusal->low, refusal->high, address))
			return refusal;
	}
	return NULL;
}

static bool
is_refusal(const struct list *list, uint32_t address)
{
	return (address >= REFUSALS_LOW && address <= REFUSALS_HIGH) ||
	       refusal_of(list, address);
}

static uint32_t
codes_of(const struct list *list, uint32_t address)
{
	uint32_t codes = 0;

	assert(list->code_count <= LIST_CODES_MAX);
	for (size_t i = 0; i < list->code_count; i++)
		if (code_holds(&list->codes[i], address))
			codes |= UINT32_C(1) << i;
	return codes;
}

/* Of a sum of bits each one has to be known: a bit that is not says that the
   list has changed, or that this is no sum. */
static bool
is_known_sum(const struct list *list, uint32_t address)
{
	uint32_t known = 0, open = 0;

	for (size_t i = 0; i < list->code_count; i++) {
		const struct list_code *code = &list->codes[i];

		if (code->scheme == SCHEME_MASK &&
		    run_covers(code->low, code->high, address)) {
			known |= code->mask;
			open |= code_open_bits(code);
		}
	}
	return (address & known) != 0 && (address & open & ~known) == 0;
}

static bool
is_defined(const struct list *list, uint32_t address)
{
	for (size_t i = 0; i < list->clean_count; i++)
		if (run_covers(
			list->clean[i].low, list->clean[i].high, address))
			return true;
	for (size_t i = 0; i < list->code_count; i++) {
		const struct list_code *code = &list->codes[i];

		if (code->scheme != SCHEME_MASK &&
		    run_covers(code->low, code->high, address))
			return true;
	}
	return is_known_sum(list, address);
}

/* What is wrong with one address; CAUSE_NONE if the list defines it. */
static enum cause
cause_of(const struct list *list, uint32_t address)
{
	if (is_refusal(list, address))
		return CAUSE_REFUSED;
	if (address >> 24 != 127)
		return CAUSE_OUTSIDE;
	return is_defined(list, address) ? CAUSE_NONE : CAUSE_UNDEFINED;
}

/* Of two, the cause that tells the admin more. */
static bool
is_worse(enum cause a, enum cause b)
{
	return a != CAUSE_NONE && (b == CAUSE_NONE || a < b);
}

/* The address that decides is the first that is wrong in the worst way, else
   the first that lists, else the first. */
static void
read_addresses(const struct list *list, const struct message *message,
    struct answer *answer)
{
	answer->address = message->addresses[0];
	for (size_t i = 0; i < message->address_count; i++) {
		uint32_t address = message->addresses[i];
		uint32_t codes = codes_of(list, address);
		enum cause cause = cause_of(list, address);

		if (is_worse(cause, answer->cause)) {
			answer->cause = cause;
			answer->address = address;
		} else if (answer->cause == CAUSE_NONE && codes != 0 &&
			   answer->codes == 0) {
			answer->address = address;
		}
		answer->codes |= codes;
	}
	if (answer->cause != CAUSE_NONE)
		answer->codes = 0;
	answer->result = answer->cause != CAUSE_NONE ? RESULT_UNKNOWN
			 : answer->codes != 0	     ? RESULT_LISTED
						     : RESULT_CLEAN;
}

void
dnsbl_read(const struct list *list, enum dns_status status,
    const struct message *message, struct answer *out)
{
	struct answer answer = {0};

	assert((status == DNS_RESPONSE) == (message != NULL));
	if (!message) {
		answer.result = RESULT_UNKNOWN;
		answer.cause = CAUSE_DNS;
		answer.dns = status;
	} else {
		answer.ttl_sec = message->ttl_sec;
		if (message->address_count == 0)
			answer.result = RESULT_CLEAN;
		else
			read_addresses(list, message, &answer);
	}
	*out = answer;
}

/* Whether an earlier code that holds has the same name. */
static bool
is_named_before(const struct list *list, uint32_t codes, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (codes >> i & 1 &&
		    strcmp(list->codes[i].name, list->codes[index].name) == 0)
			return true;
	return false;
}

/* Names go in whole; where the next has no room "..." says so. */
const char *
dnsbl_codes_text(char text[DNSBL_CODES_TEXT_MAX], const struct list *list,
    const struct answer *answer)
{
	const size_t limit = DNSBL_CODES_TEXT_MAX - sizeof ", ...";
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->code_count; i++) {
		const char *comma = used > 0 ? ", " : "";
		const char *name = list->codes[i].name;

		if (!(answer->codes >> i & 1) ||
		    is_named_before(list, answer->codes, i))
			continue;
		if (used + strlen(comma) + strlen(name) > limit) {
			sprintf(text + used, "%s...", comma);
			break;
		}
		used += sprintf(text + used, "%s%s", comma, name);
	}
	return text;
}

static const char *
address_text(char text[ADDRESS_TEXT_MAX], uint32_t a)
{
	snprintf(text, ADDRESS_TEXT_MAX, "%u.%u.%u.%u", (unsigned)(a >> 24),
	    (unsigned)(a >> 16 & 255), (unsigned)(a >> 8 & 255),
	    (unsigned)(a & 255));
	return text;
}

const char *
dnsbl_address_text(char text[ADDRESS_TEXT_MAX], const struct answer *answer)
{
	return address_text(text, answer->address);
}

const char *
dnsbl_refusal_text(
    char text[DNSBL_CAUSE_MAX], const struct list *list, uint32_t address)
{
	const struct list_refusal *refusal = refusal_of(list, address);
	char code[ADDRESS_TEXT_MAX];

	snprintf(text, DNSBL_CAUSE_MAX, "%s%s%.96s",
	    address_text(code, address), refusal ? ": " : "",
	    refusal ? refusal->cause : "");
	return text;
}

const char *
dnsbl_cause_text(char text[DNSBL_CAUSE_MAX], const struct list *list,
    const struct answer *answer)
{
	char address[ADDRESS_TEXT_MAX], refusal[DNSBL_CAUSE_MAX];

	dnsbl_address_text(address, answer);
	switch ((enum cause)answer->cause) {
	case CAUSE_NONE:
		text[0] = '\0';
		break;
	case CAUSE_NOT_ASKED:
		snprintf(text, DNSBL_CAUSE_MAX, "not asked yet");
		break;
	case CAUSE_STALE:
		snprintf(text, DNSBL_CAUSE_MAX, "not asked since the start");
		break;
	case CAUSE_DNS:
		snprintf(
		    text, DNSBL_CAUSE_MAX, "%s", dns_status_text(answer->dns));
		break;
	case CAUSE_REFUSED:
		dnsbl_refusal_text(refusal, list, answer->address);
		snprintf(text, DNSBL_CAUSE_MAX, "refused with %.140s", refusal);
		break;
	case CAUSE_OUTSIDE:
		snprintf(text, DNSBL_CAUSE_MAX,
		    "answered %s, which is outside 127.0.0.0/8", address);
		break;
	case CAUSE_UNDEFINED:
		snprintf(text, DNSBL_CAUSE_MAX,
		    "answered %s, which the list does not define", address);
		break;
	case CAUSE_UNTESTED:
		snprintf(text, DNSBL_CAUSE_MAX,
		    "the list's test entries got no answer: %s",
		    dns_status_text(answer->dns));
		break;
	case CAUSE_UNFIT:
		snprintf(text, DNSBL_CAUSE_MAX, "the list is unfit: it %s",
		    unfit_name(answer->unfit));
		break;
	}
	return text;
}

const char *
unfit_name(enum unfit unfit)
{
	switch (unfit) {
	case UNFIT_NONE:
		return "";
	case UNFIT_EVERYONE:
		return "lists everyone";
	case UNFIT_EMPTY:
		return "is empty";
	case UNFIT_REFUSED:
		return "refuses us";
	case UNFIT_SILENT:
		return "does not answer";
	case UNFIT_REWRITTEN:
		return "is parked or rewritten by the resolver";
	case UNFIT_RETIRED:
		return "is retired";
	}
	assert(false);
	return "";
}

const char *
result_name(enum result result)
{
	switch (result) {
	case RESULT_UNKNOWN:
		return "UNKNOWN";
	case RESULT_CLEAN:
		return "CLEAN";
	case RESULT_LISTED:
		return "LISTED";
	}
	assert(false);
	return "UNKNOWN";
}
