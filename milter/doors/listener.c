#include "doors/listener.h"

#include "base/alloc.h"
#include "base/socket.h"
#include "base/supervisor.h"

#include <event2/event.h>
#include <event2/listener.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024
#define FLAGS \
	(LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE)

/* The loop would come back at once and for ever while somebody waits. */
static const struct timeval pause_span = {.tv_usec = 100000};

struct listener {
	struct event_base *base;
	struct evconnlistener *connections;
	struct event *resume;
	struct listener_calls calls;
	void *arg;
	char *path; /* of a unix socket that is ours to remove, else NULL */
};

static void
on_accept(struct evconnlistener *connections, evutil_socket_t fd,
    struct sockaddr *peer, int peer_length, void *arg)
{
	struct listener *listener = arg;
	int on = 1;

	(void)connections, (void)peer_length;
	if (peer->sa_family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	listener->calls.accepted(listener->arg, fd);
}

/* The kernel looks for a free descriptor before it looks for a client, so that
   it fails after the last one as well. */
static bool
somebody_waits(struct evconnlistener *connections)
{
	struct pollfd waiting = {
	    .fd = evconnlistener_get_fd(connections), .events = POLLIN};

	return poll(&waiting, 1, 0) > 0;
}

static void
on_error(struct evconnlistener *connections, void *arg)
{
	struct listener *listener = arg;

	if (!somebody_waits(connections))
		return;
	if (listener->calls.starved && listener->calls.starved(listener->arg))
		return;
	evconnlistener_disable(connections);
	event_add(listener->resume, &pause_span);
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct listener *listener = arg;

	(void)fd, (void)what;
	evconnlistener_enable(listener->connections);
}

/* One that listens already. Whatever waits there is accepted in one go once
   the loop runs. */
static int
adopt(struct listener *listener, int fd, char **reason)
{
	evutil_make_socket_nonblocking(fd);
	listener->connections = evconnlistener_new(
	    listener->base, on_accept, listener, FLAGS, 0, fd);
	if (listener->connections)
		return 0;
	*reason = alloc_string("the socket of systemd is of no use");
	close(fd);
	return -1;
}

static int
bind_to(struct listener *listener, const struct sockaddr *address,
    socklen_t length, char **reason)
{
	listener->connections = evconnlistener_new_bind(listener->base,
	    on_accept, listener, FLAGS, BACKLOG, address, length);
	if (listener->connections)
		return 0;
	*reason = alloc_string(strerror(errno));
	return -1;
}

static int
open_unix(struct listener *listener, const char *path, char **reason)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof address.sun_path) {
		*reason = alloc_string("the path is too long for a socket");
		return -1;
	}
	if (socket_claim(path, reason) != 0)
		return -1;
	strcpy(address.sun_path, path);
	if (bind_to(listener, (struct sockaddr *)&address, sizeof address,
		reason) != 0)
		return -1;
	listener->path = alloc_string(path);
	return 0;
}

/* "PORT@HOST" */
static int
open_inet(
    struct listener *listener, int family, const char *text, char **reason)
{
	struct addrinfo hints = {.ai_family = family,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	const char *host = strchr(text, '@') + 1;
	char *port = alloc_bytes(text, host - 1 - text);
	struct addrinfo *found = NULL;
	int error = getaddrinfo(host, port, &hints, &found), result = -1;

	if (error == 0)
		result = bind_to(
		    listener, found->ai_addr, found->ai_addrlen, reason);
	else
		*reason = alloc_string(gai_strerror(error));
	if (found)
		freeaddrinfo(found);
	free(port);
	return result;
}

static int
open_socket(struct listener *listener, const char *name, const char *socket,
    char **reason)
{
	int fd = supervisor_socket(name);
	const char *rest;

	if (fd >= 0)
		return adopt(listener, fd, reason);
	rest = strchr(socket, ':') + 1;
	if (strncmp(socket, "inet:", 5) == 0)
		return open_inet(listener, AF_INET, rest, reason);
	if (strncmp(socket, "inet6:", 6) == 0)
		return open_inet(listener, AF_INET6, rest, reason);
	return open_unix(listener, rest, reason);
}

struct listener *
listener_open(struct event_base *base, const char *name, const char *socket,
    const struct listener_calls *calls, void *arg, char **reason)
{
	struct listener *listener = alloc_zeroed(1, sizeof *listener);
	char *cause = NULL;

	listener->base = base;
	listener->calls = *calls;
	listener->arg = arg;
	listener->resume = evtimer_new(base, on_resume, listener);
	if (!listener->resume)
		abort(); /* no memory */
	if (open_socket(listener, name, socket, &cause) != 0) {
		*reason = alloc_printf("%s.socket: cannot listen on %s: %s",
		    name, socket ? socket : name, cause);
		free(cause);
		listener_close(&listener);
		return NULL;
	}
	evconnlistener_set_error_cb(listener->connections, on_error);
	return listener;
}

void
listener_close(struct listener **listener_r)
{
	struct listener *listener = *listener_r;

	if (!listener)
		return;
	*listener_r = NULL;
	/* While it still answers no successor replaces it, and what is removed
	   is ours. */
	if (listener->path)
		unlink(listener->path);
	if (listener->connections)
		evconnlistener_free(listener->connections);
	event_free(listener->resume);
	free(listener->path);
	free(listener);
}
