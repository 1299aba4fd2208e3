#include "dns_server.h"

#include "dns_script.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SEEN_MAX 8192
#define BATCH_MAX 64 /* UDP questions before TCP has its turn */
#define BUFFER_BYTES (8 << 20)

/* An answer that waits for its time. */
struct delayed {
	int64_t due_us;
	struct sockaddr_in to;
	size_t length;
	uint8_t bytes[];
};

struct seen {
	char name[256];
	uint16_t type;
};

struct dns_server {
	pthread_t thread;
	int udp, tcp, stop[2];
	char address[32];
	FILE *log;	      /* or NULL */
	pthread_mutex_t lock; /* of the next three */
	struct dns_script *script;
	struct seen *seen;
	size_t seen_count;
	/* The thread's own: a heap, the next one due first. */
	struct delayed **delayed;
	size_t delayed_count, delayed_room;
};

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	abort();
}

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static bool
answer(struct dns_server *server, const struct question *question,
    struct packet *packet, int *delay_ms)
{
	bool has_answer;

	pthread_mutex_lock(&server->lock);
	if (server->seen_count < SEEN_MAX) {
		struct seen *seen = &server->seen[server->seen_count++];

		memcpy(seen->name, question->name, question->name_length + 1);
		seen->type = question->type;
	}
	has_answer =
	    dns_script_answer(server->script, question, packet, delay_ms);
	pthread_mutex_unlock(&server->lock);
	if (server->log)
		fprintf(server->log, "%s %s\n", dns_script_type(question->type),
		    question->name);
	return has_answer;
}

/* ---- answers that come later -------------------------------------------- */

static void
swap(struct delayed **a, struct delayed **b)
{
	struct delayed *held = *a;

	*a = *b;
	*b = held;
}

static void
delay(struct dns_server *server, const struct sockaddr_in *to,
    const struct packet *packet, int delay_ms)
{
	struct delayed *later = malloc(sizeof *later + packet->length);
	size_t i = server->delayed_count++, parent;

	must(later, "dns_server: memory");
	later->due_us = now_us() + delay_ms * 1000;
	later->to = *to;
	later->length = packet->length;
	memcpy(later->bytes, packet->bytes, packet->length);
	if (server->delayed_count > server->delayed_room) {
		server->delayed_room = server->delayed_room * 2 + 64;
		server->delayed = reallocarray(server->delayed,
		    server->delayed_room, sizeof(struct delayed *));
		must(server->delayed, "dns_server: memory");
	}
	server->delayed[i] = later;
	for (; i > 0; i = parent) {
		parent = (i - 1) / 2;
		if (server->delayed[parent]->due_us <= later->due_us)
			break;
		swap(&server->delayed[parent], &server->delayed[i]);
	}
}

static void
drop_first(struct dns_server *server)
{
	struct delayed **heap = server->delayed;
	size_t count = --server->delayed_count, i = 0, child;

	free(heap[0]);
	heap[0] = heap[count];
	while ((child = 2 * i + 1) < count) {
		if (child + 1 < count &&
		    heap[child + 1]->due_us < heap[child]->due_us)
			child++;
		if (heap[i]->due_us <= heap[child]->due_us)
			break;
		swap(&heap[i], &heap[child]);
		i = child;
	}
}

/* Writes how long poll may sleep; NULL: as long as it likes. */
static const struct timespec *
send_delayed(struct dns_server *server, struct timespec *wait)
{
	int64_t now = now_us(), left;

	while (server->delayed_count > 0) {
		struct delayed *first = server->delayed[0];

		left = first->due_us - now;
		if (left > 0) {
			wait->tv_sec = left / 1000000;
			wait->tv_nsec = left % 1000000 * 1000;
			return wait;
		}
		sendto(server->udp, first->bytes, first->length, 0,
		    (struct sockaddr *)&first->to, sizeof first->to);
		drop_first(server);
	}
	return NULL;
}

/* ---- sockets ------------------------------------------------------------ */

/* Returns whether there was a question. */
static bool
serve_datagram(struct dns_server *server)
{
	uint8_t bytes[512];
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	struct packet packet;
	struct question question;
	ssize_t length;
	int delay_ms;

	length = recvfrom(server->udp, bytes, sizeof bytes, MSG_DONTWAIT,
	    (struct sockaddr *)&from, &size);
	if (length < 0)
		return false;
	if (dns_question_read(bytes, length, &question) != 0 ||
	    !answer(server, &question, &packet, &delay_ms))
		return true;
	if (delay_ms > 0)
		delay(server, &from, &packet, delay_ms);
	else
		sendto(server->udp, packet.bytes, packet.length, 0,
		    (struct sockaddr *)&from, size);
	return true;
}

static void
serve_udp(struct dns_server *server)
{
	for (int i = 0; i < BATCH_MAX && serve_datagram(server); i++)
		;
}

/* One question, then the connection is closed. A client that says nothing is
   given up after a second. */
static void
serve_tcp(struct dns_server *server)
{
	struct timeval patience = {.tv_sec = 1};
	struct packet packet;
	struct question question;
	uint8_t bytes[512];
	uint16_t length;
	int fd = accept(server->tcp, NULL, NULL), delay_ms;

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (recv(fd, &length, 2, MSG_WAITALL) == 2 &&
	    (length = ntohs(length)) <= sizeof bytes &&
	    recv(fd, bytes, length, MSG_WAITALL) == length &&
	    dns_question_read(bytes, length, &question) == 0) {
		question.is_tcp = true;
		if (answer(server, &question, &packet, &delay_ms)) {
			length = htons(packet.length);
			send(fd, &length, 2, MSG_NOSIGNAL | MSG_MORE);
			send(fd, packet.bytes, packet.length, MSG_NOSIGNAL);
		}
	}
	close(fd);
}

static void *
run(void *arg)
{
	struct dns_server *server = arg;
	struct pollfd fds[] = {{server->udp, POLLIN, 0},
	    {server->tcp, POLLIN, 0}, {server->stop[0], POLLIN, 0}};

	while (!fds[2].revents) {
		struct timespec wait;

		ppoll(fds, 3, send_delayed(server, &wait), NULL);
		if (fds[0].revents)
			serve_udp(server);
		if (fds[1].revents)
			serve_tcp(server);
	}
	return NULL;
}

/* 0 as the port is any that is free, and is replaced by it. */
static int
bind_socket(const char *address, int type, uint16_t *port)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET,
	    .sin_port = htons(*port),
	    .sin_addr.s_addr = inet_addr(address),
	};
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), yes = 1;
	int bytes = BUFFER_BYTES;

	must(fd >= 0, "dns_server: socket");
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	else
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	if (bind(fd, (struct sockaddr *)&at, size) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 64) != 0)) {
		close(fd);
		return -1;
	}
	getsockname(fd, (struct sockaddr *)&at, &size);
	*port = ntohs(at.sin_port);
	return fd;
}

/* A port that is free for UDP may be taken for TCP. */
static void
bind_both(struct dns_server *server, const char *address, uint16_t wanted)
{
	for (int i = 0; i < 50; i++) {
		uint16_t port = wanted;

		server->tcp = bind_socket(address, SOCK_STREAM, &port);
		must(server->tcp >= 0, "dns_server: bind");
		server->udp = bind_socket(address, SOCK_DGRAM, &port);
		if (server->udp >= 0) {
			snprintf(server->address, sizeof server->address,
			    "%.15s:%u", address, port);
			return;
		}
		close(server->tcp);
	}
	must(false, "dns_server: no free port");
}

struct dns_server *
dns_server_start_at(
    const char *address, uint16_t port, const char *script, FILE *log)
{
	struct dns_server *server = calloc(1, sizeof *server);

	must(server, "dns_server: memory");
	server->seen = calloc(SEEN_MAX, sizeof *server->seen);
	must(server->seen, "dns_server: memory");
	server->log = log;
	bind_both(server, address, port);
	must(pipe(server->stop) == 0, "dns_server: pipe");
	pthread_mutex_init(&server->lock, NULL);
	server->script = dns_script_parse(script);
	must(pthread_create(&server->thread, NULL, run, server) == 0,
	    "dns_server: thread");
	return server;
}

struct dns_server *
dns_server_start(const char *script)
{
	return dns_server_start_at("127.0.0.1", 0, script, NULL);
}

void
dns_server_stop(struct dns_server **where)
{
	struct dns_server *server = *where;

	if (!server)
		return;
	*where = NULL;
	must(write(server->stop[1], "", 1) == 1, "dns_server: stop");
	pthread_join(server->thread, NULL);
	close(server->stop[0]);
	close(server->stop[1]);
	close(server->udp);
	close(server->tcp);
	dns_script_free(&server->script);
	pthread_mutex_destroy(&server->lock);
	while (server->delayed_count > 0)
		drop_first(server);
	free(server->delayed);
	free(server->seen);
	free(server);
}

void
dns_server_script(struct dns_server *server, const char *script)
{
	struct dns_script *next = dns_script_parse(script);

	pthread_mutex_lock(&server->lock);
	dns_script_free(&server->script);
	server->script = next;
	pthread_mutex_unlock(&server->lock);
}

const char *
dns_server_address(const struct dns_server *server)
{
	return server->address;
}

unsigned
dns_server_count(struct dns_server *server, const char *name, uint16_t type)
{
	unsigned count = 0;

	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->seen_count; i++)
		count += server->seen[i].type == type &&
			 strcasecmp(server->seen[i].name, name) == 0;
	pthread_mutex_unlock(&server->lock);
	return count;
}
