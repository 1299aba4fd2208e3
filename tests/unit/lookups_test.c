#include "mta/lookups.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int runs;

static char *
on_run(void *arg, const char *table, int input)
{
	char keys[64];
	ssize_t length = read(input, keys, sizeof keys);

	(void)arg;
	runs++;
	assert_int_equal(length, 13);
	assert_memory_equal(keys, "[a]:25\nMx.b.\n", 13);
	if (strcmp(table, "hash:/closed") == 0)
		return alloc_string("postmap: fatal: open /closed\n");
	if (strcmp(table, "hash:/full") == 0)
		return alloc_string("[a]:25\tmay x\nmx.b.\tsecret");
	return alloc_string("");
}

static const struct {
	const char *tables, *key;
	enum lookup want;
	const char *value; /* how it begins */
} cases[] = {
    {"", "[a]:25", LOOKUP_MISSING, NULL},
    {"hash:/empty", "[a]:25", LOOKUP_MISSING, NULL},
    {"hash:/full", "[a]:25", LOOKUP_FOUND, "may x\n"},
    {"hash:/full", "[a]", LOOKUP_MISSING, NULL},
    {"hash:/full", "Mx.b.", LOOKUP_FOUND, "secret"},
    {"hash:/full", "", LOOKUP_MISSING, NULL},
    {"hash:/empty, hash:/full", "[a]:25", LOOKUP_FOUND, "may x\n"},
    {"hash:/closed", "[a]:25", LOOKUP_UNREADABLE, NULL},
    {"hash:/closed hash:/full", "[a]:25", LOOKUP_UNREADABLE, NULL},
    {"hash:/full hash:/closed", "[a]:25", LOOKUP_FOUND, "may x\n"},
};

static void
asks_each_table_once(void **state)
{
	struct lookups *lookups = lookups_create(on_run, NULL);

	(void)state;
	lookups_add(lookups, "[a]:25");
	lookups_add(lookups, "");
	lookups_add(lookups, "Mx.b.");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *value = NULL;

		print_message("%zu: %s\n", i, cases[i].tables);
		assert_int_equal(lookups_find(lookups, cases[i].tables,
				     cases[i].key, &value),
		    cases[i].want);
		if (cases[i].value)
			assert_memory_equal(
			    value, cases[i].value, strlen(cases[i].value));
		else
			assert_null(value);
	}
	assert_int_equal(runs, 3);
	lookups_destroy(&lookups);
	assert_null(lookups);
}

static void
asks_so_many(void **state)
{
	struct lookups *lookups = lookups_create(on_run, NULL);
	const char *value;
	char name[32];

	(void)state;
	lookups_add(lookups, "[a]:25");
	lookups_add(lookups, "Mx.b.");
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "hash:/%d", i);
		assert_int_equal(lookups_find(lookups, name, "[a]:25", &value),
		    i < 32 ? LOOKUP_MISSING : LOOKUP_UNREADABLE);
	}
	lookups_destroy(&lookups);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asks_each_table_once),
	    cmocka_unit_test(asks_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
