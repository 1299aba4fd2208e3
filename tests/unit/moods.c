#include "moods.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define PARKED UINT32_C(0xc6336450) /* 198.51.100.80 */

static uint64_t random_state;

void
moods_seed(uint64_t seed)
{
	random_state = seed;
}

uint64_t
moods_draw(uint64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % limit;
}

static void
put_spell(uint8_t *moods, int begin, int length, enum mood mood)
{
	for (int i = begin; i < begin + length && i < WEEK - 8 * HOURS; i++)
		moods[i] = mood;
}

/* About one spell in ten hours, each a minute to an hour long, or up to three
   for silence. All are over some hours before the week is. */
static void
put_spells(uint8_t *moods, const enum mood *of, size_t count)
{
	for (int i = 1 * HOURS; i < WEEK; i += 1 + moods_draw(20 * HOURS)) {
		enum mood mood = of[moods_draw(count)];
		int limit =
		    mood == TIMEOUT || mood == SERVFAIL || mood == REFUSAL
			? 3 * HOURS
			: 1 * HOURS;

		put_spell(moods, i, 1 + moods_draw(limit), mood);
	}
}

void
moods_fill(uint8_t moods[WEEK], enum mood mood, enum malady malady)
{
	static const enum mood silent[] = {TIMEOUT, SERVFAIL, REFUSAL};
	static const enum mood wild[] = {WILDCARD, WILD_BUT_ONE};
	static const enum mood empty[] = {EMPTY, GONE};
	static const enum mood any[] = {TIMEOUT, SERVFAIL, REFUSAL, WILDCARD,
	    WILD_BUT_ONE, EMPTY, PARKED_ZONE, MALFORMED, NOT_FOR_US,
	    UNREACHABLE, GONE, OWN_REFUSAL};

	memset(moods, mood, WEEK);
	if (malady == SILENT_SPELLS)
		put_spells(moods, silent, COUNT(silent));
	else if (malady == WILD_SPELLS)
		put_spells(moods, wild, COUNT(wild));
	else if (malady == EMPTY_SPELLS)
		put_spells(moods, empty, COUNT(empty));
	else if (malady == ANY)
		put_spells(moods, any, COUNT(any));
	else if (malady == FLAPS)
		for (int i = 0; i < WEEK; i += 2 + moods_draw(20))
			put_spell(moods, i, 1 + moods_draw(10), WILDCARD);
}

static bool
is_control_listed(const char *name)
{
	return strncmp(name, "2.0.0.127.", 10) == 0 ||
	       strncmp(name, "2.0.0.0.0.0.f.7.f.f.f.f.0.", 26) == 0;
}

static bool
is_control_clean(const char *name)
{
	return strncmp(name, "1.0.0.127.", 10) == 0 ||
	       strncmp(name, "1.0.0.0.0.0.f.7.f.f.f.f.0.", 26) == 0;
}

static void
put(struct message *message, uint32_t address)
{
	message->name_exists = true;
	message->addresses[message->address_count++] = address;
}

static enum dns_status
answer_truly(
    enum mood mood, const struct mood_query *query, struct message *message)
{
	if (is_control_listed(query->name) || query->is_listed)
		put(message, LOCAL(2));
	if (mood == TWO_CODES && message->address_count > 0)
		put(message, LOCAL(4));
	if (mood == NODATA)
		message->name_exists = true;
	if (query->is_ours && mood == ODD_CODES)
		put(message, LOCAL(99));
	if (query->is_ours && mood == REFUSES_SOME)
		put(message, LOCAL(255));
	if (query->is_ours && mood == TWO_MINDS) {
		put(message, LOCAL(2));
		put(message, LOCAL(99));
	}
	return DNS_RESPONSE;
}

enum dns_status
moods_answer(
    enum mood mood, const struct mood_query *query, struct message *message)
{
	memset(message, 0, sizeof *message);
	message->name_exists = query->is_zone && mood != GONE;
	switch (mood) {
	case WILDCARD:
		put(message, LOCAL(2));
		return DNS_RESPONSE;
	case WILD_BUT_ONE:
		if (!is_control_clean(query->name))
			put(message, LOCAL(2));
		return DNS_RESPONSE;
	case PARKED_ZONE:
		put(message, PARKED);
		return DNS_RESPONSE;
	case REFUSAL:
		put(message, UINT32_C(0x7ffffffe));
		return DNS_RESPONSE;
	case UNNAMED_REFUSAL:
		put(message, UINT32_C(0x7ffffffa));
		return DNS_RESPONSE;
	case OWN_REFUSAL:
		put(message, LOCAL(255));
		return DNS_RESPONSE;
	case EMPTY:
	case GONE:
		return DNS_RESPONSE;
	case NOT_FOR_US:
		return DNS_REFUSED;
	case SERVFAIL:
		return DNS_SERVFAIL;
	case TIMEOUT:
		return DNS_TIMEOUT;
	case MALFORMED:
		return DNS_MALFORMED;
	case UNREACHABLE:
		return DNS_UNREACHABLE;
	default:
		return query->is_zone ? DNS_RESPONSE
				      : answer_truly(mood, query, message);
	}
}
