/*
 * survey -- asks each list about each subject once, all side by side, and the
 * control entries of each list (RFC 5782, section 5) at the same time, so that
 * no answer is believed of a list that lies. Engine thread only.
 *
 * The text of a listing is asked for along with the listing and not after it:
 * one round trip is all that a survey takes. Whoever has a deadline calls
 * survey_end when it has come.
 */
#ifndef EVIDENCE_SURVEY_H
#define EVIDENCE_SURVEY_H

#include "base/address.h"
#include "evidence/dnsbl.h"

#include <stdbool.h>
#include <stddef.h>

struct list_use;
struct probe;
struct resolver;
struct survey;

/* An address or a domain, as domain_parse has it. */
struct survey_subject {
	struct address address; /* family 0: the domain */
	const char *domain;	/* or NULL */
};

/* What one list says of one subject. */
struct survey_row {
	size_t subject; /* index */
	const struct list_use *use;
	struct answer answer; /* after the control entries had their say */
	char cause[DNSBL_CAUSE_MAX]; /* of UNKNOWN; else "" */
	char *text; /* TXT of a listing, raw bytes then a NUL; or NULL */
	size_t text_length;
	/* survey's own from here on */
	struct survey *survey;
	struct probe *probe;
	bool has_answer, has_text, is_settled;
};

/* settled == of: all is known. Never called from inside survey_start. */
typedef void survey_progress(void *arg, size_t settled, size_t of);

/* Uses and subjects are borrowed until survey_destroy. Lists that do not know
   domains, or the family of an address, are not asked about it. */
struct survey *survey_start(struct resolver *, const struct list_use *uses,
    size_t use_count, const struct survey_subject *subjects,
    size_t subject_count, survey_progress *, void *arg);

/* What has no answer by now is UNKNOWN; reason is the cause given for it. No
   progress is told after that. */
void survey_end(struct survey *, const char *reason);

/* Only after the resolver was destroyed. NULL-safe. */
void survey_destroy(struct survey **);

/* In the order of subjects, then uses; borrowed. */
const struct survey_row *survey_rows(const struct survey *, size_t *count);

/* Whether any question was answered, be it with a refusal. */
bool survey_has_response(const struct survey *);

#endif
