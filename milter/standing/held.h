/*
 * held -- the messages that we had the MTA hold, so that these can be let go
 * and no others. Kept over a restart.
 *
 * Doors leave word of each; the engine takes it in and owns the table. Nobody
 * tells us when a message is let go or deleted by hand: such a record stays
 * until it is forgotten, or for HELD_KEEP_SEC. When the table is full the
 * oldest makes room.
 */
#ifndef STANDING_HELD_H
#define STANDING_HELD_H

#include <stddef.h>
#include <stdint.h>

/* A bad day of a large company; some 5 MB. */
#define HELD_MAX 10000
/* Longer than any MTA keeps mail. */
#define HELD_KEEP_SEC (30 * 24 * 3600)
/* Of what one second of mail brings. */
#define HELD_NOTES_MAX 2048

#define HELD_QID_MAX 64
#define HELD_TEXT_MAX 512

struct board;
struct held;
struct store;

/* All text is printable ASCII. */
struct held_mail {
	char qid[HELD_QID_MAX];
	char sender[HELD_TEXT_MAX]; /* "" is the null sender */
	char reason[HELD_TEXT_MAX];
	char egress[HELD_TEXT_MAX]; /* its name */
	/* Why, if not for the egress; else "". */
	char domain[HELD_TEXT_MAX];   /* of the sender */
	char receiver[HELD_TEXT_MAX]; /* its name */
	int64_t since_wall_sec;
};

struct held *held_create(void);
void held_destroy(struct held **);

/* Any thread; a lock is held for a copy. What comes when there is no room, or
   has no queue id that an MTA would give, is dropped and counted. */
void held_leave(struct held *, const struct held_mail *);

/* ---- the engine thread only --------------------------------------------- */

/* Takes over what the store has, and keeps it there from now on; the store, or
   NULL, is borrowed until held_destroy. */
void held_open(struct held *, struct store *);

/* Takes in what was left, and forgets what is too old. */
void held_step(struct held *, int64_t now_wall_sec);

/* How many were dropped since the last call. */
size_t held_dropped(struct held *);

/* 0, or -1 if there is no such message. */
int held_forget(struct held *, const char *qid);

/* {"held": [{"qid", "sender", "egress", "reason", "since", "age", "cleared"},
   ...]}, the oldest first; to be freed. cleared: the board says that what it
   was held for is clean. */
char *held_json(
    const struct held *, const struct board *, int64_t now_wall_sec);

#endif
