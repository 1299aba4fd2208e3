/*
 * greeting -- our side of a short talk with an SMTP server (RFC 5321): its
 * greeting, EHLO, where it is wanted STARTTLS (RFC 3207) and EHLO once more,
 * QUIT. What it says is foreign bytes and may be anything. TLS itself is the
 * caller's. Pure; one thread at a time.
 */
#ifndef EVIDENCE_GREETING_H
#define EVIDENCE_GREETING_H

#include <stdbool.h>
#include <stddef.h>

#define GREETING_CAUSE_MAX 256
#define GREETING_SAY_MAX 300
/* What is kept of a line; Postfix takes as much. */
#define GREETING_LINE_MAX 2048
/* Of all that a server says. */
#define GREETING_BYTES_MAX 65536
/* Of the names of mechanisms; those beyond are left out. */
#define GREETING_AUTH_MAX 256

enum greeting_tls {
	GREETING_PLAIN,	     /* whether it offers STARTTLS does not matter */
	GREETING_WANTS_TLS,  /* no good without the offer; not begun */
	GREETING_BEGINS_TLS, /* where it is offered */
	GREETING_IN_TLS	     /* since before the first byte */
};

enum greeting_next {
	GREETING_READ, /* it has not said enough yet */
	GREETING_SAY,  /* send what say holds, and read on */
	GREETING_TLS,  /* begin it, and call greeting_secured */
	GREETING_END   /* is_good tells */
};

struct greeting {
	bool is_good;			/* also before the end */
	char cause[GREETING_CAUSE_MAX]; /* why not; may hold foreign bytes */
	char say[GREETING_SAY_MAX];
	/* What it offered, once its answer to EHLO was read. */
	bool offers_tls;
	/* The answer came, or began to come, by TLS. */
	bool is_secured;
	/* It would not begin what it offered. */
	bool refuses_tls;
	/* Mechanisms (RFC 4954), a space before each; "": none. Before TLS,
	   and by TLS. */
	char plain_auth[GREETING_AUTH_MAX], secure_auth[GREETING_AUTH_MAX];
	/* greeting's own from here on */
	enum { GREETED, ASKED, ASKED_AGAIN, BEGINNING, LEAVING } stage;
	enum greeting_tls tls;
	bool has_tls;
	char auth[GREETING_AUTH_MAX];
	char name[256];
	char line[GREETING_LINE_MAX];
	size_t length; /* of the line; what has no room is left out */
	size_t lines;  /* of the reply before it */
	size_t bytes;
};

/* name: who we say we are; copied. */
void greeting_start(struct greeting *, const char *name, enum greeting_tls tls);

/* TLS has come about after GREETING_TLS: say holds what is to be sent. */
void greeting_secured(struct greeting *);

/* To be called until GREETING_END. What follows a whole reply in the same bytes
   is left out: it came before its turn. */
enum greeting_next greeting_take(
    struct greeting *, const char *bytes, size_t length);

#endif
