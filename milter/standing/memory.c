#include "standing/memory.h"

#include "base/address.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/egresses.h"
#include "config/list.h"
#include "evidence/discovery.h"
#include "evidence/dnsbl.h"
#include "evidence/watch.h"
#include "standing/ground.h"
#include "standing/store.h"

#include <jansson.h>

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER "answer"
#define STANDING "standing"
#define ADDRESS "address"

#define KEY_MAX (SUBJECT_TEXT_MAX + 80)

/* ---- clocks ------------------------------------------------------------- */

static int64_t
wall_sec_of(const struct clocks *clocks, int64_t ms)
{
	return (clocks->wall_ms - clocks->now_ms + ms) / CLOCK_SEC;
}

static json_t *
wall_sec(const struct clocks *clocks, int64_t ms)
{
	return json_integer(wall_sec_of(clocks, ms));
}

/* The moment of the boot clock; CLOCK_NEVER without one. */
static int64_t
boot_ms(const struct clocks *clocks, const json_t *wall_sec)
{
	return clock_past_ms(clocks, json_integer_value(wall_sec));
}

/* ---- records ------------------------------------------------------------ */

/* Takes the JSON. */
static void
put(struct store *store, const char *kind, const char *key, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	if (text)
		store_put(store, kind, key, text);
	free(text);
}

/* NULL, or an object or an array. */
static json_t *
get(struct store *store, const char *kind, const char *key)
{
	char *text = store_get(store, kind, key);
	json_t *json = text ? json_loads(text, 0, NULL) : NULL;

	free(text);
	return json;
}

static const char *
text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

/* ---- addresses ---------------------------------------------------------- */

void
memory_keep_address(struct store *store, const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];
	json_t *json = json_object();

	json_object_set_new(
	    json, "address", json_string(address_format(text, address)));
	put(store, ADDRESS, address->family == 6 ? "6" : "4", json);
}

static void
on_address(void *arg, const char *key, const char *value)
{
	json_t *json = json_loads(value, 0, NULL);
	struct address address;

	(void)key;
	if (address_parse(text_of(json, "address"), &address) == 0)
		discovery_recall(arg, &address);
	json_decref(json);
}

void
memory_recall_addresses(struct store *store, struct discovery *discovery)
{
	store_each(store, ADDRESS, on_address, discovery);
}

/* ---- answers ------------------------------------------------------------ */

/* Tells whether an answer came from where it would come from now, without a
   key in the file: another key may have been refused in a way that looks like
   "not listed". */
static uint32_t
zone_mark(const struct finding *finding)
{
	uint32_t hash = UINT32_C(0x811c9dc5);

	for (const char *c = finding->use->zone; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT32_C(0x01000193);
	return hash;
}

static void
write_key(char key[KEY_MAX], const struct subject *subject,
    const struct finding *finding)
{
	char name[SUBJECT_TEXT_MAX];

	snprintf(key, KEY_MAX, "%s %.70s", subject_text(name, subject),
	    finding->list->id);
}

/* By name: their numbers are those of the directory as it was. */
static json_t *
codes_json(const struct finding *finding)
{
	json_t *codes = json_array();

	for (size_t i = 0; i < finding->list->code_count; i++)
		if (finding->known_codes & UINT32_C(1) << i)
			json_array_append_new(
			    codes, json_string(finding->list->codes[i].name));
	return codes;
}

/* Of the many that are clean just when, and the mark of the zone. */
static void
put_clean(struct store *store, const char *key, const struct finding *finding,
    const struct clocks *clocks)
{
	char value[48];

	snprintf(value, sizeof value, "[%lld,%u]",
	    (long long)wall_sec_of(clocks, finding->known_ms),
	    (unsigned)zone_mark(finding));
	store_put(store, ANSWER, key, value);
}

static json_t *
listing_json(const struct finding *finding, const struct clocks *clocks)
{
	json_t *json = json_object();

	json_object_set_new(json, "known", wall_sec(clocks, finding->known_ms));
	json_object_set_new(json, "zone", json_integer(zone_mark(finding)));
	json_object_set_new(json, "codes", codes_json(finding));
	json_object_set_new(
	    json, "in_a_row", json_integer(finding->listed_in_a_row));
	json_object_set_new(
	    json, "listed", wall_sec(clocks, finding->listed_ms));
	return json;
}

void
memory_keep_answer(struct store *store, const struct subject *subject,
    const struct finding *finding, const struct clocks *clocks)
{
	char key[KEY_MAX];

	if (!store || finding->known_ms == CLOCK_NEVER)
		return;
	write_key(key, subject, finding);
	if (finding->known == RESULT_LISTED)
		put(store, ANSWER, key, listing_json(finding, clocks));
	else if (subject->domain || store_count(store) >= MEMORY_ANSWERS_MAX)
		store_forget(store, ANSWER, key);
	else
		put_clean(store, key, finding, clocks);
}

/* 0, or -1 if there is one that the list does not know. */
static int
read_codes(const struct list *list, const json_t *names, uint32_t *codes)
{
	size_t i, j;
	json_t *name;

	*codes = 0;
	json_array_foreach(names, i, name)
	{
		for (j = 0; j < list->code_count; j++)
			if (json_is_string(name) &&
			    strcmp(list->codes[j].name,
				json_string_value(name)) == 0)
				break;
		if (j == list->code_count)
			return -1;
		*codes |= UINT32_C(1) << j;
	}
	return *codes ? 0 : -1;
}

static int
read_listing(
    const json_t *json, const struct clocks *clocks, struct finding *finding)
{
	json_int_t in_a_row =
	    json_integer_value(json_object_get(json, "in_a_row"));

	if (in_a_row < 1 || in_a_row > UINT16_MAX ||
	    read_codes(finding->list, json_object_get(json, "codes"),
		&finding->known_codes) != 0)
		return -1;
	finding->known = RESULT_LISTED;
	finding->listed_in_a_row = in_a_row;
	finding->listed_ms = boot_ms(clocks, json_object_get(json, "listed"));
	if (finding->listed_ms == CLOCK_NEVER)
		finding->listed_ms = finding->known_ms;
	return 0;
}

struct recall {
	struct store *store;
	const struct config *config;
	const struct clocks *clocks;
};

static bool
is_old(const struct recall *recall, int64_t known_ms)
{
	return known_ms <
	       recall->clocks->now_ms - recall->config->keep_unknown_ms;
}

static const json_t *
known_of(const json_t *json)
{
	return json_is_array(json) ? json_array_get(json, 0)
				   : json_object_get(json, "known");
}

static int
read_answer(
    const struct recall *recall, const json_t *json, struct finding *finding)
{
	const json_t *zone = json_is_array(json)
				 ? json_array_get(json, 1)
				 : json_object_get(json, "zone");

	finding->known_ms = boot_ms(recall->clocks, known_of(json));
	if (is_old(recall, finding->known_ms) ||
	    json_integer_value(zone) != zone_mark(finding))
		return -1;
	if (!json_is_array(json))
		return read_listing(json, recall->clocks, finding);
	finding->known = RESULT_CLEAN;
	return 0;
}

static int
on_finding(void *arg, const struct subject *subject, struct finding *finding)
{
	const struct recall *recall = arg;
	char key[KEY_MAX];
	json_t *json;
	int result;

	write_key(key, subject, finding);
	json = get(recall->store, ANSWER, key);
	if (!json)
		return -1;
	result = read_answer(recall, json, finding);
	json_decref(json);
	return result;
}

static void
forget_old(void *arg, const char *key, const char *value)
{
	const struct recall *recall = arg;
	json_t *json = json_loads(value, 0, NULL);
	int64_t known_ms = boot_ms(recall->clocks, known_of(json));

	if (is_old(recall, known_ms))
		store_forget(recall->store, ANSWER, key);
	json_decref(json);
}

void
memory_recall_answers(struct store *store, struct watch *watch,
    const struct config *config, const struct clocks *clocks)
{
	struct recall recall = {store, config, clocks};

	if (store)
		watch_recall(watch, on_finding, &recall);
}

/* ---- grounds ------------------------------------------------------------ */

void
memory_keep_ground(struct store *store, const char *egress,
    const struct ground *ground, const struct clocks *clocks)
{
	const struct standing *standing = &ground->standing;
	char address[ADDRESS_TEXT_MAX];
	json_t *json;

	if (!store || standing->since_ms == CLOCK_NEVER)
		return;
	json = json_object();
	json_object_set_new(
	    json, "state", json_string(standing_name(standing->state)));
	json_object_set_new(
	    json, "since", json_integer(ground->since_wall_sec));
	if (standing->below_since_ms != CLOCK_NEVER)
		json_object_set_new(json, "below_since",
		    wall_sec(clocks, standing->below_since_ms));
	if (ground->address.family != 0)
		json_object_set_new(json, "address",
		    json_string(address_format(address, &ground->address)));
	if (standing->state == STANDING_LISTED) {
		json_object_set_new(
		    json, "blocked_by", json_string(ground->blocked_by));
		json_object_set_new(
		    json, "removal", json_string(ground->removal));
	}
	put(store, STANDING, egress, json);
}

/* 0, or -1 if it is none of the three. */
static int
read_state(const char *text, enum standing_state *state)
{
	static const enum standing_state states[] = {
	    STANDING_UNKNOWN, STANDING_CLEAN, STANDING_LISTED};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(standing_name(states[i]), text) == 0) {
			*state = states[i];
			return 0;
		}
	return -1;
}

static int
read_ground(
    const json_t *json, const struct clocks *clocks, struct ground *ground)
{
	struct standing *standing = &ground->standing;
	const json_t *since = json_object_get(json, "since");

	if (read_state(text_of(json, "state"), &standing->state) != 0 ||
	    !json_is_integer(since))
		return -1;
	standing->since_ms = boot_ms(clocks, since);
	standing->below_since_ms =
	    boot_ms(clocks, json_object_get(json, "below_since"));
	ground->since_wall_sec = json_integer_value(since);
	if (address_parse(text_of(json, "address"), &ground->address) != 0)
		ground->address.family = 0;
	snprintf(ground->blocked_by, sizeof ground->blocked_by, "%s",
	    text_of(json, "blocked_by"));
	snprintf(ground->removal, sizeof ground->removal, "%s",
	    text_of(json, "removal"));
	return 0;
}

int
memory_recall_ground(struct store *store, const char *egress,
    struct ground *ground, const struct clocks *clocks)
{
	json_t *json = get(store, STANDING, egress);
	struct ground read = *ground;
	int result = json ? read_ground(json, clocks, &read) : -1;

	if (result == 0)
		*ground = read;
	json_decref(json);
	return result;
}

static void
forget_unknown(void *arg, const char *key, const char *value)
{
	const struct recall *recall = arg;

	(void)value;
	if (!egresses_find(recall->config, key))
		store_forget(recall->store, STANDING, key);
}

void
memory_forget(struct store *store, const struct config *config,
    const struct clocks *clocks)
{
	struct recall recall = {store, config, clocks};

	store_each(store, ANSWER, forget_old, &recall);
	store_each(store, STANDING, forget_unknown, &recall);
}
