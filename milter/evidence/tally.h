/*
 * tally -- adds up what many replies say: for each receiver and class since
 * when, until when, how many messages and recipients, which lists. Memory is
 * bounded by the limits below, however much is added. One thread at a time.
 */
#ifndef EVIDENCE_TALLY_H
#define EVIDENCE_TALLY_H

#include "base/stamp.h"
#include "evidence/attempt.h"
#include "evidence/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Further receivers are counted together, under this name. */
#define TALLY_ROWS_MAX 2000
#define TALLY_OTHERS "(other receivers)"
#define TALLY_LISTS_MAX 8
#define TALLY_ADDRESSES_MAX 16
#define TALLY_SAMPLE_MAX 400
/* Different messages and recipients that are told apart, 8 bytes each in a
   table that is up to half empty: 64 MiB. Beyond, counts stand still. */
#define TALLY_DISTINCT_MAX (4 * 1024 * 1024)

struct tally;

/* A stamp with its year and, if the log has it, its zone: "+01:00", "Z". */
struct moment {
	struct stamp stamp;
	char zone[8];
};

/* Negative if a is earlier; by the clock on the wall, whatever the zone. */
int moment_compare(const struct moment *a, const struct moment *b);

/* Why mail was not taken, from one receiver. Text is printable ASCII. */
struct tally_row {
	char *receiver;
	enum reply_class class;
	struct moment first, last; /* month 0: no line had a stamp */
	uint64_t attempts, messages, recipients;
	char *lists[TALLY_LISTS_MAX];
	size_t list_count;
	char *sample;  /* the first reply; "" for none */
	char *removal; /* "" where none is known */
};

/* An address that replies quote where they block or throttle. */
struct tally_address {
	struct address address;
	uint64_t replies;
	bool is_ours; /* or taken to be */
};

struct tally *tally_create(void);
void tally_destroy(struct tally **);

struct tally_entry {
	const char *receiver;
	const struct meaning *meaning;
	const struct moment *when; /* NULL: not known */
	struct piece qid, to, sample;
	int recipients; /* that the line stands for; to is one of them */
};

void tally_add(struct tally *, const struct tally_entry *);

/* Blocks first, then throttles, then the rest; within, most messages first.
   Borrowed until the next tally_add. */
const struct tally_row *const *tally_rows(struct tally *, size_t *count);
const struct tally_address *tally_addresses(
    const struct tally *, size_t *count);

/* Whether the limit of what is told apart was reached. */
bool tally_is_full(const struct tally *);

#endif
