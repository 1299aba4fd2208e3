/*
 * maillog -- one line of an MTA's log: is it an attempt to deliver a message
 * to another host, and how did it end? Pure; any thread.
 *
 * Postfix (syslog, maillog_file, journalctl's short forms; traditional and
 * RFC 3339 stamps) and Sendmail. What our own smtpd said to others, and
 * deliveries to local programs, are no attempts. Lines may be cut or begin in
 * the middle; what is missing is empty.
 */
#ifndef EVIDENCE_MAILLOG_H
#define EVIDENCE_MAILLOG_H

#include "evidence/reply.h"

#include <stdbool.h>
#include <stddef.h>

/* Longer lines are cut to this by whoever reads them. */
#define MAILLOG_LINE_MAX (100 * 1024)

/* Text within the line, not ended by NUL. */
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
	struct piece stamp;   /* for maillog_stamp; it may be none */
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

/* Whether the line is an attempt; if not, *out is undefined. */
bool maillog_read(const char *line, size_t length, struct attempt *out);

/* The same for a line of Postfix that says what a host replied before the next
   one was asked in the same attempt: an attempt of its own, put off by that
   host, of which the recipient is not told. */
bool maillog_read_host(const char *line, size_t length, struct attempt *out);

/* Postfix's words about a failure: sets speaker, text, stage and is_reply. */
void maillog_read_words(const char *words, size_t length, struct attempt *out);

/* How an answer of ours begins that kept a message in Postfix's queue; after
   "; " it has the words for which it stands. */
#define MAILLOG_KEPT "repgate keeps this"

/* A point in time as the log has it: no zone, and no year in traditional
   stamps (0 then). */
struct stamp {
	int year, month, day, hour, minute, second;
};

/* 0, or -1 with *out untouched. */
int maillog_stamp(const struct piece *, struct stamp *out);

/* "sent" ... for machines. */
const char *attempt_status_name(enum attempt_status);

#endif
