#include "watch_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No answer is ever late, whatever else the machine does. */
#define TIMEOUT_MS 10000
#define START_MS (1000 * CLOCK_SEC)

static struct list_code codes[] = {
    {.low = 0x7f000002, .high = 0x7f000002, .name = "SBL"},
    {.low = 0x7f000004, .high = 0x7f000007, .name = "XBL"},
};

static void
fill_list(struct list *list, const char *zone)
{
	*list = (struct list){.id = (char *)zone,
	    .provider = "Example",
	    .zone = (char *)zone,
	    .knows_ip4 = true,
	    .knows_ip6 = strcmp(zone, "two.test") == 0,
	    .codes = codes,
	    .code_count = COUNT(codes),
	    .test4 = {{4, {127, 0, 0, 2}}, {4, {127, 0, 0, 1}}},
	    .test6 = {{6, {[10] = 0xff, 0xff, 127, 0, 0, 2}},
		{6, {[10] = 0xff, 0xff, 127, 0, 0, 1}}}};
}

void
setting_fill(struct setting *setting)
{
	memset(setting, 0, sizeof *setting);
	fill_list(&setting->lists[0], "one.test");
	fill_list(&setting->lists[1], "two.test");
	address_parse("192.0.2.1", &setting->addresses[0]);
	address_parse("192.0.2.2", &setting->addresses[1]);
	for (int i = 0; i < 2; i++) {
		setting->uses[i].list = &setting->lists[i];
		setting->uses[i].zone = setting->lists[i].zone;
		setting->uses[i].weight = i + 1;
		setting->egresses[i].name = "egress";
		setting->egresses[i].addresses.items = &setting->addresses[i];
		setting->egresses[i].addresses.count = 1;
	}
	setting->config = (struct config){
	    .dns = {.check_every_ms = EVERY_MS, .check_min_ms = MIN_MS},
	    .egresses = setting->egresses,
	    .egress_count = 1,
	    .lists = setting->uses,
	    .list_count = 1,
	    .confirm = 2,
	};
}

void
setting_give_key(struct setting *setting, const char *key, const char *zone)
{
	setting->lists[0].zone = "{key}.one.test";
	setting->uses[0].key = (char *)key;
	setting->uses[0].zone = (char *)zone;
}

static void
on_answered(void *arg, const struct subject *subject,
    const struct finding *finding, const struct answer *before)
{
	struct watch_world *world = arg;

	world->answers++;
	world->before = *before;
	world->after = finding->answer;
	world->address = subject->address;
	world->text[0] = '\0';
	if (finding->text)
		strncat(world->text, finding->text, sizeof world->text - 1);
}

static void
on_list_changed(void *arg, const struct tested *tested)
{
	struct watch_world *world = arg;

	(void)tested;
	world->changes++;
}

int
watch_world_open(void **state)
{
	struct watch_world *world = calloc(1, sizeof *world);

	assert_non_null(world);
	dns_world_open(&world->dns, TIMEOUT_MS);
	world->watch = watch_create(on_answered, on_list_changed, world);
	world->now_ms = START_MS;
	setting_fill(&world->first);
	setting_fill(&world->second);
	*state = world;
	return 0;
}

int
watch_world_close(void **state)
{
	struct watch_world *world = *state;

	watch_destroy(&world->watch);
	dns_world_close(&world->dns);
	free(world);
	return 0;
}

void
configure(struct watch_world *world)
{
	watch_configure(
	    world->watch, &world->first.config, world->dns.resolver);
}

void
begin_anew(struct watch_world *world)
{
	watch_destroy(&world->watch);
	world->watch = watch_create(on_answered, on_list_changed, world);
	configure(world);
}

void
reconfigure(struct watch_world *world)
{
	struct resolver *old = world->dns.resolver;

	world->dns.resolver = dns_world_resolver(&world->dns);
	watch_configure(
	    world->watch, &world->second.config, world->dns.resolver);
	resolver_destroy(&old);
	memset(&world->first.lists, 0x5a, sizeof world->first.lists);
	memset(&world->first.config, 0x5a, sizeof world->first.config);
}

#define MAPPED ".0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."

void
say(struct watch_world *world, const char *script)
{
	static const char controls[] = CONTROLS_OF("one.test")
	    CONTROLS_OF("two.test") "2" MAPPED "two.test A a 60 127.0.0.2\n"
				    "1" MAPPED "two.test A nxdomain 60 60\n";
	char whole[4096];

	snprintf(whole, sizeof whole, "%s%s", controls, script);
	dns_server_script(world->dns.server, whole);
}

void
say_of_all(struct watch_world *world, const char *script)
{
	dns_server_script(world->dns.server, script);
}

void
tick(struct watch_world *world)
{
	watch_tick(world->watch, world->now_ms);
	dns_world_settle(&world->dns);
}

void
tick_for(struct watch_world *world, int answers)
{
	int before = world->answers;

	tick(world);
	assert_int_equal(world->answers, before + answers);
}

void
tick_late_for(struct watch_world *world, int answers)
{
	world->now_ms += EVERY_MS;
	tick_for(world, answers);
}

const struct finding *
first_finding(const struct watch_world *world)
{
	const struct subject *subject =
	    watch_subject(world->watch, &world->first.addresses[0]);

	assert_non_null(subject);
	assert_true(subject->finding_count > 0);
	return &subject->findings[0];
}

const struct fitness *
fitness_of(const struct watch_world *world)
{
	return &watch_list(world->watch, &world->first.lists[0], 4)->fitness;
}

void
check_due(const struct watch_world *world, int64_t want_ms)
{
	int64_t span_ms = first_finding(world)->due_ms - world->now_ms;

	if (span_ms > want_ms || span_ms < want_ms - want_ms / 10)
		fail_msg("due in %lld ms, want %lld", (long long)span_ms,
		    (long long)want_ms);
}

unsigned
count(struct watch_world *world, const char *name, uint16_t type)
{
	return dns_server_count(world->dns.server, name, type);
}
