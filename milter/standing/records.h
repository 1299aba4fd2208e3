/*
 * records -- the table of the store: values by kind and key, and which of them
 * the file does not know yet. One thread at a time; the store sees to that.
 */
#ifndef STANDING_RECORDS_H
#define STANDING_RECORDS_H

#include "standing/state_file.h"

#include <stdbool.h>
#include <stddef.h>

struct record;
struct records;

/* Of one transaction. */
#define RECORDS_BATCH_MAX 256

/* What is on its way to the file. */
struct records_batch {
	struct record *records[RECORDS_BATCH_MAX];
	struct state_change changes[RECORDS_BATCH_MAX];
	size_t count;
};

struct records *records_create(void);
void records_destroy(struct records **);

/* As the file has it. 0, or -1 if there is no room (STORE_RECORDS_MAX). */
int records_load(
    struct records *, const char *kind, const char *key, const char *value);
/* What is another value waits for the file. 0, or -1 if there is no room. */
int records_put(
    struct records *, const char *kind, const char *key, const char *value);
/* The record goes when the file has heard of it. */
void records_forget(struct records *, const char *kind, const char *key);

/* NULL if there is none. Borrowed until the next change of it. */
const char *records_get(
    const struct records *, const char *kind, const char *key);
/* Calls each for each record of a kind, in no order; it may put and forget. */
void records_each(const struct records *, const char *kind,
    void (*each)(void *arg, const char *key, const char *value), void *arg);

size_t records_count(const struct records *);
/* Those that the file does not know yet; and with those on their way. */
size_t records_waiting(const struct records *);
size_t records_unwritten(const struct records *);

/* Takes those along that wait the longest; the values are copies. One batch at
   a time. Until it is settled records may change, and none goes. */
void records_take(struct records *, struct records_batch *);
/* If it is not written all records wait: the next file may know nothing. */
void records_settle(struct records *, struct records_batch *, bool is_written);

#endif
