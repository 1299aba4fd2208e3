#include "dns_packet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
dns_must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "dns_script: %s\n", what);
	abort();
}

int
dns_question_read(const uint8_t *bytes, size_t length, struct question *out)
{
	size_t at = HEADER, used = 0;

	while (at < length && bytes[at] != 0) {
		size_t label = bytes[at];

		if (label > 63 || at + 1 + label >= length ||
		    used + label + 2 > sizeof out->name)
			return -1;
		if (used > 0)
			out->name[used++] = '.';
		memcpy(out->name + used, bytes + at + 1, label);
		used += label;
		at += 1 + label;
	}
	if (at + 5 > length || at + 5 - HEADER > sizeof out->raw)
		return -1;
	out->name[used] = '\0';
	out->name_length = used;
	out->id = bytes[0] << 8 | bytes[1];
	out->type = bytes[at + 1] << 8 | bytes[at + 2];
	out->raw_length = at + 5 - HEADER;
	memcpy(out->raw, bytes + HEADER, out->raw_length);
	out->is_tcp = false;
	return 0;
}

void
packet_put(struct packet *packet, const void *bytes, size_t length)
{
	dns_must(packet->length + length <= PACKET_MAX, "packet is full");
	memcpy(packet->bytes + packet->length, bytes, length);
	packet->length += length;
}

void
packet_put16(struct packet *packet, uint16_t value)
{
	value = htons(value);
	packet_put(packet, &value, 2);
}

void
packet_put32(struct packet *packet, uint32_t value)
{
	value = htonl(value);
	packet_put(packet, &value, 4);
}

void
packet_put_name(struct packet *packet, const char *name)
{
	while (*name != '\0') {
		uint8_t length = strcspn(name, ".");

		if (length > 0) {
			packet_put(packet, &length, 1);
			packet_put(packet, name, length);
		}
		name += length + (name[length] == '.');
	}
	packet_put(packet, "", 1);
}

void
packet_put_record(struct packet *packet, int section, const char *owner,
    uint16_t type, uint32_t ttl)
{
	packet->bytes[section]++;
	if (owner)
		packet_put_name(packet, owner);
	else
		packet_put16(packet, TO_QUESTION);
	packet_put16(packet, type);
	packet_put16(packet, 1);
	packet_put32(packet, ttl);
}

void
packet_put_text(
    struct packet *packet, uint32_t ttl, const char *text, size_t left)
{
	packet_put_record(packet, ANSWERS, NULL, TXT, ttl);
	packet_put16(packet, left > 0 ? left + (left + 254) / 255 : 1);
	if (left == 0)
		packet_put(packet, "", 1);
	while (left > 0) {
		uint8_t length = left > 255 ? 255 : left;

		packet_put(packet, &length, 1);
		packet_put(packet, text, length);
		text += length;
		left -= length;
	}
}

void
packet_put_soa(struct packet *packet, uint32_t ttl, uint32_t minimum)
{
	packet_put_record(packet, AUTHORITY, NULL, SOA, ttl);
	packet_put16(packet, 22);
	packet_put(packet, "\0", 2);
	for (int i = 0; i < 4; i++)
		packet_put32(packet, 7200);
	packet_put32(packet, minimum);
}

void
packet_put_head(
    struct packet *packet, const struct question *question, uint16_t flags)
{
	packet_put16(packet, question->id);
	packet_put16(packet, (QR | 0x0180) ^ flags); /* with RD and RA */
	packet_put16(packet, 1);
	packet_put(packet, "\0\0\0\0\0", 6);
	packet_put(packet, question->raw, question->raw_length);
}
