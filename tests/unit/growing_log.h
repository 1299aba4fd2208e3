/*
 * growing_log -- a log in a directory of its own, with a tail that reads it:
 * what the tests of tail need. There is one at a time.
 */
#ifndef TESTS_GROWING_LOG_H
#define TESTS_GROWING_LOG_H

#include "evidence/place.h"
#include "evidence/tail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define LONGEST (100 * 1024)

/* Its directory, the log, and what it is called after a rotation. */
extern char dir[64], path[128], old_path[128];
extern struct tail *tail;
/* Of all lines that were read. */
extern uint64_t line_count, byte_count, hash;

/* Of cmocka. */
int growing_log_begin(void **state);
int growing_log_end(void **state);
#define GROWING_LOG_TEST(name)           \
	cmocka_unit_test_setup_teardown( \
	    name, growing_log_begin, growing_log_end)

/* flags: O_APPEND, O_TRUNC ... */
void put_bytes(const char *file, int flags, const char *bytes, size_t length);
/* To the log. */
void append(const char *text);
void copy_file(const char *from, const char *to);

void begin(const struct place *from);
/* A log that has that already, and a tail that has seen its end. */
void begin_behind(const char *text);
/* What was read since the last time, all that there is: "line|line|". */
void check_reads(const char *want);
struct tail_state look(void);
/* As another process would go on, with what is stored. */
void restart(void);

#endif
