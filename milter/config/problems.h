/*
 * problems -- collects everything wrong with a configuration, so that all of
 * it is reported in one go. One thread at a time.
 */
#ifndef CONFIG_PROBLEMS_H
#define CONFIG_PROBLEMS_H

#include <stddef.h>
#include <stdio.h>

struct problems;

struct problems *problems_create(void);
void problems_destroy(struct problems **);

/* "FILE:LINE: error: ..." and "FILE:LINE: warning: ...". The text says what
   was found and what was expected; what is not printable ASCII in it becomes
   \xHH. line 0: none is known. */
void problems_error(struct problems *, const char *file, int line,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void problems_warning(struct problems *, const char *file, int line,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

size_t problems_error_count(const struct problems *);
size_t problems_count(const struct problems *);
/* Errors and warnings in the order found; borrowed. */
const char *problems_text(const struct problems *, size_t index);
/* All of them, a line each. */
void problems_print(const struct problems *, FILE *);

#endif
