/* Against a server in a thread, that says what it is told to. */
#include "evidence/probe.h"

#include "evidence/tls.h"
#include "local_port.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SILENCE ""
#define REPLIES_MAX 6
#define GO "220 go\r\n"
#define NO_TLS "TLS does not come about: "
#define WELL "250-mx\r\n250 STARTTLS\r\n"

struct server {
	int listener;
	uint16_t port;
	pthread_t thread;
	/* In turn, each after what the client sent; NULL: hangs up. */
	const char *replies[REPLIES_MAX];
	/* Begins TLS before the first, or behind "220 go"; NULL: does not. */
	SSL_CTX *context;
	bool is_wrapped;
	char heard[1024];
	size_t used; /* of it */
};

struct fixture {
	struct event_base *base;
	int ended;
	char cause[512];
};

/* A key, and a certificate that nobody knows. */
static SSL_CTX *
create_context(bool wants_theirs)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *own = X509_new();

	X509_gmtime_adj(X509_getm_notBefore(own), 0);
	X509_gmtime_adj(X509_getm_notAfter(own), 3600);
	X509_set_pubkey(own, key);
	X509_sign(own, key, EVP_sha256());
	assert_int_equal(SSL_CTX_use_certificate(context, own), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
	if (wants_theirs)
		SSL_CTX_set_verify(context,
		    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	X509_free(own);
	EVP_PKEY_free(key);
	return context;
}

static SSL *
begin_tls(const struct server *server, int fd)
{
	SSL *ssl = SSL_new(server->context);

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1)
		return ssl;
	SSL_free(ssl);
	return NULL;
}

/* Says it, and hears what is answered. Whether there is more. */
static bool
answer(struct server *server, int fd, SSL *ssl, const char *reply)
{
	char *heard = server->heard + server->used;
	size_t room = sizeof server->heard - 1 - server->used;
	ssize_t length;

	if (reply[0] && ssl)
		SSL_write(ssl, reply, strlen(reply));
	else if (reply[0])
		send(fd, reply, strlen(reply), MSG_NOSIGNAL);
	if (strcmp(reply, GO) == 0 && server->context)
		return true;
	length = ssl ? SSL_read(ssl, heard, room) : recv(fd, heard, room, 0);
	server->used += length > 0 ? length : 0;
	return length > 0;
}

static void *
serve(void *arg)
{
	struct server *server = arg;
	int fd = accept(server->listener, NULL, NULL);
	bool goes_on = fd >= 0;
	SSL *ssl = NULL;

	if (goes_on && server->is_wrapped) {
		ssl = begin_tls(server, fd);
		goes_on = ssl;
	}
	for (size_t i = 0; goes_on && i < COUNT(server->replies); i++) {
		const char *reply = server->replies[i];

		goes_on = reply && answer(server, fd, ssl, reply);
		if (goes_on && strcmp(reply, GO) == 0 && server->context) {
			ssl = begin_tls(server, fd);
			goes_on = ssl;
		}
	}
	SSL_free(ssl);
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void
server_start(struct server *server)
{
	server->port = local_port_open(&server->listener);
	assert_int_equal(listen(server->listener, 5), 0);
	pthread_create(&server->thread, NULL, serve, server);
}

static void
server_stop(struct server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
}

static void
on_done(void *arg, const char *cause)
{
	struct fixture *fixture = arg;

	fixture->ended++;
	snprintf(fixture->cause, sizeof fixture->cause, "%s",
	    cause ? cause : "well");
	event_base_loopbreak(fixture->base);
}

static void
probe(struct fixture *fixture, const struct targets *targets,
    const struct probe_terms *terms)
{
	*fixture = (struct fixture){.base = event_base_new()};
	probe_start(fixture->base, targets, terms, on_done, fixture);
	assert_int_equal(fixture->ended, 0); /* never from inside */
	event_base_dispatch(fixture->base);
	assert_int_equal(fixture->ended, 1);
	event_base_free(fixture->base);
}

static struct targets
one(uint16_t port)
{
	return (struct targets){
	    .items = {{{4, {127, 0, 0, 1}}, port, 0}}, .count = 1};
}

static const struct {
	const char *name;
	const char *replies[REPLIES_MAX];
	bool wants_tls, is_wrapped;
	const char *want;  /* after "127.0.0.1 port N: " */
	const char *heard; /* how it begins and ends */
} cases[] = {
    {"well", {"220 mx\r\n", WELL, "221 bye\r\n"}, true, false, "well",
	"EHLO QUIT\r\n"},
    {"without good-bye", {"220 mx\r\n", WELL, NULL}, true, false, "well", NULL},
    {"slow to say good-bye", {"220 mx\r\n", WELL, SILENCE}, true, false, "well",
	NULL},
    {"refuses", {"554 no\r\n"}, false, false, "it greets with: 554 no", NULL},
    {"no TLS", {"220 mx\r\n", "250 mx\r\n", "221 b\r\n"}, true, false,
	"it does not offer STARTTLS", "EHLO QUIT\r\n"},
    {"hangs up", {NULL}, false, false, "it closes the connection", NULL},
    {"silent", {SILENCE}, false, false, "no answer in time", NULL},
    {"silent, but TLS is to come first", {SILENCE}, false, true, "well", NULL},
};

static void
tells_good_from_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct probe_terms terms = {
		    .wants_tls = cases[i].wants_tls,
		    .is_wrapped = cases[i].is_wrapped,
		    .timeout_ms = 300,
		};
		struct server server = {0};
		struct fixture fixture;
		struct targets targets;
		char want[512];

		print_message("%s\n", cases[i].name);
		memcpy(server.replies, cases[i].replies, sizeof server.replies);
		server_start(&server);
		targets = one(server.port);
		snprintf(want, sizeof want, "127.0.0.1 port %u: %s",
		    server.port, cases[i].want);
		probe(&fixture, &targets, &terms);
		server_stop(&server);
		assert_string_equal(fixture.cause,
		    strcmp(cases[i].want, "well") == 0 ? "well" : want);
		if (!cases[i].heard)
			continue;
		assert_memory_equal(server.heard, "EHLO ", 5);
		assert_string_equal(
		    server.heard + strlen(server.heard) - 6, "QUIT\r\n");
	}
}

static const struct {
	const char *name;
	const char *replies[REPLIES_MAX];
	enum { STARTS, WRAPS, ASKS, LACKS } server; /* TLS of the server */
	bool is_wrapped;
	const char *want;
	enum probe_tls came;
	const char *plain, *secure;
} secured[] = {
    {"AUTH after it",
	{"220 mx\r\n", WELL, GO, "250-mx\r\n250 AUTH PLAIN\r\n", "221 b\r\n"},
	STARTS, false, "well", PROBE_TLS_DONE, "", " PLAIN"},
    {"slow to say good-bye",
	{"220 mx\r\n", WELL, GO, "250-mx\r\n250 AUTH A\r\n", SILENCE}, STARTS,
	false, "well", PROBE_TLS_DONE, "", " A"},
    {"no good-bye", {"220 mx\r\n", WELL, GO, "250-mx\r\n250 AUTH A\r\n", NULL},
	STARTS, false, "well", PROBE_TLS_DONE, "", " A"},
    {"none offered", {"220 mx\r\n", "250-mx\r\n250 AUTH B\r\n", "221 b\r\n"},
	STARTS, false, "well", PROBE_TLS_NONE, " B", ""},
    {"refused", {"220 mx\r\n", WELL, "454 no\r\n", "221 b\r\n"}, LACKS, false,
	"it answers STARTTLS with: 454 no", PROBE_TLS_FAILED, "", ""},
    {"talk in place of it", {"220 mx\r\n", WELL, GO, "250 mx\r\n"}, LACKS,
	false, NO_TLS "wrong version number", PROBE_TLS_FAILED, "", ""},
    {"silence in place of it", {"220 mx\r\n", WELL, GO, SILENCE, SILENCE},
	LACKS, false, "no answer in time", PROBE_TLS_NONE, "", ""},
    {"gone in place of it", {"220 mx\r\n", WELL, GO, NULL}, LACKS, false,
	NO_TLS "it closes the connection", PROBE_TLS_NONE, "", ""},
    {"from the first byte on",
	{"220 mx\r\n", "250-mx\r\n250 AUTH C\r\n", "221 b\r\n"}, WRAPS, true,
	"well", PROBE_TLS_DONE, "", " C"},
    {"which we do not expect", {"220 mx\r\n", SILENCE}, WRAPS, false,
	"no answer in time", PROBE_TLS_NONE, "", ""},
    {"which it does not", {"220 mx\r\n", SILENCE}, LACKS, true,
	NO_TLS "wrong version number", PROBE_TLS_FAILED, "", ""},
    {"our certificate", {"220 mx\r\n", WELL, GO, "250 mx\r\n"}, ASKS, false,
	NO_TLS, PROBE_TLS_WANTS_OURS, "", ""},
};

static void
begins_tls(void **state)
{
	struct tls *tls = tls_create();

	(void)state;
	assert_non_null(tls);
	for (size_t i = 0; i < COUNT(secured); i++) {
		struct probe_offer offer = {0};
		struct probe_terms terms = {
		    .is_wrapped = secured[i].is_wrapped,
		    .tls = tls,
		    .timeout_ms = 1000,
		    .offer = &offer,
		};
		struct server server = {
		    .is_wrapped = secured[i].server == WRAPS};
		struct fixture fixture;
		struct targets targets;

		print_message("%s\n", secured[i].name);
		if (secured[i].server != LACKS)
			server.context =
			    create_context(secured[i].server == ASKS);
		memcpy(
		    server.replies, secured[i].replies, sizeof server.replies);
		server_start(&server);
		targets = one(server.port);
		probe(&fixture, &targets, &terms);
		server_stop(&server);
		SSL_CTX_free(server.context);
		if (!strstr(fixture.cause, secured[i].want))
			fail_msg("it says: %s", fixture.cause);
		assert_int_equal(offer.came, secured[i].came);
		assert_string_equal(offer.plain_auth, secured[i].plain);
		assert_string_equal(offer.secure_auth, secured[i].secure);
	}
	tls_destroy(&tls);
}

static void
tries_them_all(void **state)
{
	struct probe_terms terms = {.timeout_ms = 2000};
	struct server server = {.replies = {"220 mx\r\n", WELL, "221 b\r\n"}};
	struct targets targets;
	struct fixture fixture;
	int fd[2];

	(void)state;
	server_start(&server);
	targets = one(local_port_open(&fd[0])); /* nobody listens */
	targets.items[1] = one(local_port_open(&fd[1])).items[0];
	targets.items[2] = one(server.port).items[0];
	targets.count = 3;
	probe(&fixture, &targets, &terms);
	assert_string_equal(fixture.cause, "well");
	targets.count = 2;
	probe(&fixture, &targets, &terms);
	assert_non_null(strstr(fixture.cause, ": Connection refused"));
	server_stop(&server);
	close(fd[0]);
	close(fd[1]);
}

static void
is_called_off(void **state)
{
	struct probe_terms terms = {.timeout_ms = 50};
	struct fixture fixture = {.base = event_base_new()};
	struct server server = {.replies = {SILENCE}};
	struct targets targets;
	struct probe *probe;

	(void)state;
	server_start(&server);
	targets = one(server.port);
	probe = probe_start(fixture.base, &targets, &terms, on_done, &fixture);
	probe_cancel(&probe);
	assert_null(probe);
	probe = probe_start(fixture.base, &targets, &terms, on_done, &fixture);
	event_base_loop(fixture.base, EVLOOP_NONBLOCK);
	event_base_loop(fixture.base, EVLOOP_NONBLOCK);
	probe_cancel(&probe);
	event_base_dispatch(fixture.base);
	assert_int_equal(fixture.ended, 0);
	event_base_free(fixture.base);
	server_stop(&server);
}

int
main(void)
{
	/* What OpenSSL writes to one that is gone. */
	signal(SIGPIPE, SIG_IGN);
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_good_from_bad),
	    cmocka_unit_test(begins_tls),
	    cmocka_unit_test(tries_them_all),
	    cmocka_unit_test(is_called_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
