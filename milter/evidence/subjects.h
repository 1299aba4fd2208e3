/*
 * subjects -- all that is watched, and whose turn it is. Of watch; engine thread
 * only.
 */
#ifndef EVIDENCE_SUBJECTS_H
#define EVIDENCE_SUBJECTS_H

#include <stddef.h>
#include <stdint.h>

struct address;
struct config;
struct finding;
struct roster;
struct subject;

/* All zero at first. */
struct subjects {
	struct subject **items; /* each at its place */
	size_t count;
	size_t address_findings; /* of all addresses */
	/* Where to look next for what is due. */
	size_t next_domain;
	struct {
		size_t subject, finding;
	} next_address;
};

/* One that is not there yet; without findings. */
struct subject *subjects_add_address(struct subjects *, const struct address *);
struct subject *subjects_add_domain(struct subjects *, const char *domain);
/* Destroys it, and puts the last one in its place. */
void subjects_remove(struct subjects *, struct subject *);
/* Leaves none. */
void subjects_clear(struct subjects *);

/* NULL if it is not among them. */
struct subject *subjects_find(const struct subjects *, const struct address *);

/* subject_configure of each. */
void subjects_configure(struct subjects *, const struct config *,
    const struct roster *, int64_t now_ms);

/* In turn, so that nothing is passed over for ever where more is due than may
   be asked. The first: a finding of an address, with its subject; there is at
   least one. The other: a domain, or NULL where it is an address' turn; there
   is at least one subject. Subjects may come and go between two calls. */
struct finding *subjects_next_finding(struct subjects *, struct subject **);
struct subject *subjects_next_domain(struct subjects *);

#endif
