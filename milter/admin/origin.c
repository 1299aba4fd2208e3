#include "admin/origin.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/line.h"
#include "config/egresses.h"
#include "evidence/sighting.h"

#include <event2/event.h>

#include <stdlib.h>
#include <string.h>

/* Discovery tells of news; that there is none it does not tell, so it is
   looked at so often. */
static const struct timeval look_interval = {.tv_usec = 10000};

struct origin {
	struct discovery *discovery;
	struct event *look;
	origin_done *done;
	void *arg;
	char doubt[SIGHTING_WORDS_MAX];
};

static void
on_news(void *arg, const struct sighting *sighting, const struct address *from)
{
	struct origin *origin = arg;

	if (!from)
		line_escape(origin->doubt, sizeof origin->doubt,
		    sighting->words, strlen(sighting->words));
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct origin *origin = arg;

	(void)fd, (void)what;
	if (!discovery_is_settled(origin->discovery))
		return;
	event_del(origin->look);
	origin->done(origin->arg);
}

struct origin *
origin_start(struct event_base *base, const struct config *config,
    origin_done *done, void *arg)
{
	struct origin *origin;

	if (!egresses_find_auto(config))
		return NULL;
	origin = alloc_zeroed(1, sizeof *origin);
	origin->done = done;
	origin->arg = arg;
	strcpy(origin->doubt, "no service answered in time");
	origin->discovery = discovery_create(base, on_news, origin);
	origin->look = event_new(base, -1, EV_PERSIST, on_look, origin);
	if (!origin->look || event_add(origin->look, &look_interval) != 0)
		abort(); /* no memory */
	discovery_configure(origin->discovery, config);
	discovery_tick(origin->discovery, clock_now_ms());
	return origin;
}

void
origin_destroy(struct origin **origin_r)
{
	struct origin *origin = *origin_r;

	if (!origin)
		return;
	*origin_r = NULL;
	event_free(origin->look);
	discovery_destroy(&origin->discovery);
	free(origin);
}

size_t
origin_addresses(
    const struct origin *origin, struct address out[DISCOVERY_ADDRESSES_MAX])
{
	return discovery_known(origin->discovery, out);
}

const char *
origin_doubt(const struct origin *origin)
{
	return origin->doubt;
}
