/*
 * stored -- a store in a directory of its own, and what is logged meanwhile:
 * what the tests of store need. There is one at a time.
 */
#ifndef TESTS_STORED_H
#define TESTS_STORED_H

#include "standing/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Of waiting; half a minute, as the disk of a busy machine may need it. */
#define HUNDREDTHS_MAX 3000

/* What lies in the directory goes with it. A test may change the path. */
extern char store_directory[64], store_path[128];

/* Of cmocka. What is logged goes into a file there. */
int stored_begin(void **state);
int stored_end(void **state);
#define STORE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, stored_begin, stored_end)

/* That writes to the path. */
struct store *open_started(void);

/* The value of a record, valid until the next call; NULL: there is none. */
const char *kept(struct store *, const char *kind, const char *key);
/* The records of a kind. */
int count_of(struct store *, const char *kind);

/* A hundredth of a second. */
void rest(void);
/* Until nothing waits to be written. */
void wait_for_disk(struct store *);

/* How many logged lines have that text, now or at last. */
int lines_with(const char *text);
void wait_for_lines(const char *text, int want);

#endif
