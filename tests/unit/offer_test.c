#include "mta/offer.h"

#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define UNKNOWN DEMAND_TLS_UNKNOWN
#define NONE DEMAND_TLS_NONE
#define MAY DEMAND_TLS_MAY
#define MUST DEMAND_TLS_MUST
#define TRUSTED DEMAND_TLS_TRUSTED
#define LOST "192.0.2.1 port 25: Connection refused"
#define FAILED "192.0.2.1 port 25: TLS does not come about: x\x1b"

static const char *
verdict(enum preflight_result result, char *text, char *out, size_t size)
{
	static const char *const names[] = {"GOOD", "BAD", "UNKNOWN"};

	snprintf(out, size, "%s%s%s", names[result], text ? " " : "",
	    text ? text : "");
	free(text);
	return out;
}

/* want: how it begins, or "" where it is not looked at. */
static const struct {
	enum route_tls route;
	struct demand demand;
	struct probe_offer said;
	const char *cause;
	const char *want;
} tls[] = {
    {ROUTE_TLS_MAY, {.tls = MAY}, {.tls = true}, NULL, ""},
    {ROUTE_TLS_MAY, {.tls = NONE}, {.tls = true}, NULL, ""},
    {ROUTE_TLS_MAY, {.tls = UNKNOWN}, {0}, LOST, ""},
    {ROUTE_TLS_MAY, {.tls = MUST}, {.came = PROBE_TLS_DONE}, NULL, "GOOD"},
    {ROUTE_TLS_REQUIRED, {.tls = UNKNOWN}, {.came = PROBE_TLS_DONE}, NULL,
	"GOOD"},
    {ROUTE_TLS_MAY, {.tls = MUST, .level = "encrypt"}, {0}, NULL,
	"BAD its server does not offer STARTTLS, and Postfix is set to send "
	"nothing without TLS (level encrypt)"},
    {ROUTE_TLS_REQUIRED, {.tls = MAY}, {0}, NULL,
	"BAD its server does not offer STARTTLS, and the route is set to need"},
    {ROUTE_TLS_MAY, {.tls = MUST}, {0}, LOST, "UNKNOWN " LOST},
    {ROUTE_TLS_MAY, {.tls = MUST}, {.came = PROBE_TLS_FAILED}, FAILED,
	"BAD 192.0.2.1 port 25: TLS does not come about: x\\x1b"},
    {ROUTE_TLS_MAY, {.tls = MUST}, {.came = PROBE_TLS_WANTS_OURS}, FAILED,
	"UNKNOWN 192.0.2.1 port 25: TLS does not come about"},
    {ROUTE_TLS_MAY, {.tls = TRUSTED, .level = "secure"},
	{.came = PROBE_TLS_DONE}, NULL,
	"UNKNOWN TLS comes about; whether the certificate is what Postfix "
	"demands (level secure)"},
    {ROUTE_TLS_WRAPPED, {.tls = MUST, .is_wrapped = true},
	{.came = PROBE_TLS_DONE}, NULL, "GOOD"},
    {ROUTE_TLS_MAY, {.tls = MAY, .is_wrapped = true}, {.came = PROBE_TLS_DONE},
	NULL, "GOOD"},
    {ROUTE_TLS_WRAPPED, {.tls = MUST}, {.came = PROBE_TLS_DONE}, NULL,
	"BAD its server speaks TLS from the first byte on, and Postfix is set "
	"to smtp_tls_wrappermode = no"},
    {ROUTE_TLS_WRAPPED, {.tls = UNKNOWN}, {.came = PROBE_TLS_DONE}, NULL,
	"GOOD"},
};

static void
judges_tls(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tls); i++) {
		struct route route = {.tls = tls[i].route};
		struct offer offer = {
		    &route, tls[i].demand, tls[i].said, tls[i].cause};
		char *text = NULL, got[1024] = "";

		print_message("%zu: %s\n", i, tls[i].want);
		if (offer_needs_tls(&offer)) {
			enum preflight_result result =
			    offer_judge_tls(&offer, &text);

			verdict(result, text, got, sizeof got);
		}
		if (tls[i].want[0])
			got[strlen(tls[i].want)] = '\0';
		assert_string_equal(got, tls[i].want);
	}
}

#define DONE(mechanisms)                                                       \
	{                                                                      \
		.tls = true, .came = PROBE_TLS_DONE, .secure_auth = mechanisms \
	}

static const struct {
	struct demand demand;
	struct probe_offer said;
	const char *cause;
	const char *want;
} auth[] = {
    {{.tls = MAY}, DONE(" PLAIN"), NULL, "GOOD"},
    {{.tls = MAY}, DONE(" PLAIN LOGIN"), NULL, "GOOD"},
    {{.tls = UNKNOWN}, DONE(" PLAIN"), NULL, "GOOD"},
    {{.tls = NONE}, {.plain_auth = " PLAIN"}, NULL, "GOOD"},
    {{.tls = MAY}, {.plain_auth = " PLAIN"}, NULL, "GOOD"},
    {{.tls = NONE, .level = "none"}, DONE(" PLAIN"), NULL,
	"BAD its server offers AUTH only after STARTTLS, and Postfix has a "
	"login for it, but is set not to use TLS (level none)"},
    {{.tls = NONE, .is_wrapped = true}, DONE(" PLAIN"), NULL, "GOOD"},
    {{.tls = MAY}, DONE(""), NULL,
	"BAD its server does not offer AUTH, not after STARTTLS either, and "},
    {{.tls = MAY}, {0}, NULL, "BAD its server does not offer AUTH, and "},
    {{.tls = MAY}, DONE(" ANONYMOUS"), NULL, "BAD its server offers AUTH"},
    {{.tls = MAY, .hides_password_in_tls = true}, DONE(" PLAIN login"), NULL,
	"BAD its server offers AUTH PLAIN login and no other, and Postfix has "
	"a login for it, but is set not to use these (noplaintext in "
	"smtp_sasl_tls_security_options)"},
    {{.tls = MAY, .hides_password_in_tls = true}, DONE(" PLAIN CRAM-MD5"), NULL,
	"GOOD"},
    {{.tls = MAY, .hides_password = true}, DONE(" PLAIN"), NULL, "GOOD"},
    {{.tls = NONE, .hides_password = true}, {.plain_auth = " LOGIN"}, NULL,
	"BAD its server offers AUTH LOGIN and no other, and Postfix has a "
	"login for it, but is set not to use these (noplaintext in "
	"smtp_sasl_security_options)"},
    {{.tls = MAY}, {0}, LOST, "UNKNOWN " LOST},
    {{.tls = MAY}, {.tls = true, .came = PROBE_TLS_FAILED}, FAILED,
	"UNKNOWN 192.0.2.1 port 25: TLS does not come about: x\\x1b"},
    {{.tls = MAY}, {.came = PROBE_TLS_FAILED, .plain_auth = " X"}, FAILED,
	"GOOD"},
    {{.tls = MUST}, {.came = PROBE_TLS_FAILED, .plain_auth = " X"}, FAILED,
	"UNKNOWN 192.0.2.1 port 25: TLS does not come about: x\\x1b"},
};

static void
judges_auth(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(auth); i++) {
		struct route route = {.tls = ROUTE_TLS_MAY};
		struct offer offer = {
		    &route, auth[i].demand, auth[i].said, auth[i].cause};
		char *text = NULL, got[1024];
		enum preflight_result result;

		print_message("%zu: %s\n", i, auth[i].want);
		assert_false(offer_needs_auth(&offer));
		offer.demand.has_login = true;
		assert_true(offer_needs_auth(&offer));
		result = offer_judge_auth(&offer, &text);
		verdict(result, text, got, sizeof got);
		got[strlen(auth[i].want)] = '\0';
		assert_string_equal(got, auth[i].want);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judges_tls),
	    cmocka_unit_test(judges_auth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
