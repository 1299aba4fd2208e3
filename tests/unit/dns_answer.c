#include "dns_answer.h"

#include "base/address.h"

#include <stdlib.h>
#include <string.h>

static void
put_addresses(
    struct packet *packet, const char *owner, uint32_t ttl, char **words)
{
	for (; *words; words++) {
		struct address address;
		uint16_t length;

		dns_must(address_parse(*words, &address) == 0, *words);
		length = address.family == 4 ? 4 : 16;
		packet_put_record(
		    packet, ANSWERS, owner, length == 4 ? A : AAAA, ttl);
		packet_put16(packet, length);
		packet_put(packet, address.bytes, length);
	}
}

static void
put_exchanges(struct packet *packet, uint32_t ttl, char **words)
{
	for (; words[0] && words[1]; words += 2) {
		struct packet data = {.length = 0};

		packet_put16(&data, strtoul(words[0], NULL, 10));
		packet_put_name(&data, words[1]);
		packet_put_record(packet, ANSWERS, NULL, MX, ttl);
		packet_put16(packet, data.length);
		packet_put(packet, data.bytes, data.length);
	}
}

static void
put_texts(struct packet *packet, uint32_t ttl, const char *text, size_t left)
{
	const char *bar;

	while ((bar = memmem(text, left, " | ", 3))) {
		packet_put_text(packet, ttl, text, bar - text);
		left -= bar + 3 - text;
		text = bar + 3;
	}
	packet_put_text(packet, ttl, text, left);
}

static void
put_long(struct packet *packet, uint32_t ttl, size_t length, const char *text,
    size_t text_length)
{
	char bytes[PACKET_MAX / 2];

	dns_must(length <= sizeof bytes && text_length > 0, "long");
	for (size_t i = 0; i < length; i++)
		bytes[i] = text[i % text_length];
	packet_put_text(packet, ttl, bytes, length);
}

static void
put_alias(
    struct packet *packet, uint32_t ttl, const char *target, char **addresses)
{
	struct packet data = {.length = 0};

	packet_put_name(&data, target);
	packet_put_record(packet, ANSWERS, NULL, CNAME, ttl);
	packet_put16(packet, data.length);
	packet_put(packet, data.bytes, data.length);
	put_addresses(packet, target, ttl, addresses);
}

static void
answer_addresses(struct packet *packet, const struct question *question,
    uint16_t flags, char **words)
{
	packet_put_head(packet, question, flags);
	if (!(flags & TC))
		put_addresses(
		    packet, NULL, strtoul(words[0], NULL, 10), words + 1);
}

static void
answer_noise(struct packet *packet, const struct question *question)
{
	packet_put16(packet, question->id);
	for (int i = 0; i < 60; i++)
		packet_put16(packet, 0xc1ff - 37 * i);
}

/* A first record whose owner is a pointer to that very pointer. */
static void
answer_loop(struct packet *packet, const struct question *question)
{
	packet_put_head(packet, question, 0);
	packet->bytes[ANSWERS]++;
	packet_put16(packet, 0xc000 | packet->length);
	packet_put(packet, "\0\1\0\1\0\0\0\x3c\0\4\177\0\0\2", 14);
}

static void
answer_without_question(
    struct packet *packet, const struct question *question, char **words)
{
	packet_put_head(packet, question, 0);
	packet->bytes[QUESTIONS] = 0;
	packet->length = HEADER;
	put_addresses(packet, question->name, 60, words);
}

/* What is not as it should be; false if `how` is none of these. */
static bool
answer_lie(struct packet *packet, const struct question *question,
    const char *how, char **words)
{
	struct question other = *question;

	if (strcmp(how, "wrong-id") == 0) {
		other.id ^= 0x5555;
		answer_addresses(packet, &other, 0, words);
	} else if (strcmp(how, "wrong-question") == 0) {
		other.raw[1] ^= 1; /* the first letter */
		answer_addresses(packet, &other, 0, words);
	} else if (strcmp(how, "question") == 0) {
		answer_addresses(packet, question, QR, words);
	} else if (strcmp(how, "denied") == 0) {
		answer_addresses(packet, question, NXDOMAIN, words);
	} else if (strcmp(how, "no-question") == 0) {
		answer_without_question(packet, question, words + 1);
	} else if (strcmp(how, "garbage") == 0) {
		answer_noise(packet, question);
	} else if (strcmp(how, "pointer-loop") == 0) {
		answer_loop(packet, question);
	} else {
		return false;
	}
	return true;
}

/* The same for answers that are right up to their last bytes. */
static bool
answer_damaged(struct packet *packet, const struct question *question,
    const char *how, char **words)
{
	if (strcmp(how, "empty") != 0 && strcmp(how, "header") != 0 &&
	    strcmp(how, "cut") != 0 && strcmp(how, "fewer") != 0 &&
	    strcmp(how, "long-data") != 0)
		return false;
	if (!words[0]) {
		packet_put_head(packet, question, 0);
		packet->length = strcmp(how, "empty") == 0 ? 0 : HEADER;
		return true;
	}
	answer_addresses(packet, question, 0, words);
	if (strcmp(how, "cut") == 0)
		packet->length -= 3;
	else if (strcmp(how, "fewer") == 0)
		packet->bytes[ANSWERS] += 3;
	else
		packet->bytes[packet->length - 6] = 0xff;
	return true;
}

static bool
answer_rcode(struct packet *packet, const struct question *question,
    const char *how, char **words)
{
	unsigned long rcode;

	if (strcmp(how, "servfail") == 0)
		rcode = SERVFAIL;
	else if (strcmp(how, "refused") == 0)
		rcode = REFUSED;
	else if (strcmp(how, "rcode") == 0 && words[0])
		rcode = strtoul(words[0], NULL, 10);
	else
		return false;
	packet_put_head(packet, question, rcode);
	return true;
}

static bool
answer_denial(struct packet *packet, const struct question *question,
    const char *how, char **words)
{
	bool is_denial = strcmp(how, "nxdomain") == 0;
	uint32_t ttl = words[0] ? strtoul(words[0], NULL, 10) : 0;

	if (strcmp(how, "referral") == 0) {
		packet_put_head(packet, question, 0);
		packet_put_record(packet, AUTHORITY, NULL, NS, ttl);
		packet_put16(packet, 2);
		packet_put16(packet, TO_QUESTION);
		return true;
	}
	if ((!is_denial && strcmp(how, "nodata") != 0) || !words[0])
		return false;
	packet_put_head(packet, question, is_denial ? NXDOMAIN : 0);
	packet_put_soa(
	    packet, ttl, words[1] ? strtoul(words[1], NULL, 10) : ttl);
	return true;
}

static bool
answer_records(struct packet *packet, const struct question *question,
    const struct dns_answer *answer)
{
	const char *how = answer->how;
	char **words = answer->words;
	uint32_t ttl = words[0] ? strtoul(words[0], NULL, 10) : 0;

	packet_put_head(packet, question, 0);
	if (strcmp(how, "a") == 0 || strcmp(how, "aaaa") == 0)
		put_addresses(packet, NULL, ttl, words + 1);
	else if (strcmp(how, "mx") == 0)
		put_exchanges(packet, ttl, words + 1);
	else if (strcmp(how, "txt") == 0)
		packet_put_text(packet, ttl, answer->text, answer->text_length);
	else if (strcmp(how, "txts") == 0)
		put_texts(packet, ttl, answer->text, answer->text_length);
	else if (strcmp(how, "long") == 0 && words[1])
		put_long(packet, ttl, strtoul(words[1], NULL, 10), answer->text,
		    answer->text_length);
	else if (strcmp(how, "cname") == 0 && words[1])
		put_alias(packet, ttl, words[1], words + 2);
	else if (strcmp(how, "alias-loop") == 0)
		put_alias(packet, ttl, question->name, (char *[]){NULL});
	else
		return false;
	return true;
}

void
dns_answer_write(struct packet *packet, const struct question *question,
    const struct dns_answer *answer)
{
	const char *how = answer->how;
	char **words = answer->words;

	if (strcmp(how, "truncated") == 0)
		answer_addresses(
		    packet, question, question->is_tcp ? 0 : TC, words);
	else if (!answer_rcode(packet, question, how, words) &&
		 !answer_denial(packet, question, how, words) &&
		 !answer_lie(packet, question, how, words) &&
		 !answer_damaged(packet, question, how, words))
		dns_must(answer_records(packet, question, answer), how);
}
