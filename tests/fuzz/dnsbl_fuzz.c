/* Any list made of bytes, every scheme, and any addresses as its answer. The
   first byte of a record says what it is; the last ones are the answer. */
#include "config/config.h"
#include "config/list.h"
#include "config/uses.h"
#include "evidence/dnsbl.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RECORD 12
#define RUNS_MAX 8

static struct list_code codes[LIST_CODES_MAX];
static struct run clean[RUNS_MAX];
static struct list_refusal refusals[RUNS_MAX];

static uint32_t
number(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 |
	       bytes[3];
}

static void
add_code(struct list *list, const uint8_t *record)
{
	static char *const names[] = {"A", "BB", "CCC", ""};
	struct list_code *code;

	if (list->code_count == LIST_CODES_MAX)
		return;
	code = &codes[list->code_count++];
	*code = (struct list_code){
	    .low = number(record + 1),
	    .high = number(record + 5),
	    .name = names[record[9] & 3],
	    .scheme = record[0] & 3,
	    .octet = 1 + (record[9] >> 2 & 3),
	    .limit = record[10],
	    .scope = record[9] >> 4 & 3,
	    .has_weight = record[9] >> 6 & 1,
	    .weight = (int8_t)record[11],
	};
	code->mask = (uint32_t)record[10] << 8 * (4 - code->octet);
}

static void
add_record(struct list *list, const uint8_t *record)
{
	uint32_t low = number(record + 1), high = number(record + 5);

	switch (record[0] >> 2 & 3) {
	case 0:
	case 1:
		add_code(list, record);
		break;
	case 2:
		if (list->clean_count < RUNS_MAX)
			clean[list->clean_count++] = (struct run){low, high};
		break;
	default:
		if (list->refusal_count < RUNS_MAX)
			refusals[list->refusal_count++] =
			    (struct list_refusal){low, high, "cause"};
	}
}

static void
check_listed(const struct list *list, const struct message *message)
{
	for (size_t i = 0; i < message->address_count; i++) {
		uint32_t address = message->addresses[i];

		must(address >> 24 == 127 && address >> 8 != 0x7fffff);
		for (size_t j = 0; j < list->refusal_count; j++)
			must(!run_covers(list->refusals[j].low,
			    list->refusals[j].high, address));
	}
}

static void
check(const struct list *list, const struct message *message,
    const struct answer *answer)
{
	const struct list_use use = {
	    .list = list, .weight = 5, .scopes = SCOPES_DEFAULT};
	char text[DNSBL_CODES_TEXT_MAX], cause[DNSBL_CAUSE_MAX];

	must((answer->result == RESULT_LISTED) == (answer->codes != 0));
	must((answer->result == RESULT_UNKNOWN) ==
	     (answer->cause != CAUSE_NONE));
	dnsbl_codes_text(text, list, answer);
	dnsbl_cause_text(cause, list, answer);
	must(strlen(text) < sizeof text && strlen(cause) < sizeof cause);
	must(abs(use_weight(&use, answer->codes)) <= 128);
	must(use_weight(&use, 0) == 0);
	if (answer->result != RESULT_UNKNOWN)
		check_listed(list, message);
}

/* The meaning of an answer does not hang on the order of its records. */
static void
check_reversed(const struct list *list, const struct message *message,
    const struct answer *answer)
{
	struct message reversed = *message;
	struct answer other;

	for (size_t i = 0; i < message->address_count; i++)
		reversed.addresses[i] =
		    message->addresses[message->address_count - 1 - i];
	dnsbl_read(list, DNS_RESPONSE, &reversed, &other);
	must(other.result == answer->result && other.cause == answer->cause);
	must(other.codes == answer->codes);
}

/* Whatever else is said, a refusal with it is one. */
static void
check_refused(const struct list *list, const struct message *message)
{
	struct message more = *message;
	struct answer answer;

	if (more.address_count == MESSAGE_ADDRESSES_MAX)
		return;
	more.addresses[more.address_count++] = UINT32_C(0x7ffffffe);
	dnsbl_read(list, DNS_RESPONSE, &more, &answer);
	must(answer.result == RESULT_UNKNOWN);
	must(answer.cause == CAUSE_REFUSED && answer.codes == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct list list = {.id = "bl",
	    .provider = "P",
	    .zone = "bl.example",
	    .codes = codes,
	    .clean = clean,
	    .refusals = refusals};
	struct message message = {.name_exists = true};
	struct answer answer;
	size_t at = 1, records;

	if (size == 0)
		return 0;
	records = bytes[0];
	for (; records > 0 && at + RECORD <= size; at += RECORD, records--)
		add_record(&list, bytes + at);
	for (; at + 4 <= size && message.address_count < MESSAGE_ADDRESSES_MAX;
	     at += 4)
		message.addresses[message.address_count++] = number(bytes + at);
	dnsbl_read(&list, DNS_RESPONSE, &message, &answer);
	check(&list, &message, &answer);
	check_reversed(&list, &message, &answer);
	check_refused(&list, &message);
	return 0;
}
