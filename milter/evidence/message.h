/*
 * message -- reads one DNS response (RFC 1035, 4.1) into what repgate needs
 * of it. The bytes come from the network and may be anything. Pure; any
 * thread.
 */
#ifndef EVIDENCE_MESSAGE_H
#define EVIDENCE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a question ended. Only DNS_RESPONSE comes with a message. */
enum dns_status {
	DNS_RESPONSE, /* NOERROR or NXDOMAIN, well formed */
	DNS_TIMEOUT,
	DNS_SERVFAIL,
	DNS_REFUSED,
	DNS_UNREACHABLE, /* no server took the question */
	DNS_MALFORMED,	 /* an answer that is none, or to another question */
	DNS_CANCELLED	 /* the resolver was destroyed */
};

#define MESSAGE_ADDRESSES_MAX 32
#define MESSAGE_TEXT_MAX 256

struct message {
	bool name_exists;			   /* false: NXDOMAIN */
	uint32_t addresses[MESSAGE_ADDRESSES_MAX]; /* A, host byte order */
	size_t address_count;
	/* TXT: the strings of a record joined as they came, records parted
	   by a space; cut to size. */
	char text[MESSAGE_TEXT_MAX];
	size_t text_length;
	/* Of the records that answer the question, the smallest; without
	   one, the negative TTL (RFC 2308, 5); without a SOA, 0. */
	uint32_t ttl_sec;
};

/* name and type are those of the question sent; records of the answer count
   where their owner is that name or the end of its CNAME chain. A truncated
   response, a referral, records together with NXDOMAIN, and more than
   MESSAGE_ADDRESSES_MAX addresses are malformed: none of them is evidence.
   Returns DNS_RESPONSE with *out filled, or one of the others with it
   untouched. */
enum dns_status message_read(const uint8_t *bytes, size_t length,
    const char *name, uint16_t type, struct message *out);

/* "timed out", "SERVFAIL" ...: for a cause. */
const char *dns_status_text(enum dns_status);

#endif
