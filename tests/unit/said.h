/*
 * said -- what lists say of an address, as a test writes it down, and the
 * subject that has it.
 */
#ifndef TESTS_SAID_H
#define TESTS_SAID_H

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/watch.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MIN (60 * CLOCK_SEC)
#define HOUR (60 * MIN)

enum { NONE = RESULT_UNKNOWN, CLEAN = RESULT_CLEAN, LISTED = RESULT_LISTED };

/* listed_at 3, confirm 2, clear_after 30m, keep_unknown 6h, coverage 50. */
extern const struct config settings;

/* One list's side of a finding; weight 0 ends an array. */
struct said {
	int weight;
	uint8_t answer, known;
	uint16_t row;
	int64_t known_ms;
};

#define SAID_MAX 4

/* With one code. */
extern const struct list plain;

/* 203.0.113.5, each time at the list plain. */
struct place {
	struct subject subject;
	struct finding findings[SAID_MAX];
	struct list_use uses[SAID_MAX];
};

void put(struct place *, const struct said *);

#endif
