/*
 * nameserver -- the DNS servers of a resolver, each of them asked over UDP or
 * over TCP, on the event loop. c-ares appears here alone. Engine thread only.
 */
#ifndef EVIDENCE_NAMESERVER_H
#define EVIDENCE_NAMESERVER_H

#include "evidence/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct nameservers;

/* DNS_RESPONSE: a packet came, which is not read yet. Else the bytes are NULL,
   or of a packet that cannot be had. Borrowed until return. */
typedef void nameserver_done(void *arg, enum dns_status status,
    const unsigned char *bytes, size_t length);

/* Those of a text as dns.servers has it; NULL: those of the system. timeout_ms:
   of each question, seen up to a tick late. NULL with *reason set (to be freed)
   if they cannot be used. */
struct nameservers *nameservers_open(struct event_base *, const char *servers,
    int64_t timeout_ms, char **reason);
/* Open questions end as DNS_CANCELLED before it returns. NULL-safe. */
void nameservers_close(struct nameservers **);

size_t nameservers_count(const struct nameservers *);

/* Asks one of them once. done may be called before it returns. */
void nameservers_ask(struct nameservers *, size_t server, bool by_tcp,
    const char *name, uint16_t type, nameserver_done *done, void *arg);

#endif
