/*
 * attempt -- one attempt to deliver a message to another host, as an MTA tells
 * of it in its log or asks about it (maillog, delivery_status). Text is borrowed
 * from there. Pure; any thread.
 */
#ifndef EVIDENCE_ATTEMPT_H
#define EVIDENCE_ATTEMPT_H

#include "evidence/reply.h"

#include <stdbool.h>
#include <stddef.h>

/* Text within another, not ended by NUL. */
struct piece {
	const char *start;
	size_t length;
};

enum attempt_status {
	ATTEMPT_SENT,
	ATTEMPT_DEFERRED,
	ATTEMPT_BOUNCED, /* also: expired, undeliverable */
	ATTEMPT_OTHER
};

struct attempt {
	struct piece stamp;   /* for stamp_read; it may be none */
	struct piece program; /* "postfix/smtp", "sm-mta" */
	struct piece qid;
	struct piece to;    /* without < and >; the first of several */
	int recipients;	    /* at least 1; Sendmail logs several on one line */
	struct piece relay; /* host name; empty for none */
	struct piece relay_address;
	int relay_port; /* 0: the line does not tell */
	struct piece dsn;
	struct piece status_word; /* "deferred" */
	enum attempt_status status;
	/* Of a failure: who spoke, if it was not the relay itself; its words;
	   and to which command. */
	struct piece speaker;
	struct piece text;
	enum reply_stage stage;
	/* The words are the remote server's, not our own MTA's. */
	bool is_reply;
};

/* Postfix's words about a failure: sets speaker, text, stage and is_reply. */
void attempt_read_words(const char *words, size_t length, struct attempt *out);

/* How an answer of ours begins that kept a message in Postfix's queue; after
   "; " it has the words for which it stands. */
#define ATTEMPT_KEPT "repgate keeps this"

/* "sent" ... for machines. */
const char *attempt_status_name(enum attempt_status);

#endif
