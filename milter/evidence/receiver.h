/*
 * receiver -- who takes in mail at a relay: by the relay's host name alone,
 * never by what a reply claims. Immutable once created; any thread.
 *
 * The name is that of an MX record, so whoever owns the domain above it says
 * which host it is. An organisation in the directory goes by its MX names; any
 * other by its registrable domain, or by the address where there is no name.
 */
#ifndef EVIDENCE_RECEIVER_H
#define EVIDENCE_RECEIVER_H

#include <stddef.h>

struct receiver;
struct receiver_book;
struct receivers;

#define RECEIVER_NAME_MAX 256

/* Borrows the receivers until it is destroyed. */
struct receiver_book *receiver_book_create(const struct receivers *);
void receiver_book_destroy(struct receiver_book **);

/* host: with or without a dot at its end, in any case. NULL if the directory
   does not know it. Borrowed from the receivers. */
const struct receiver *receiver_find(
    const struct receiver_book *, const char *host, size_t length);

/* What to call the receiver at a host that is in no directory: "example.com",
   "example.co.uk", "192.0.2.1"; lower case, all that no host name can have as
   "?"; "" if host is empty. */
void receiver_name(
    const char *host, size_t length, char name[RECEIVER_NAME_MAX]);

#endif
