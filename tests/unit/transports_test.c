#include "mta/transports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct transports transports = {
    .main_cf = "smtp_tls_security_level = may\n"
	       "smtp_tls_policy_maps =\n"
	       "smtp_sasl_auth_enable = yes\n"
	       "smtp_sasl_password_maps = hash:/a, hash:/b = c",
    .master_cf = "smtp/inet/smtp_tls_security_level = secure\n"
		 "open/unix/smtp_tls_security_level = none\n"
		 "open/unix/smtp_sasl_auth_enable =\n",
};

static const struct {
	const char *transport, *key, *want;
} values[] = {
    {"smtp", "smtp_tls_security_level", "may"},
    {"open", "smtp_tls_security_level", "none"},
    {"pen", "smtp_tls_security_level", "may"},
    {"open", "smtp_sasl_auth_enable", ""},
    {"smtp", "smtp_tls_policy_maps", ""},
    {"smtp", "smtp_tls_policy", ""},
    {"smtp", "smtp_sasl_password_maps", "hash:/a, hash:/b = c"},
};

static void
finds_what_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		char *value = transports_value(
		    &transports, values[i].transport, values[i].key);

		assert_string_equal(value, values[i].want);
		free(value);
	}
	assert_null(transports_main(&transports, "smtp_tls"));
	assert_null(
	    transports_own(&transports, "smtp", "smtp_tls_security_level"));
	assert_true(
	    transports_is_on(&transports, "smtp", "smtp_sasl_auth_enable"));
	assert_false(
	    transports_is_on(&transports, "open", "smtp_sasl_auth_enable"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
