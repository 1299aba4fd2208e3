/*
 * control_entry -- what a list is tested with: entries that it must have, and
 * must not have (RFC 5782, section 5), as the names to ask for. Pure; any
 * thread.
 *
 * An entry is held in a struct address. That of a domain list has FAMILY_DOMAIN
 * for its family, and which entry it is, with the random bytes of a stranger,
 * in the place of an address.
 */
#ifndef EVIDENCE_CONTROL_ENTRY_H
#define EVIDENCE_CONTROL_ENTRY_H

#include "base/address.h"
#include "evidence/dnsbl.h"

#include <stdint.h>

struct list;

/* In the place of 4 or 6: a list as far as it lists domains. */
#define FAMILY_DOMAIN 1

enum control_entry { CONTROL_LISTED, CONTROL_CLEAN, CONTROL_STRANGER };
#define CONTROLS 3

/* Family 0 if the list has no such entry. random: for the stranger. */
struct address control_entry_domain(
    const struct list *, enum control_entry, const uint8_t random[16]);

/* What is listed or not: "127.0.0.2", "test". Returns its first argument. */
const char *control_entry_text(
    char text[DNSBL_NAME_MAX], const struct list *, const struct address *);

/* The name to ask for, as dnsbl_name has it. */
int control_entry_name(char name[DNSBL_NAME_MAX], const struct list *,
    const char *zone, const struct address *);

#endif
