#include "dns_server.h"

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

#define PACKET_MAX 4096
#define WORDS_MAX 48
#define SEEN_MAX 8192
#define DELAYED_MAX 256

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_TXT = 16, TYPE_ANY = 0 };
enum { RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5 };
enum { FLAG_TC = 0x0200 };

struct rule {
	char *line;		/* the words point into it */
	char *words[WORDS_MAX]; /* NAME TYPE HOW ... */
	int count;
	char *tail; /* of a txt rule: all after the TTL */
	unsigned used;
};

struct question {
	char name[256];
	uint16_t type;
	uint8_t raw[300]; /* as it came: name, type, class */
	size_t raw_length;
	uint16_t id;
	bool is_tcp;
};

struct packet {
	uint8_t bytes[PACKET_MAX];
	size_t length;
};

struct delayed {
	int64_t due_ms;
	struct sockaddr_in to;
	struct packet packet;
	bool is_used;
};

struct seen {
	char name[256];
	uint16_t type;
};

struct dns_server {
	pthread_t thread;
	int udp, tcp, stop[2];
	char address[32];
	pthread_mutex_t lock; /* of all below */
	struct rule *rules;
	size_t rule_count;
	struct seen *seen;
	size_t seen_count;
	/* The thread's own. */
	struct delayed *delayed;
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
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void
put(struct packet *packet, const void *bytes, size_t length)
{
	must(packet->length + length <= PACKET_MAX, "dns_server: packet");
	memcpy(packet->bytes + packet->length, bytes, length);
	packet->length += length;
}

static void
put16(struct packet *packet, uint16_t value)
{
	value = htons(value);
	put(packet, &value, 2);
}

static void
put32(struct packet *packet, uint32_t value)
{
	value = htonl(value);
	put(packet, &value, 4);
}

static void
put_name(struct packet *packet, const char *name)
{
	while (*name != '\0') {
		uint8_t length = strcspn(name, ".");

		put(packet, &length, 1);
		put(packet, name, length);
		name += length + (name[length] == '.');
	}
	put(packet, "", 1);
}

/* Counts a record in the header's field at `count_at`: 6 for answers, 8 for
   authority. owner NULL: a pointer to the question. */
static void
put_record(struct packet *packet, size_t count_at, const char *owner,
    uint16_t type, uint32_t ttl)
{
	packet->bytes[count_at + 1]++;
	if (owner)
		put_name(packet, owner);
	else
		put16(packet, 0xc00c);
	put16(packet, type);
	put16(packet, 1);
	put32(packet, ttl);
}

static void
put_addresses(
    struct packet *packet, const char *owner, uint32_t ttl, char **words)
{
	for (; *words; words++) {
		put_record(packet, 6, owner, TYPE_A, ttl);
		put16(packet, 4);
		put32(packet, ntohl(inet_addr(*words)));
	}
}

static void
put_text(struct packet *packet, uint32_t ttl, const char *text)
{
	size_t left = strlen(text);

	put_record(packet, 6, NULL, TYPE_TXT, ttl);
	put16(packet, left + (left + 254) / 255);
	while (left > 0) {
		uint8_t length = left > 255 ? 255 : left;

		put(packet, &length, 1);
		put(packet, text, length);
		text += length;
		left -= length;
	}
}

static void
put_soa(struct packet *packet, uint32_t ttl, uint32_t minimum)
{
	put_record(packet, 8, NULL, TYPE_SOA, ttl);
	put16(packet, 22);
	put(packet, "", 1);
	put(packet, "", 1);
	for (int i = 0; i < 4; i++)
		put32(packet, 7200);
	put32(packet, minimum);
}

static void
put_alias(struct packet *packet, uint32_t ttl, char **words)
{
	struct packet target = {.length = 0};

	put_name(&target, words[0]);
	put_record(packet, 6, NULL, TYPE_CNAME, ttl);
	put16(packet, target.length);
	put(packet, target.bytes, target.length);
	put_addresses(packet, words[0], ttl, words + 1);
}

static void
put_head(struct packet *packet, const struct question *question, uint16_t flags)
{
	put16(packet, question->id);
	put16(packet, 0x8180 | flags); /* QR, RD, RA */
	put16(packet, 1);
	for (int i = 0; i < 3; i++)
		put16(packet, 0);
	put(packet, question->raw, question->raw_length);
}

static bool
holds(const struct rule *rule, const struct question *question)
{
	const char *name = rule->words[0], *type = rule->words[1];
	size_t length = strlen(question->name), suffix;

	if (strcmp(type, "*") != 0 &&
	    strcmp(type, question->type == TYPE_A ? "A" : "TXT") != 0)
		return false;
	if (strcmp(name, "*") == 0)
		return true;
	if (name[0] != '*')
		return strcasecmp(name, question->name) == 0;
	suffix = strlen(name + 1);
	return length > suffix &&
	       strcasecmp(question->name + length - suffix, name + 1) == 0;
}

static struct rule *
rule_for(struct dns_server *server, const struct question *question)
{
	for (size_t i = 0; i < server->rule_count; i++)
		if (holds(&server->rules[i], question))
			return &server->rules[i];
	return NULL;
}

/* Words after HOW, the first a TTL. */
static void
answer_records(struct packet *packet, const struct question *question,
    uint16_t flags, char **words)
{
	put_head(packet, question, flags);
	if (!(flags & FLAG_TC))
		put_addresses(
		    packet, NULL, strtoul(words[0], NULL, 10), words + 1);
}

static void
answer_lie(struct packet *packet, const struct question *question,
    const char *how, char **words)
{
	struct question other = *question;

	if (strcmp(how, "wrong-id") == 0) {
		other.id ^= 0x5555;
	} else if (strcmp(how, "wrong-question") == 0) {
		other.raw[1] ^= 1; /* the first letter */
	} else if (strcmp(how, "garbage") == 0) {
		put16(packet, question->id);
		for (int i = 0; i < 60; i++)
			put16(packet, 0xc1ff - 37 * i);
		return;
	}
	answer_records(packet, &other, 0, words);
	if (strcmp(how, "cut") == 0)
		packet->length -= 3;
}

/* Fills in the packet, empty for no answer; returns how long to wait. */
static int
answer_by(
    struct rule *rule, const struct question *question, struct packet *packet)
{
	const char *how = rule->words[2];
	char **words = rule->words + 3;
	uint32_t ttl = rule->count > 3 ? strtoul(words[0], NULL, 10) : 0;
	uint32_t second = rule->count > 4 ? strtoul(words[1], NULL, 10) : 0;

	rule->used++;
	if (strcmp(how, "a") == 0) {
		answer_records(packet, question, 0, words);
	} else if (strcmp(how, "txt") == 0) {
		put_head(packet, question, 0);
		put_text(packet, ttl, rule->tail);
	} else if (strcmp(how, "cname") == 0) {
		put_head(packet, question, 0);
		put_alias(packet, ttl, words + 1);
	} else if (strcmp(how, "nxdomain") == 0) {
		put_head(packet, question, RCODE_NXDOMAIN);
		put_soa(packet, ttl, second);
	} else if (strcmp(how, "nodata") == 0) {
		put_head(packet, question, 0);
		put_soa(packet, ttl, second);
	} else if (strcmp(how, "servfail") == 0) {
		put_head(packet, question, RCODE_SERVFAIL);
	} else if (strcmp(how, "refused") == 0) {
		put_head(packet, question, RCODE_REFUSED);
	} else if (strcmp(how, "truncated") == 0) {
		answer_records(
		    packet, question, question->is_tcp ? 0 : FLAG_TC, words);
	} else if (strcmp(how, "slow") == 0) {
		answer_records(packet, question, 0, words + 1);
		return ttl;
	} else if (strcmp(how, "flaky") == 0) {
		if (rule->used > ttl)
			answer_records(packet, question, 0, words + 1);
	} else if (strcmp(how, "drop") != 0) {
		answer_lie(packet, question, how, words);
	}
	return 0;
}

static int
answer(struct dns_server *server, const struct question *question,
    struct packet *packet)
{
	struct rule *rule;
	int delay_ms = 0;

	pthread_mutex_lock(&server->lock);
	if (server->seen_count < SEEN_MAX) {
		struct seen *seen = &server->seen[server->seen_count++];

		memcpy(seen->name, question->name, sizeof seen->name);
		seen->type = question->type;
	}
	rule = rule_for(server, question);
	if (rule)
		delay_ms = answer_by(rule, question, packet);
	else
		put_head(packet, question, RCODE_REFUSED);
	pthread_mutex_unlock(&server->lock);
	return delay_ms;
}

static int
read_question(const uint8_t *bytes, size_t length, struct question *out)
{
	size_t at = 12, used = 0;

	memset(out, 0, sizeof *out);
	while (at < length && bytes[at] != 0) {
		size_t label = bytes[at];

		if (label > 63 || at + 1 + label >= length ||
		    used + label + 2 > sizeof out->name)
			return -1;
		if (used > 0)
			out->name[used++] = '.';
		memcpy(out->name + used, bytes + at + 1, label);
		used += label;
		at += 1 + label;
	}
	if (at + 5 > length)
		return -1;
	out->id = bytes[0] << 8 | bytes[1];
	out->type = bytes[at + 1] << 8 | bytes[at + 2];
	out->raw_length = at + 5 - 12;
	memcpy(out->raw, bytes + 12, out->raw_length);
	return 0;
}

static void
delay(struct dns_server *server, const struct sockaddr_in *to,
    const struct packet *packet, int delay_ms)
{
	struct delayed *slot = server->delayed;

	while (slot->is_used)
		must(
		    ++slot < server->delayed + DELAYED_MAX, "dns_server: slow");
	*slot = (struct delayed){now_ms() + delay_ms, *to, *packet, true};
}

/* Returns how long poll may sleep. */
static int
send_delayed(struct dns_server *server)
{
	int64_t now = now_ms(), next = now + 1000;

	for (int i = 0; i < DELAYED_MAX; i++) {
		struct delayed *slot = &server->delayed[i];

		if (!slot->is_used)
			continue;
		if (slot->due_ms > now) {
			next = slot->due_ms < next ? slot->due_ms : next;
			continue;
		}
		sendto(server->udp, slot->packet.bytes, slot->packet.length, 0,
		    (struct sockaddr *)&slot->to, sizeof slot->to);
		slot->is_used = false;
	}
	return next - now;
}

static void
serve_udp(struct dns_server *server)
{
	uint8_t bytes[PACKET_MAX];
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	struct packet packet = {.length = 0};
	struct question question;
	ssize_t length;
	int delay_ms;

	length = recvfrom(server->udp, bytes, sizeof bytes, 0,
	    (struct sockaddr *)&from, &size);
	if (length < 0 || read_question(bytes, length, &question) != 0)
		return;
	delay_ms = answer(server, &question, &packet);
	if (packet.length == 0)
		return;
	if (delay_ms > 0)
		delay(server, &from, &packet, delay_ms);
	else
		sendto(server->udp, packet.bytes, packet.length, 0,
		    (struct sockaddr *)&from, size);
}

/* One question, then the connection is closed. A client that says nothing is
   given up after a second. */
static void
serve_tcp(struct dns_server *server)
{
	struct timeval patience = {.tv_sec = 1};
	struct packet packet = {.length = 0};
	struct question question;
	uint8_t bytes[PACKET_MAX];
	uint16_t length;
	int fd = accept(server->tcp, NULL, NULL);

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (recv(fd, &length, 2, MSG_WAITALL) == 2 &&
	    (length = ntohs(length)) <= sizeof bytes &&
	    recv(fd, bytes, length, MSG_WAITALL) == length &&
	    read_question(bytes, length, &question) == 0) {
		question.is_tcp = true;
		answer(server, &question, &packet);
		length = htons(packet.length);
		send(fd, &length, 2, MSG_NOSIGNAL | MSG_MORE);
		send(fd, packet.bytes, packet.length, MSG_NOSIGNAL);
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
		poll(fds, 3, send_delayed(server));
		if (fds[0].revents)
			serve_udp(server);
		if (fds[1].revents)
			serve_tcp(server);
	}
	return NULL;
}

static void
parse_rule(struct rule *rule, const char *line, size_t length)
{
	char *save = NULL, *word, *tail;

	rule->line = strndup(line, length);
	rule->tail = strstr(rule->line, " txt ");
	if (rule->tail) {
		/* The text starts after the TTL and one blank. */
		tail = strchr(rule->tail + 5, ' ');
		rule->tail = strdup(tail ? tail + 1 : "");
	}
	for (word = strtok_r(rule->line, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		must(rule->count + 1 < WORDS_MAX, "dns_server: words");
		rule->words[rule->count++] = word;
	}
	must(rule->count >= 3, "dns_server: rule");
}

static void
free_rules(struct dns_server *server)
{
	for (size_t i = 0; i < server->rule_count; i++) {
		free(server->rules[i].line);
		free(server->rules[i].tail);
	}
	free(server->rules);
	server->rules = NULL;
	server->rule_count = 0;
}

static void
parse(struct dns_server *server, const char *script)
{
	while (*script != '\0') {
		size_t length = strcspn(script, "\n");

		if (length > 0 && script[0] != '#') {
			server->rules = reallocarray(server->rules,
			    server->rule_count + 1, sizeof *server->rules);
			must(server->rules, "dns_server: memory");
			server->rules[server->rule_count] = (struct rule){0};
			parse_rule(&server->rules[server->rule_count++], script,
			    length);
		}
		script += length + (script[length] == '\n');
	}
}

static int
bind_loopback(int type, uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons(*port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	must(fd >= 0, "dns_server: socket");
	if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 64) != 0)) {
		close(fd);
		return -1;
	}
	getsockname(fd, (struct sockaddr *)&address, &size);
	*port = ntohs(address.sin_port);
	return fd;
}

/* A port that is free for UDP may be taken for TCP. */
static void
bind_both(struct dns_server *server)
{
	for (int i = 0; i < 50; i++) {
		uint16_t port = 0;

		server->tcp = bind_loopback(SOCK_STREAM, &port);
		must(server->tcp >= 0, "dns_server: bind");
		server->udp = bind_loopback(SOCK_DGRAM, &port);
		if (server->udp >= 0) {
			snprintf(server->address, sizeof server->address,
			    "127.0.0.1:%u", port);
			return;
		}
		close(server->tcp);
	}
	must(false, "dns_server: no free port");
}

struct dns_server *
dns_server_start(const char *script)
{
	struct dns_server *server = calloc(1, sizeof *server);

	must(server, "dns_server: memory");
	server->seen = calloc(SEEN_MAX, sizeof *server->seen);
	server->delayed = calloc(DELAYED_MAX, sizeof *server->delayed);
	must(server->seen && server->delayed, "dns_server: memory");
	bind_both(server);
	must(pipe(server->stop) == 0, "dns_server: pipe");
	pthread_mutex_init(&server->lock, NULL);
	parse(server, script);
	must(pthread_create(&server->thread, NULL, run, server) == 0,
	    "dns_server: thread");
	return server;
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
	free_rules(server);
	pthread_mutex_destroy(&server->lock);
	free(server->seen);
	free(server->delayed);
	free(server);
}

void
dns_server_script(struct dns_server *server, const char *script)
{
	pthread_mutex_lock(&server->lock);
	free_rules(server);
	parse(server, script);
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
