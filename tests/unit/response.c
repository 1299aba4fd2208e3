#include "response.h"

#include <stdlib.h>
#include <string.h>

void
response_begin(
    struct packet *packet, unsigned flags, const char *name, unsigned type)
{
	packet->length = 0;
	packet_put(packet, "\x12\x34", 2);
	packet_put16(packet, flags);
	packet_put(packet, "\0\1\0\0\0\0\0", 8);
	packet_put_name(packet, name);
	packet_put16(packet, type);
	packet_put16(packet, IN);
}

void
response_add(struct packet *packet, const struct record *record)
{
	size_t size_at;

	packet->bytes[5 + 2 * record->section]++;
	packet_put_name(packet, record->owner);
	packet_put16(packet, record->type & ~IN_CHAOS);
	packet_put16(packet, record->type & IN_CHAOS ? CHAOS : IN);
	packet_put16(packet, record->ttl >> 16);
	packet_put16(packet, record->ttl & 0xffff);
	size_at = packet->length;
	packet_put16(packet, record->size);
	if (record->type == CNAME) {
		packet_put_name(packet, record->data);
		packet_put(packet, "\0\0\0\0", record->size);
		packet->bytes[size_at + 1] = packet->length - size_at - 2;
	} else {
		packet_put(packet, record->data, record->size);
	}
}

enum dns_status
response_read(const struct packet *packet, size_t length, const char *name,
    uint16_t type, struct message *out)
{
	struct message mark;
	uint8_t *bytes = malloc(length ? length : 1);
	enum dns_status status;

	assert_non_null(bytes);
	memcpy(bytes, packet->bytes, length);
	memset(&mark, 0x5a, sizeof mark);
	*out = mark;
	status = message_read(bytes, length, name, type, out);
	if (status != DNS_RESPONSE)
		assert_memory_equal(out, &mark, sizeof mark);
	free(bytes);
	return status;
}
