#include "evidence/resolver.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "evidence/nameserver.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>

/* A server that closes its TCP connection after each answer ends the other
   questions on it, which are then asked again, up to this many times. */
#define TCP_RETRIES_MAX 32

/* A server's socket holds some 250 small questions; what comes beyond that
   while it is busy is lost, and costs us a whole timeout. What was sent that
   long ago has been taken in. */
#define YOUNG_MS 5

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

struct resolver {
	struct event *pump;
	struct nameservers *servers;
	TAILQ_HEAD(queue, question) queue;
	/* On the wire for less than YOUNG_MS, the oldest first. */
	TAILQ_HEAD(young, question) young;
	size_t young_count;
	size_t inflight;
	uint64_t asked;
	int tries;
	int64_t timeout_ms;
	bool is_primed; /* the pump runs in this turn of the loop */
	bool is_closing;
};

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
is_truncated(const struct question *question, enum dns_status status,
    const unsigned char *bytes, size_t length)
{
	return !question->by_tcp && status == DNS_RESPONSE && length > 2 &&
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
	if (++question->server < nameservers_count(resolver->servers))
		return true;
	if (!question->has_silence || question->tries >= resolver->tries)
		return false;
	question->has_silence = false;
	question->server = 0;
	question->tries++;
	return true;
}

static void
on_done(void *arg, enum dns_status status, const unsigned char *bytes,
    size_t length)
{
	struct question *question = arg;
	struct resolver *resolver = question->resolver;
	struct message message;

	resolver->inflight--;
	grow_up(resolver, question);
	if (!resolver->is_closing)
		prime(resolver);
	if (is_truncated(question, status, bytes, length)) {
		question->by_tcp = true;
		TAILQ_INSERT_HEAD(&resolver->queue, question, entry);
		return;
	}
	if (status == DNS_RESPONSE)
		status = message_read(
		    bytes, length, question->name, question->type, &message);
	if (goes_on(question, status, bytes))
		TAILQ_INSERT_HEAD(&resolver->queue, question, entry);
	else
		finish(
		    question, status, status == DNS_RESPONSE ? &message : NULL);
}

static void
start(struct resolver *resolver, struct question *question, int64_t now_ms)
{
	TAILQ_REMOVE(&resolver->queue, question, entry);
	resolver->inflight++;
	send_off(resolver, question, now_ms);
	if (question->tries == 0) {
		question->tries = 1;
		resolver->asked++;
	}
	if (question->try_ms == CLOCK_NEVER)
		question->try_ms = now_ms;
	nameservers_ask(resolver->servers, question->server, question->by_tcp,
	    question->name, question->type, on_done, question);
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

struct resolver *
resolver_create(
    struct event_base *base, const struct dns_settings *settings, char **reason)
{
	struct nameservers *servers = nameservers_open(
	    base, settings->servers, settings->timeout_ms, reason);
	struct resolver *resolver;

	if (!servers)
		return NULL;
	resolver = alloc_zeroed(1, sizeof *resolver);
	TAILQ_INIT(&resolver->queue);
	TAILQ_INIT(&resolver->young);
	resolver->servers = servers;
	resolver->tries = settings->tries;
	resolver->timeout_ms = settings->timeout_ms;
	resolver->pump = evtimer_new(base, on_pump, resolver);
	if (!resolver->pump)
		abort(); /* no memory */
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
	nameservers_close(&resolver->servers);
	assert(resolver->inflight == 0);
	while ((question = TAILQ_FIRST(&resolver->queue))) {
		TAILQ_REMOVE(&resolver->queue, question, entry);
		finish(question, DNS_CANCELLED, NULL);
	}
	event_free(resolver->pump);
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

bool
resolver_is_idle(const struct resolver *resolver)
{
	return resolver->inflight == 0 && TAILQ_EMPTY(&resolver->queue);
}
