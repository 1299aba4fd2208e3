/*
 * tail -- reads what is added to one log file, line by line, through its
 * rotations: renamed, copied and cut short, or removed. One thread at a time;
 * may wait for the disk.
 *
 * A file that was renamed is read to its end, and left once there is something
 * in the one that took its name. A file that was cut short is read to its end
 * in the copy that was made before, where there is one beside it. A line
 * counts once it has its newline.
 *
 * A FIFO has no places and no rotations: what is in it is read.
 */
#ifndef EVIDENCE_TAIL_H
#define EVIDENCE_TAIL_H

#include "base/splitter.h"

#include <stdbool.h>
#include <stdint.h>

struct place;
struct tail;

/* from: where to go on; NULL: at the end of the file, or at its beginning if
   it is not there yet. longest: lines are cut to that. */
struct tail *tail_create(const char *path, const struct place *from,
    size_t longest, splitter_line *on_line, void *arg);
void tail_destroy(struct tail **);

/* Reads a piece. Whether there may be more at once; if not, it is time to
   wait. */
bool tail_read(struct tail *);

/* Where to go on after the last line that was given, also while it is being
   given. 0, or -1 if there is no such place. */
int tail_place(const struct tail *, struct place *out);

/* A descriptor to wait at for a FIFO with a writer, else -1. */
int tail_waits_at(const struct tail *);

struct tail_state {
	const char *problem; /* why it cannot be read; NULL: it can be */
	bool is_missing;     /* there is no such file (yet) */
	int64_t offset;	     /* read so far, of the file that is open */
	int64_t lag;	     /* bytes of it that are not read */
	uint64_t gaps;	     /* files that were gone before they were read */
};

/* As of the last tail_read; the problem is borrowed until the next. */
void tail_look(const struct tail *, struct tail_state *out);

#endif
