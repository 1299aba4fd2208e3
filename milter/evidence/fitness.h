/*
 * fitness -- whether a list is to be believed now, for one address family or
 * for domains (RFC 5782, section 5). Pure: the clock and the random
 * bytes are given.
 *
 * A test asks the list for its control entries: one that must be listed, one
 * that must not, and a stranger that nobody can send from, another one each
 * time so that no cache knows it.
 *
 *   untested -> fit          a test passed
 *   untested, fit -> unfit   a test showed a wrong answer, or
 *                            FITNESS_SILENT_LIMIT of the last
 *                            FITNESS_SILENT_OF tests got too few answers
 *   unfit -> fit             FITNESS_PASSES tests in a row passed
 *
 * The next test comes after check_every; after check_min where one is wanted
 * sooner: the last got no answers, or an unfit list passed it. While a list
 * is unfit the span doubles from check_min up to FITNESS_SPANS times
 * check_every. A list that was unfit within the last day goes on with the
 * span that it had reached, so one that comes and goes is tested rarely.
 */
#ifndef EVIDENCE_FITNESS_H
#define EVIDENCE_FITNESS_H

#include "base/address.h"
#include "evidence/control_entry.h"
#include "evidence/dnsbl.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_settings;
struct list;

/* Packets get lost: one silent test says nothing, nor do two. Of five, three
   are a list that does not serve us. */
#define FITNESS_SILENT_LIMIT 3
#define FITNESS_SILENT_OF 5
/* A list on its way back fails again as often as not. */
#define FITNESS_PASSES 2
/* With the usual check_every of ten minutes: once an hour. */
#define FITNESS_SPANS 6

enum fitness_state { FITNESS_UNTESTED, FITNESS_FIT, FITNESS_UNFIT };

/* The subjects to ask for, by enum control_entry. Family 0: not to be asked. */
struct controls {
	struct address items[CONTROLS];
};

/* What a test found wrong. */
struct flaw {
	uint8_t unfit; /* enum unfit; UNFIT_NONE: the test passed */
	/* enum dns_status of the control that showed it; DNS_RESPONSE is a
	   wrong answer, all others are silence */
	uint8_t dns;
	uint32_t code; /* the A record that was wrong; host byte order */
	struct address control;
};

struct fitness {
	uint8_t state, from; /* enum fitness_state: now, and the one before */
	struct flaw flaw;    /* why it is UNFIT; else what the last test said */
	int64_t since_ms;    /* of the state and its cause; CLOCK_NEVER */
	int64_t passed_ms;   /* the last test that passed; CLOCK_NEVER */
	int64_t due_ms;	     /* the next test */
	/* fitness's own from here on */
	int64_t tested_ms; /* the last test; CLOCK_NEVER */
	uint8_t silence;   /* bit i: the test i ago got too few answers */
	uint8_t passes;	   /* in a row, while unfit */
	uint8_t doublings; /* of the span, while unfit */
};

/* own: addresses of ours; the stranger is not in the neighbourhood of any, as
   far as that can be had. random: fresh for each test. */
void fitness_controls(const struct list *, uint8_t family,
    const uint8_t random[16], const struct address *own, size_t own_count,
    struct controls *out);

/* What a test says. answers: to the controls, by enum control_entry; those not
   asked are ignored. has_zone: false if the zone itself is no name; matters
   only for a list that looks empty. */
void fitness_judge(const struct controls *, const struct answer *answers,
    bool has_zone, struct flaw *out);

void fitness_init(struct fitness *);

/* Takes in what a test said. Returns whether state or cause changed. */
bool fitness_step(struct fitness *, const struct dns_settings *,
    const struct flaw *, int64_t now_ms);

/* An ordinary question got no proper answer: the next test comes at once, but
   not within check_min of the last. */
void fitness_doubt(
    struct fitness *, const struct dns_settings *, int64_t now_ms);

/* Whether words of the list since its last passed test may have been false;
   a list that only says nothing did not lie before. */
bool fitness_lied(const struct fitness *);

/* The answer of a list that is not to be believed now: UNKNOWN. Not for one
   that is fit and passed its last test. */
void fitness_answer(const struct fitness *, struct answer *out);

/* "lists 127.0.0.1, so it lists everyone"; "" of a list that is fit. Returns
   its first argument. */
const char *fitness_cause_text(
    char text[DNSBL_CAUSE_MAX], const struct list *, const struct fitness *);

const char *fitness_name(enum fitness_state); /* "fit" ... */

#endif
