/*
 * dns_packet -- the bytes of a DNS packet (RFC 1035, 4.1) as a server of tests
 * reads and writes them, right or wrong. Any failure in here ends the test
 * program.
 */
#ifndef TESTS_DNS_PACKET_H
#define TESTS_DNS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX 8192

/* Types of records; flags; rcodes. */
enum { A = 1, NS = 2, CNAME = 5, SOA = 6, MX = 15, TXT = 16, AAAA = 28 };
enum { QR = 0x8000, TC = 0x0200 };
enum { SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5 };

/* Where the counts of the sections stand, by their low bytes. */
enum { QUESTIONS = 5, ANSWERS = 7, AUTHORITY = 9 };
enum { HEADER = 12, TO_QUESTION = 0xc000 | HEADER };

struct question {
	char name[256];
	size_t name_length;
	uint16_t type;
	uint8_t raw[300]; /* as it came: name, type, class */
	size_t raw_length;
	uint16_t id;
	bool is_tcp;
};

/* Zeros: empty. */
struct packet {
	uint8_t bytes[PACKET_MAX];
	size_t length;
};

/* 0, or -1 if the bytes are no question; then *out is spoilt. */
int dns_question_read(
    const uint8_t *bytes, size_t length, struct question *out);

/* Each puts something behind what is there. */
void packet_put(struct packet *, const void *bytes, size_t length);
void packet_put16(struct packet *, uint16_t);
void packet_put32(struct packet *, uint32_t);
/* Labels, each with its length, and the root. */
void packet_put_name(struct packet *, const char *name);

/* The header of a response, in which these flags are the other way round, and
   the question. */
void packet_put_head(struct packet *, const struct question *, uint16_t flags);

/* A record up to its TTL; the length of the data and the data follow. owner
   NULL: a pointer to the question. */
void packet_put_record(struct packet *, int section, const char *owner,
    uint16_t type, uint32_t ttl);
/* Whole ones, of the question's name. */
void packet_put_text(
    struct packet *, uint32_t ttl, const char *text, size_t length);
void packet_put_soa(struct packet *, uint32_t ttl, uint32_t minimum);

/* Ends the test program with that text unless it holds. */
void dns_must(bool holds, const char *what);

#endif
