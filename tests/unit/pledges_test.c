#include "standing/pledges.h"

#include "base/clock.h"
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW (360000 * CLOCK_SEC)

static const struct route limited = {.name = "smarthost"};
static const struct route free_route = {.name = "free"};

static void
test_used_once(void **state)
{
	struct pledges *pledges = pledges_create();
	const int64_t later = NOW + PLEDGES_MS;

	(void)state;
	assert_false(pledges_use(pledges, &limited, "a@x.test", NOW));
	pledges_add(pledges, &limited, "a@x.test", 2, NOW);
	assert_false(pledges_use(pledges, &limited, "b@x.test", NOW));
	assert_false(pledges_use(pledges, &free_route, "a@x.test", NOW));
	assert_true(pledges_use(pledges, &limited, "A@x.TEST", NOW));
	assert_true(pledges_use(pledges, &limited, "a@x.test", later - 1));
	assert_false(pledges_use(pledges, &limited, "a@x.test", later - 1));
	pledges_add(pledges, &limited, "c@x.test", 1, NOW);
	assert_false(pledges_use(pledges, &limited, "c@x.test", later));
	pledges_note_charge(pledges, &limited, "d@x.test", NOW);
	pledges_note_charge(pledges, &limited, "d@x.test", NOW);
	pledges_note_charge(pledges, &limited, "d@x.test", NOW);
	assert_int_equal(
	    pledges_take_charges(pledges, &limited, "d@x.test", 2, NOW), 2);
	assert_int_equal(
	    pledges_take_charges(pledges, &limited, "d@x.test", 2, NOW), 1);
	assert_int_equal(
	    pledges_take_charges(pledges, &limited, "d@x.test", 2, NOW), 0);
	pledges_destroy(&pledges);
}

/* More keys than there is room for: some are forgotten, none is invented. */
static void
test_bounded(void **state)
{
	enum { KEYS = 2 * PLEDGES_MAX };
	struct pledges *pledges = pledges_create();
	char key[32];
	int kept = 0;

	(void)state;
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof key, "%d@x.test", i);
		pledges_add(pledges, &limited, key, 1, NOW + i);
	}
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof key, "%d@x.test", i);
		kept += pledges_use(pledges, &limited, key, NOW + KEYS);
	}
	assert_in_range(kept, PLEDGES_MAX / 4, PLEDGES_MAX);
	pledges_destroy(&pledges);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_used_once),
	    cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
