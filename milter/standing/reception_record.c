#include "standing/reception_record.h"

#include "base/alloc.h"

#include <limits.h>
#include <string.h>

char *
reception_record_write(const struct reception_record *record)
{
	json_t *lists = json_array(), *json;
	char *text;

	for (size_t i = 0; i < record->list_count; i++)
		json_array_append_new(lists, json_string(record->lists[i]));
	json = json_pack("{s:s, s:I, s:I, s:I, s:I, s:i, s:i, s:s, s:I, s:i, "
			 "s:s, s:s, s:o}",
	    "state", receiver_state_name(record->state), "since",
	    (json_int_t)record->since_sec, "blocked",
	    (json_int_t)record->blocked_sec, "throttled",
	    (json_int_t)record->throttled_sec, "refusing",
	    (json_int_t)record->refusing_sec, "blocks", record->blocks,
	    "throttles", record->throttles, "probe",
	    probe_stage_name(record->probe), "probe_since",
	    (json_int_t)record->probe_sec, "probes_refused",
	    record->probes_refused, "list", record->list, "removal",
	    record->removal, "lists", lists);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text ? text : alloc_string("{}");
}

static int
read_state(const char *word, enum receiver_state *out)
{
	for (int i = RECEIVER_OPEN; i <= RECEIVER_BLOCKED; i++)
		if (strcmp(word, receiver_state_name(i)) == 0) {
			*out = i;
			return 0;
		}
	return -1;
}

static int64_t
read_number(const json_t *json, const char *key, int64_t max)
{
	int64_t number = json_integer_value(json_object_get(json, key));

	return number < 0 || number > max ? 0 : number;
}

static const char *
text_of(const json_t *json)
{
	const char *text = json_string_value(json);

	return text ? text : "";
}

int
reception_record_read(const char *text, struct reception_record *out)
{
	struct reception_record record = {0};
	json_t *json = json_loads(text, 0, NULL);
	const json_t *lists = json_object_get(json, "lists");

	if (read_state(
		text_of(json_object_get(json, "state")), &record.state) != 0) {
		json_decref(json);
		return -1;
	}
	record.since_sec = read_number(json, "since", INT64_MAX / 2000);
	record.blocked_sec = read_number(json, "blocked", INT64_MAX / 2000);
	record.throttled_sec = read_number(json, "throttled", INT64_MAX / 2000);
	record.refusing_sec = read_number(json, "refusing", INT64_MAX / 2000);
	record.blocks = read_number(json, "blocks", INT_MAX / 2);
	record.throttles = read_number(json, "throttles", INT_MAX / 2);
	probe_stage_parse(
	    text_of(json_object_get(json, "probe")), &record.probe);
	record.probe_sec = read_number(json, "probe_since", INT64_MAX / 2000);
	record.probes_refused =
	    read_number(json, "probes_refused", INT_MAX / 2);
	record.list = text_of(json_object_get(json, "list"));
	record.removal = text_of(json_object_get(json, "removal"));
	for (size_t i = 0;
	     i < json_array_size(lists) && i < RECEPTION_LISTS_MAX; i++)
		record.lists[record.list_count++] =
		    text_of(json_array_get(lists, i));
	record.json = json;
	*out = record;
	return 0;
}

void
reception_record_clear(struct reception_record *record)
{
	json_decref(record->json);
	*record = (struct reception_record){0};
}
