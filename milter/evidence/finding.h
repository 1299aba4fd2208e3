/*
 * finding -- what one list says of one subject: now, and the last time it did
 * say. Pure; the clock is given. Engine thread only.
 */
#ifndef EVIDENCE_FINDING_H
#define EVIDENCE_FINDING_H

#include "evidence/dnsbl.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct list;
struct list_use;
struct message;
struct tested;

/* There may be a million, so the small ones stand together. */
struct finding {
	const struct list *list; /* that of use */
	const struct list_use *use;
	int weight; /* that of use; the codes may have one of their own */
	struct answer answer;
	uint32_t known_codes; /* of the last answer that was not UNKNOWN */
	char *text;	  /* TXT of a listing, raw bytes then a NUL; or NULL */
	int64_t asked_ms; /* when the answer came; CLOCK_NEVER before */
	/* When the last answer came that was not UNKNOWN, and the first of
	   those that are listed_in_a_row. Whoever keeps findings over a restart
	   keeps both as wall time. */
	int64_t known_ms, listed_ms;
	uint16_t listed_in_a_row; /* LISTED answers since the last CLEAN */
	/* The last answer that was not UNKNOWN, RESULT_UNKNOWN before one, and
	   the same as it was before the last answer; enum result. */
	uint8_t known, known_before;
	/* watch's own from here on */
	bool is_asking;
	uint16_t failures;	     /* UNKNOWN answers in a row */
	const struct tested *tested; /* the list in this family */
	int64_t due_ms;
};

/* Never asked about. use and tested are borrowed. */
void finding_init(
    struct finding *, const struct list_use *, const struct tested *);
/* Goes on where the old one of the same list was, whose text it takes; asked
   about at once if that was due after latest_ms. */
void finding_go_on(struct finding *, struct finding *old, int64_t latest_ms);
/* Goes on where the process before this one was; the answer is UNKNOWN,
   CAUSE_STALE. Of what is told: known, known_codes, known_ms, listed_in_a_row
   and listed_ms. */
void finding_recall(struct finding *, const struct finding *told);
void finding_clear(struct finding *);

/* Whether it is to be asked now. */
bool finding_is_due(const struct finding *, int64_t now_ms);

/* Whether the list is to be tested again before this answer is taken: the
   moment at which one that has just gone wrong would do harm. confirm as in
   repgate.conf. */
bool finding_wants_proof(
    const struct finding *, const struct answer *, int confirm);
/* Whether what the list says of a listing has to be asked for. */
bool finding_wants_text(const struct finding *, const struct answer *);

/* The text of the answer that is to be taken next; NULL: it could not be
   had. */
void finding_take_text(struct finding *, const struct message *);
/* The answer of now_ms. */
void finding_take(struct finding *, const struct answer *, int64_t now_ms);

/* For how long the answer taken is good, less a jitter. */
int64_t finding_span_ms(const struct finding *, const struct config *,
    bool is_domain, uint64_t random);

/* Its list has turned unfit. */
void finding_set_aside(struct finding *, int64_t now_ms);

#endif
