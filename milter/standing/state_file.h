/*
 * state_file -- records of text in one SQLite file. May block on the disk; one
 * thread at a time, and none that mail waits for. SQLite appears here alone.
 *
 * The file has a write-ahead log that is not synced for each transaction: the
 * end of a process loses nothing, that of the machine perhaps the last minutes,
 * and neither damages it. Syncing each would cost the disk of a mail queue two
 * more waits for every answer of a list. It is locked while it is open, so that
 * two daemons do not write one file.
 */
#ifndef STANDING_STATE_FILE_H
#define STANDING_STATE_FILE_H

#include <stddef.h>

struct state_file;

enum state_result {
	STATE_GOOD,
	STATE_FAILED,  /* the disk, the rights, another process */
	STATE_DAMAGED, /* what lies there is no such file any more */
	STATE_MOVED    /* it lies there no more */
};

/* One record as it is to be. */
struct state_change {
	const char *kind, *key;
	const char *value; /* NULL: there is to be none */
};

/* Makes it, for its owner alone, if there is none. Unless it is STATE_GOOD
   *reason is set (to be freed). */
enum state_result state_file_open(
    struct state_file **, const char *path, char **reason);
void state_file_close(struct state_file **);

typedef void state_file_record(
    void *arg, const char *kind, const char *key, const char *value);
enum state_result state_file_each(
    struct state_file *, state_file_record *, void *arg, char **reason);

/* All of them or none. */
enum state_result state_file_write(struct state_file *,
    const struct state_change *, size_t count, char **reason);

/* Moves a damaged file, which is not open, to PATH.corrupt, in the place of an
   earlier one. 0, or -1 with *reason set. */
int state_file_set_aside(const char *path, char **reason);

#endif
