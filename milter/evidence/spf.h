/*
 * spf -- reads one SPF record (RFC 7208) for the addresses that it authorises.
 * It is foreign text and may be anything. Pure; any thread.
 *
 * Only terms that pass are kept: "-all", "~ip4:..." and "?a" authorise nobody.
 */
#ifndef EVIDENCE_SPF_H
#define EVIDENCE_SPF_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPF_TERMS_MAX 64
#define SPF_DOMAIN_MAX 254
#define SPF_LOOKUPS_MAX 10 /* RFC 7208, 4.6.4 */

enum spf_kind {
	SPF_NETWORK,
	SPF_A,
	SPF_MX,
	SPF_INCLUDE,
	SPF_REDIRECT,
	SPF_ANYBODY, /* "all" that passes */
	SPF_UNTOLD   /* ptr, exists, macros: depends on the message */
};

struct spf_term {
	enum spf_kind kind;
	struct network network;	     /* SPF_NETWORK */
	char domain[SPF_DOMAIN_MAX]; /* "": the record's own */
	uint8_t bits4, bits6;	     /* SPF_A, SPF_MX */
};

struct spf {
	struct spf_term terms[SPF_TERMS_MAX];
	size_t count;
};

/* Whether a TXT record is an SPF record at all (RFC 7208, 4.5). */
bool spf_is_record(const char *text, size_t length);

/* 0, or -1 with *out untouched if the record breaks the syntax or has more
   than SPF_TERMS_MAX terms. */
int spf_read(const char *text, size_t length, struct spf *out);

#endif
