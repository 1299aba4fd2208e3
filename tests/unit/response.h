/*
 * response -- DNS responses as a test writes them down, byte by byte where that
 * matters, and message_read kept to its contract: what the tests of message
 * need.
 */
#ifndef TESTS_RESPONSE_H
#define TESTS_RESPONSE_H

#include "dns_packet.h"
#include "evidence/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { IN = 1, CHAOS = 3, IN_CHAOS = 0x8000 /* with a type, below */ };
enum { STATUS = 0x1000, OK = QR | 0x0180 };

#define NAME "2.0.0.127.bl.example"
/* The data of an A record: 127.0.0.2, 127.0.0.4. */
#define A2 "\177\0\0\2", 4
#define A4 "\177\0\0\4", 4

/* section: 1 answer, 2 authority, 3 additional; 0 ends. */
struct record {
	int section;
	const char *owner;
	uint16_t type;
	uint32_t ttl;
	const char *data; /* of a CNAME: a name as text */
	size_t size;	  /* of a CNAME: of zeros after the name */
};

/* The packet begins anew, with that question and no records. */
void response_begin(
    struct packet *, unsigned flags, const char *name, unsigned type);
void response_add(struct packet *, const struct record *);

/* message_read of so many of its bytes, in a block of that very size, so that
   a sanitizer sees any read past the end. Fails the test if *out is not left
   alone where there is no message. */
enum dns_status response_read(const struct packet *, size_t length,
    const char *name, uint16_t type, struct message *out);

#endif
