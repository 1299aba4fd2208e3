#include "base/addresses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct address some[] = {
    {4, {192, 0, 2, 1}},
    {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}},
    {4, {192, 0, 2, 1}},
    {4, {192, 0, 2, 2}},
};

static void
keeps_each_once_and_in_order(void **state)
{
	struct addresses addresses = {0};

	(void)state;
	addresses_add(&addresses, some, 3);
	assert_int_equal(addresses.count, 2);
	addresses_add(&addresses, some + 1, 3);
	assert_int_equal(addresses.count, 3);
	assert_true(address_equal(&addresses.items[0], &some[0]));
	assert_true(address_equal(&addresses.items[1], &some[1]));
	assert_true(address_equal(&addresses.items[2], &some[3]));
	addresses_free(&addresses);
}

static void
holds_what_was_added(void **state)
{
	struct addresses addresses = {0};

	(void)state;
	assert_false(addresses_hold(&addresses, &some[0]));
	addresses_add(&addresses, some, 2);
	assert_true(addresses_hold(&addresses, &some[0]));
	assert_true(addresses_hold(&addresses, &some[1]));
	assert_false(addresses_hold(&addresses, &some[3]));
	addresses_free(&addresses);
	assert_false(addresses_hold(&addresses, &some[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_each_once_and_in_order),
	    cmocka_unit_test(holds_what_was_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
