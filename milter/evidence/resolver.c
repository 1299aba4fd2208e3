#include "evidence/resolver.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <event2/event.h>

/* Newer c-ares prefers calls that Debian 12's does not have. */
#define CARES_NO_DEPRECATED
#include <ares.h>

/* Kinds of channel. */
enum { BY_UDP, BY_TCP, CHANNELS };

/* A server that closes its TCP connection after each answer ends the other
   questions on it, which are then asked again, up to this many times. */
#define TCP_RETRIES_MAX 32

/* A server's socket holds some 250 small questions; what comes beyond that
   while it is busy is lost, and costs us a whole timeout. What was sent that
   long ago has been taken in. */
#define YOUNG_MS 5

/* How late a timeout may be seen. */
#define TICK_MIN_US 5000
#define TICK_MAX_US 100000

/* Answers to a full window may come all at once. */
#define UDP_BUFFER_BYTES (1 << 20)

struct question {
	TAILQ_ENTRY(question) entry; /* of the queue, or of the young */
	struct resolver *resolver;
	char *name;
	resolver_done *done;
	void *arg;
	int64_t try_ms;	 /* when it was first asked, in this try */
	int64_t sent_ms; /* when it was last asked */
	bool is_young;
	uint16_t server; /* being asked */
	uint16_t type;
	uint8_t tries;	     /* begun, over all servers */
	uint8_t tcp_retries; /* in this try of this server */
	bool by_tcp;	     /* the answer had no room in UDP */
	bool has_silence;    /* some server gave nothing in this try */
};

/* Each server has channels of its own. A channel of several would go on to
   the next by itself, but Debian 12's c-ares then forgets what the last one
   said, and SERVFAIL and REFUSED look like a dead server. And each way has
   one: a channel ends all its questions when one of its sockets fails, and
   TCP connections are closed every day. */
struct channel {
	struct server *server;
	ares_channel ares;
	struct event *timer;
	size_t open; /* questions */
};

struct server {
	struct resolver *resolver;
	struct channel channels[CHANNELS];
};

/* A socket of c-ares and what we wait for on it. */
struct link {
	TAILQ_ENTRY(link) entry;
	struct channel *channel;
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
	/* On the wire for less than YOUNG_MS, the oldest first. */
	TAILQ_HEAD(young, question) young;
	size_t young_count;
	size_t inflight;
	uint64_t asked;
	int tries;
	int64_t timeout_ms;
	struct timeval tick;
	bool is_primed; /* the pump runs in this turn of the loop */
	bool is_closing;
};

/* What ares_timeout would say costs it a look at each open question, so it
   is not asked: questions run out up to one tick late. */
static void
start_ticking(struct channel *channel)
{
	if (channel->open++ == 0)
		evtimer_add(channel->timer, &channel->server->resolver->tick);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct channel *channel = arg;

	(void)fd, (void)what;
	ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	if (channel->open > 0)
		evtimer_add(channel->timer, &channel->server->resolver->tick);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct channel *channel = arg;

	ares_process_fd(channel->ares, what & EV_READ ? fd : ARES_SOCKET_BAD,
	    what & EV_WRITE ? fd : ARES_SOCKET_BAD);
}

static struct link *
link_of(struct channel *channel, ares_socket_t fd)
{
	struct resolver *resolver = channel->server->resolver;
	struct link *link;

	TAILQ_FOREACH(link, &resolver->links, entry)
	if (link->fd == fd)
		return link;
	link = alloc_zeroed(1, sizeof *link);
	link->channel = channel;
	link->fd = fd;
	TAILQ_INSERT_TAIL(&resolver->links, link, entry);
	return link;
}

static void
on_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct channel *channel = arg;
	struct resolver *resolver = channel->server->resolver;
	struct link *link = link_of(channel, fd);
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
	link->event = event_new(resolver->base, fd, what, on_socket, channel);
	if (!link->event || event_add(link->event, NULL) != 0)
		abort(); /* no memory */
}

/* Not event_active: the loop would run a pump that starts itself again
   before it looks at any socket. */
static void
prime(struct resolver *resolver)
{
	static const struct timeval now = {0, 0};

	if (resolver->is_primed)
		return;
	resolver->is_primed = true;
	evtimer_add(resolver->pump, &now);
}

static void
grow_up(struct resolver *resolver, struct question *question)
{
	if (!question->is_young)
		return;
	question->is_young = false;
	resolver->young_count--;
	TAILQ_REMOVE(&resolver->young, question, entry);
}

static void
send_off(struct resolver *resolver, struct question *question, int64_t now_ms)
{
	question->sent_ms = now_ms;
	question->is_young = true;
	resolver->young_count++;
	TAILQ_INSERT_TAIL(&resolver->young, question, entry);
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

/* Whether what came over UDP says that there is more. */
static bool
is_truncated(const struct question *question, int status,
    const unsigned char *bytes, int length)
{
	bool has_packet = status == ARES_SUCCESS || status == ARES_ENODATA ||
			  status == ARES_ENOTFOUND;

	return !question->by_tcp && has_packet && bytes && length > 2 &&
	       bytes[2] & 0x02;
}

/* Whether a question ended with its connection, which may have been another's
   fault: newer c-ares closes one that brings a malformed answer. */
static bool
is_bystander(
    const struct question *question, enum dns_status status, bool has_packet)
{
	return question->by_tcp && !has_packet &&
	       (status == DNS_UNREACHABLE || status == DNS_MALFORMED) &&
	       question->tcp_retries < TCP_RETRIES_MAX &&
	       has_time_left(question);
}

/* Whether another server, or one of them once more, is to be asked. Only
   silence is worth a further try. */
static bool
goes_on(struct question *question, enum dns_status status, bool has_packet)
{
	const struct resolver *resolver = question->resolver;

	if (status == DNS_RESPONSE || status == DNS_CANCELLED)
		return false;
	if (is_bystander(question, status, has_packet)) {
		question->tcp_retries++;
		return true;
	}
	if (status == DNS_TIMEOUT && has_time_left(question))
		return true;
	if (status == DNS_TIMEOUT || status == DNS_UNREACHABLE)
		question->has_silence = true;
	question->try_ms = CLOCK_NEVER;
	question->by_tcp = false;
	question->tcp_retries = 0;
	if (++question->server < resolver->server_count)
		return true;
	if (!question->has_silence || question->tries >= resolver->tries)
		return false;
	question->has_silence = false;
	question->server = 0;
	question->tries++;
	return true;
}

static struct channel *
channel_of(const struct question *question)
{
	struct server *server = &question->resolver->servers[question->server];

	return &server->channels[question->by_tcp ? BY_TCP : BY_UDP];
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
	channel_of(question)->open--;
	grow_up(resolver, question);
	if (!resolver->is_closing)
		prime(resolver);
	if (is_truncated(question, status, bytes, length)) {
		question->by_tcp = true;
		TAILQ_INSERT_HEAD(&resolver->queue, question, entry);
		return;
	}
	result = read_result(question, status, bytes, length, &message);
	if (goes_on(question, result, bytes))
		TAILQ_INSERT_HEAD(&resolver->queue, question, entry);
	else
		finish(
		    question, result, result == DNS_RESPONSE ? &message : NULL);
}

static void
start(struct resolver *resolver, struct question *question, int64_t now_ms)
{
	struct channel *channel = channel_of(question);

	TAILQ_REMOVE(&resolver->queue, question, entry);
	resolver->inflight++;
	start_ticking(channel);
	send_off(resolver, question, now_ms);
	if (question->tries == 0) {
		question->tries = 1;
		resolver->asked++;
	}
	if (question->try_ms == CLOCK_NEVER)
		question->try_ms = now_ms;
	/* May call on_done before it returns. */
	ares_query(channel->ares, question->name, 1 /* IN */, question->type,
	    on_done, question);
}

static bool
can_start(const struct resolver *resolver)
{
	return !TAILQ_EMPTY(&resolver->queue) &&
	       resolver->young_count < RESOLVER_BURST_MAX &&
	       resolver->inflight < RESOLVER_INFLIGHT_MAX;
}

static void
age(struct resolver *resolver, int64_t now_ms)
{
	struct question *oldest;

	while ((oldest = TAILQ_FIRST(&resolver->young)) &&
	       now_ms - oldest->sent_ms >= YOUNG_MS)
		grow_up(resolver, oldest);
}

static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = {0, 1000};
	struct resolver *resolver = arg;
	int64_t now_ms = clock_now_ms();

	(void)fd, (void)what;
	resolver->is_primed = false;
	age(resolver, now_ms);
	/* Where questions fail at once and are asked again at once, the rest
	   of the loop must have its turn. */
	for (int i = 0; i < RESOLVER_BURST_MAX && can_start(resolver); i++)
		start(resolver, TAILQ_FIRST(&resolver->queue), now_ms);
	if (can_start(resolver))
		prime(resolver);
	else if (!TAILQ_EMPTY(&resolver->queue) && !resolver->is_primed)
		evtimer_add(resolver->pump, &soon);
}

/* ---- sockets ------------------------------------------------------------- */

static ares_socket_t
open_socket(int domain, int type, int protocol, void *arg)
{
	(void)arg;
	return socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

static int
close_socket(ares_socket_t fd, void *arg)
{
	(void)arg;
	return close(fd);
}

static int
connect_socket(
    ares_socket_t fd, const struct sockaddr *to, ares_socklen_t size, void *arg)
{
	int bytes = UDP_BUFFER_BYTES;

	(void)arg;
	/* More than the system allows is cut by it. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	return connect(fd, to, size);
}

/* What c-ares cannot read is for newer ones the end of a connection, and of
   all the questions on it; and so is an empty datagram for any. */
static bool
is_readable(const unsigned char *bytes, ares_ssize_t length)
{
#if ARES_VERSION >= 0x011c00
	ares_dns_record_t *record = NULL;
	ares_status_t status = ares_dns_parse(bytes, length, 0, &record);

	ares_dns_record_destroy(record);
	return status == ARES_SUCCESS;
#else
	(void)bytes;
	return length > 0;
#endif
}

/* Anybody may send anything: it is as if it had not come. */
static ares_ssize_t
receive(ares_socket_t fd, void *to, size_t size, int flags,
    struct sockaddr *from, ares_socklen_t *from_size, void *arg)
{
	ares_ssize_t length;

	(void)arg;
	do
		length = recvfrom(fd, to, size, flags, from, from_size);
	while (length >= 0 && !is_readable(to, length));
	return length;
}

static ares_ssize_t
send_parts(ares_socket_t fd, const struct iovec *parts, int count, void *arg)
{
	(void)arg;
	return writev(fd, parts, count);
}

static const struct ares_socket_functions datagrams = {
    .asocket = open_socket,
    .aclose = close_socket,
    .aconnect = connect_socket,
    .arecvfrom = receive,
    .asendv = send_parts,
};

static int
open_channel(struct channel *channel, int way)
{
	struct resolver *resolver = channel->server->resolver;
	struct ares_options options = {
	    .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
		     ARES_FLAG_NOCHECKRESP |
		     (way == BY_TCP ? ARES_FLAG_USEVC : ARES_FLAG_IGNTC),
	    .timeout = resolver->timeout_ms,
	    .tries = 1, /* ours are counted here; c-ares doubles the time */
	    .sock_state_cb = on_state,
	    .sock_state_cb_data = channel,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB;
	int status;

#ifdef ARES_OPT_QUERY_CACHE
	mask |= ARES_OPT_QUERY_CACHE; /* with a TTL of 0: none */
#endif
	status = ares_init_options(&channel->ares, &options, mask);
	if (status != ARES_SUCCESS)
		return status;
	if (way == BY_UDP)
		ares_set_socket_functions(channel->ares, &datagrams, NULL);
	channel->timer = evtimer_new(resolver->base, on_timer, channel);
	if (!channel->timer)
		abort(); /* no memory */
	return ARES_SUCCESS;
}

static int
add_server(struct resolver *resolver, const struct ares_addr_port_node *node)
{
	struct server *server = &resolver->servers[resolver->server_count++];
	struct ares_addr_port_node one = *node;
	int status = ARES_SUCCESS;

	one.next = NULL;
	server->resolver = resolver;
	for (int i = 0; i < CHANNELS && status == ARES_SUCCESS; i++) {
		struct channel *channel = &server->channels[i];

		channel->server = server;
		status = open_channel(channel, i);
		if (status == ARES_SUCCESS)
			status = ares_set_servers_ports(channel->ares, &one);
	}
	return status;
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

static int64_t
tick_us(int64_t timeout_ms)
{
	int64_t us = timeout_ms * 1000 / 32;

	return us < TICK_MIN_US	  ? TICK_MIN_US
	       : us > TICK_MAX_US ? TICK_MAX_US
				  : us;
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
	TAILQ_INIT(&resolver->young);
	resolver->base = base;
	resolver->tries = settings->tries;
	resolver->timeout_ms =
	    settings->timeout_ms < INT_MAX ? settings->timeout_ms : INT_MAX;
	resolver->tick.tv_usec = tick_us(resolver->timeout_ms);
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

static void
close_channel(struct channel *channel)
{
	if (channel->ares)
		ares_destroy(channel->ares);
	if (channel->timer)
		event_free(channel->timer);
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
	for (size_t i = 0; i < resolver->server_count; i++)
		for (int j = 0; j < CHANNELS; j++)
			close_channel(&resolver->servers[i].channels[j]);
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
