/* Any bytes as the response to a question, and what becomes of it up to the
   log line. The first byte of the input chooses the type asked for: its lowest
   bits 0 are A, 1 TXT, 2 AAAA, 3 MX. */
#include "base/line.h"
#include "config/directory.h"
#include "evidence/dnsbl.h"
#include "evidence/message.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static struct list_code codes[] = {
    {.low = 0x7f000002, .high = 0x7f000003, .name = "SBL"},
    {.low = 0x7f000004, .high = 0x7f000007, .name = "XBL"},
    {.low = 0x7f000004, .high = 0x7f000004, .name = "CBL"},
};

static struct list_refusal refusals[] = {
    {0x7ffffffe, 0x7ffffffe, "asked through a public resolver"},
};

static const struct list list = {
    .id = "bl",
    .zone = "bl.example",
    .knows_ip4 = true,
    .codes = codes,
    .code_count = sizeof codes / sizeof codes[0],
    .refusals = refusals,
    .refusal_count = sizeof refusals / sizeof refusals[0],
};

static void
check_answer(const struct answer *answer, const struct message *message)
{
	char text[DNSBL_CAUSE_MAX], names[DNSBL_CODES_TEXT_MAX];

	dnsbl_codes_text(names, &list, answer);
	dnsbl_cause_text(text, &list, answer);
	must(strlen(names) < sizeof names && strlen(text) < sizeof text);
	must((answer->result == RESULT_LISTED) == (answer->codes != 0));
	must((answer->result == RESULT_UNKNOWN) == (text[0] != '\0'));
	if (answer->result == RESULT_LISTED)
		must(names[0] != '\0' && answer->address >> 24 == 127);
	if (answer->result == RESULT_CLEAN)
		must(message && message->address_count == 0);
}

static void
check_line(const struct message *message)
{
	struct line line;

	line_start(&line, "answer");
	line_add_bytes(&line, "text", message->text, message->text_length);
	must(line.length == strlen(line.text));
	for (size_t i = 0; i < line.length; i++)
		must(line.text[i] >= ' ' && line.text[i] <= '~');
}

static void
check_record(void *arg, const struct dns_record *record)
{
	size_t *count = arg;

	must(record->text_length <= RECORD_TEXT_MAX);
	must(strlen(record->host) < RECORD_HOST_MAX);
	must(record->address.family == 0 || record->address.family == 4 ||
	     record->address.family == 6);
	++*count;
}

static void
check_message(const struct message *message)
{
	size_t count = 0;

	must(message->address_count <= MESSAGE_ADDRESSES_MAX);
	must(message->text_length <= MESSAGE_TEXT_MAX);
	must(message->ttl_sec <= INT32_MAX);
	check_line(message);
	message_each(message, check_record, &count);
	must(count >= message->address_count);
	must(message->type != 1 || count == message->address_count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint16_t types[] = {1, 16, 28, 15};
	struct message message;
	struct answer answer;
	enum dns_status status;

	if (size == 0)
		return 0;
	memset(&message, 0x5a, sizeof message);
	status = message_read(bytes + 1, size - 1, "2.0.0.127.bl.example",
	    types[bytes[0] & 3], &message);
	if (status == DNS_RESPONSE)
		check_message(&message);
	dnsbl_read(
	    &list, status, status == DNS_RESPONSE ? &message : NULL, &answer);
	check_answer(&answer, status == DNS_RESPONSE ? &message : NULL);
	return 0;
}
