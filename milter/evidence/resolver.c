#include "evidence/resolver.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/time.h>

#include <event2/event.h>

/* Newer c-ares prefers calls that Debian 12's does not have. */
#define CARES_NO_DEPRECATED
#include <ares.h>

struct question {
	TAILQ_ENTRY(question) entry;
	struct resolver *resolver;
	char *name;
	uint16_t type;
	resolver_done *done;
	void *arg;
	size_t server;	  /* being asked */
	int64_t try_ms;	  /* when it was first asked, in this try */
	int tries;	  /* begun, over all servers */
	bool has_silence; /* some server gave nothing in this try */
};

/* Each server has a channel of its own. A channel of several would go on to
   the next by itself, but Debian 12's c-ares then forgets what the last one
   said, and SERVFAIL and REFUSED look like a dead server. */
struct server {
	struct resolver *resolver;
	ares_channel channel;
	struct event *timer;
};

/* A socket of c-ares and what we wait for on it. */
struct link {
	TAILQ_ENTRY(link) entry;
	struct server *server;
	ares_socket_t fd;
	struct event *event;
};

struct resolver {
	struct event_base *base;
	struct event *pump;
	struct server *servers;
	size_t server_count;
	TAILQ_HEAD(links, link) links;
	TAILQ_HEAD(queue, question) queue;
	size_t inflight;
	uint64_t asked;
	int tries;
	int64_t timeout_ms;
	bool is_closing;
};

static void
rearm(struct server *server)
{
	struct timeval store, *next;

	next = ares_timeout(server->channel, NULL, &store);
	if (next)
		evtimer_add(server->timer, next);
	else
		evtimer_del(server->timer);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;

	(void)fd, (void)what;
	ares_process_fd(server->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	rearm(server);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;

	ares_process_fd(server->channel, what & EV_READ ? fd : ARES_SOCKET_BAD,
	    what & EV_WRITE ? fd : ARES_SOCKET_BAD);
	rearm(server);
}

static struct link *
link_of(struct server *server, ares_socket_t fd)
{
	struct resolver *resolver = server->resolver;
	struct link *link;

	TAILQ_FOREACH(link, &resolver->links, entry)
	if (link->fd == fd)
		return link;
	link = alloc_zeroed(1, sizeof *link);
	link->server = server;
	link->fd = fd;
	TAILQ_INSERT_TAIL(&resolver->links, link, entry);
	return link;
}

static void
on_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct server *server = arg;
	struct resolver *resolver = server->resolver;
	struct link *link = link_of(server, fd);
	short what = EV_PERSIST;

	if (link->event)
		event_free(link->event);
	link->event = NULL;
	if (!readable && !writable) {
		TAILQ_REMOVE(&resolver->links, link, entry);
		free(link);
		return;
	}
	what |= (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);
	link->event = event_new(resolver->base, fd, what, on_socket, server);
	if (!link->event || event_add(link->event, NULL) != 0)
		abort(); /* no memory */
}

/* Not event_active: the loop would run a pump that starts itself again
   before it looks at any socket. */
static void
prime(struct resolver *resolver)
{
	static const struct timeval now = {0, 0};

	evtimer_add(resolver->pump, &now);
}

static void
finish(struct question *question, enum dns_status status,
    const struct message *message)
{
	question->done(question->arg, status, message);
	free(question->name);
	free(question);
}

static enum dns_status
status_of(int status)
{
	switch (status) {
	case ARES_ETIMEOUT:
		return DNS_TIMEOUT;
	case ARES_ESERVFAIL:
	case ARES_EFORMERR:
	case ARES_ENOTIMP:
		return DNS_SERVFAIL;
	case ARES_EREFUSED:
		return DNS_REFUSED;
	case ARES_EBADRESP:
	case ARES_ENODATA: /* these two come here without a packet only */
	case ARES_ENOTFOUND:
		return DNS_MALFORMED;
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION:
		return DNS_CANCELLED;
	default:
		return DNS_UNREACHABLE;
	}
}

static enum dns_status
read_result(const struct question *question, int status,
    const unsigned char *bytes, int length, struct message *out)
{
	bool has_packet = status == ARES_SUCCESS || status == ARES_ENODATA ||
			  status == ARES_ENOTFOUND;

	if (!has_packet || !bytes || length <= 0)
		return status_of(status);
	return message_read(bytes, length, question->name, question->type, out);
}

/* Newer c-ares gives up after a multiple of the usual delay. A list that is
   slow behind a fast cache would never answer, so the rest of the try's time
   is spent on asking again. */
static bool
has_time_left(const struct question *question)
{
	int64_t spent_ms = clock_now_ms() - question->try_ms;

	return spent_ms < question->resolver->timeout_ms * 3 / 4;
}

/* Whether another server, or one of them once more, is to be asked. Only
   silence is worth a further try. So is "unreachable": when a server closes
   its TCP connection, c-ares 1.18 ends all questions that are open over UDP
   with it. */
static bool
goes_on(struct question *question, enum dns_status status)
{
	const struct resolver *resolver = question->resolver;

	if (status == DNS_RESPONSE || status == DNS_CANCELLED)
		return false;
	if (status == DNS_TIMEOUT && has_time_left(question))
		return true;
	if (status == DNS_TIMEOUT || status == DNS_UNREACHABLE)
		question->has_silence = true;
	question->try_ms = CLOCK_NEVER;
	if (++question->server < resolver->server_count)
		return true;
	if (!question->has_silence || question->tries >= resolver->tries)
		return false;
	question->has_silence = false;
	question->server = 0;
	question->tries++;
	return true;
}

static void
on_done(void *arg, int status, int timeouts, unsigned char *bytes, int length)
{
	struct question *question = arg;
	struct resolver *resolver = question->resolver;
	struct message message;
	enum dns_status result;

	(void)timeouts;
	resolver->inflight--;
	if (!resolver->is_closing)
		prime(resolver);
	result = read_result(question, status, bytes, length, &message);
	if (goes_on(question, result))
		TAILQ_INSERT_HEAD(&resolver->queue, question, entry);
	else
		finish(
		    question, result, result == DNS_RESPONSE ? &message : NULL);
}

static void
start(struct resolver *resolver, struct question *question)
{
	struct server *server = &resolver->servers[question->server];

	TAILQ_REMOVE(&resolver->queue, question, entry);
	resolver->inflight++;
	if (question->tries == 0) {
		question->tries = 1;
		resolver->asked++;
	}
	if (question->try_ms == CLOCK_NEVER)
		question->try_ms = clock_now_ms();
	/* May call on_done before it returns. */
	ares_query(server->channel, question->name, 1 /* IN */, question->type,
	    on_done, question);
	rearm(server);
}

static bool
can_start(const struct resolver *resolver)
{
	return !TAILQ_EMPTY(&resolver->queue) &&
	       resolver->inflight < RESOLVER_INFLIGHT_MAX;
}

static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;

	(void)fd, (void)what;
	/* Where questions fail at once and are asked again at once, the rest
	   of the loop must have its turn. */
	for (int i = 0; i < RESOLVER_INFLIGHT_MAX && can_start(resolver); i++)
		start(resolver, TAILQ_FIRST(&resolver->queue));
	if (can_start(resolver))
		prime(resolver);
}

static int
open_channel(struct server *server)
{
	struct ares_options options = {
	    .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
		     ARES_FLAG_NOCHECKRESP,
	    .timeout = server->resolver->timeout_ms,
	    .tries = 1, /* ours are counted here; c-ares doubles the time */
	    .sock_state_cb = on_state,
	    .sock_state_cb_data = server,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB;

#ifdef ARES_OPT_QUERY_CACHE
	mask |= ARES_OPT_QUERY_CACHE; /* with a TTL of 0: none */
#endif
	return ares_init_options(&server->channel, &options, mask);
}

static int
add_server(struct resolver *resolver, const struct ares_addr_port_node *node)
{
	struct server *server = &resolver->servers[resolver->server_count];
	struct ares_addr_port_node one = *node;
	int status;

	one.next = NULL;
	server->resolver = resolver;
	status = open_channel(server);
	if (status != ARES_SUCCESS)
		return status;
	server->timer = evtimer_new(resolver->base, on_timer, server);
	if (!server->timer)
		abort(); /* no memory */
	resolver->server_count++;
	return ares_set_servers_ports(server->channel, &one);
}

static int
add_servers(struct resolver *resolver, const struct ares_addr_port_node *nodes)
{
	const struct ares_addr_port_node *node;
	size_t count = 0;
	int status = ARES_SUCCESS;

	for (node = nodes; node; node = node->next)
		count++;
	if (count == 0)
		return ARES_EBADSTR;
	resolver->servers = alloc_zeroed(count, sizeof *resolver->servers);
	for (node = nodes; node && status == ARES_SUCCESS; node = node->next)
		status = add_server(resolver, node);
	return status;
}

/* A first channel only tells which servers there are. */
static int
find_servers(struct resolver *resolver, const char *servers)
{
	struct ares_addr_port_node *nodes = NULL;
	ares_channel channel;
	int status = ares_init(&channel);

	if (status != ARES_SUCCESS)
		return status;
	if (servers)
		status = ares_set_servers_ports_csv(channel, servers);
	if (status == ARES_SUCCESS)
		status = ares_get_servers_ports(channel, &nodes);
	if (status == ARES_SUCCESS)
		status = add_servers(resolver, nodes);
	ares_free_data(nodes);
	ares_destroy(channel);
	return status;
}

struct resolver *
resolver_create(
    struct event_base *base, const struct dns_settings *settings, char **reason)
{
	struct resolver *resolver = alloc_zeroed(1, sizeof *resolver);
	const char *servers = settings->servers;
	int status;

	TAILQ_INIT(&resolver->links);
	TAILQ_INIT(&resolver->queue);
	resolver->base = base;
	resolver->tries = settings->tries;
	resolver->timeout_ms =
	    settings->timeout_ms < INT_MAX ? settings->timeout_ms : INT_MAX;
	resolver->pump = evtimer_new(base, on_pump, resolver);
	if (!resolver->pump)
		abort(); /* no memory */
	ares_library_init(ARES_LIB_INIT_ALL);
	status = find_servers(resolver, servers);
	if (status != ARES_SUCCESS) {
		*reason = alloc_printf("the DNS servers %s cannot be used: %s",
		    servers ? servers : "of the system", ares_strerror(status));
		resolver_destroy(&resolver);
	}
	return resolver;
}

void
resolver_destroy(struct resolver **where)
{
	struct resolver *resolver = *where;
	struct question *question;

	if (!resolver)
		return;
	*where = NULL;
	resolver->is_closing = true;
	for (size_t i = 0; i < resolver->server_count; i++) {
		ares_destroy(resolver->servers[i].channel);
		event_free(resolver->servers[i].timer);
	}
	while ((question = TAILQ_FIRST(&resolver->queue))) {
		TAILQ_REMOVE(&resolver->queue, question, entry);
		finish(question, DNS_CANCELLED, NULL);
	}
	assert(resolver->inflight == 0 && TAILQ_EMPTY(&resolver->links));
	event_free(resolver->pump);
	ares_library_cleanup();
	free(resolver->servers);
	free(resolver);
}

void
resolver_ask(struct resolver *resolver, const char *name, uint16_t type,
    resolver_done *done, void *arg)
{
	struct question *question = alloc_zeroed(1, sizeof *question);

	assert(!resolver->is_closing);
	question->resolver = resolver;
	question->name = alloc_string(name);
	question->type = type;
	question->done = done;
	question->arg = arg;
	question->try_ms = CLOCK_NEVER;
	TAILQ_INSERT_TAIL(&resolver->queue, question, entry);
	prime(resolver);
}

uint64_t
resolver_asked(const struct resolver *resolver)
{
	return resolver->asked;
}
