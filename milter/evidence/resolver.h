/*
 * resolver -- asks DNS questions: which server, how many at once, and what is
 * worth another try. Engine thread only.
 *
 * Many questions may be asked at once; no more than RESOLVER_INFLIGHT_MAX are
 * on the wire, the others queue in order. They are sent so that they do not
 * overflow a server's socket: some 25 a millisecond, and one more for each
 * answer. A callback runs exactly once, never from inside resolver_ask, and
 * may ask again, but not after DNS_CANCELLED; it must not destroy the
 * resolver. No answer is cached here.
 *
 * Servers are asked in order until one brings a response, each with the
 * timeout to itself. Where one was silent or unreachable all are tried again,
 * `tries` times in all; the question ends as the last one did.
 */
#ifndef EVIDENCE_RESOLVER_H
#define EVIDENCE_RESOLVER_H

#include "evidence/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_settings;
struct event_base;
struct resolver;

#define RESOLVER_INFLIGHT_MAX 2048
/* Without an answer, in some milliseconds. */
#define RESOLVER_BURST_MAX 128

enum {
	DNS_TYPE_A = 1,
	DNS_TYPE_MX = 15,
	DNS_TYPE_TXT = 16,
	DNS_TYPE_AAAA = 28
};

/* message is NULL unless status is DNS_RESPONSE; borrowed until return. */
typedef void resolver_done(
    void *arg, enum dns_status status, const struct message *message);

/* Settings are read, not kept. NULL with *reason set (to be freed) if the
   servers cannot be used. */
struct resolver *resolver_create(
    struct event_base *, const struct dns_settings *, char **reason);

/* Open questions end as DNS_CANCELLED before it returns. */
void resolver_destroy(struct resolver **);

/* name is copied. */
void resolver_ask(struct resolver *, const char *name, uint16_t type,
    resolver_done *done, void *arg);

/* Questions sent since the start, for status and tests. */
uint64_t resolver_asked(const struct resolver *);

/* Whether all have ended, for tests. */
bool resolver_is_idle(const struct resolver *);

#endif
