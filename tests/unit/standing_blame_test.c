/* Who is said to list an address. */
#include "standing/standing.h"

#include "said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct list_code spamhaus_codes[] = {
    {.low = 0x7f000002, .high = 0x7f000002, .name = "SBL"},
    {.low = 0x7f000004, .high = 0x7f000007, .name = "XBL"},
};
static struct list_code spamcop_codes[] = {
    {.low = 0x7f000002, .high = 0x7f000002, .name = "spamcop"}};
static struct list_code quiet_codes[] = {
    {.low = 0x7f000002, .high = 0x7f000002, .name = "Quiet"}};

static const struct list spamhaus = {
    .id = "spamhaus-zen",
    .provider = "Spamhaus",
    .lookup = "https://spamhaus.example/see?{subject}",
    .removal = "https://spamhaus.example/remove/{subject}",
    .codes = spamhaus_codes,
    .code_count = 2,
};
static const struct list spamcop = {
    .id = "spamcop",
    .provider = "SpamCop",
    .lookup = "https://spamcop.example/see?ip={subject}",
    .codes = spamcop_codes,
    .code_count = 1,
};
static const struct list quiet = {
    .id = "quiet",
    .provider = "Quiet",
    .codes = quiet_codes,
    .code_count = 1,
};

struct blamed {
	const struct list *list;
	struct said said;
	uint32_t codes;
};

struct blame_case {
	const char *name;
	struct blamed lists[SAID_MAX];
	const char *want, *want_removal;
};

#define REMOVE "https://spamhaus.example/remove/203.0.113.5"
#define SEE_SPAMCOP "https://spamcop.example/see?ip=203.0.113.5"

static const struct blame_case blame_cases[] = {
    {"nobody", {{&spamhaus, {3, CLEAN, CLEAN, 0, 0}, 0}}, "", ""},
    {"not yet confirmed", {{&spamhaus, {3, LISTED, LISTED, 1, 0}, 1}}, "", ""},
    {"provider and code", {{&spamhaus, {3, LISTED, LISTED, 2, 0}, 1}},
	"Spamhaus SBL", REMOVE},
    {"provider and codes", {{&spamhaus, {3, LISTED, LISTED, 2, 0}, 3}},
	"Spamhaus SBL, XBL", REMOVE},
    {"the code has the provider's name",
	{{&spamcop, {3, LISTED, LISTED, 2, 0}, 1}}, "SpamCop", SEE_SPAMCOP},
    {"a list without pages", {{&quiet, {3, LISTED, LISTED, 2, 0}, 1}}, "Quiet",
	""},
    {"a kept word has its codes", {{&spamhaus, {3, NONE, LISTED, 2, 0}, 2}},
	"Spamhaus XBL", REMOVE},
    {"heaviest first",
	{{&spamcop, {1, LISTED, LISTED, 2, 0}, 1},
	    {&quiet, {2, LISTED, LISTED, 2, 0}, 1},
	    {&spamhaus, {3, LISTED, LISTED, 2, 0}, 1}},
	"Spamhaus SBL, Quiet, SpamCop", REMOVE},
    {"equal ones as configured",
	{{&spamcop, {1, LISTED, LISTED, 2, 0}, 1},
	    {&quiet, {3, CLEAN, CLEAN, 0, 0}, 0},
	    {&spamhaus, {1, LISTED, LISTED, 2, 0}, 1},
	    {&quiet, {1, LISTED, LISTED, 2, 0}, 1}},
	"SpamCop, Spamhaus SBL, Quiet", SEE_SPAMCOP},
    {"removal is the first one's, even if it has none",
	{{&spamcop, {1, LISTED, LISTED, 2, 0}, 1},
	    {&quiet, {2, LISTED, LISTED, 2, 0}, 1}},
	"Quiet, SpamCop", ""},
};

static void
put_blamed(struct place *place, const struct blamed *lists)
{
	struct said said[SAID_MAX];

	for (size_t i = 0; i < SAID_MAX; i++)
		said[i] = lists[i].said;
	put(place, said);
	for (size_t i = 0; i < place->subject.finding_count; i++) {
		place->uses[i].list = place->findings[i].list = lists[i].list;
		place->findings[i].known_codes = lists[i].codes;
		place->findings[i].answer.codes =
		    lists[i].said.answer == LISTED ? lists[i].codes : 0;
	}
}

static void
names_the_heaviest_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(blame_cases); i++) {
		const struct blame_case *c = &blame_cases[i];
		char blame[256] = "old", removal[256] = "old";
		struct place place;

		print_message("%s\n", c->name);
		put_blamed(&place, c->lists);
		standing_blame(&settings, &place.subject, 1, blame,
		    sizeof blame, removal, sizeof removal);
		assert_string_equal(blame, c->want);
		assert_string_equal(removal, c->want_removal);
	}
}

static void
ends_with_the_kept_word(void **state)
{
	static const struct blamed lists[SAID_MAX] = {
	    {&spamhaus, {3, NONE, LISTED, 2, 1000}, 1}};
	char blame[256], removal[256];
	struct place place;

	(void)state;
	put_blamed(&place, lists);
	standing_blame(&settings, &place.subject, 6 * HOUR + 1000, blame,
	    sizeof blame, removal, sizeof removal);
	assert_string_equal(blame, "Spamhaus SBL");
	standing_blame(&settings, &place.subject, 6 * HOUR + 1001, blame,
	    sizeof blame, removal, sizeof removal);
	assert_string_equal(blame, "");
	assert_string_equal(removal, "");
}

/* The buffers are on the heap, so that a sanitizer sees a byte too many. */
static void
is_cut_to_size(void **state)
{
	const struct blame_case *c = &blame_cases[7];
	struct place place;

	(void)state;
	put_blamed(&place, c->lists);
	for (size_t size = 1; size < 60; size++) {
		char *blame = malloc(size), *removal = malloc(size);

		standing_blame(
		    &settings, &place.subject, 1, blame, size, removal, size);
		assert_true(strlen(blame) < size);
		assert_true(strlen(removal) < size);
		assert_memory_equal(blame, c->want, strlen(blame));
		free(blame);
		free(removal);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_the_heaviest_first),
	    cmocka_unit_test(ends_with_the_kept_word),
	    cmocka_unit_test(is_cut_to_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
