#include "evidence/sighting.h"

#include "config/services.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DOUBLINGS_MAX 10

enum worth { WORTH_NONE, WORTH_PRIVATE, WORTH_OTHER, WORTH_GOOD };

/* Global unicast: RFC 4291, 2.4; RFC 5735, 4. */
static bool
is_unicast(const struct address *address)
{
	uint8_t first = address->bytes[0];

	if (address->family == 6)
		return first >> 5 == 1;
	return first > 0 && first < 224 && first != 127;
}

static enum worth
worth_of(const struct voice *voice, uint8_t family)
{
	if (voice->status != DNS_RESPONSE || voice->address.family == 0)
		return WORTH_NONE;
	if (address_is_private(&voice->address))
		return WORTH_PRIVATE;
	if (voice->address.family != family || !is_unicast(&voice->address))
		return WORTH_OTHER;
	return WORTH_GOOD;
}

static void __attribute__((format(printf, 2, 3)))
say(struct sighting *sighting, const char *format, ...)
{
	size_t used = strlen(sighting->words);
	va_list args;

	va_start(args, format);
	vsnprintf(sighting->words + used, sizeof sighting->words - used, format,
	    args);
	va_end(args);
}

static void
tell(struct sighting *sighting, const struct voice *voice)
{
	static const char *const ends[] = {
	    [WORTH_PRIVATE] = ", which is private",
	    [WORTH_OTHER] = ", which cannot be ours",
	    [WORTH_GOOD] = "",
	};
	enum worth worth = worth_of(voice, sighting->family);
	char address[ADDRESS_TEXT_MAX];

	say(sighting, "%s%s", sighting->words[0] ? "; " : "", voice->service);
	if (worth != WORTH_NONE)
		say(sighting, " says %s%s",
		    address_format(address, &voice->address), ends[worth]);
	else if (voice->status == DNS_RESPONSE)
		say(sighting, " gave no address");
	else
		say(sighting, ": %s", dns_status_text(voice->status));
}

/* Whether they agree; then on *address. Writes down who, or who says what. */
static bool
agree(struct sighting *sighting, const struct voice *voices, size_t count,
    struct address *address)
{
	size_t good = 0, other = 0;

	for (size_t i = 0; i < count; i++) {
		enum worth worth = worth_of(&voices[i], sighting->family);

		if (worth == WORTH_GOOD && good == 0)
			*address = voices[i].address;
		if (worth == WORTH_GOOD &&
		    address_equal(address, &voices[i].address))
			good++;
		else if (worth != WORTH_NONE)
			other++;
	}
	sighting->is_silent = good + other == 0;
	sighting->words[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (good < SERVICES_AGREE_MIN || other > 0)
			tell(sighting, &voices[i]);
		else if (worth_of(&voices[i], sighting->family) == WORTH_GOOD)
			say(sighting, "%s%s", sighting->words[0] ? ", " : "",
			    voices[i].service);
	}
	return good >= SERVICES_AGREE_MIN && other == 0;
}

static int64_t
again_ms(const struct sighting *sighting, int64_t every_ms)
{
	int doublings = sighting->failures > 0 ? sighting->failures - 1 : 0;
	int64_t span =
	    SIGHTING_AGAIN_MS
	    << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);

	return span < every_ms ? span : every_ms;
}

void
sighting_init(struct sighting *sighting, int family)
{
	*sighting = (struct sighting){.family = family, .due_ms = INT64_MIN};
}

enum sighting_news
sighting_take(struct sighting *sighting, const struct voice *voices,
    size_t count, int64_t every_ms, int64_t now_ms)
{
	struct address none = {0}, seen = {0};
	char before[SIGHTING_WORDS_MAX];
	bool was_doubt = sighting->failures > 0;

	memcpy(before, sighting->words, sizeof before);
	if (!agree(sighting, voices, count, &seen)) {
		if (sighting->failures < UINT16_MAX)
			sighting->failures++;
		sighting->due_ms = now_ms + again_ms(sighting, every_ms);
		return was_doubt && strcmp(before, sighting->words) == 0
			   ? SIGHTING_SAME
			   : SIGHTING_DOUBT;
	}
	sighting->failures = 0;
	if (sighting->known.family != 0 &&
	    !address_equal(&seen, &sighting->known) &&
	    !address_equal(&seen, &sighting->candidate)) {
		sighting->candidate = seen;
		sighting->due_ms = now_ms + again_ms(sighting, every_ms);
		return SIGHTING_SAME;
	}
	sighting->candidate = none;
	sighting->due_ms = now_ms + every_ms;
	if (address_equal(&seen, &sighting->known))
		return SIGHTING_SAME;
	sighting->known = seen;
	return SIGHTING_CHANGED;
}
