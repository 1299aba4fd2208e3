#include "admin/chronicle.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <jansson.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The status of 10,000 addresses on 60 lists. */
#define ANSWER_MAX (128 * 1024 * 1024)

struct chronicle {
	struct bufferevent *stream; /* NULL: it is over */
	struct event *limit;
	chronicle_done *done;
	void *arg;
	json_t *status; /* NULL: none */
};

static void
end(struct chronicle *chronicle)
{
	bufferevent_free(chronicle->stream);
	chronicle->stream = NULL;
	evtimer_del(chronicle->limit);
	chronicle->done(chronicle->arg);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	end(arg);
}

static void
on_readable(struct bufferevent *stream, void *arg)
{
	if (evbuffer_get_length(bufferevent_get_input(stream)) > ANSWER_MAX)
		end(arg);
}

/* The end of the connection ends the answer. */
static void
on_event(struct bufferevent *stream, short what, void *arg)
{
	struct chronicle *chronicle = arg;
	struct evbuffer *input = bufferevent_get_input(stream);
	size_t length = evbuffer_get_length(input);

	if (what & BEV_EVENT_CONNECTED)
		return;
	if (what & BEV_EVENT_EOF)
		chronicle->status = json_loadb(
		    (const char *)evbuffer_pullup(input, -1), length, 0, NULL);
	end(chronicle);
}

/* libevent tells on_event of some failures and returns others. */
static void
connect_to(struct chronicle *chronicle, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) < sizeof address.sun_path)
		strcpy(address.sun_path, path);
	bufferevent_setcb(
	    chronicle->stream, on_readable, NULL, on_event, chronicle);
	bufferevent_write(chronicle->stream, "status\n", 7);
	bufferevent_enable(chronicle->stream, EV_READ | EV_WRITE);
	if (bufferevent_socket_connect(chronicle->stream,
		(struct sockaddr *)&address, sizeof address) != 0)
		event_active(chronicle->limit, EV_TIMEOUT, 0);
}

struct chronicle *
chronicle_ask(struct event_base *base, const char *path, int64_t limit_ms,
    chronicle_done *done, void *arg)
{
	struct chronicle *chronicle = alloc_zeroed(1, sizeof *chronicle);
	struct timeval span = {.tv_sec = limit_ms / CLOCK_SEC,
	    .tv_usec = limit_ms % CLOCK_SEC * 1000};

	chronicle->done = done;
	chronicle->arg = arg;
	chronicle->limit = evtimer_new(base, on_limit, chronicle);
	chronicle->stream = bufferevent_socket_new(
	    base, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (!chronicle->limit || !chronicle->stream ||
	    evtimer_add(chronicle->limit, &span) != 0)
		abort(); /* no memory */
	connect_to(chronicle, path);
	return chronicle;
}

void
chronicle_destroy(struct chronicle **chronicle_r)
{
	struct chronicle *chronicle = *chronicle_r;

	if (!chronicle)
		return;
	*chronicle_r = NULL;
	if (chronicle->stream)
		bufferevent_free(chronicle->stream);
	event_free(chronicle->limit);
	json_decref(chronicle->status);
	free(chronicle);
}

static bool
says(const json_t *object, const char *key, const char *wanted)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && strcmp(text, wanted) == 0;
}

/* Whoever answers at the socket, nothing but a stamp is passed on. */
static const char *
stamp_of(const json_t *answer)
{
	const char *text = json_string_value(json_object_get(answer, "since"));

	if (!says(answer, "result", "LISTED") || !text || !text[0] ||
	    strlen(text) >= CLOCK_TEXT_MAX ||
	    strspn(text, "0123456789-:TZ") != strlen(text))
		return NULL;
	return text;
}

static const char *
find_stamp(const json_t *addresses, const char *address, const char *list)
{
	size_t i, j;
	json_t *entry, *answer;

	json_array_foreach(addresses, i, entry)
	{
		if (!says(entry, "address", address))
			continue;
		json_array_foreach(json_object_get(entry, "answers"), j, answer)
		{
			if (says(answer, "list", list))
				return stamp_of(answer);
		}
	}
	return NULL;
}

const char *
chronicle_since(
    const struct chronicle *chronicle, const char *address, const char *list)
{
	const char *stamp = NULL;
	json_t *egress;
	size_t i;

	json_array_foreach(
	    json_object_get(chronicle->status, "egress"), i, egress)
	{
		stamp = find_stamp(
		    json_object_get(egress, "addresses"), address, list);
		if (stamp)
			break;
	}
	return stamp;
}
