/* Which entries a list is tested by. */
#include "evidence/fitness.h"

#include "tested_list.h"

#include <stdlib.h>

static struct controls
draw(uint8_t family, unsigned seed, const struct address *own, size_t count)
{
	struct controls controls;
	uint8_t bytes[16];

	srandom(seed);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = random() >> 8;
	fitness_controls(&tested_list, family, bytes, own, count, &controls);
	return controls;
}

static const char *
name_of(const struct address *address)
{
	static char name[DNSBL_NAME_MAX];

	assert_int_equal(
	    dnsbl_name(name, &tested_list, tested_list.zone, address), 0);
	return name;
}

#define ZEROS(text) text ".0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"

static void
fixed_controls_are_the_lists_own(void **state)
{
	struct controls four = draw(4, 1, NULL, 0), six = draw(6, 1, NULL, 0);

	(void)state;
	assert_string_equal(
	    name_of(&four.items[CONTROL_LISTED]), "2.0.0.127.bl.test");
	assert_string_equal(
	    name_of(&four.items[CONTROL_CLEAN]), "1.0.0.127.bl.test");
	assert_string_equal(name_of(&six.items[CONTROL_LISTED]),
	    ZEROS("2.0.0.0.0.0.f.7.f.f.f.f") ".bl.test");
	assert_string_equal(name_of(&six.items[CONTROL_CLEAN]),
	    ZEROS("1.0.0.0.0.0.f.7.f.f.f.f") ".bl.test");
}

static void
a_list_without_a_clean_entry_has_no_stranger(void **state)
{
	static const uint8_t bytes[16];
	struct list bogons = tested_list;
	struct controls controls;

	(void)state;
	bogons.test4.clean.family = 0;
	fitness_controls(&bogons, 4, bytes, NULL, 0, &controls);
	assert_int_equal(controls.items[CONTROL_LISTED].family, 4);
	assert_int_equal(controls.items[CONTROL_CLEAN].family, 0);
	assert_int_equal(controls.items[CONTROL_STRANGER].family, 0);
	fitness_controls(&bogons, 6, bytes, NULL, 0, &controls);
	assert_int_equal(controls.items[CONTROL_STRANGER].family, 6);
}

static bool
is_in(const char *network_text, const struct address *address)
{
	struct network network;

	assert_int_equal(network_parse(network_text, &network), 0);
	return network_contains(&network, address);
}

static bool
is_documentation(const struct address *address)
{
	return is_in("192.0.2.0/24", address) ||
	       is_in("198.51.100.0/24", address) ||
	       is_in("203.0.113.0/24", address) ||
	       is_in("2001:db8::/32", address);
}

static void
strangers_are_nobody_and_new(void **state)
{
	static const uint8_t families[] = {4, 6};

	(void)state;
	for (size_t f = 0; f < COUNT(families); f++) {
		struct address last = {0};
		int repeated = 0;

		for (unsigned i = 0; i < 1000; i++) {
			struct address now = draw(families[f], i, NULL, 0)
						 .items[CONTROL_STRANGER];

			assert_int_equal(now.family, families[f]);
			assert_true(is_documentation(&now));
			repeated += address_equal(&now, &last);
			last = now;
		}
		assert_in_range(repeated, 0, 10);
	}
}

static const struct {
	const char *own[4];
	const char *near[4]; /* not to be drawn */
} neighbours[] = {
    {{"203.0.113.5"}, {"203.0.113.0/24"}},
    {{"203.0.113.5", "192.0.2.9"}, {"203.0.113.0/24", "192.0.2.0/24"}},
    /* Not to be helped, but it is none of ours. */
    {{"203.0.113.5", "192.0.2.9", "198.51.100.1"},
	{"203.0.113.5/32", "192.0.2.9/32", "198.51.100.1/32"}},
    {{"2001:db8::5"}, {"2001:db8::/64"}},
};

static void
strangers_are_not_our_neighbours(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(neighbours); n++) {
		struct address own[4];
		size_t count = 0;

		for (; neighbours[n].own[count]; count++)
			address_parse(neighbours[n].own[count], &own[count]);
		for (unsigned i = 0; i < 3000; i++) {
			struct address stranger =
			    draw(own[0].family, i, own, count)
				.items[CONTROL_STRANGER];

			for (size_t j = 0; neighbours[n].near[j]; j++)
				assert_false(
				    is_in(neighbours[n].near[j], &stranger));
		}
	}
}

static void
domain_lists_have_controls_of_their_own(void **state)
{
	struct list domains = {.id = "dbl",
	    .zone = "dbl.test",
	    .knows_domain = true,
	    .test_domain = {"dbltest.com", "example.com"}};
	const uint8_t bytes[16] = {1, 2, 3, 4, 5, 6, 7, 0xff};
	struct controls controls;
	char name[DNSBL_NAME_MAX];

	(void)state;
	fitness_controls(&domains, FAMILY_DOMAIN, bytes, NULL, 0, &controls);
	control_entry_name(name, &domains, "dbl.test", &controls.items[0]);
	assert_string_equal(name, "dbltest.com.dbl.test");
	control_entry_name(name, &domains, "dbl.test", &controls.items[1]);
	assert_string_equal(name, "example.com.dbl.test");
	control_entry_name(name, &domains, "dbl.test", &controls.items[2]);
	assert_string_equal(name, "01020304050607ff.invalid.dbl.test");

	domains.test_domain.clean = NULL;
	fitness_controls(&domains, FAMILY_DOMAIN, bytes, NULL, 0, &controls);
	assert_int_equal(controls.items[0].family, FAMILY_DOMAIN);
	assert_int_equal(controls.items[1].family, 0);
	assert_int_equal(controls.items[2].family, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fixed_controls_are_the_lists_own),
	    cmocka_unit_test(a_list_without_a_clean_entry_has_no_stranger),
	    cmocka_unit_test(strangers_are_nobody_and_new),
	    cmocka_unit_test(strangers_are_not_our_neighbours),
	    cmocka_unit_test(domain_lists_have_controls_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
