/*
 * store -- what is to be known again after a restart: records of text, by kind
 * and key. Any thread.
 *
 * All records are in memory; a thread of its own brings what changed to a file
 * (state_file). No call but store_open waits for the disk. What the disk has
 * not taken yet is one value for each key, however often that changed, so a
 * disk that is slow, full or gone costs no memory; it has one warning, is tried
 * again with growing pauses, and one line when it works. A damaged file is
 * moved aside and a new one begun.
 *
 * A store that is NULL keeps nothing, and each call is fine with it.
 */
#ifndef STANDING_STORE_H
#define STANDING_STORE_H

#include <stddef.h>

/* More is refused with one warning: state, and no archive. Some 20 MB. */
#define STORE_RECORDS_MAX 65536

/* How long store_close waits for the disk. */
#define STORE_CLOSE_MS 2000

struct store;

/* Reads what path has. Never fails: without the file it is empty. path NULL:
   gives NULL. */
struct store *store_open(const char *path);
/* From here on the file is written. Once, and after any fork; before it puts
   are kept in memory. */
void store_start(struct store *);
/* Writes what is left; a disk that hangs is left hanging. */
void store_close(struct store **);

/* Copied. One that says what is there already costs no write. */
void store_put(
    struct store *, const char *kind, const char *key, const char *value);
void store_forget(struct store *, const char *kind, const char *key);

/* A copy, to be freed; NULL if there is none. */
char *store_get(struct store *, const char *kind, const char *key);

/* All of a kind, in no order. The record may put and forget. Both are borrowed
   until it returns, or does so. */
typedef void store_record(void *arg, const char *key, const char *value);
void store_each(struct store *, const char *kind, store_record *, void *arg);

/* Of all kinds; and how many of these the file does not have as they are. */
size_t store_count(struct store *);
size_t store_waiting(struct store *);

#endif
