#include "base/account.h"

#include "scratch.h"

#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#define MEMBER 4321 /* of a group that nobody has */

static void
knows_a_process(void **state)
{
	gid_t groups[ACCOUNT_GROUPS_MAX];
	int count = getgroups(ACCOUNT_GROUPS_MAX, groups);
	struct account account;

	(void)state;
	assert_int_equal(account_of_process(getpid(), &account), 0);
	assert_int_equal(account.uid, geteuid());
	assert_int_equal(account.gid, getegid());
	assert_int_equal(account.group_count, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(account.groups[i], groups[i]);
}

static void
knows_a_name(void **state)
{
	struct account account = {.uid = 1};

	(void)state;
	assert_int_equal(account_of_name("root", &account), 0);
	assert_int_equal(account.uid, 0);
	assert_string_equal(account.name, "root");
	assert_true(account.group_count > 0);
}

static void
leaves_what_it_cannot_know(void **state)
{
	struct account account = {.uid = 1};

	(void)state;
	assert_int_equal(account_of_process(0, &account), -1);
	assert_int_equal(account_of_name("no-such-user", &account), -1);
	assert_int_equal(account.uid, 1);
}

static void
joins_so_many(void **state)
{
	struct account account = {.group_count = ACCOUNT_GROUPS_MAX - 1};

	(void)state;
	assert_int_equal(account_join(&account, MEMBER), 0);
	assert_int_equal(account_join(&account, MEMBER), -1);
	assert_int_equal(account.group_count, ACCOUNT_GROUPS_MAX);
}

static void
asks_the_kernel(void **state)
{
	const char *path = scratch_write("log", "");
	struct account account = {.uid = MEMBER, .gid = MEMBER};

	(void)state;
	assert_int_equal(chmod(scratch, 0711), 0);
	assert_int_equal(chmod(path, 0640), 0);
	if (geteuid() != 0) {
		assert_int_equal(account_access(&account, path, R_OK), -1);
		return;
	}
	assert_int_equal(chown(path, 0, MEMBER + 1), 0);
	assert_int_equal(account_access(&account, path, R_OK), EACCES);
	assert_int_equal(account_join(&account, MEMBER + 1), 0);
	assert_int_equal(account_access(&account, path, R_OK), 0);
	assert_int_equal(account_access(&account, path, W_OK), EACCES);
	assert_int_equal(account_access(&account, "/no/such", R_OK), ENOENT);
	assert_int_equal(geteuid(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_a_process),
	    cmocka_unit_test(knows_a_name),
	    cmocka_unit_test(leaves_what_it_cannot_know),
	    cmocka_unit_test(joins_so_many),
	    cmocka_unit_test_setup_teardown(
		asks_the_kernel, scratch_create, scratch_destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
