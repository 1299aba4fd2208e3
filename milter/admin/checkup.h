/*
 * checkup -- what a survey says of addresses and domains, judged. Pure; one
 * thread at a time.
 */
#ifndef ADMIN_CHECKUP_H
#define ADMIN_CHECKUP_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chronicle;
struct survey_row;

/* The exit status of repgate check, as monitoring plugins have it. */
enum checkup_state {
	CHECKUP_CLEAN = 0,
	CHECKUP_BELOW = 1, /* listed, but below the threshold */
	CHECKUP_LISTED = 2,
	CHECKUP_UNKNOWN = 3
};

struct checkup_subject {
	struct address address;
	const char *domain; /* in the place of an address; or NULL */
	const char *via;    /* the argument, host or egress; NULL: itself */
	/* Of checkup_judge from here on. */
	enum checkup_state state;
	int weight;
	size_t listed, clean, unknown; /* lists */
};

struct checkup {
	const struct survey_row *rows; /* by subject */
	size_t row_count;
	struct checkup_subject *subjects;
	size_t subject_count;
	int listed_at, coverage;  /* as in repgate.conf */
	bool has_response;	  /* of any DNS server */
	bool is_unresolved;	  /* no address, for want of an answer */
	const char *servers;	  /* that were asked, for people */
	const char *const *notes; /* sentences; free of foreign bytes */
	size_t note_count;
	size_t dead, keyless;		   /* lists that were left out */
	const struct chronicle *chronicle; /* of the daemon; or NULL */
	int64_t took_ms;
	/* Of checkup_judge. */
	enum checkup_state state; /* the worst */
};

void checkup_judge(struct checkup *);

/* Whether the list says something against the subject; an entry in a list
   that allows does not. */
bool checkup_is_against(const struct survey_row *);

/* What an entry weighs; 0 where it only tells. */
int checkup_weight(const struct survey_row *);

/* Whether no question at all was answered; writes why. */
#define CHECKUP_REASON_MAX 256
bool checkup_is_deaf(const struct checkup *, char reason[CHECKUP_REASON_MAX]);

/* The cause that most lists have which did not say anything of a subject, and
   how many; NULL if all said something. Borrowed. */
const char *checkup_usual_cause(
    const struct checkup *, size_t subject, size_t *count);

/* Returns text, or the domain. */
#define CHECKUP_SUBJECT_MAX ADDRESS_TEXT_MAX
const char *checkup_subject_text(
    char text[CHECKUP_SUBJECT_MAX], const struct checkup *, size_t subject);

/* The rows of a subject; all that are against one; and these with each subject's
   together. The heaviest first; to be freed. */
const struct survey_row **checkup_rows_of(
    const struct checkup *, size_t subject, size_t *count);
const struct survey_row **checkup_trouble(
    const struct checkup *, size_t *count);
const struct survey_row **checkup_trouble_by_subject(
    const struct checkup *, size_t *count);

/* Where the subject of a row is taken off; NULL if it is not listed, or nobody
   knows. */
#define CHECKUP_URL_MAX 1024
const char *checkup_removal(const struct checkup *, const struct survey_row *,
    char url[CHECKUP_URL_MAX]);

/* For people. */
const char *checkup_state_name(enum checkup_state);

/* Of two states, whether the first one matters more. */
bool checkup_is_worse(enum checkup_state, enum checkup_state);

#endif
