#include "evidence/exchanges.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/domain.h"
#include "config/pattern.h"
#include "config/receivers.h"
#include "evidence/resolver.h"

#include <pthread.h>
#include <search.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum progress { IDLE, WANTED, ASKED };

struct exchange {
	const char *text;	    /* first, for the tree */
	TAILQ_ENTRY(exchange) age;  /* the last recalled first */
	TAILQ_ENTRY(exchange) turn; /* of the wanted */
	enum progress progress;
	char *receiver;	       /* NULL: never known; "": there is none */
	int64_t good_until_ms; /* CLOCK_NEVER before the first answer */
};

TAILQ_HEAD(exchange_queue, exchange);

struct exchanges {
	atomic_bool are_needed;
	pthread_mutex_t mutex; /* of the next ones */
	void *tree;	       /* of all exchanges, by domain */
	struct exchange_queue all, wanted;
	size_t count;
	void (*woken)(void *arg);
	void *arg;

	/* the engine's own */
	struct receiver_book *book;
	struct resolver *resolver;
	size_t open;
};

/* One open question. The domain is its own, since the exchange may have made
   room by the time of the answer. */
struct question {
	struct exchanges *exchanges;
	char domain[DOMAIN_MAX];
	/* Of the most preferred hosts so far; "" before the first. */
	bool has_host, is_mixed;
	uint16_t preference;
	char receiver[RECEIVER_NAME_MAX];
};

struct exchanges *
exchanges_create(void)
{
	struct exchanges *exchanges = alloc_zeroed(1, sizeof *exchanges);

	pthread_mutex_init(&exchanges->mutex, NULL);
	TAILQ_INIT(&exchanges->all);
	TAILQ_INIT(&exchanges->wanted);
	return exchanges;
}

static int
compare(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static struct exchange *
find(const struct exchanges *exchanges, const char *domain)
{
	void **node = tfind(&domain, (void *const *)&exchanges->tree, compare);

	return node ? *node : NULL;
}

static void
forget(struct exchanges *exchanges, struct exchange *exchange)
{
	if (exchange->progress == WANTED)
		TAILQ_REMOVE(&exchanges->wanted, exchange, turn);
	TAILQ_REMOVE(&exchanges->all, exchange, age);
	tdelete(exchange, &exchanges->tree, compare);
	exchanges->count--;
	free((char *)exchange->text);
	free(exchange->receiver);
	free(exchange);
}

void
exchanges_destroy(struct exchanges **exchanges_r)
{
	struct exchanges *exchanges = *exchanges_r;

	if (!exchanges)
		return;
	*exchanges_r = NULL;
	while (!TAILQ_EMPTY(&exchanges->all))
		forget(exchanges, TAILQ_FIRST(&exchanges->all));
	receiver_book_destroy(&exchanges->book);
	pthread_mutex_destroy(&exchanges->mutex);
	free(exchanges);
}

void
exchanges_listen(
    struct exchanges *exchanges, void (*woken)(void *arg), void *arg)
{
	pthread_mutex_lock(&exchanges->mutex);
	exchanges->woken = woken;
	exchanges->arg = arg;
	pthread_mutex_unlock(&exchanges->mutex);
}

/* ---- recalling ---------------------------------------------------------- */

static void
want(struct exchanges *exchanges, struct exchange *exchange)
{
	bool is_first = TAILQ_EMPTY(&exchanges->wanted);

	exchange->progress = WANTED;
	TAILQ_INSERT_TAIL(&exchanges->wanted, exchange, turn);
	/* Within the lock, so that who stops listening is not called any
	   more. */
	if (is_first && exchanges->woken)
		exchanges->woken(exchanges->arg);
}

static struct exchange *
add(struct exchanges *exchanges, const char *domain)
{
	struct exchange *exchange;

	if (exchanges->count == EXCHANGES_MAX)
		forget(exchanges, TAILQ_LAST(&exchanges->all, exchange_queue));
	exchange = alloc_zeroed(1, sizeof *exchange);
	exchange->text = alloc_string(domain);
	exchange->good_until_ms = CLOCK_NEVER;
	if (!tsearch(exchange, &exchanges->tree, compare))
		abort(); /* no memory */
	TAILQ_INSERT_HEAD(&exchanges->all, exchange, age);
	exchanges->count++;
	return exchange;
}

static struct exchange *
touch(struct exchanges *exchanges, const char *domain)
{
	struct exchange *exchange = find(exchanges, domain);

	if (!exchange)
		return add(exchanges, domain);
	TAILQ_REMOVE(&exchanges->all, exchange, age);
	TAILQ_INSERT_HEAD(&exchanges->all, exchange, age);
	return exchange;
}

int
exchanges_recall(struct exchanges *exchanges, const char *domain,
    int64_t now_ms, char receiver[RECEIVER_NAME_MAX])
{
	struct exchange *exchange;
	int result = -1;

	pthread_mutex_lock(&exchanges->mutex);
	exchange = touch(exchanges, domain);
	if (exchange->progress == IDLE && exchange->good_until_ms <= now_ms)
		want(exchanges, exchange);
	if (exchange->receiver && exchange->receiver[0]) {
		snprintf(receiver, RECEIVER_NAME_MAX, "%s", exchange->receiver);
		result = 0;
	}
	pthread_mutex_unlock(&exchanges->mutex);
	return result;
}

void
exchanges_learn(
    struct exchanges *exchanges, const char *address, const char *receiver)
{
	const char *text = pattern_domain_of(address);
	struct exchange *exchange;
	char domain[DOMAIN_MAX];

	if (!text || domain_parse(text, domain) != 0)
		return;
	pthread_mutex_lock(&exchanges->mutex);
	exchange = touch(exchanges, domain);
	if (!exchange->receiver)
		exchange->receiver = alloc_string(receiver);
	pthread_mutex_unlock(&exchanges->mutex);
}

int
exchanges_receiver_of(struct exchanges *exchanges, const char *address,
    int64_t now_ms, char receiver[RECEIVER_NAME_MAX])
{
	const char *text = pattern_domain_of(address);
	char domain[DOMAIN_MAX];

	if (!exchanges_are_needed(exchanges) || !text ||
	    domain_parse(text, domain) != 0)
		return -1;
	return exchanges_recall(exchanges, domain, now_ms, receiver);
}

void
exchanges_need(struct exchanges *exchanges, bool is_needed)
{
	atomic_store(&exchanges->are_needed, is_needed);
}

bool
exchanges_are_needed(const struct exchanges *exchanges)
{
	return atomic_load(&exchanges->are_needed);
}

size_t
exchanges_count(struct exchanges *exchanges)
{
	size_t count;

	pthread_mutex_lock(&exchanges->mutex);
	count = exchanges->count;
	pthread_mutex_unlock(&exchanges->mutex);
	return count;
}

/* ---- asking ------------------------------------------------------------- */

static void
name_host(const struct receiver_book *book, const char *host,
    char name[RECEIVER_NAME_MAX])
{
	const struct receiver *known = receiver_find(book, host, strlen(host));

	if (known)
		snprintf(name, RECEIVER_NAME_MAX, "%s", known->name);
	else
		receiver_name(host, strlen(host), name);
}

static void
on_host(void *arg, const struct dns_record *record)
{
	struct question *question = arg;
	char name[RECEIVER_NAME_MAX] = "";

	if (question->has_host && record->preference > question->preference)
		return;
	name_host(question->exchanges->book, record->host, name);
	if (!question->has_host || record->preference < question->preference)
		question->is_mixed = false;
	else if (strcmp(name, question->receiver) != 0)
		question->is_mixed = true;
	question->has_host = true;
	question->preference = record->preference;
	snprintf(question->receiver, sizeof question->receiver, "%s", name);
}

/* The name of the receiver, or "". */
static const char *
conclude(struct question *question, const struct message *message)
{
	if (!message->name_exists)
		return "";
	message_each(message, on_host, question);
	if (question->is_mixed)
		return "";
	if (!question->has_host)
		name_host(question->exchanges->book, question->domain,
		    question->receiver);
	return question->receiver;
}

static int64_t
span_of(const struct message *message)
{
	int64_t span_ms = message->ttl_sec * CLOCK_SEC;

	if (span_ms < EXCHANGES_KEEP_MIN_MS)
		return EXCHANGES_KEEP_MIN_MS;
	return span_ms < EXCHANGES_KEEP_MAX_MS ? span_ms
					       : EXCHANGES_KEEP_MAX_MS;
}

static void
take(struct question *question, enum dns_status status,
    const struct message *message)
{
	struct exchanges *exchanges = question->exchanges;
	struct exchange *exchange = find(exchanges, question->domain);
	int64_t now_ms = clock_now_ms();

	if (!exchange || exchange->progress != ASKED)
		return;
	exchange->progress = IDLE;
	if (status == DNS_CANCELLED) {
		exchange->good_until_ms = CLOCK_NEVER;
	} else if (status == DNS_RESPONSE) {
		free(exchange->receiver);
		exchange->receiver = alloc_string(conclude(question, message));
		exchange->good_until_ms = now_ms + span_of(message);
	} else {
		exchange->good_until_ms = now_ms + EXCHANGES_RETRY_MS;
	}
}

static void
on_answer(void *arg, enum dns_status status, const struct message *message)
{
	struct question *question = arg;
	struct exchanges *exchanges = question->exchanges;

	pthread_mutex_lock(&exchanges->mutex);
	exchanges->open--;
	take(question, status, message);
	pthread_mutex_unlock(&exchanges->mutex);
	free(question);
	if (status != DNS_CANCELLED)
		exchanges_ask(exchanges);
}

static struct question *
next_question(struct exchanges *exchanges)
{
	struct exchange *exchange;
	struct question *question = NULL;

	pthread_mutex_lock(&exchanges->mutex);
	exchange = TAILQ_FIRST(&exchanges->wanted);
	if (exchange) {
		TAILQ_REMOVE(&exchanges->wanted, exchange, turn);
		exchange->progress = ASKED;
		question = alloc_zeroed(1, sizeof *question);
		question->exchanges = exchanges;
		snprintf(question->domain, sizeof question->domain, "%s",
		    exchange->text);
	}
	pthread_mutex_unlock(&exchanges->mutex);
	return question;
}

void
exchanges_ask(struct exchanges *exchanges)
{
	struct question *question;

	while (exchanges->resolver && exchanges->open < EXCHANGES_OPEN_MAX &&
	       (question = next_question(exchanges))) {
		exchanges->open++;
		resolver_ask(exchanges->resolver, question->domain, DNS_TYPE_MX,
		    on_answer, question);
	}
}

bool
exchanges_are_asking(const struct exchanges *exchanges)
{
	return exchanges->open > 0;
}

void
exchanges_configure(struct exchanges *exchanges,
    const struct receivers *receivers, struct resolver *resolver)
{
	struct exchange *exchange;

	pthread_mutex_lock(&exchanges->mutex);
	receiver_book_destroy(&exchanges->book);
	exchanges->book = receiver_book_create(receivers);
	exchanges->resolver = resolver;
	TAILQ_FOREACH(exchange, &exchanges->all, age)
	{
		exchange->good_until_ms = CLOCK_NEVER;
	}
	pthread_mutex_unlock(&exchanges->mutex);
}
