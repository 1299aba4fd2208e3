/*
 * tls -- TLS with an SMTP server, to see whether it comes about. Nothing secret
 * is said by it: no certificate is verified and none is shown, and what Postfix
 * may be set to take (old protocols, weak ciphers) is taken. OpenSSL appears
 * here alone. Engine thread only.
 */
#ifndef EVIDENCE_TLS_H
#define EVIDENCE_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct bufferevent;
struct event_base;
struct tls;

/* May read OpenSSL's configuration from the disk. NULL if OpenSSL does not
   work here. */
struct tls *tls_create(void);
/* Its streams may live on. NULL-safe. */
void tls_destroy(struct tls **);

/* Begins a handshake on a connected socket that does not block; the stream
   tells BEV_EVENT_CONNECTED at its end. It takes the socket, and closes it when
   it is freed. NULL: the socket stays the caller's. */
struct bufferevent *tls_begin(const struct tls *, struct event_base *, int fd);

/* Why TLS has failed on a stream that tls_begin made, in OpenSSL's words, which
   are its own; "" where only the connection has. To be asked once. */
const char *tls_cause(struct bufferevent *);

/* Whether the server asked for a certificate of ours. */
bool tls_asks_certificate(struct bufferevent *);

#endif
