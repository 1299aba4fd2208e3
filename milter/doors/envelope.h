/*
 * envelope -- what a session has heard of the message that it is in: who sends
 * it, by whose login and from where, to whom, and with which headers of ours.
 * No I/O; one thread at a time.
 *
 * Bytes come from the MTA, and are only text.
 */
#ifndef DOORS_ENVELOPE_H
#define DOORS_ENVELOPE_H

#include "base/address.h"
#include "policy/gate.h"

#include <stdbool.h>
#include <stddef.h>

/* What the recipients of a message may take up here. An MTA stops at a
   thousand, and sendmail(1) at ten thousand; this is for some 50,000. */
#define ENVELOPE_BYTES_MAX (4 << 20)

/* All 0 at first. Strings are the envelope's. */
struct envelope {
	bool is_open;
	char *sender, *user; /* without < and >; user may be NULL */
	struct address client;
	struct recipient *recipients;
	size_t recipient_count, recipient_room;
	size_t bytes;	 /* that the recipients take up */
	size_t left_out; /* recipients that there was no room for */
	int forged_headers;
};

/* A new message; what was there is forgotten. Text is copied, and < and > come
   off the address; user and client may be NULL. */
void envelope_open(struct envelope *, const char *sender, const char *user,
    const char *client);

/* Returns the recipient, or NULL if there is no room for it. Mailer may be
   NULL. */
struct recipient *envelope_add(
    struct envelope *, const char *address, const char *mailer);

/* Of a recipient of an envelope; copied. */
void envelope_set_receiver(struct recipient *, const char *receiver);

/* What the gate is told; borrowed from the envelope. */
void envelope_facts(const struct envelope *, struct facts *out);

/* Back to all 0. */
void envelope_clear(struct envelope *);

#endif
