#include "doors/peers.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "doors/socketmap.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_MAX (SOCKETMAP_REQUEST_MAX + SOCKETMAP_FRAME_MAX)
#define OUTPUT_MAX 4096
#define ANSWER_MAX (WORDING_MAX + SOCKETMAP_FRAME_MAX)

/* Left for the milter, DNS and all else. */
#define DESCRIPTORS_KEPT 512
#define DESCRIPTORS_MAX (1 << 20)

#define WARN_AGAIN_MS (60 * CLOCK_SEC)

struct peer {
	TAILQ_ENTRY(peer) entry;
	struct peers *peers;
	struct event event;
	struct slip slip;
	bool is_writing; /* the event waits for room, not for input */
	/* What is not answered yet and not sent yet; both mostly empty. */
	char *input, *output;
	size_t input_length, output_length;
};

struct peers {
	struct event_base *base;
	peers_answer *answer;
	void *arg;
	TAILQ_HEAD(idle_peers, peer) idle; /* the longest first */
	size_t most;
	uint64_t open, broken;
	int64_t warned_ms;
};

static void
drop(struct peer *peer)
{
	struct peers *peers = peer->peers;

	event_del(&peer->event);
	close(event_get_fd(&peer->event));
	TAILQ_REMOVE(&peers->idle, peer, entry);
	peers->open--;
	free(peer->input);
	free(peer->output);
	free(peer);
}

static void on_event(evutil_socket_t, short, void *);

static void
wait_for(struct peer *peer, bool is_writing)
{
	evutil_socket_t fd = event_get_fd(&peer->event);

	if (peer->is_writing == is_writing)
		return;
	peer->is_writing = is_writing;
	event_del(&peer->event);
	event_assign(&peer->event, peer->peers->base, fd,
	    (is_writing ? EV_WRITE : EV_READ) | EV_PERSIST, on_event, peer);
	event_add(&peer->event, NULL);
}

static void
keep(char **to, size_t *length, const char *bytes, size_t count)
{
	char *copy = count > 0 ? alloc_bytes(bytes, count) : NULL;

	free(*to);
	*to = copy;
	*length = count;
}

/* 0, or -1 if the connection is broken. What does not fit in is kept. */
static int
send_bytes(struct peer *peer, const char *bytes, size_t count)
{
	ssize_t sent = 0;

	if (count > 0)
		sent = send(
		    event_get_fd(&peer->event), bytes, count, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return -1;
	if (sent < 0)
		sent = 0;
	keep(&peer->output, &peer->output_length, bytes + sent, count - sent);
	return 0;
}

/* Answers what is whole, up to a full output buffer, and sends it. Returns how
   many bytes are done with, or -1 if the connection is of no more use. */
static ssize_t
serve(struct peer *peer, const char *bytes, size_t length)
{
	struct peers *peers = peer->peers;
	enum socketmap_reading reading = SOCKETMAP_PARTIAL;
	char output[OUTPUT_MAX], answer[WORDING_MAX];
	size_t done = 0, used = 0, filled = 0;
	struct socketmap_request request;

	output[0] = '\0'; /* for compilers that cannot see it */
	while (filled + ANSWER_MAX <= sizeof output && done < length) {
		reading = socketmap_read(
		    bytes + done, length - done, &request, &used);
		if (reading != SOCKETMAP_WHOLE)
			break;
		answer[0] = '\0';
		peers->answer(peers->arg, &request, &peer->slip, answer);
		filled += socketmap_write(output + filled, answer);
		done += used;
	}
	if (send_bytes(peer, output, filled) != 0)
		return -1;
	if (reading == SOCKETMAP_BROKEN) {
		peers->broken++;
		return -1;
	}
	return done;
}

/* Goes on until more input is needed or the peer takes no more. */
static int
serve_all(struct peer *peer, const char *bytes, size_t length)
{
	size_t done = 0;
	ssize_t step = 1;

	while (step > 0 && done < length && peer->output_length == 0) {
		step = serve(peer, bytes + done, length - done);
		if (step > 0)
			done += step;
	}
	if (step < 0)
		return -1;
	keep(&peer->input, &peer->input_length, bytes + done, length - done);
	wait_for(peer, peer->output_length > 0);
	return 0;
}

/* The bytes that came in, after those that were kept; -1 at the end. */
static ssize_t
receive(struct peer *peer, char input[INPUT_MAX])
{
	size_t kept = peer->input_length;
	ssize_t count;

	assert(kept < INPUT_MAX);
	if (kept > 0)
		memcpy(input, peer->input, kept);
	count =
	    recv(event_get_fd(&peer->event), input + kept, INPUT_MAX - kept, 0);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return kept;
	return count > 0 ? (ssize_t)kept + count : -1;
}

static int
on_readable(struct peer *peer)
{
	char input[INPUT_MAX];
	ssize_t length = receive(peer, input);

	return length < 0 ? -1 : serve_all(peer, input, length);
}

static int
on_writable(struct peer *peer)
{
	char *input = peer->input, *output = peer->output;
	size_t input_length = peer->input_length;
	int result;

	peer->output = NULL;
	result = send_bytes(peer, output, peer->output_length);
	free(output);
	if (result != 0 || peer->output_length > 0)
		return result;
	peer->input = NULL;
	result = serve_all(peer, input ? input : "", input_length);
	free(input);
	return result;
}

static void
warn_of_broken(struct peers *peers)
{
	int64_t now_ms = clock_now_ms();

	if (peers->warned_ms != CLOCK_NEVER &&
	    now_ms - peers->warned_ms < WARN_AGAIN_MS)
		return;
	peers->warned_ms = now_ms;
	log_warning("map: a client sent what is no netstring of up to %d "
		    "bytes; %llu so far",
	    SOCKETMAP_REQUEST_MAX, (unsigned long long)peers->broken);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct peer *peer = arg;
	struct peers *peers = peer->peers;
	uint64_t broken_before = peers->broken;

	(void)fd;
	TAILQ_REMOVE(&peers->idle, peer, entry);
	TAILQ_INSERT_TAIL(&peers->idle, peer, entry);
	if ((what & EV_WRITE ? on_writable(peer) : on_readable(peer)) == 0)
		return;
	drop(peer);
	if (peers->broken > broken_before)
		warn_of_broken(peers);
}

static size_t
room(void)
{
	struct rlimit limit = {.rlim_cur = 1024};

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur > DESCRIPTORS_MAX)
		return DESCRIPTORS_MAX;
	if (limit.rlim_cur > 2 * DESCRIPTORS_KEPT)
		return limit.rlim_cur - DESCRIPTORS_KEPT;
	return limit.rlim_cur / 2;
}

struct peers *
peers_create(struct event_base *base, peers_answer *answer, void *arg)
{
	struct peers *peers = alloc_zeroed(1, sizeof *peers);

	TAILQ_INIT(&peers->idle);
	peers->base = base;
	peers->answer = answer;
	peers->arg = arg;
	peers->most = room();
	peers->warned_ms = CLOCK_NEVER;
	return peers;
}

void
peers_destroy(struct peers **peers_r)
{
	struct peers *peers = *peers_r;
	struct peer *peer, *next;

	if (!peers)
		return;
	*peers_r = NULL;
	for (peer = TAILQ_FIRST(&peers->idle); peer; peer = next) {
		next = TAILQ_NEXT(peer, entry);
		drop(peer);
	}
	free(peers);
}

void
peers_add(struct peers *peers, int fd)
{
	struct peer *peer;

	if (peers->open >= peers->most)
		peers_drop_oldest(peers);
	peer = alloc_zeroed(1, sizeof *peer);
	peer->peers = peers;
	TAILQ_INSERT_TAIL(&peers->idle, peer, entry);
	peers->open++;
	event_assign(&peer->event, peers->base, fd, EV_READ | EV_PERSIST,
	    on_event, peer);
	event_add(&peer->event, NULL);
}

bool
peers_drop_oldest(struct peers *peers)
{
	if (TAILQ_EMPTY(&peers->idle))
		return false;
	drop(TAILQ_FIRST(&peers->idle)); // NOLINT(*-unix.Malloc)
	return true;
}

uint64_t
peers_open(const struct peers *peers)
{
	return peers->open;
}

uint64_t
peers_broken(const struct peers *peers)
{
	return peers->broken;
}
