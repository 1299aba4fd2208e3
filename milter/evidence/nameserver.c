#include "evidence/nameserver.h"

#include "base/alloc.h"

#include <assert.h>
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

/* How late a timeout may be seen. */
#define TICK_MIN_US 5000
#define TICK_MAX_US 100000

/* Answers to many questions may come all at once. */
#define UDP_BUFFER_BYTES (1 << 20)

/* Kinds of channel. */
enum { BY_UDP, BY_TCP, CHANNELS };

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
	struct nameservers *all;
	struct channel channels[CHANNELS];
};

/* A socket of c-ares and what we wait for on it. */
struct link {
	TAILQ_ENTRY(link) entry;
	struct channel *channel;
	ares_socket_t fd;
	struct event *event;
};

struct nameservers {
	struct event_base *base;
	struct server *servers;
	size_t count;
	TAILQ_HEAD(links, link) links;
	int64_t timeout_ms;
	struct timeval tick;
};

/* What c-ares is asked. */
struct errand {
	struct channel *channel;
	nameserver_done *done;
	void *arg;
};

/* What ares_timeout would say costs it a look at each open question, so it
   is not asked: questions run out up to one tick late. */
static void
start_ticking(struct channel *channel)
{
	if (channel->open++ == 0)
		evtimer_add(channel->timer, &channel->server->all->tick);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct channel *channel = arg;

	(void)fd, (void)what;
	ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	if (channel->open > 0)
		evtimer_add(channel->timer, &channel->server->all->tick);
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
	struct nameservers *all = channel->server->all;
	struct link *link;

	TAILQ_FOREACH(link, &all->links, entry)
	if (link->fd == fd)
		return link;
	link = alloc_zeroed(1, sizeof *link);
	link->channel = channel;
	link->fd = fd;
	TAILQ_INSERT_TAIL(&all->links, link, entry);
	return link;
}

static void
on_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct channel *channel = arg;
	struct nameservers *all = channel->server->all;
	struct link *link = link_of(channel, fd);
	short what = EV_PERSIST;

	if (link->event)
		event_free(link->event);
	link->event = NULL;
	if (!readable && !writable) {
		TAILQ_REMOVE(&all->links, link, entry);
		free(link);
		return;
	}
	what |= (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);
	link->event = event_new(all->base, fd, what, on_socket, channel);
	if (!link->event || event_add(link->event, NULL) != 0)
		abort(); /* no memory */
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

static void
on_done(void *arg, int status, int timeouts, unsigned char *bytes, int length)
{
	struct errand errand = *(struct errand *)arg;
	bool has_packet = (status == ARES_SUCCESS || status == ARES_ENODATA ||
			      status == ARES_ENOTFOUND) &&
			  bytes && length > 0;

	(void)timeouts;
	free(arg);
	errand.channel->open--;
	errand.done(errand.arg, has_packet ? DNS_RESPONSE : status_of(status),
	    bytes, length > 0 ? length : 0);
}

void
nameservers_ask(struct nameservers *all, size_t server, bool by_tcp,
    const char *name, uint16_t type, nameserver_done *done, void *arg)
{
	struct channel *channel =
	    &all->servers[server].channels[by_tcp ? BY_TCP : BY_UDP];
	struct errand *errand = alloc_zeroed(1, sizeof *errand);

	errand->channel = channel;
	errand->done = done;
	errand->arg = arg;
	start_ticking(channel);
	ares_query(channel->ares, name, 1 /* IN */, type, on_done, errand);
}

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
	struct nameservers *all = channel->server->all;
	struct ares_options options = {
	    .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
		     ARES_FLAG_NOCHECKRESP |
		     (way == BY_TCP ? ARES_FLAG_USEVC : ARES_FLAG_IGNTC),
	    .timeout = all->timeout_ms,
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
	channel->timer = evtimer_new(all->base, on_timer, channel);
	if (!channel->timer)
		abort(); /* no memory */
	return ARES_SUCCESS;
}

static int
add_server(struct nameservers *all, const struct ares_addr_port_node *node)
{
	struct server *server = &all->servers[all->count++];
	struct ares_addr_port_node one = *node;
	int status = ARES_SUCCESS;

	one.next = NULL;
	server->all = all;
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
add_servers(struct nameservers *all, const struct ares_addr_port_node *nodes)
{
	const struct ares_addr_port_node *node;
	size_t count = 0;
	int status = ARES_SUCCESS;

	for (node = nodes; node; node = node->next)
		count++;
	if (count == 0)
		return ARES_EBADSTR;
	all->servers = alloc_zeroed(count, sizeof *all->servers);
	for (node = nodes; node && status == ARES_SUCCESS; node = node->next)
		status = add_server(all, node);
	return status;
}

/* A first channel only tells which servers there are. */
static int
find_servers(struct nameservers *all, const char *servers)
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
		status = add_servers(all, nodes);
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

struct nameservers *
nameservers_open(struct event_base *base, const char *servers,
    int64_t timeout_ms, char **reason)
{
	struct nameservers *all = alloc_zeroed(1, sizeof *all);
	int status;

	TAILQ_INIT(&all->links);
	all->base = base;
	all->timeout_ms = timeout_ms < INT_MAX ? timeout_ms : INT_MAX;
	all->tick.tv_usec = tick_us(all->timeout_ms);
	ares_library_init(ARES_LIB_INIT_ALL);
	status = find_servers(all, servers);
	if (status != ARES_SUCCESS) {
		*reason = alloc_printf("the DNS servers %s cannot be used: %s",
		    servers ? servers : "of the system", ares_strerror(status));
		nameservers_close(&all);
	}
	return all;
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
nameservers_close(struct nameservers **where)
{
	struct nameservers *all = *where;

	if (!all)
		return;
	for (size_t i = 0; i < all->count; i++)
		for (int j = 0; j < CHANNELS; j++)
			close_channel(&all->servers[i].channels[j]);
	assert(TAILQ_EMPTY(&all->links));
	ares_library_cleanup();
	free(all->servers);
	free(all);
	*where = NULL;
}

size_t
nameservers_count(const struct nameservers *all)
{
	return all->count;
}
