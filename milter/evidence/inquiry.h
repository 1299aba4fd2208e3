/*
 * inquiry -- the open questions of watch: one for each finding that is being
 * asked about. Engine thread only.
 *
 * An inquiry outlives its finding when that is forgotten while the resolver
 * still has the question: then of is NULL, and whoever gets the answer closes
 * it.
 */
#ifndef EVIDENCE_INQUIRY_H
#define EVIDENCE_INQUIRY_H

#include "evidence/dnsbl.h"

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>

struct finding;
struct subject;
struct tested;
struct watch;

struct inquiry {
	struct inquiries *of;
	LIST_ENTRY(inquiry) link;
	struct subject *subject;
	size_t finding;	      /* index */
	struct answer answer; /* while a test or the TXT question is open */
	unsigned proof;	      /* the test of the list it waits for, or 0 */
};

/* Those that are open. */
struct inquiries {
	LIST_HEAD(open_inquiries, inquiry) open;
	size_t addresses, domains; /* how many are about these */
	struct watch *watch;
};

/* The finding is being asked about from now on. */
struct inquiry *inquiry_open(
    struct inquiries *, struct subject *, size_t finding);
/* And not any more; frees it. */
void inquiry_close(struct inquiry *);

/* Forgets those of that subject, of which there may be none any more; NULL:
   all. */
void inquiries_forget(struct inquiries *, const struct subject *);

/* Not of one that was forgotten. */
struct finding *inquiry_finding(const struct inquiry *);
/* Whether it waits for a test of that list. */
bool inquiry_waits_for(const struct inquiry *, const struct tested *);

#endif
