/*
 * dns_script -- what a script (dns_server.h) says to a DNS question, as the
 * bytes of a packet. Any failure in here ends the test program. One thread at
 * a time.
 */
#ifndef TESTS_DNS_SCRIPT_H
#define TESTS_DNS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX 8192

struct question {
	char name[256];
	size_t name_length;
	uint16_t type;
	uint8_t raw[300]; /* as it came: name, type, class */
	size_t raw_length;
	uint16_t id;
	bool is_tcp;
};

struct packet {
	uint8_t bytes[PACKET_MAX];
	size_t length;
};

struct dns_script;

/* The text is copied. */
struct dns_script *dns_script_parse(const char *text);
void dns_script_free(struct dns_script **);

/* 0, or -1 if the bytes are no question. */
int dns_script_read(const uint8_t *bytes, size_t length, struct question *out);

/* Fills in the packet; false: no answer at all. *delay_ms: how long it is to
   wait. */
bool dns_script_answer(struct dns_script *, const struct question *,
    struct packet *out, int *delay_ms);

/* "A", "TXT" ... or "?". */
const char *dns_script_type(uint16_t type);

#endif
