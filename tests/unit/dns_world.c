#include "dns_world.h"

#include "base/clock.h"
#include "config/config.h"
#include "evidence/resolver.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>

/* Far more than any machine needs. */
#define LIMIT_MS (60 * CLOCK_SEC)

struct resolver *
dns_world_resolver(const struct dns_world *world)
{
	struct dns_settings settings = {
	    .servers = (char *)dns_server_address(world->server),
	    .timeout_ms = world->timeout_ms,
	    .tries = 1,
	};
	char *reason = NULL;
	struct resolver *resolver =
	    resolver_create(world->base, &settings, &reason);

	if (!resolver) {
		fprintf(stderr, "dns_world: %s\n", reason);
		abort();
	}
	return resolver;
}

void
dns_world_open(struct dns_world *world, int timeout_ms)
{
	world->timeout_ms = timeout_ms;
	world->server = dns_server_start("");
	world->base = event_base_new();
	world->resolver = dns_world_resolver(world);
}

void
dns_world_close(struct dns_world *world)
{
	resolver_destroy(&world->resolver);
	event_base_free(world->base);
	dns_server_stop(&world->server);
}

/* Once round the loop. */
static void
turn(struct dns_world *world, int64_t limit_ms)
{
	if (clock_now_ms() > limit_ms) {
		fputs("dns_world: waited for too long\n", stderr);
		abort();
	}
	event_base_loop(world->base, EVLOOP_ONCE);
}

void
dns_world_settle(struct dns_world *world)
{
	int64_t limit_ms = clock_now_ms() + LIMIT_MS;

	while (!resolver_is_idle(world->resolver))
		turn(world, limit_ms);
}

void
dns_world_wait(
    struct dns_world *world, const char *name, uint16_t type, unsigned count)
{
	int64_t limit_ms = clock_now_ms() + LIMIT_MS;

	while (dns_server_count(world->server, name, type) < count)
		turn(world, limit_ms);
}

void
dns_world_run(struct dns_world *world, int ms)
{
	struct timeval span = {ms / 1000, ms % 1000 * 1000};

	event_base_loopexit(world->base, &span);
	event_base_dispatch(world->base);
}
