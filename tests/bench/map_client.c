/*
 * map_client -- asks two socketmap servers in turns, and tells how long an
 * answer takes.
 *
 *   map_client CONNECTIONS ROUNDS REQUESTS NAME PATH NAME PATH
 *
 * A round is so many requests to each, in either order, over connections that
 * stay open; each has one request under way. For every round and server it
 * prints "NAME RATE P50 P99", requests a second and microseconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define EVENTS 64

struct peer {
	const char *name;
	int loop;
	int fds[CONNECTIONS_MAX];
	int64_t asked_ns[CONNECTIONS_MAX];
};

static int connections, requests;
static int64_t *spans_ns;

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void
connect_all(struct peer *peer, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof address.sun_path)
		exit(EXIT_FAILURE);
	strcpy(address.sun_path, path);
	peer->loop = epoll_create1(0);
	for (int i = 0; i < connections; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

		peer->fds[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		if (connect(peer->fds[i], (struct sockaddr *)&address,
			sizeof address) != 0)
			die(path);
		epoll_ctl(peer->loop, EPOLL_CTL_ADD, peer->fds[i], &event);
	}
}

/* Senders differ, as they do in a queue. */
static void
ask(struct peer *peer, int i, int number)
{
	char key[64], request[96];
	int length =
	    snprintf(key, sizeof key, "sender user%d@ours.test", number % 1000);
	int size = snprintf(request, sizeof request, "%d:%s,", length, key);

	peer->asked_ns[i] = now_ns();
	if (write(peer->fds[i], request, size) != size)
		die(peer->name);
}

/* Each answer comes in one piece; anything else would be no fair measure. */
static void
take(struct peer *peer, int i)
{
	char answer[1024];
	ssize_t size = read(peer->fds[i], answer, sizeof answer);

	if (size > 0 && answer[size - 1] == ',')
		return;
	fprintf(stderr, "%s: no whole answer\n", peer->name);
	exit(EXIT_FAILURE);
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
report(const char *name, int64_t span_ns)
{
	qsort(spans_ns, requests, sizeof spans_ns[0], compare);
	printf("%s %.0f %.2f %.2f\n", name, requests * 1e9 / span_ns,
	    spans_ns[requests / 2] / 1e3, spans_ns[requests * 99 / 100] / 1e3);
}

static void
measure(struct peer *peer)
{
	int sent = 0, done = 0;
	int64_t start = now_ns();

	while (sent < connections && sent < requests) {
		ask(peer, sent, sent);
		sent++;
	}
	while (done < requests) {
		struct epoll_event events[EVENTS];
		int count = epoll_wait(peer->loop, events, EVENTS, -1);

		for (int k = 0; k < count; k++) {
			int i = (int)events[k].data.u32;

			take(peer, i);
			spans_ns[done++] = now_ns() - peer->asked_ns[i];
			if (sent < requests)
				ask(peer, i, sent++);
		}
	}
	report(peer->name, now_ns() - start);
}

int
main(int argc, char **argv)
{
	static struct peer peers[2];
	int rounds;

	if (argc != 8) {
		fputs("usage: map_client CONNECTIONS ROUNDS REQUESTS NAME PATH "
		      "NAME PATH\n",
		    stderr);
		return EXIT_FAILURE;
	}
	connections = atoi(argv[1]);
	rounds = atoi(argv[2]);
	requests = atoi(argv[3]);
	if (connections < 1 || connections > CONNECTIONS_MAX || requests < 100)
		return EXIT_FAILURE;
	spans_ns = calloc(requests, sizeof spans_ns[0]);
	for (int i = 0; i < 2; i++) {
		peers[i].name = argv[4 + 2 * i];
		connect_all(&peers[i], argv[5 + 2 * i]);
	}
	for (int i = 0; i < rounds; i++) {
		measure(&peers[i % 2]);
		measure(&peers[(i + 1) % 2]);
	}
	free(spans_ns);
	return EXIT_SUCCESS;
}
