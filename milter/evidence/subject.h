/*
 * subject -- an address or a domain that is watched, with what each list says
 * of it. Engine thread only.
 */
#ifndef EVIDENCE_SUBJECT_H
#define EVIDENCE_SUBJECT_H

#include "base/address.h"
#include "base/domain.h"
#include "evidence/dnsbl.h"

#include <stddef.h>
#include <stdint.h>

struct config;
struct finding;
struct list_use;
struct roster;

struct subject {
	struct address address;	  /* family 0: a domain */
	char *domain;		  /* NULL: an address */
	struct finding *findings; /* one for each list that knows its kind */
	size_t finding_count;
	/* watch's own from here on */
	size_t place;
	int64_t seen_ms; /* of a domain; CLOCK_NEVER */
};

/* "203.0.113.5", "example.com". Returns its first argument. */
#define SUBJECT_TEXT_MAX DOMAIN_MAX
const char *subject_text(char text[SUBJECT_TEXT_MAX], const struct subject *);

/* The name that the list is asked for. 0, or -1 if it cannot be asked. */
int subject_question(
    char name[DNSBL_NAME_MAX], const struct subject *, const struct list_use *);

/* Gives it a finding for each list in use that can be asked, in the place of
   those before; where the pair stays as it was, with the same key, the finding
   goes on. What is due later than the longest interval allows is due now. The
   configuration and its roster are borrowed while it has those findings. */
void subject_configure(struct subject *, const struct config *,
    const struct roster *, int64_t now_ms);

/* Frees it. */
void subject_destroy(struct subject *);

#endif
