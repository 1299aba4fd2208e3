#include "doors/map.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/line.h"
#include "base/log.h"
#include "base/socket.h"
#include "base/supervisor.h"
#include "config/config.h"
#include "doors/question.h"
#include "evidence/exchanges.h"
#include "policy/charge.h"
#include "policy/gate.h"
#include "policy/probes.h"
#include "policy/wording.h"
#include "standing/board.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024
#define REPLY_NAME "reply"
_Static_assert(MAP_ANSWER_MAX == WORDING_MAX, "one buffer for both");

/* A request and its length, colon and comma. */
#define INPUT_MAX (MAP_REQUEST_MAX + 16)
#define OUTPUT_MAX 4096
/* An answer and its length, colon and comma. */
#define ANSWER_MAX (WORDING_MAX + 16)

/* Left for the milter, DNS and all else. */
#define DESCRIPTORS_KEPT 512

/* The same answer has one line in this time, and all together so many lines in
   a second: at a queue run a mail server asks thousands of times. */
#define LINE_AGAIN_MS (600 * CLOCK_SEC)
#define LINES_PER_SEC 10
#define SEEN_MAX 1024
#define WARN_AGAIN_MS (60 * CLOCK_SEC)

struct client {
	TAILQ_ENTRY(client) entry;
	struct map *map;
	struct event event;
	struct slip slip;
	bool is_writing; /* the event waits for room, not for input */
	/* What is not answered yet and not sent yet; both mostly empty. */
	char *input, *output;
	size_t input_length, output_length;
};

TAILQ_HEAD(clients, client);

struct seen {
	uint64_t hash;
	int64_t at_ms;
};

struct map {
	struct event_base *base;
	struct evconnlistener *listener;
	struct board_slot *slot;
	struct probes *probes;	/* NULL: none */
	char *path;		/* of a unix socket, else NULL */
	struct clients clients; /* the longest idle first */
	size_t clients_max;
	struct map_counters counters;
	map_replied *replied; /* NULL: nobody listens */
	void *replied_arg;

	struct seen seen[SEEN_MAX];
	int64_t line_second;
	unsigned lines, lines_left_out; /* in that second */
	int64_t warned_ms;
};

/* The decimal length before the colon, RFC-like: no sign, no leading zero. */
static enum map_reading
parse_length(const char *bytes, size_t length, size_t *size, size_t *used)
{
	size_t value = 0, i;

	for (i = 0; i < length && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
		if (i > 0 && value == 0)
			return MAP_BROKEN;
		value = value * 10 + (bytes[i] - '0');
		if (value > MAP_REQUEST_MAX)
			return MAP_BROKEN;
	}
	if (i == length)
		return MAP_PARTIAL;
	if (i == 0 || bytes[i] != ':')
		return MAP_BROKEN;
	*size = value;
	*used = i + 1;
	return MAP_WHOLE;
}

enum map_reading
map_parse(
    const char *bytes, size_t length, struct map_request *request, size_t *used)
{
	size_t size, start;
	enum map_reading reading = parse_length(bytes, length, &size, &start);
	const char *space;

	if (reading != MAP_WHOLE)
		return reading;
	if (length - start <= size)
		return MAP_PARTIAL;
	if (bytes[start + size] != ',')
		return MAP_BROKEN;
	*used = start + size + 1;
	request->name = bytes + start;
	space = memchr(request->name, ' ', size);
	request->name_length = space ? (size_t)(space - request->name) : size;
	request->key = space ? space + 1 : request->name + size;
	request->key_length = request->name + size - request->key;
	return MAP_WHOLE;
}

static void
drop(struct client *client)
{
	struct map *map = client->map;

	event_del(&client->event);
	close(event_get_fd(&client->event));
	TAILQ_REMOVE(&map->clients, client, entry);
	map->counters.open--;
	free(client->input);
	free(client->output);
	free(client);
}

/* ---- answers ------------------------------------------------------------ */

/* FNV-1a */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static bool
may_log(struct map *map, uint64_t hash, int64_t now_ms)
{
	struct seen *seen = &map->seen[hash % SEEN_MAX];

	if (seen->hash == hash && now_ms - seen->at_ms < LINE_AGAIN_MS)
		return false;
	if (map->line_second != now_ms / CLOCK_SEC) {
		if (map->lines_left_out > 0)
			log_info("map: %u answers without a line of their own",
			    map->lines_left_out);
		map->line_second = now_ms / CLOCK_SEC;
		map->lines = map->lines_left_out = 0;
	}
	if (map->lines == LINES_PER_SEC) {
		map->lines_left_out++;
		return false;
	}
	map->lines++;
	*seen = (struct seen){hash, now_ms};
	return true;
}

static void
tell(struct map *map, const struct verdict *verdict, enum door door,
    const char *key, const char *answer)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) + door;
	struct line line;

	map->counters.moved++;
	hash = hash_text(hash_text(hash, key), answer);
	if (!may_log(map, hash, clock_now_ms()))
		return;
	gate_line_of_answer(&line, verdict, door, key, MODE_ENFORCE);
	log_line(&line);
}

/* Whether mail for a recipient is to try the direct way, in the place of the
   route that it would take because of its receiver, or of the usual transport
   to a receiver that throttles. */
static const char *
find_probe(struct map *map, const struct config *config,
    const struct verdict *verdict, const char *address)
{
	const struct board_receiver *receiver = verdict->reception;

	if (!map->probes || !receiver ||
	    verdict->action !=
		(receiver->is_gated ? ACTION_REROUTE : ACTION_PASS) ||
	    !probes_take(
		map->probes, &config->probe, receiver, address, clock_now_ms()))
		return NULL;
	return config->probe.transport;
}

/* receiver: room for it, for as long as the question is used. */
static void
decide(struct client *client, const struct board *board,
    struct question *question, char receiver[RECEIVER_NAME_MAX],
    char answer[WORDING_MAX])
{
	struct map *map = client->map;
	struct recipient recipient;
	struct verdict verdict;
	struct facts facts;

	if (question->recipient &&
	    exchanges_receiver_of(board_exchanges(map->slot),
		question->recipient, clock_now_ms(), receiver) == 0)
		question->receiver = receiver;
	question_facts(question, &facts, &recipient);
	charge_answer(board_budgets(map->slot), board, question->door, &facts,
	    clock_now_ms(), &client->slip, &verdict);
	if (question->door == DOOR_RECIPIENT)
		verdict.probe = find_probe(
		    map, board->config, &verdict, question->recipient);
	if (verdict.probe) {
		verdict.action = ACTION_PASS;
		verdict.route = NULL;
	}
	question_answer(answer, question, &verdict);
	if (verdict.action != ACTION_PASS || verdict.probe)
		tell(map, &verdict, question->door, question_subject(question),
		    answer);
}

/* "reply" or "reply-EGRESS". */
static bool
is_reply(const struct map_request *request)
{
	size_t length = sizeof REPLY_NAME - 1;

	return request->name_length >= length &&
	       memcmp(request->name, REPLY_NAME, length) == 0 &&
	       (request->name_length == length || request->name[length] == '-');
}

static void
hear(struct map *map, const struct board *board,
    const struct map_request *request, char answer[WORDING_MAX])
{
	const size_t used = sizeof REPLY_NAME;
	struct map_reply reply = {
	    .key = request->key, .key_length = request->key_length};
	char *egress = NULL;

	if (!map->replied || memchr(request->name, '\0', request->name_length))
		return;
	if (request->name_length >= used)
		egress = alloc_bytes(
		    request->name + used, request->name_length - used);
	reply.egress = egress;
	map->replied(map->replied_arg, board, &reply, answer);
	map->counters.softened += answer[0] == 'O';
	free(egress);
}

static void
answer_request(struct client *client, const struct board *board,
    const struct map_request *request, char answer[WORDING_MAX])
{
	struct question question;
	char receiver[RECEIVER_NAME_MAX];

	client->map->counters.questions++;
	strcpy(answer, "NOTFOUND ");
	if (!board || request->key_length == 0 ||
	    memchr(request->key, '\0', request->key_length))
		return;
	if (is_reply(request)) {
		hear(client->map, board, request, answer);
		return;
	}
	if (board->config->mode == MODE_ENFORCE &&
	    board->config->reroute_by == REROUTE_BY_MAP &&
	    question_read(request->name, request->name_length, request->key,
		request->key_length, &question) == 0)
		decide(client, board, &question, receiver, answer);
}

/* ---- connections -------------------------------------------------------- */

static void on_event(evutil_socket_t, short, void *);

static void
wait_for(struct client *client, bool is_writing)
{
	evutil_socket_t fd = event_get_fd(&client->event);

	if (client->is_writing == is_writing)
		return;
	client->is_writing = is_writing;
	event_del(&client->event);
	event_assign(&client->event, client->map->base, fd,
	    (is_writing ? EV_WRITE : EV_READ) | EV_PERSIST, on_event, client);
	event_add(&client->event, NULL);
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
send_bytes(struct client *client, const char *bytes, size_t count)
{
	ssize_t sent = 0;

	if (count > 0)
		sent = send(
		    event_get_fd(&client->event), bytes, count, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return -1;
	if (sent < 0)
		sent = 0;
	keep(&client->output, &client->output_length, bytes + sent,
	    count - sent);
	return 0;
}

/* "12:OK smtp:next," without an end. Returns its length. */
static size_t
write_netstring(char *to, const char *text)
{
	size_t length = strlen(text), digits = 1;

	for (size_t rest = length / 10; rest > 0; rest /= 10)
		digits++;
	for (size_t i = digits, rest = length; i > 0; rest /= 10)
		to[--i] = '0' + rest % 10;
	to[digits] = ':';
	memcpy(to + digits + 1, text, length);
	to[digits + 1 + length] = ',';
	return digits + length + 2;
}

/* Answers what is whole, up to a full output buffer, and sends it. Returns how
   many bytes are done with, or -1 if the connection is of no more use. */
static ssize_t
serve(struct client *client, const struct board *board, const char *bytes,
    size_t length)
{
	struct map *map = client->map;
	char output[OUTPUT_MAX], answer[WORDING_MAX];
	size_t done = 0, used = 0, filled = 0;
	struct map_request request;
	enum map_reading reading = MAP_PARTIAL;

	output[0] = '\0';
	while (filled + ANSWER_MAX <= sizeof output && done < length) {
		reading =
		    map_parse(bytes + done, length - done, &request, &used);
		if (reading != MAP_WHOLE)
			break;
		answer_request(client, board, &request, answer);
		filled += write_netstring(output + filled, answer);
		done += used;
	}
	if (send_bytes(client, output, filled) != 0)
		return -1;
	if (reading == MAP_BROKEN) {
		map->counters.broken++;
		return -1;
	}
	return done;
}

/* Goes on until more input is needed or the peer takes no more. */
static int
serve_all(struct client *client, const char *bytes, size_t length)
{
	struct board *board = board_current(client->map->slot);
	size_t done = 0;
	ssize_t step = 1;

	while (step > 0 && done < length && client->output_length == 0) {
		step = serve(client, board, bytes + done, length - done);
		if (step > 0)
			done += step;
	}
	board_unref(board);
	if (step < 0)
		return -1;
	keep(
	    &client->input, &client->input_length, bytes + done, length - done);
	wait_for(client, client->output_length > 0);
	return 0;
}

/* The bytes that came in, after those that were kept; -1 at the end. */
static ssize_t
receive(struct client *client, char input[INPUT_MAX])
{
	size_t kept = client->input_length;
	ssize_t count;

	assert(kept < INPUT_MAX);
	if (kept > 0)
		memcpy(input, client->input, kept);
	count = recv(
	    event_get_fd(&client->event), input + kept, INPUT_MAX - kept, 0);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return kept;
	return count > 0 ? (ssize_t)kept + count : -1;
}

static void
warn_of_broken(struct map *map)
{
	int64_t now_ms = clock_now_ms();

	if (map->warned_ms != CLOCK_NEVER &&
	    now_ms - map->warned_ms < WARN_AGAIN_MS)
		return;
	map->warned_ms = now_ms;
	log_warning("map: a client sent what is no netstring of up to %d "
		    "bytes; %llu so far",
	    MAP_REQUEST_MAX, (unsigned long long)map->counters.broken);
}

static void
end(struct client *client, uint64_t broken_before)
{
	struct map *map = client->map;

	drop(client);
	if (map->counters.broken > broken_before)
		warn_of_broken(map);
}

static int
on_writable(struct client *client)
{
	char *input = client->input, *output = client->output;
	size_t input_length = client->input_length;
	int result;

	client->output = NULL;
	result = send_bytes(client, output, client->output_length);
	free(output);
	if (result != 0 || client->output_length > 0)
		return result;
	client->input = NULL;
	result = serve_all(client, input ? input : "", input_length);
	free(input);
	return result;
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;
	struct map *map = client->map;
	uint64_t broken = map->counters.broken;
	char input[INPUT_MAX];
	ssize_t length;
	int result;

	(void)fd;
	TAILQ_REMOVE(&map->clients, client, entry);
	TAILQ_INSERT_TAIL(&map->clients, client, entry);
	if (what & EV_WRITE) {
		result = on_writable(client);
	} else {
		length = receive(client, input);
		result = length < 0 ? -1 : serve_all(client, input, length);
	}
	if (result != 0)
		end(client, broken);
}

static void
make_room(struct map *map)
{
	struct client *oldest = TAILQ_FIRST(&map->clients);

	if (oldest && map->counters.open >= map->clients_max)
		drop(oldest);
}

static void
on_connect(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *peer, int peer_length, void *arg)
{
	struct map *map = arg;
	struct client *client;
	int on = 1;

	(void)listener, (void)peer_length;
	if (peer->sa_family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	make_room(map);
	client = alloc_zeroed(1, sizeof *client);
	client->map = map;
	TAILQ_INSERT_TAIL(&map->clients, client, entry);
	map->counters.open++;
	event_assign(&client->event, map->base, fd, EV_READ | EV_PERSIST,
	    on_event, client);
	event_add(&client->event, NULL);
}

/* Out of file descriptors all the same: one of ours is given up, or the loop
   would come back here at once and for ever. */
static void
on_no_accept(struct evconnlistener *listener, void *arg)
{
	struct map *map = arg;

	(void)listener;
	if (TAILQ_EMPTY(&map->clients))
		return;
	drop(TAILQ_FIRST(&map->clients));
}

/* ---- the socket --------------------------------------------------------- */

static size_t
descriptors(void)
{
	struct rlimit limit = {.rlim_cur = 1024};

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur > 1 << 20)
		return 1 << 20;
	return limit.rlim_cur;
}

#define LISTENER_FLAGS \
	(LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE)

static struct evconnlistener *
listen_at(struct map *map, const struct sockaddr *address, socklen_t length)
{
	return evconnlistener_new_bind(map->base, on_connect, map,
	    LISTENER_FLAGS, BACKLOG, address, length);
}

/* One that listens already. Whatever waits there is accepted in one go once
   the loop runs. */
static int
adopt(struct map *map, int fd, char **reason)
{
	evutil_make_socket_nonblocking(fd);
	map->listener = evconnlistener_new(
	    map->base, on_connect, map, LISTENER_FLAGS, 0, fd);
	if (map->listener)
		return 0;
	*reason = alloc_string("the socket of systemd is of no use");
	close(fd);
	return -1;
}

static int
open_unix(struct map *map, const char *path, char **reason)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	assert(strlen(path) < sizeof address.sun_path);
	if (socket_claim(path, reason) != 0)
		return -1;
	strcpy(address.sun_path, path);
	map->listener =
	    listen_at(map, (struct sockaddr *)&address, sizeof address);
	if (map->listener) {
		map->path = alloc_string(path);
		return 0;
	}
	*reason = alloc_printf("%s", strerror(errno));
	return -1;
}

/* "PORT@HOST" */
static int
open_inet(struct map *map, int family, const char *text, char **reason)
{
	struct addrinfo hints = {.ai_family = family,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	const char *host = strchr(text, '@') + 1;
	char *port = alloc_bytes(text, host - 1 - text);
	struct addrinfo *found = NULL;
	int error = getaddrinfo(host, port, &hints, &found);

	if (error == 0)
		map->listener =
		    listen_at(map, found->ai_addr, found->ai_addrlen);
	if (!map->listener)
		*reason = alloc_string(
		    error != 0 ? gai_strerror(error) : strerror(errno));
	if (found)
		freeaddrinfo(found);
	free(port);
	return map->listener ? 0 : -1;
}

static int
open_socket(struct map *map, const char *socket, char **reason)
{
	int fd = supervisor_socket("map");
	const char *rest;

	if (fd >= 0)
		return adopt(map, fd, reason);
	rest = strchr(socket, ':') + 1;
	if (strncmp(socket, "inet:", 5) == 0)
		return open_inet(map, AF_INET, rest, reason);
	if (strncmp(socket, "inet6:", 6) == 0)
		return open_inet(map, AF_INET6, rest, reason);
	return open_unix(map, rest, reason);
}

struct map *
map_create(struct event_base *base, const char *socket, struct board_slot *slot,
    char **reason)
{
	struct map *map = alloc_zeroed(1, sizeof *map);
	size_t limit = descriptors();
	char *cause = NULL;

	TAILQ_INIT(&map->clients);
	map->base = base;
	map->slot = slot;
	map->warned_ms = CLOCK_NEVER;
	map->clients_max =
	    limit > 2 * DESCRIPTORS_KEPT ? limit - DESCRIPTORS_KEPT : limit / 2;
	if (open_socket(map, socket, &cause) != 0) {
		*reason = alloc_printf("map.socket: cannot listen on %s: %s",
		    socket ? socket : "map", cause);
		free(cause);
		free(map);
		return NULL;
	}
	evconnlistener_set_error_cb(map->listener, on_no_accept);
	return map;
}

void
map_probe(struct map *map, struct probes *probes)
{
	map->probes = probes;
}

void
map_destroy(struct map **map_r)
{
	struct map *map = *map_r;
	struct client *client, *next;

	if (!map)
		return;
	*map_r = NULL;
	for (client = TAILQ_FIRST(&map->clients); client; client = next) {
		next = TAILQ_NEXT(client, entry);
		drop(client);
	}
	evconnlistener_free(map->listener);
	if (map->path)
		unlink(map->path);
	free(map->path);
	free(map);
}

void
map_listen(struct map *map, map_replied *replied, void *arg)
{
	map->replied = replied;
	map->replied_arg = arg;
}

void
map_count(const struct map *map, struct map_counters *out)
{
	*out = map ? map->counters : (struct map_counters){0};
}
