/*
 * probe -- whether any of some SMTP servers takes connections: connects, reads
 * the greeting, says EHLO and QUIT; and, where it is wanted, what is offered by
 * TLS. No mail is sent. Engine thread only; never waits but in the loop.
 */
#ifndef EVIDENCE_PROBE_H
#define EVIDENCE_PROBE_H

#include "evidence/greeting.h"
#include "evidence/targets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct probe;
struct tls;

enum probe_tls {
	PROBE_TLS_NONE, /* it was not begun, or not ended */
	PROBE_TLS_DONE,
	PROBE_TLS_FAILED,    /* or refused; the cause has it */
	PROBE_TLS_WANTS_OURS /* likewise, after the server asked for a
				certificate of ours */
};

/* What the last server that was tried offered. */
struct probe_offer {
	bool tls; /* STARTTLS */
	enum probe_tls came;
	/* As the greeting has them. */
	char plain_auth[GREETING_AUTH_MAX], secure_auth[GREETING_AUTH_MAX];
};

struct probe_terms {
	bool wants_tls;	 /* it has to offer STARTTLS */
	bool is_wrapped; /* TLS from the first byte on */
	/* Begins TLS wherever it is offered; borrowed until the end. NULL: does
	   not, and a wrapped server is only connected to. */
	const struct tls *tls;
	int64_t timeout_ms; /* for each target, from connect to the end */
	struct probe_offer *offer; /* written before done; or NULL */
};

/* Called once, from the loop, which borrows cause. NULL: one of them is well;
   else what is wrong with the first, which may hold foreign bytes. The probe is
   gone by then. */
typedef void probe_done(void *arg, const char *cause);

/* Tries the targets in order; there is at least one. Copied. */
struct probe *probe_start(struct event_base *, const struct targets *,
    const struct probe_terms *, probe_done *done, void *arg);

/* done will not be called. NULL-safe. */
void probe_cancel(struct probe **);

#endif
