#include "evidence/sighting.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define EVERY_MS (3600 * CLOCK_SEC)
#define VOICES 3

/* What a service says, in a word: an address, "-" for none, "" for no service,
   else a failure. */
static size_t
fill_voices(struct voice voices[VOICES], const char *const said[VOICES])
{
	static const char *const ids[] = {"one", "two", "three"};
	size_t count = 0;

	for (size_t i = 0; i < VOICES && said[i] && said[i][0]; i++) {
		struct voice *voice = &voices[count++];

		*voice = (struct voice){.service = ids[i]};
		if (strcmp(said[i], "timeout") == 0)
			voice->status = DNS_TIMEOUT;
		else if (strcmp(said[i], "refused") == 0)
			voice->status = DNS_REFUSED;
		else if (strcmp(said[i], "-") != 0)
			assert_int_equal(
			    address_parse(said[i], &voice->address), 0);
	}
	return count;
}

static enum sighting_news
say(struct sighting *sighting, int64_t now_ms, const char *a, const char *b,
    const char *c)
{
	const char *const said[VOICES] = {a, b, c};
	struct voice voices[VOICES];
	size_t count = fill_voices(voices, said);

	return sighting_take(sighting, voices, count, EVERY_MS, now_ms);
}

/* known "-": not believed. */
static const struct {
	int family;
	const char *said[VOICES];
	const char *known, *words;
} firsts[] = {
    {4, {"192.0.2.1", "192.0.2.1", ""}, "192.0.2.1", "one, two"},
    {4, {"192.0.2.1", "192.0.2.1", "192.0.2.1"}, "192.0.2.1",
	"one, two, three"},
    {4, {"192.0.2.1", "timeout", "192.0.2.1"}, "192.0.2.1", "one, three"},
    {4, {"-", "192.0.2.1", "192.0.2.1"}, "192.0.2.1", "two, three"},
    {6, {"2001:db8::5", "2001:db8::5", ""}, "2001:db8::5", "one, two"},

    {4, {"192.0.2.1", "", ""}, "-", "one says 192.0.2.1"},
    {4, {"192.0.2.1", "timeout", "refused"}, "-",
	"one says 192.0.2.1; two: timed out; three: REFUSED"},
    {4, {"192.0.2.1", "192.0.2.2", ""}, "-",
	"one says 192.0.2.1; two says 192.0.2.2"},
    {4, {"192.0.2.1", "192.0.2.1", "192.0.2.2"}, "-",
	"one says 192.0.2.1; two says 192.0.2.1; three says 192.0.2.2"},
    {4, {"192.0.2.2", "192.0.2.1", "192.0.2.1"}, "-",
	"one says 192.0.2.2; two says 192.0.2.1; three says 192.0.2.1"},
    {4, {"-", "-", "192.0.2.1"}, "-",
	"one gave no address; two gave no address; three says 192.0.2.1"},
    {4, {"192.0.2.1", "192.0.2.1", "10.0.0.1"}, "-",
	"one says 192.0.2.1; two says 192.0.2.1; three says 10.0.0.1, which "
	"is private"},
    {4, {"10.0.0.1", "10.0.0.1", ""}, "-",
	"one says 10.0.0.1, which is private; two says 10.0.0.1, which is "
	"private"},
    {4, {"100.64.0.1", "100.64.0.1", ""}, "-",
	"one says 100.64.0.1, which is private; two says 100.64.0.1, which is "
	"private"},
    {4, {"127.0.0.1", "127.0.0.1", ""}, "-",
	"one says 127.0.0.1, which cannot be ours; two says 127.0.0.1, which "
	"cannot be ours"},
    {4, {"0.0.0.0", "224.0.0.1", "255.255.255.255"}, "-",
	"one says 0.0.0.0, which cannot be ours; two says 224.0.0.1, which "
	"cannot be ours; three says 255.255.255.255, which cannot be ours"},
    {4, {"2001:db8::5", "2001:db8::5", ""}, "-",
	"one says 2001:db8::5, which cannot be ours; two says 2001:db8::5, "
	"which cannot be ours"},
    {6, {"192.0.2.1", "192.0.2.1", ""}, "-",
	"one says 192.0.2.1, which cannot be ours; two says 192.0.2.1, which "
	"cannot be ours"},
    {6, {"fd00::1", "::1", "4000::1"}, "-",
	"one says fd00::1, which is private; two says ::1, which cannot be "
	"ours; three says 4000::1, which cannot be ours"},
};

static void
believes_who_agrees(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(firsts); i++) {
		char known[ADDRESS_TEXT_MAX];
		struct voice voices[VOICES];
		size_t count = fill_voices(voices, firsts[i].said);
		struct sighting sighting;
		enum sighting_news news;

		sighting_init(&sighting, firsts[i].family);
		news = sighting_take(&sighting, voices, count, EVERY_MS, 0);
		assert_string_equal(
		    address_format(known, &sighting.known), firsts[i].known);
		assert_string_equal(sighting.words, firsts[i].words);
		assert_int_equal(news, firsts[i].known[0] == '-'
					   ? SIGHTING_DOUBT
					   : SIGHTING_CHANGED);
	}
}

static void
assert_known(const struct sighting *sighting, const char *want)
{
	char known[ADDRESS_TEXT_MAX];

	assert_string_equal(address_format(known, &sighting->known), want);
}

#define A "192.0.2.1"
#define B "192.0.2.2"
#define C "192.0.2.3"

static void
confirms_a_change(void **state)
{
	struct sighting sighting;

	(void)state;
	sighting_init(&sighting, 4);
	assert_int_equal(say(&sighting, 0, A, A, ""), SIGHTING_CHANGED);
	assert_int_equal(sighting.due_ms, EVERY_MS);
	assert_int_equal(say(&sighting, 0, A, A, ""), SIGHTING_SAME);
	assert_int_equal(say(&sighting, 10, B, B, ""), SIGHTING_SAME);
	assert_known(&sighting, A);
	assert_int_equal(sighting.due_ms, 10 + SIGHTING_AGAIN_MS);
	assert_int_equal(say(&sighting, 20, B, B, ""), SIGHTING_CHANGED);
	assert_known(&sighting, B);
	assert_int_equal(sighting.due_ms, 20 + EVERY_MS);
}

static void
forgets_what_is_not_confirmed(void **state)
{
	struct sighting sighting;

	(void)state;
	sighting_init(&sighting, 4);
	say(&sighting, 0, A, A, "");
	/* Back again, or another one still. */
	assert_int_equal(say(&sighting, 0, B, B, ""), SIGHTING_SAME);
	assert_int_equal(say(&sighting, 0, A, A, ""), SIGHTING_SAME);
	assert_int_equal(say(&sighting, 0, B, B, ""), SIGHTING_SAME);
	assert_int_equal(say(&sighting, 0, C, C, ""), SIGHTING_SAME);
	assert_known(&sighting, A);
	assert_int_equal(say(&sighting, 0, C, C, ""), SIGHTING_CHANGED);
	assert_known(&sighting, C);
}

static void
doubt_changes_nothing(void **state)
{
	struct sighting sighting;

	(void)state;
	sighting_init(&sighting, 4);
	say(&sighting, 0, A, A, "");
	assert_int_equal(say(&sighting, 0, A, B, ""), SIGHTING_DOUBT);
	assert_false(sighting.is_silent);
	assert_int_equal(say(&sighting, 0, A, B, ""), SIGHTING_SAME);
	assert_int_equal(say(&sighting, 0, B, B, ""), SIGHTING_SAME);
	assert_int_equal(say(&sighting, 0, "timeout", "-", ""), SIGHTING_DOUBT);
	assert_true(sighting.is_silent);
	assert_known(&sighting, A);
	assert_int_equal(say(&sighting, 0, A, A, ""), SIGHTING_SAME);
	/* Told once more after it had gone. */
	assert_int_equal(say(&sighting, 0, "timeout", "-", ""), SIGHTING_DOUBT);
	assert_known(&sighting, A);
}

static void
asks_again_ever_later(void **state)
{
	struct sighting sighting;
	int64_t span = SIGHTING_AGAIN_MS;

	(void)state;
	sighting_init(&sighting, 4);
	assert_true(sighting.due_ms <= 0);
	for (int i = 0; i < 70000; i++) {
		say(&sighting, 5, "timeout", "timeout", "");
		assert_int_equal(sighting.due_ms, 5 + span);
		span = span * 2 < EVERY_MS ? span * 2 : EVERY_MS;
	}
}

static void
words_are_cut(void **state)
{
	char service[200];
	struct voice voices[8];
	struct sighting sighting;

	(void)state;
	memset(service, 'x', sizeof service - 1);
	service[sizeof service - 1] = '\0';
	for (size_t i = 0; i < COUNT(voices); i++) {
		voices[i] = (struct voice){.service = service};
		address_parse(A, &voices[i].address);
	}
	sighting_init(&sighting, 4);
	assert_int_equal(
	    sighting_take(&sighting, voices, COUNT(voices), EVERY_MS, 0),
	    SIGHTING_CHANGED);
	assert_int_equal(strlen(sighting.words), SIGHTING_WORDS_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(believes_who_agrees),
	    cmocka_unit_test(confirms_a_change),
	    cmocka_unit_test(forgets_what_is_not_confirmed),
	    cmocka_unit_test(doubt_changes_nothing),
	    cmocka_unit_test(asks_again_ever_later),
	    cmocka_unit_test(words_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
