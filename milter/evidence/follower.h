/*
 * follower -- follows the logs of the MTA and hands each attempt to deliver a
 * message to the engine.
 *
 * A thread of its own reads, since a disk may make it wait. It looks once a
 * second. What it finds waits in a queue of fixed size; while that is full it
 * reads no further, so nothing is lost: the files keep it.
 *
 * All functions are the engine's, none of them waits.
 */
#ifndef EVIDENCE_FOLLOWER_H
#define EVIDENCE_FOLLOWER_H

#include "evidence/place.h"
#include "evidence/sighted.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct follower;

/* Of all files that were ever followed by one process. */
#define FOLLOWER_FILES_MAX 32
#define FOLLOWER_QUEUE_MAX 512

/* woken is called by the follower's thread when there is something to take.
   Borrowed: arg. */
struct follower *follower_create(void (*woken)(void *arg), void *arg);
/* Waits for the thread, which waits for no more than one read. NULL-safe. */
void follower_destroy(struct follower **);

/* No thread runs before this, so that the process may still fork. */
void follower_start(struct follower *);

/* Follows that file from now on; or from a place, if it was not followed yet.
   Its index, or -1 if there are too many. */
int follower_follow(
    struct follower *, const char *path, const struct place *from);
/* Until it is followed again. */
void follower_leave(struct follower *, size_t file);

/* Takes the oldest. 0, or -1 if there is none. */
int follower_take(struct follower *, struct sighted *out);

/* Where to go on in a file after all that was taken. 0, or -1 if there is no
   such place (yet). */
int follower_place(const struct follower *, size_t file, struct place *out);

struct follower_view {
	char path[256], problem[128]; /* "": it can be read */
	bool is_followed, is_missing;
	int64_t offset, lag;	  /* bytes */
	uint64_t lines, attempts; /* read */
	uint64_t gaps;		  /* as of struct tail_state */
};

/* 0, or -1 if there is no such file. */
int follower_look(struct follower *, size_t file, struct follower_view *out);

#endif
