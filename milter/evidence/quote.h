/*
 * quote -- an address, or a network, that a reply quotes. Pure; any thread.
 */
#ifndef EVIDENCE_QUOTE_H
#define EVIDENCE_QUOTE_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>

struct quote {
	struct network network; /* bits as quoted; 32 or 128 for an address */
	/* Part of a host name, as in a list's query name: then it may be
	   written backwards, and it may be no address at all. */
	bool is_in_name;
	/* "host mx.example.net[192.0.2.1] said: ...": it is quoted as one that
	   speaks, not as one that is spoken of. */
	bool is_speaker;
};

/* The address at bytes[at], where a word begins. Its length without the "/24"
   behind it, or 0 with *out untouched: there is none, or one that is nobody's
   (127.0.0.2, which is a list's answer), or a number of the receiver's own
   (4.16.55.1). */
size_t quote_read(
    const char *bytes, size_t length, size_t at, struct quote *out);

#endif
