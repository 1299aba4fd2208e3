#include "evidence/probe.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "evidence/greeting.h"

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
	struct event *event; /* of the socket */
	struct event *clock; /* of the target's time, and of the next step */
	int fd;
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
	if (probe->event)
		event_free(probe->event);
	probe->event = NULL;
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

/* A command is far smaller than what a new socket has room for. */
static bool
say(const struct probe *probe)
{
	const char *words = probe->greeting.say;
	ssize_t length = strlen(words);

	return send(probe->fd, words, length, MSG_NOSIGNAL) == length;
}

static void
on_readable(struct probe *probe)
{
	struct greeting *greeting = &probe->greeting;
	enum greeting_next next = GREETING_END;
	char bytes[4096];
	ssize_t length = recv(probe->fd, bytes, sizeof bytes, 0);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length > 0)
		next = greeting_take(greeting, bytes, length);
	else if (!greeting->cause[0])
		snprintf(greeting->cause, sizeof greeting->cause, "%s",
		    length == 0 ? "it closes the connection" : strerror(errno));
	if (next == GREETING_SAY && !say(probe)) {
		snprintf(greeting->cause, sizeof greeting->cause,
		    "it takes no command");
		next = GREETING_END;
	}
	if (next == GREETING_END)
		end_target(probe, greeting->is_good, greeting->cause);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;

	(void)fd, (void)what;
	on_readable(probe);
}

static void
on_connected(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;
	socklen_t length = sizeof(int);
	char name[256];
	int error = 0;

	(void)what;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error != 0 || probe->terms.is_wrapped) {
		end_target(probe, error == 0, strerror(error));
		return;
	}
	write_own_name(fd, name, sizeof name);
	greeting_start(&probe->greeting, name, probe->terms.wants_tls);
	event_free(probe->event);
	probe->event =
	    event_new(probe->base, fd, EV_READ | EV_PERSIST, on_event, probe);
	event_add(probe->event, NULL);
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

	greeting_start(&probe->greeting, "", false);
	probe->fd =
	    socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (probe->fd < 0 ||
	    (connect(probe->fd, (struct sockaddr *)&to, length) != 0 &&
		errno != EINPROGRESS)) {
		end_target(probe, false, strerror(errno));
		return;
	}
	probe->event =
	    event_new(probe->base, probe->fd, EV_WRITE, on_connected, probe);
	event_add(probe->event, NULL);
	event_add(probe->clock, &span);
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
		*probe->terms.offer = (struct probe_offer){
		    .tls = probe->greeting.offers_tls,
		    .auth = probe->greeting.offers_auth,
		};
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
	else if (probe->fd < 0)
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
