#include "doors/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void
takes_brackets_off(void **state)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
	    {"<a@example.com>", "a@example.com"},
	    {"a@example.com", "a@example.com"},
	    {"<>", ""},
	    {"", ""},
	    {"<", "<"},
	    {">", ">"},
	    {"<a", "<a"},
	    {"<<a>>", "<a>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct envelope envelope = {0};
		struct facts facts;

		envelope_open(&envelope, cases[i].path, NULL, NULL);
		envelope_add(&envelope, cases[i].path, NULL);
		envelope_facts(&envelope, &facts);
		assert_string_equal(facts.sender, cases[i].want);
		assert_int_equal(facts.recipient_count, 1);
		assert_string_equal(facts.recipients[0].address, cases[i].want);
		assert_null(facts.recipients[0].mailer);
		envelope_clear(&envelope);
	}
}

static void
keeps_what_it_is_told(void **state)
{
	struct envelope envelope = {0};
	struct recipient *recipient;
	struct facts facts;
	struct address client;

	(void)state;
	address_parse("2001:db8::1", &client);
	envelope_open(&envelope, "<a@b.c>", "bob", "2001:db8::1");
	recipient = envelope_add(&envelope, "<d@e.f>", "smtp");
	envelope_set_receiver(recipient, "One");
	envelope_set_receiver(recipient, "Other");
	envelope_facts(&envelope, &facts);
	assert_string_equal(facts.user, "bob");
	assert_true(address_equal(&facts.client, &client));
	assert_string_equal(facts.recipients[0].mailer, "smtp");
	assert_string_equal(facts.recipients[0].receiver, "Other");
	envelope_clear(&envelope);
}

static void
begins_anew(void **state)
{
	struct envelope envelope = {0};
	struct facts facts;

	(void)state;
	envelope_open(&envelope, "<a@b.c>", "bob", "192.0.2.1");
	envelope_add(&envelope, "<d@e.f>", "smtp");
	envelope.forged_headers = 3;
	envelope_open(&envelope, "<g@h.i>", NULL, "unknown");
	envelope_facts(&envelope, &facts);
	assert_string_equal(facts.sender, "g@h.i");
	assert_null(facts.user);
	assert_int_equal(facts.client.family, 0);
	assert_int_equal(facts.recipient_count, 0);
	assert_int_equal(envelope.forged_headers, 0);
	envelope_clear(&envelope);
	assert_false(envelope.is_open);
	envelope_facts(&envelope, &facts);
	assert_string_equal(facts.sender, "");
}

/* However long they are, no more than so much is kept. */
static void
has_a_limit(void **state)
{
	static char name[60001];

	(void)state;
	memset(name, 'a', sizeof name - 1);
	for (size_t length = 10; length < sizeof name; length += 59990) {
		struct envelope envelope = {0};
		size_t kept = 0;

		envelope_open(&envelope, "<>", NULL, NULL);
		while (envelope_add(
		    &envelope, name + sizeof name - 1 - length, "smtp"))
			kept++;
		assert_in_range(kept, 10,
		    ENVELOPE_BYTES_MAX / (length + sizeof(struct recipient)));
		assert_int_equal(envelope.recipient_count, kept);
		assert_int_equal(envelope.left_out, 1);
		envelope_clear(&envelope);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_brackets_off),
	    cmocka_unit_test(keeps_what_it_is_told),
	    cmocka_unit_test(begins_anew),
	    cmocka_unit_test(has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
