#include "evidence/probe.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "evidence/tls.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CAUSE_MAX 384

struct probe {
	struct event_base *base;
	struct event *clock; /* of the target's time, and of the next step */
	/* The target's: of these three the last that there is. */
	int fd;
	struct event *connecting;
	struct bufferevent *stream; /* has the socket */
	bool is_begun;		    /* TLS; it may have come about since */
	enum probe_tls came;
	struct targets targets;
	size_t next; /* the target to be tried next */
	struct probe_terms terms;
	probe_done *done;
	void *arg;
	struct greeting greeting;
	bool is_over, is_good;
	char cause[CAUSE_MAX]; /* of the first target */
};

static void
hang_up(struct probe *probe)
{
	if (probe->connecting)
		event_free(probe->connecting);
	probe->connecting = NULL;
	if (probe->stream)
		bufferevent_free(probe->stream);
	probe->stream = NULL;
	if (probe->fd >= 0)
		close(probe->fd);
	probe->fd = -1;
}

static void
wake_at_once(struct probe *probe)
{
	event_active(probe->clock, EV_TIMEOUT, 0);
}

/* With this target; the next step comes from the loop. */
static void
end_target(struct probe *probe, bool is_good, const char *cause)
{
	const struct target *target = &probe->targets.items[probe->next - 1];
	char address[ADDRESS_TEXT_MAX];

	hang_up(probe);
	if (!is_good && !probe->cause[0])
		snprintf(probe->cause, sizeof probe->cause, "%s port %u: %s",
		    address_format(address, &target->address), target->port,
		    cause);
	probe->is_good = is_good;
	probe->is_over = is_good || probe->next == probe->targets.count;
	event_del(probe->clock);
	wake_at_once(probe);
}

/* The name of this host, or its address towards the server where the name has
   no dot (RFC 5321, 4.1.4). */
static void
write_own_name(int fd, char *name, size_t size)
{
	struct sockaddr_storage own = {0};
	socklen_t length = sizeof own;
	struct address address = {0};
	char text[ADDRESS_TEXT_MAX];

	memset(name, 0, size);
	if (gethostname(name, size - 1) == 0 && strchr(name, '.'))
		return;
	getsockname(fd, (struct sockaddr *)&own, &length);
	if (own.ss_family == AF_INET6) {
		address.family = 6;
		memcpy(address.bytes, &((struct sockaddr_in6 *)&own)->sin6_addr,
		    sizeof address.bytes);
	} else {
		address.family = 4;
		memcpy(
		    address.bytes, &((struct sockaddr_in *)&own)->sin_addr, 4);
	}
	snprintf(name, size, "[%s%s]", address.family == 6 ? "IPv6:" : "",
	    address_format(text, &address));
}

static void
fail(struct probe *probe, const char *before, const char *words)
{
	struct greeting *greeting = &probe->greeting;

	if (!greeting->cause[0])
		snprintf(greeting->cause, sizeof greeting->cause, "%s%s",
		    before, words);
	end_target(probe, greeting->is_good, greeting->cause);
}

/* A connection that is lost says nothing of TLS. */
static void
fail_tls(struct probe *probe, const char *words)
{
	const char *better = tls_cause(probe->stream);

	if (better[0])
		probe->came = PROBE_TLS_FAILED;
	if (tls_asks_certificate(probe->stream))
		probe->came = PROBE_TLS_WANTS_OURS;
	fail(probe, "TLS does not come about: ", better[0] ? better : words);
}

static void
say(struct probe *probe)
{
	const char *words = probe->greeting.say;

	bufferevent_write(probe->stream, words, strlen(words));
}

static void begin_tls(struct probe *);

static void
on_readable(struct bufferevent *stream, void *arg)
{
	struct probe *probe = arg;
	enum greeting_next next = GREETING_READ;
	char bytes[4096];
	size_t length;

	while (next == GREETING_READ &&
	       (length = bufferevent_read(stream, bytes, sizeof bytes)) > 0)
		next = greeting_take(&probe->greeting, bytes, length);
	if (next != GREETING_READ) /* it came before its turn */
		evbuffer_drain(bufferevent_get_input(stream), SIZE_MAX);
	if (next == GREETING_SAY)
		say(probe);
	else if (next == GREETING_TLS)
		begin_tls(probe);
	else if (next == GREETING_END)
		end_target(
		    probe, probe->greeting.is_good, probe->greeting.cause);
}

static void
on_event(struct bufferevent *stream, short what, void *arg)
{
	struct probe *probe = arg;
	const char *words = "it closes the connection";

	if (what & BEV_EVENT_CONNECTED) {
		probe->came = PROBE_TLS_DONE;
		if (!probe->greeting.is_secured) {
			greeting_secured(&probe->greeting);
			say(probe);
		}
		return;
	}
	if (what & BEV_EVENT_ERROR && EVUTIL_SOCKET_ERROR() != 0)
		words = evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR());
	/* By TLS 1.3 a server refuses our lack of a certificate only after the
	   handshake. */
	if (probe->is_begun && !probe->greeting.is_good &&
	    (probe->came != PROBE_TLS_DONE || tls_asks_certificate(stream)))
		fail_tls(probe, words);
	else
		fail(probe, "", words);
}

static void
listen_to(struct probe *probe)
{
	bufferevent_setcb(probe->stream, on_readable, NULL, on_event, probe);
	bufferevent_enable(probe->stream, EV_READ | EV_WRITE);
}

static void
speak_plain(struct probe *probe)
{
	probe->stream = bufferevent_socket_new(
	    probe->base, probe->fd, BEV_OPT_CLOSE_ON_FREE);
	if (!probe->stream)
		abort(); /* no memory */
	probe->fd = -1;
	listen_to(probe);
}

/* From here on the socket speaks it. */
static void
begin_tls(struct probe *probe)
{
	if (probe->stream) {
		probe->fd = bufferevent_getfd(probe->stream);
		bufferevent_setfd(probe->stream, -1);
		bufferevent_free(probe->stream);
	}
	probe->stream = tls_begin(probe->terms.tls, probe->base, probe->fd);
	if (!probe->stream) {
		fail(probe, "", "TLS cannot be begun here");
		return;
	}
	probe->fd = -1;
	probe->is_begun = true;
	listen_to(probe);
}

static enum greeting_tls
how(const struct probe_terms *terms)
{
	if (terms->wants_tls)
		return GREETING_WANTS_TLS;
	if (!terms->tls)
		return GREETING_PLAIN;
	return terms->is_wrapped ? GREETING_IN_TLS : GREETING_BEGINS_TLS;
}

static void
on_connected(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;
	const struct probe_terms *terms = &probe->terms;
	socklen_t length = sizeof(int);
	char name[256];
	int error = 0;

	(void)what;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error != 0 || (terms->is_wrapped && !terms->tls)) {
		end_target(probe, error == 0, strerror(error));
		return;
	}
	event_free(probe->connecting);
	probe->connecting = NULL;
	write_own_name(fd, name, sizeof name);
	greeting_start(&probe->greeting, name, how(terms));
	if (terms->is_wrapped)
		begin_tls(probe);
	else
		speak_plain(probe);
}

static socklen_t
fill_socket(struct sockaddr_storage *out, const struct target *target)
{
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof *out);
	if (target->address.family == 4) {
		in->sin_family = AF_INET;
		in->sin_port = htons(target->port);
		memcpy(&in->sin_addr, target->address.bytes, 4);
		return sizeof *in;
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(target->port);
	memcpy(&in6->sin6_addr, target->address.bytes, 16);
	return sizeof *in6;
}

static void
try(struct probe *probe)
{
	const struct target *target = &probe->targets.items[probe->next++];
	const int64_t ms = probe->terms.timeout_ms;
	const struct timeval span = {
	    .tv_sec = ms / CLOCK_SEC, .tv_usec = ms % CLOCK_SEC * 1000};
	struct sockaddr_storage to;
	socklen_t length = fill_socket(&to, target);

	greeting_start(&probe->greeting, "", GREETING_PLAIN);
	probe->is_begun = false;
	probe->came = PROBE_TLS_NONE;
	probe->fd =
	    socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (probe->fd < 0 ||
	    (connect(probe->fd, (struct sockaddr *)&to, length) != 0 &&
		errno != EINPROGRESS)) {
		end_target(probe, false, strerror(errno));
		return;
	}
	probe->connecting =
	    event_new(probe->base, probe->fd, EV_WRITE, on_connected, probe);
	event_add(probe->connecting, NULL);
	event_add(probe->clock, &span);
}

static void
write_offer(const struct probe *probe)
{
	const struct greeting *greeting = &probe->greeting;
	struct probe_offer *offer = probe->terms.offer;

	*offer = (struct probe_offer){
	    .tls = greeting->offers_tls, .came = probe->came};
	if (greeting->refuses_tls)
		offer->came = PROBE_TLS_FAILED;
	memcpy(offer->plain_auth, greeting->plain_auth, GREETING_AUTH_MAX);
	memcpy(offer->secure_auth, greeting->secure_auth, GREETING_AUTH_MAX);
}

static void
end(struct probe *probe)
{
	probe_done *done = probe->done;
	char cause[CAUSE_MAX];
	void *arg = probe->arg;
	bool is_good = probe->is_good;

	memcpy(cause, probe->cause, sizeof cause);
	if (probe->terms.offer)
		write_offer(probe);
	probe_cancel(&probe);
	done(arg, is_good ? NULL : cause);
}

/* Between two targets, or the time of one is up. */
static void
on_clock(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;
	bool is_good = probe->greeting.is_good;

	(void)fd, (void)what;
	if (probe->is_over)
		end(probe);
	else if (probe->fd < 0 && !probe->stream)
		try(probe);
	else /* one that is slow to say good-bye is well all the same */
		end_target(probe, is_good, "no answer in time");
}

struct probe *
probe_start(struct event_base *base, const struct targets *targets,
    const struct probe_terms *terms, probe_done *done, void *arg)
{
	struct probe *probe = alloc_zeroed(1, sizeof *probe);

	probe->base = base;
	probe->fd = -1;
	probe->targets = *targets;
	probe->terms = *terms;
	probe->done = done;
	probe->arg = arg;
	probe->clock = event_new(base, -1, 0, on_clock, probe);
	wake_at_once(probe);
	return probe;
}

void
probe_cancel(struct probe **probe)
{
	if (!*probe)
		return;
	hang_up(*probe);
	event_free((*probe)->clock);
	free(*probe);
	*probe = NULL;
}
