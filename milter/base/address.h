/*
 * address -- IP addresses and networks, IPv4 and IPv6. Pure; any thread.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address {
	uint8_t family;	   /* 4 or 6; 0 is no address */
	uint8_t bytes[16]; /* network order; the first 4 for IPv4 */
};

struct network {
	struct address address;
	uint8_t bits;
};

#define ADDRESS_TEXT_MAX 46
/* 32 nibbles with their dots and a NUL (RFC 5782, section 2.4). */
#define ADDRESS_REVERSED_MAX 64

/* Textual form as inet_pton(3) takes it; an IPv4-mapped IPv6 address becomes
   IPv4, since lists know it by that name. Also takes the RFC 5321 literals
   "IPv6:..." without brackets. 0, or -1 with *out untouched. */
int address_parse(const char *text, struct address *out);

/* "a.b.c.d/nn" or "v6/nn"; without a slash one address. Host bits below the
   mask must be zero. 0, or -1 with *out untouched. */
int network_parse(const char *text, struct network *out);

/* Returns its first argument. */
const char *address_format(char text[ADDRESS_TEXT_MAX], const struct address *);

/* The labels that stand before a list's zone: RFC 5782, 2.1 and 2.4.
   Without a trailing dot. Returns its first argument. */
const char *address_reverse(
    char name[ADDRESS_REVERSED_MAX], const struct address *);

bool address_equal(const struct address *, const struct address *);
/* Not reachable from the internet by that address: RFC 1918, RFC 3927, RFC
   4193, RFC 4291 2.5.6, RFC 6598. Loopback is not among these. */
bool address_is_private(const struct address *);
bool network_contains(const struct network *, const struct address *);

#endif
