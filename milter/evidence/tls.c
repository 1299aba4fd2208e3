#include "evidence/tls.h"

#include "base/alloc.h"

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdlib.h>

struct tls {
	SSL_CTX *context;
};

/* Its address marks a connection. */
static char asked;

/* The server wants a certificate: 0, there is none. */
static int
on_certificate_asked(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
	(void)certificate, (void)key;
	SSL_set_app_data(ssl, &asked);
	return 0;
}

/* Debian's openssl.cnf asks for more than Postfix does, and so does OpenSSL
   itself; a server is not to be called dead for that. */
static int
take_all(SSL_CTX *context)
{
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_options(context, SSL_OP_ALL | SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_client_cert_cb(context, on_certificate_asked);
	return SSL_CTX_set_min_proto_version(context, TLS1_VERSION) == 1 &&
		       SSL_CTX_set_cipher_list(context, "ALL") == 1
		   ? 0
		   : -1;
}

struct tls *
tls_create(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	struct tls *tls;

	if (!context || take_all(context) != 0) {
		SSL_CTX_free(context);
		ERR_clear_error();
		return NULL;
	}
	tls = alloc_zeroed(1, sizeof *tls);
	tls->context = context;
	return tls;
}

void
tls_destroy(struct tls **tls_r)
{
	struct tls *tls = *tls_r;

	if (!tls)
		return;
	*tls_r = NULL;
	SSL_CTX_free(tls->context);
	free(tls);
}

struct bufferevent *
tls_begin(const struct tls *tls, struct event_base *base, int fd)
{
	SSL *ssl = SSL_new(tls->context);
	struct bufferevent *stream =
	    ssl ? bufferevent_openssl_socket_new(base, fd, ssl,
		      BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE)
		: NULL;

	if (!stream)
		SSL_free(ssl);
	return stream;
}

const char *
tls_cause(struct bufferevent *stream)
{
	unsigned long error = bufferevent_get_openssl_error(stream);
	const char *words = error ? ERR_reason_error_string(error) : NULL;

	if (ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return "";
	return words ? words : "";
}

bool
tls_asks_certificate(struct bufferevent *stream)
{
	return SSL_get_app_data(bufferevent_openssl_get_ssl(stream)) == &asked;
}
