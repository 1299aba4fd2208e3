#include "config/key.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

#define KEY "abcdefgh23456789ijklmnop"

static char *
read_file(const char *bytes, size_t length, mode_t mode, char **reason)
{
	const char *path = scratch_write_bytes("key", bytes, length);

	assert_int_equal(chmod(path, mode), 0);
	return key_read(path, reason);
}

static const struct {
	const char *bytes;
	mode_t mode;
	const char *want; /* the key, or what the reason says of it */
} files[] = {
    {KEY "\n", 0400, KEY},
    {KEY "\n", 0600, KEY},
    {KEY "\n", 0640, KEY},
    {KEY "\n", 0440, KEY},
    {KEY, 0600, KEY},
    {KEY "\r\n", 0600, KEY},
    {"two.labels_2-x\n", 0600, "two.labels_2-x"},
    {KEY "\n", 0644, "its mode is 0644"},
    {KEY "\n", 0604, "its mode is 0604"},
    {KEY "\n", 0602, "its mode is 0602"},
    {KEY "\n", 0601, "its mode is 0601"},
    {KEY "\n", 0660, "its mode is 0660"},
    {"", 0600, "expected one line with the key"},
    {"\n", 0600, "expected one line with the key"},
    {"\n" KEY "\n", 0600, "expected one line with the key"},
    {"abcdefg\n", 0600, "expected one line with the key"},
    {"abcdefgh\n", 0600, "abcdefgh"},
    {KEY "\n" KEY "\n", 0600, "expected one line with the key"},
    {KEY " \n", 0600, "expected one line with the key"},
    {" " KEY "\n", 0600, "expected one line with the key"},
    {"key = " KEY "\n", 0600, "expected one line with the key"},
    {".abcdefgh\n", 0600, "expected one line with the key"},
    {"abcdefgh.\n", 0600, "expected one line with the key"},
    {"abcd..efgh\n", 0600, "expected one line with the key"},
    {KEY "/../x\n", 0600, "expected one line with the key"},
    {"a23456789012345678901234567890123456789012345678901234567890123\n", 0600,
	"a23456789012345678901234567890123456789012345678901234567890123"},
    {"a234567890123456789012345678901234567890123456789012345678901234\n", 0600,
	"expected one line with the key"},
    {KEY KEY KEY KEY KEY KEY KEY "\n", 0600, "it has 169 bytes"},
};

static void
reads_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		char *reason = NULL;
		char *key = read_file(files[i].bytes, strlen(files[i].bytes),
		    files[i].mode, &reason);

		if (!key == !reason)
			fail_msg("row %zu: both or neither", i);
		if (!strstr(key ? key : reason, files[i].want))
			fail_msg("row %zu: %s", i, key ? key : reason);
		if (reason && strstr(reason, "abcd"))
			fail_msg("row %zu quotes the file: %s", i, reason);
		key_free(&key);
		assert_null(key);
		free(reason);
	}
}

static void
refuses_what_is_no_file(void **state)
{
	static const char *const paths[][2] = {
	    {"/nonexistent/key", "cannot be opened: No such file"},
	    {"/", "it is not a regular file"},
	    {"/dev/null", "it is not a regular file"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		char *reason = NULL;

		assert_null(key_read(paths[i][0], &reason));
		assert_non_null(reason);
		if (!strstr(reason, paths[i][1]))
			fail_msg("%s: %s", paths[i][0], reason);
		free(reason);
	}
}

static void
refuses_a_nul_and_other_bytes(void **state)
{
	static const char bytes[] = "abcdefgh\0ijklmnop\n";
	char *reason = NULL;

	(void)state;
	assert_null(read_file(bytes, sizeof bytes - 1, 0600, &reason));
	assert_non_null(reason);
	free(reason);
	reason = NULL;
	assert_null(read_file("abcdefgh\xc3\xa9\n", 11, 0600, &reason));
	free(reason);
}

/* Only root can give a file away. */
static void
refuses_what_belongs_to_another(void **state)
{
	const char *path = scratch_write("key", KEY "\n");
	char *reason = NULL;

	(void)state;
	assert_int_equal(chmod(path, 0600), 0);
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_null(key_read(path, &reason));
	assert_non_null(strstr(reason, "it belongs to user 12345"));
	free(reason);
}

static void
leaves_no_core_dump(void **state)
{
	char *reason = NULL, *key;

	(void)state;
	assert_int_equal(prctl(PR_SET_DUMPABLE, 1), 0);
	assert_null(read_file("short\n", 6, 0644, &reason));
	free(reason);
	key = read_file(KEY "\n", strlen(KEY) + 1, 0600, &reason);
	assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
	prctl(PR_SET_DUMPABLE, 1);
	key_free(&key);
}

static void
fills_zones(void **state)
{
	static const char *const zones[][2] = {
	    {"{key}.zen.dq.test", "SECRETKEY.zen.dq.test"},
	    {"_email.{key}.hbl.test", "_email.SECRETKEY.hbl.test"},
	    {"zen.{key}", "zen.SECRETKEY"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(zones); i++) {
		char *zone = key_zone(zones[i][0], "SECRETKEY");

		assert_string_equal(zone, zones[i][1]);
		key_free(&zone);
	}
}

#define STARS "*********"

static const struct {
	const char *text, *want;
} hidden[] = {
    {"nothing here", "nothing here"},
    {"SECRETKEY", STARS},
    {"2.0.0.127.SECRETKEY.bl.test", "2.0.0.127." STARS ".bl.test"},
    {"see secretkey and SecretKey.", "see " STARS " and " STARS "."},
    {"SECRETKEYSECRETKEY", STARS STARS},
    {"SECRETKE is not all of it", "SECRETKE is not all of it"},
    {"SSECRETKEY", "S" STARS},
    {"cut off at SECRETK", "cut off at *******"},
    {"cut off at SECR", "cut off at ****"},
    {"cut off at SEC", "cut off at SEC"},
    {"", ""},
};

static void
hides_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hidden); i++) {
		char text[64];

		strcpy(text, hidden[i].text);
		key_hide(text, strlen(text), "SECRETKEY");
		assert_string_equal(text, hidden[i].want);
		strcpy(text, hidden[i].text);
		key_hide(text, strlen(text), NULL);
		assert_string_equal(text, hidden[i].text);
	}
}

/* Behind a NUL too, and never past the length. */
static void
hides_keys_in_bytes(void **state)
{
	char bytes[] = "a\0SECRETKEY\0SECRETKEY";

	(void)state;
	key_hide(bytes, 12, "SECRETKEY");
	assert_memory_equal(bytes, "a\0" STARS "\0SECRETKEY", sizeof bytes);
}

#define WITH_FILES(test) \
	cmocka_unit_test_setup_teardown(test, scratch_create, scratch_destroy)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FILES(reads_keys),
	    cmocka_unit_test(refuses_what_is_no_file),
	    WITH_FILES(refuses_a_nul_and_other_bytes),
	    WITH_FILES(refuses_what_belongs_to_another),
	    WITH_FILES(leaves_no_core_dump),
	    cmocka_unit_test(fills_zones),
	    cmocka_unit_test(hides_keys),
	    cmocka_unit_test(hides_keys_in_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
