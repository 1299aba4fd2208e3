/*
 * sighted -- an attempt to deliver a message, copied out of the line of a log
 * that told of it. Any thread; the clock is given.
 */
#ifndef EVIDENCE_SIGHTED_H
#define EVIDENCE_SIGHTED_H

#include "base/address.h"
#include "evidence/attempt.h"
#include "evidence/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 5321, 4.5.3.1: longer ones are cut. */
#define SIGHTED_TO_MAX 321
#define SIGHTED_HOST_MAX 256
#define SIGHTED_WORD_MAX 64

/* Longer texts are cut. */
struct sighted {
	size_t file;	  /* its index; follower's own */
	int64_t wall_sec; /* when, by the line's stamp; 0 if it has none */
	enum attempt_status status;
	enum reply_stage stage;
	bool is_reply;
	int recipients;
	char program[SIGHTED_WORD_MAX], qid[SIGHTED_WORD_MAX];
	char dsn[WORDS_STATUS_MAX];
	char to[SIGHTED_TO_MAX]; /* the first of the recipients */
	/* Who answered, by the MTA; "" for nobody. */
	char host[SIGHTED_HOST_MAX];
	/* Whom our MTA spoke to. */
	char relay[SIGHTED_HOST_MAX];
	struct address address; /* family 0: not known */
	int port;		/* 0: not known */
	size_t text_length;	/* may hold NUL */
	char text[WORDS_MAX + 1];
};

/* All but the file. */
void sighted_copy(struct sighted *, const struct attempt *, int64_t now_sec);

/* When an attempt was made, by the stamp of its line: in the local time of
   the machine where it names no zone, in the latest year before now_sec (and a
   day) where it names no year. 0 if the stamp is none. Pure but for the zone
   that is set. */
int64_t sighted_when(const struct piece *stamp, int64_t now_sec);

#endif
