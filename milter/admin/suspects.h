/*
 * suspects -- what "repgate check" is about: addresses and domains, each once,
 * by what led to it, and notes on what could not be found. One thread.
 */
#ifndef ADMIN_SUSPECTS_H
#define ADMIN_SUSPECTS_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>

struct checkup_subject;
struct suspects;

/* Without domains these are passed over: no list could be asked about them. */
struct suspects *suspects_create(bool with_domains);
/* NULL-safe. */
void suspects_destroy(struct suspects **);

/* via, what led to it, may be NULL; text is copied. */
void suspects_add_address(
    struct suspects *, const struct address *, const char *via);
/* The domain of that name and, with that for via, the registered one above it.
   What is no domain that a list could know is passed over. */
void suspects_add_domains(struct suspects *, const char *name, const char *via);
/* A sentence for people, free of foreign bytes; copied. */
void suspects_note(struct suspects *, const char *note);

/* Borrowed, and moved by the next that is added. */
struct checkup_subject *suspects_all(struct suspects *, size_t *count);
const char *const *suspects_notes(const struct suspects *, size_t *count);

#endif
