#include "evidence/delivery_status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
	const char *key;
	enum attempt_status status;
	enum reply_stage stage;
	const char *speaker, *text; /* NULL: no reply of another host */
} cases[] = {
    {"5.7.1 host mx.example.com[192.0.2.1] said: 550 5.7.1 Go away (in reply "
     "to RCPT TO command)",
	ATTEMPT_BOUNCED, REPLY_STAGE_RCPT, "mx.example.com",
	"550 5.7.1 Go away"},
    {"5.0.0 host mx.example.com[192.0.2.1] said: 554-Blocked 554 see "
     "https://example.com/ (in reply to end of DATA command)",
	ATTEMPT_BOUNCED, REPLY_STAGE_DATA, "mx.example.com",
	"554-Blocked 554 see https://example.com/"},
    {"4.7.0 host mx.example.com[2001:db8::1] said: 421 4.7.0 Later (in reply "
     "to MAIL FROM command)",
	ATTEMPT_DEFERRED, REPLY_STAGE_MAIL, "mx.example.com",
	"421 4.7.0 Later"},
    {"5.7.1 host mx.example.com[192.0.2.1] said: 550 No (in reply to EHLO "
     "command)",
	ATTEMPT_BOUNCED, REPLY_STAGE_HELO, "mx.example.com", "550 No"},
    {"4.0.0 host mx.example.com[192.0.2.1] refused to talk to me: 554 No",
	ATTEMPT_DEFERRED, REPLY_STAGE_GREETING, "mx.example.com", "554 No"},
    /* The remote host may say what it wants, but only behind its name. */
    {"5.7.1 host mx.example.com[192.0.2.1] said: 550 host "
     "mx.example.org[192.0.2.2] said: 550 5.7.1 No (in reply to RCPT TO "
     "command) (in reply to RCPT TO command)",
	ATTEMPT_BOUNCED, REPLY_STAGE_RCPT, "mx.example.com",
	"550 host mx.example.org[192.0.2.2] said: 550 5.7.1 No (in reply to "
	"RCPT TO command)"},
    {"5.5.0 Protocol error: host mx.example.com[192.0.2.1] said: 999 No",
	ATTEMPT_BOUNCED, REPLY_STAGE_UNKNOWN, NULL, NULL},
    {"4.4.1 connect to mx.example.com[192.0.2.1]:25: Connection refused",
	ATTEMPT_DEFERRED, REPLY_STAGE_UNKNOWN, NULL, NULL},
    {"4.4.2 lost connection with mx.example.com[192.0.2.1] while sending "
     "RCPT TO",
	ATTEMPT_DEFERRED, REPLY_STAGE_UNKNOWN, NULL, NULL},
    {"4.4.2 conversation with mx.example.com[192.0.2.1] timed out while "
     "receiving the initial server greeting",
	ATTEMPT_DEFERRED, REPLY_STAGE_UNKNOWN, NULL, NULL},
    {"5.4.4 Host or domain name not found. Name service error for "
     "name=example.com type=A: Host not found",
	ATTEMPT_BOUNCED, REPLY_STAGE_UNKNOWN, NULL, NULL},
    {"4.7.4 TLS is required, but was not offered by host "
     "mx.example.com[192.0.2.1]",
	ATTEMPT_DEFERRED, REPLY_STAGE_UNKNOWN, NULL, NULL},
    {"5.7.8 SASL authentication failed; server mx.example.com[192.0.2.1] "
     "said: 535 5.7.8 Error: authentication failed",
	ATTEMPT_BOUNCED, REPLY_STAGE_UNKNOWN, NULL, NULL},
    {"2.0.0 250 2.0.0 Ok: queued as 4F232A72072", ATTEMPT_SENT,
	REPLY_STAGE_UNKNOWN, NULL, NULL},
    {"2.0.0 host mx.example.com[192.0.2.1] said: 250 Ok", ATTEMPT_SENT,
	REPLY_STAGE_UNKNOWN, NULL, NULL},
    {"4.7.1 repgate keeps this, Example blocks 192.0.2.10; host "
     "mx.example.com[192.0.2.1] said: 550 No (in reply to RCPT TO command)",
	ATTEMPT_DEFERRED, REPLY_STAGE_RCPT, "mx.example.com", "550 No"},
};

static bool
is_text(const struct piece *piece, const char *text)
{
	return piece->length == strlen(text) &&
	       memcmp(piece->start, text, piece->length) == 0;
}

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct attempt got;
		const char *key = cases[i].key;

		memset(&got, 0x5a, sizeof got);
		print_message("%s\n", key);
		assert_int_equal(
		    delivery_status_read(key, strlen(key), &got), 0);
		assert_int_equal(got.status, cases[i].status);
		assert_int_equal(got.stage, cases[i].stage);
		assert_int_equal(got.is_reply, cases[i].speaker != NULL);
		if (!cases[i].speaker)
			continue;
		assert_true(is_text(&got.speaker, cases[i].speaker));
		assert_true(is_text(&got.text, cases[i].text));
	}
}

static void
test_no_status(void **state)
{
	static const char *const keys[] = {"", " ", "5", "5.", "5.7", "5.7.",
	    "5.7.1", "5.7.1:", "5..1 x", "5.7.1111 x", "5.7777.1 x", "3.0.0 x",
	    "1.0.0 x", "57.1 x", "x.7.1 x", "host mx.example.com[192.0.2.1]"};

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct attempt got, before;

		memset(&got, 0x5a, sizeof got);
		memcpy(&before, &got, sizeof got);
		assert_int_equal(
		    delivery_status_read(keys[i], strlen(keys[i]), &got), -1);
		assert_memory_equal(&got, &before, sizeof got);
	}
}

static void
test_length_is_kept(void **state)
{
	static const char key[] = "5.7.1 host mx.example.com[192.0.2.1] said: "
				  "550 No (in reply to RCPT TO command)";
	struct attempt got;

	(void)state;
	assert_int_equal(delivery_status_read(key, 6, &got), 0);
	assert_false(got.is_reply);
	assert_int_equal(delivery_status_read(key, 5, &got), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_no_status),
	    cmocka_unit_test(test_length_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
