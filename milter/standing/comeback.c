#include "standing/comeback.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "config/config.h"

#include <jansson.h>

enum { WHOLE = 100 };

void
comeback_init(struct comeback *comeback)
{
	*comeback = (struct comeback){CLOCK_NEVER, CLOCK_NEVER};
}

bool
comeback_step(
    struct comeback *comeback, enum standing_state state, int64_t now_ms)
{
	bool is_listed = comeback->listed_ms != CLOCK_NEVER &&
			 comeback->cleared_ms == CLOCK_NEVER;

	if ((state == STANDING_LISTED) == is_listed)
		return false;
	if (is_listed)
		comeback->cleared_ms = now_ms;
	else
		*comeback = (struct comeback){now_ms, CLOCK_NEVER};
	return true;
}

int
comeback_share(const struct config *config, const struct comeback *comeback,
    int64_t now_ms)
{
	int64_t since_ms;

	if (comeback->cleared_ms == CLOCK_NEVER)
		return WHOLE;
	since_ms = now_ms - comeback->cleared_ms;
	for (size_t i = 0; i < config->return_step_count; i++) {
		const struct return_step *step = &config->return_steps[i];

		if (since_ms < step->for_ms)
			return step->share;
		since_ms -= step->for_ms;
	}
	return WHOLE;
}

/* FNV-1a, and its bits well mixed, since the keys are much alike. */
static uint64_t
hash(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++) {
		unsigned char byte = ascii_lower(*text);

		hash = (hash ^ byte) * UINT64_C(0x100000001b3);
	}
	hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
	return hash ^ hash >> 33;
}

bool
comeback_is_direct(int share, const char *key)
{
	return (int)(hash(key) % WHOLE) < share;
}

static json_t *
wall_of(int64_t ms, int64_t now_ms, int64_t wall_sec)
{
	if (ms == CLOCK_NEVER)
		return json_null();
	return json_integer(wall_sec + (ms - now_ms) / CLOCK_SEC);
}

char *
comeback_write(
    const struct comeback *comeback, int64_t now_ms, int64_t wall_sec)
{
	json_t *json = json_object();
	char *text;

	json_object_set_new(
	    json, "listed", wall_of(comeback->listed_ms, now_ms, wall_sec));
	json_object_set_new(
	    json, "cleared", wall_of(comeback->cleared_ms, now_ms, wall_sec));
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text ? text : alloc_string("{}");
}

static int64_t
ms_of(const json_t *json, int64_t now_ms, int64_t wall_sec)
{
	int64_t at_sec = json_integer_value(json);

	if (!json_is_integer(json) || at_sec < 0)
		return CLOCK_NEVER;
	/* A clock that was wrong then begins anew. */
	if (at_sec > wall_sec)
		at_sec = wall_sec;
	return now_ms - (wall_sec - at_sec) * CLOCK_SEC;
}

int
comeback_read(
    const char *text, int64_t now_ms, int64_t wall_sec, struct comeback *out)
{
	json_t *json = json_loads(text, 0, NULL);
	struct comeback comeback;

	comeback.listed_ms =
	    ms_of(json_object_get(json, "listed"), now_ms, wall_sec);
	comeback.cleared_ms =
	    ms_of(json_object_get(json, "cleared"), now_ms, wall_sec);
	json_decref(json);
	if (comeback.listed_ms == CLOCK_NEVER)
		return -1;
	*out = comeback;
	return 0;
}
