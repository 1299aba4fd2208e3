/*
 * summary -- what `repgate replay` found, for people and as JSON.
 * One thread at a time.
 */
#ifndef ADMIN_SUMMARY_H
#define ADMIN_SUMMARY_H

#include "config/receivers.h"
#include "evidence/maillog.h"
#include "evidence/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero at first. */
struct summary {
	size_t files;
	uint64_t lines;
	uint64_t sent, deferred, bounced;
	uint64_t classes[REPLY_CLASSES]; /* failed attempts */
	struct moment first, last;	 /* month 0: no attempt has a stamp */
	bool knows_ours;		 /* our addresses were named */
};

/* when may be NULL. */
void summary_attempt(
    struct summary *, enum attempt_status, const struct moment *when);
void summary_failure(struct summary *, enum reply_class);

/* To standard output. */
void summary_print(const struct summary *, struct tally *);
void summary_print_json(const struct summary *, struct tally *);

#endif
