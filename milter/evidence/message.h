/*
 * message -- reads one DNS response (RFC 1035, 4.1) into what repgate needs
 * of it. The bytes come from the network and may be anything. Pure; any
 * thread.
 */
#ifndef EVIDENCE_MESSAGE_H
#define EVIDENCE_MESSAGE_H

#include "base/address.h"

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
	/* Borrowed from message_read's caller, for message_each. */
	const uint8_t *bytes;
	size_t length;
	const char *name;
	uint16_t type;
};

#define RECORD_HOST_MAX 1025 /* 255 bytes, each escaped as \DDD */
#define RECORD_TEXT_MAX 4096

/* One record that answers the question, of which struct message does not keep
   all. What its type does not have is empty. */
struct dns_record {
	struct address address;	    /* A and AAAA */
	uint16_t preference;	    /* MX */
	char host[RECORD_HOST_MAX]; /* MX; "" takes no mail (RFC 7505) */
	/* TXT: the strings joined; cut to size, may hold any byte. */
	char text[RECORD_TEXT_MAX];
	size_t text_length;
};

typedef void dns_record_visit(void *arg, const struct dns_record *);

/* name and type are those of the question sent; records of the answer count
   where their owner is that name or the end of its CNAME chain. A truncated
   response, a referral, records together with NXDOMAIN, and more than
   MESSAGE_ADDRESSES_MAX addresses are malformed: none of them is evidence.
   Types are A, AAAA, MX and TXT; of others only the count is looked at.
   Returns DNS_RESPONSE with *out filled, or one of the others with it
   untouched. */
enum dns_status message_read(const uint8_t *bytes, size_t length,
    const char *name, uint16_t type, struct message *out);

/* Calls visit for each record that answers the question, in order. The bytes
   and the name that were read must still be there. */
void message_each(const struct message *, dns_record_visit *visit, void *arg);

/* "timed out", "SERVFAIL" ...: for a cause. */
const char *dns_status_text(enum dns_status);

#endif
