#include "doors/control.h"

#include "base/alloc.h"
#include "doors/listener.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An administrator's shell and a monitoring agent, and room for mistakes. */
#define CLIENTS_MAX 64

/* A client that says nothing, or takes nothing, is dropped after this. */
static const struct timeval idle_limit = {.tv_sec = 10};

struct control {
	struct event_base *base;
	struct listener *listener;
	control_asked *asked;
	void *arg;
	struct control_client *clients;
	int client_count;
};

struct control_client {
	struct control *control;
	struct control_client *next, **link;
	struct bufferevent *stream; /* NULL: gone while we were thinking */
	bool is_thinking;	    /* asked, not answered yet */
	char argument[CONTROL_REQUEST_MAX + 1];
};

static const struct {
	const char *name;
	enum control_verb verb;
	bool has_argument;
} verbs[] = {
    {"status", CONTROL_STATUS, false},
    {"reload", CONTROL_RELOAD, false},
    {"held", CONTROL_HELD, false},
    {"forget", CONTROL_FORGET, true},
};

enum control_verb
control_parse(const char *bytes, size_t length, size_t *used)
{
	const char *end = memchr(bytes, '\n', length);
	size_t size;

	if (!end && length < CONTROL_REQUEST_MAX) {
		*used = 0;
		return CONTROL_INVALID;
	}
	size = end ? (size_t)(end - bytes) : length;
	*used = end ? size + 1 : size;
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		size_t word = strlen(verbs[i].name);
		bool fits = verbs[i].has_argument
				? size > word + 1 && bytes[word] == ' '
				: size == word;

		if (fits && memcmp(bytes, verbs[i].name, word) == 0)
			return verbs[i].verb;
	}
	return CONTROL_INVALID;
}

static void
free_client(struct control_client *client)
{
	*client->link = client->next;
	if (client->next)
		client->next->link = client->link;
	client->control->client_count--;
	if (client->stream)
		bufferevent_free(client->stream);
	free(client);
}

/* While the engine thinks about its question, the client stays as a stub. */
static void
drop_client(struct control_client *client)
{
	if (!client->is_thinking) {
		free_client(client);
		return;
	}
	bufferevent_free(client->stream);
	client->stream = NULL;
}

static void
on_written(struct bufferevent *stream, void *arg)
{
	(void)stream;
	drop_client(arg);
}

static void
on_end(struct bufferevent *stream, short what, void *arg)
{
	struct control_client *client = arg;

	/* A client may close its sending side first and still listen. */
	if ((what & BEV_EVENT_EOF) && client->is_thinking) {
		bufferevent_disable(stream, EV_READ);
		return;
	}
	drop_client(client);
}

/* What stands behind the verb, up to the newline. */
static void
keep_argument(struct control_client *client, const char *bytes, size_t length)
{
	const char *space = memchr(bytes, ' ', length);
	size_t size = space ? (size_t)(bytes + length - space - 1) : 0;

	memcpy(client->argument, space ? space + 1 : bytes, size);
	client->argument[size] = '\0';
	client->argument[strcspn(client->argument, "\n")] = '\0';
}

const char *
control_argument(const struct control_client *client)
{
	return client->argument;
}

static void
on_readable(struct bufferevent *stream, void *arg)
{
	struct control_client *client = arg;
	struct evbuffer *input = bufferevent_get_input(stream);
	char bytes[CONTROL_REQUEST_MAX];
	ssize_t length = evbuffer_copyout(input, bytes, sizeof bytes);
	enum control_verb verb;
	size_t used;

	if (length <= 0)
		return;
	verb = control_parse(bytes, length, &used);
	if (used == 0)
		return;
	keep_argument(client, bytes, used);
	evbuffer_drain(input, evbuffer_get_length(input));
	bufferevent_disable(stream, EV_READ);
	client->is_thinking = true;
	client->control->asked(client->control->arg, client, verb);
}

void
control_answer(struct control_client *client, char *json)
{
	client->is_thinking = false;
	if (!client->stream) {
		free_client(client);
	} else {
		bufferevent_setcb(
		    client->stream, NULL, on_written, on_end, client);
		bufferevent_write(client->stream, json, strlen(json));
		bufferevent_write(client->stream, "\n", 1);
	}
	free(json);
}

static void
on_accepted(void *arg, int fd)
{
	struct control *control = arg;
	struct control_client *client;

	if (control->client_count >= CLIENTS_MAX) {
		close(fd);
		return;
	}
	client = alloc_zeroed(1, sizeof *client);
	client->control = control;
	client->next = control->clients;
	client->link = &control->clients;
	if (client->next)
		client->next->link = &client->next;
	control->clients = client;
	control->client_count++;
	client->stream =
	    bufferevent_socket_new(control->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client->stream) {
		close(fd);
		free_client(client);
		return;
	}
	bufferevent_setcb(client->stream, on_readable, NULL, on_end, client);
	bufferevent_setwatermark(
	    client->stream, EV_READ, 0, CONTROL_REQUEST_MAX);
	bufferevent_set_timeouts(client->stream, &idle_limit, &idle_limit);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

struct control *
control_create(struct event_base *base, const char *path, control_asked *asked,
    void *arg, char **reason)
{
	static const struct listener_calls calls = {on_accepted, NULL};
	struct control *control = alloc_zeroed(1, sizeof *control);
	char *socket = alloc_printf("unix:%s", path);

	control->base = base;
	control->asked = asked;
	control->arg = arg;
	control->listener =
	    listener_open(base, "control", socket, &calls, control, reason);
	free(socket);
	if (!control->listener)
		control_destroy(&control);
	return control;
}

void
control_destroy(struct control **control_r)
{
	struct control *control = *control_r;

	if (!control)
		return;
	*control_r = NULL;
	listener_close(&control->listener);
	while (control->clients)	       /* free_client moves it on */
		free_client(control->clients); // NOLINT(*-unix.Malloc)
	free(control);
}
