/*
 * greeting -- our side of a short talk with an SMTP server (RFC 5321): its
 * greeting, EHLO, whether it offers STARTTLS (RFC 3207), QUIT. What it says is
 * foreign bytes and may be anything. Pure; one thread at a time.
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

enum greeting_next {
	GREETING_READ, /* it has not said enough yet */
	GREETING_SAY,  /* send what say holds, and read on */
	GREETING_END   /* is_good tells */
};

struct greeting {
	bool is_good;			/* also before the end */
	char cause[GREETING_CAUSE_MAX]; /* why not; may hold foreign bytes */
	char say[GREETING_SAY_MAX];
	/* What it offered, once it said QUIT. AUTH: before TLS. */
	bool offers_tls, offers_auth;
	/* greeting's own from here on */
	enum { GREETED, ASKED, ASKED_AGAIN, LEAVING } stage;
	bool wants_tls, has_tls, has_auth;
	char name[256];
	char line[GREETING_LINE_MAX];
	size_t length; /* of the line; what has no room is left out */
	size_t lines;  /* of the reply before it */
	size_t bytes;
};

/* name: who we say we are; copied. wants_tls: no good without STARTTLS. */
void greeting_start(struct greeting *, const char *name, bool wants_tls);

/* To be called until GREETING_END. What follows a whole reply in the same bytes
   is left out: it came before its turn. */
enum greeting_next greeting_take(
    struct greeting *, const char *bytes, size_t length);

#endif
