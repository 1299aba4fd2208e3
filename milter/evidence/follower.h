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

#include "base/address.h"
#include "evidence/maillog.h"
#include "evidence/place.h"
#include "evidence/tail.h"
#include "evidence/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct follower;

/* Of all files that were ever followed by one process. */
#define FOLLOWER_FILES_MAX 32
#define FOLLOWER_QUEUE_MAX 512
/* RFC 5321, 4.5.3.1: longer ones are cut. */
#define FOLLOWER_TO_MAX 321
#define FOLLOWER_HOST_MAX 256
#define FOLLOWER_WORD_MAX 64

/* An attempt, out of the line it stood in. Longer texts are cut. */
struct sighted {
	size_t file;	  /* its index */
	int64_t wall_sec; /* when, by the line's stamp; 0 if it has none */
	enum attempt_status status;
	enum reply_stage stage;
	bool is_reply;
	int recipients;
	char program[FOLLOWER_WORD_MAX], qid[FOLLOWER_WORD_MAX];
	char dsn[WORDS_STATUS_MAX];
	char to[FOLLOWER_TO_MAX]; /* the first of the recipients */
	/* Who answered, by the MTA; "" for nobody. */
	char host[FOLLOWER_HOST_MAX];
	/* Whom our MTA spoke to. */
	char relay[FOLLOWER_HOST_MAX];
	struct address address; /* family 0: not known */
	int port;		/* 0: not known */
	size_t text_length;	/* may hold NUL */
	char text[WORDS_MAX + 1];
};

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

/* When an attempt was made, by the stamp of its line: in the local time of
   the machine where it names no zone, in the latest year before now_sec (and a
   day) where it names no year. 0 if the stamp is none. Pure but for the zone
   that is set. */
int64_t follower_when(const struct piece *stamp, int64_t now_sec);

#endif
