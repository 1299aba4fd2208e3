/*
 * remarks -- sentences for people about what was found, each once. One thread
 * at a time.
 */
#ifndef EVIDENCE_REMARKS_H
#define EVIDENCE_REMARKS_H

#include <stdarg.h>
#include <stddef.h>

/* More are not worth reading, and are dropped. */
#define REMARKS_MAX 64

/* All zero at first. */
struct remarks {
	char *items[REMARKS_MAX];
	size_t count;
};

/* Cut to size, foreign bytes escaped. Returns the sentence, borrowed until
   remarks_clear, also where it is there already; NULL if there is no room. */
const char *remarks_add(struct remarks *, const char *format, va_list)
    __attribute__((format(printf, 2, 0)));
void remarks_clear(struct remarks *);

#endif
