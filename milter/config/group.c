#include "config/group.h"

#include "base/alloc.h"
#include "config/problems.h"
#include "config/quantity.h"
#include "config/reader.h"
#include "config/setting.h"
#include "config/spelling.h"

#include <assert.h>
#include <inttypes.h>
#include <libconfig.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The setting itself rather than one of its items. */
#define WHOLE SIZE_MAX

static config_setting_t *
member(const struct group *group, const char *key)
{
	if (!group->setting || !key)
		return group->setting;
	return config_setting_get_member(group->setting, key);
}

/* The caller frees it. */
static char *
file_of(const struct group *group, const config_setting_t *setting)
{
	return reader_file(group->reader,
	    setting ? config_setting_source_file(setting) : NULL);
}

static void
name_key(
    char label[SETTING_LABEL_MAX], const struct group *group, const char *key)
{
	size_t used = 0;

	label[0] = '\0';
	if (group->setting)
		used = setting_name_path(label, group->setting);
	if (key && used < SETTING_LABEL_MAX)
		snprintf(label + used, SETTING_LABEL_MAX - used, "%s%s",
		    used ? "." : "", key);
}

/* One problem: where, and of what severity. */
struct place {
	const struct group *group;
	const char *key;
	size_t index; /* of an array's item */
	bool is_warning;
};

static config_setting_t *
find(const struct place *place)
{
	config_setting_t *setting = member(place->group, place->key), *item;

	if (!setting)
		return place->group->setting;
	if (place->index == WHOLE || !config_setting_is_aggregate(setting))
		return setting;
	item = config_setting_get_elem(setting, place->index);
	return item ? item : setting;
}

static __attribute__((format(printf, 2, 0))) void
report(const struct place *place, const char *format, va_list args)
{
	struct problems *problems = reader_problems(place->group->reader);
	const config_setting_t *setting = find(place);
	char *file = file_of(place->group, setting);
	int line = setting ? config_setting_source_line(setting) : 0;
	char label[SETTING_LABEL_MAX], *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		abort();
	name_key(label, place->group, place->key);
	if (place->is_warning)
		problems_warning(problems, file, line, "%s: %s", label, text);
	else
		problems_error(problems, file, line, "%s: %s", label, text);
	free(text);
	free(file);
}

static void
report_found(
    struct group *group, const char *key, size_t index, const char *expected)
{
	const struct place place = {group, key, index, false};
	char found[SETTING_FOUND_MAX];

	setting_describe(found, find(&place));
	group_item_error(
	    group, key, index, "found %s, expected %s", found, expected);
}

static bool
is_known(const struct group *group, const char *key)
{
	for (size_t i = 0; i < group->key_count; i++)
		if (strcmp(group->keys[i], key) == 0)
			return true;
	return false;
}

/* The setting of a key, which is known from now on. */
static config_setting_t *
take(struct group *group, const char *key)
{
	if (!is_known(group, key)) {
		assert(group->key_count < GROUP_KEYS_MAX);
		group->keys[group->key_count++] = key;
	}
	return member(group, key);
}

/* Not report(): the label would hold the key twice. */
static void
report_unknown(struct group *group, const config_setting_t *setting)
{
	const char *key = config_setting_name(setting);
	char *file = file_of(group, setting);

	problems_error(reader_problems(group->reader), file,
	    config_setting_source_line(setting),
	    "unknown key \"%s\": the nearest known key is \"%s\"", key,
	    spelling_nearest(key, group->keys, group->key_count));
	free(file);
}

void
group_end(struct group *group)
{
	int count = group->setting ? config_setting_length(group->setting) : 0;

	for (int i = 0; i < count; i++) {
		const config_setting_t *setting =
		    config_setting_get_elem(group->setting, i);

		if (!is_known(group, config_setting_name(setting)))
			report_unknown(group, setting);
	}
}

bool
group_has(const struct group *group, const char *key)
{
	return group->setting && member(group, key);
}

bool
group_is_empty(const struct group *group, const char *key)
{
	const config_setting_t *setting =
	    group->setting ? member(group, key) : NULL;

	return setting && config_setting_is_aggregate(setting) &&
	       config_setting_length(setting) == 0;
}

void
group_require(struct group *group, const char *key)
{
	if (!take(group, key))
		group_error(group, key, "it is missing, and has no default");
}

const char *
group_text(
    struct group *group, const char *key, const char *(*form)(const char *text))
{
	config_setting_t *setting = take(group, key);
	const char *expected;

	if (!setting)
		return NULL;
	expected = setting_expected(setting, form);
	if (!expected)
		return config_setting_get_string(setting);
	report_found(group, key, WHOLE, expected);
	return NULL;
}

static void
list_words(char *text, size_t size, const struct word words[])
{
	size_t used = 0;

	for (size_t i = 0; words[i].name && used < size; i++) {
		const char *between = words[i + 1].name ? ", " : " or ";

		used += snprintf(text + used, size - used, "%s\"%s\"",
		    i == 0 ? "" : between, words[i].name);
	}
}

int
group_word(struct group *group, const char *key, const struct word words[],
    int fallback)
{
	config_setting_t *setting = take(group, key);
	char expected[SETTING_LABEL_MAX];

	if (!setting)
		return fallback;
	for (size_t i = 0; setting_is_text(setting) && words[i].name; i++)
		if (strcmp(config_setting_get_string(setting), words[i].name) ==
		    0)
			return words[i].value;
	list_words(expected, sizeof expected, words);
	report_found(group, key, WHOLE, expected);
	return fallback;
}

int
group_number(
    struct group *group, const char *key, int min, int max, int fallback)
{
	config_setting_t *setting = take(group, key);
	char expected[SETTING_LABEL_MAX];
	int type;

	if (!setting)
		return fallback;
	type = config_setting_type(setting);
	if (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64) {
		long long value = config_setting_get_int64(setting);

		if (value >= min && value <= max)
			return value;
	}
	snprintf(expected, sizeof expected,
	    "a whole number from %d to %d, without quotes", min, max);
	report_found(group, key, WHOLE, expected);
	return fallback;
}

/* A bound as it would be written in the file. */
static void
format_bound(char *text, size_t size, int64_t ms)
{
	if (ms % 1000)
		snprintf(text, size, "%" PRId64 "ms", ms);
	else if (ms % 60000 || ms == 0)
		snprintf(text, size, "%" PRId64 "s", ms / 1000);
	else if (ms % 3600000)
		snprintf(text, size, "%" PRId64 "m", ms / 60000);
	else if (ms % 86400000)
		snprintf(text, size, "%" PRId64 "h", ms / 3600000);
	else
		snprintf(text, size, "%" PRId64 "d", ms / 86400000);
}

int64_t
group_duration_ms(struct group *group, const char *key, int64_t min_ms,
    int64_t max_ms, int64_t fallback_ms)
{
	config_setting_t *setting = take(group, key);
	char low[QUANTITY_TEXT_MAX], high[QUANTITY_TEXT_MAX];
	char expected[SETTING_LABEL_MAX];
	int64_t ms;

	if (!setting)
		return fallback_ms;
	if (!setting_is_text(setting) ||
	    quantity_duration_ms(config_setting_get_string(setting), &ms) !=
		0) {
		report_found(group, key, WHOLE,
		    "a duration such as \"30s\", \"10m\", \"2h\" or \"1d\"");
		return fallback_ms;
	}
	if (ms >= min_ms && ms <= max_ms)
		return ms;
	format_bound(low, sizeof low, min_ms);
	format_bound(high, sizeof high, max_ms);
	snprintf(expected, sizeof expected, "a duration from \"%s\" to \"%s\"",
	    low, high);
	report_found(group, key, WHOLE, expected);
	return fallback_ms;
}

size_t
group_items(
    struct group *group, const char *key, const char *(*form)(const char *text))
{
	config_setting_t *setting = take(group, key);
	size_t count;

	if (!setting)
		return 0;
	if (!config_setting_is_aggregate(setting))
		return group_text(group, key, form) ? 1 : 0;
	if (config_setting_is_group(setting)) {
		report_found(
		    group, key, WHOLE, "an array of strings [ \"...\" ]");
		return 0;
	}
	count = config_setting_length(setting);
	for (size_t i = 0; i < count; i++) {
		const char *expected =
		    setting_expected(config_setting_get_elem(setting, i), form);

		if (expected)
			report_found(group, key, i, expected);
	}
	return count;
}

const char *
group_item(const struct group *group, const char *key, size_t index)
{
	const struct place place = {group, key, index, false};
	const char *text = config_setting_get_string(find(&place));

	return text ? text : "";
}

void
group_open(struct group *group, const char *key, struct group *out)
{
	config_setting_t *setting = take(group, key);

	if (setting && !config_setting_is_group(setting)) {
		report_found(group, key, WHOLE, "a group { key = value; }");
		setting = NULL;
	}
	*out = (struct group){.reader = group->reader, .setting = setting};
}

static const char groups_wanted[] = "a list of groups ( { ... }, { ... } )";

void
group_each(struct group *group, const char *key,
    void (*read)(struct group *element, void *context), void *context)
{
	config_setting_t *setting = take(group, key);
	int count = 0;

	if (setting && config_setting_is_list(setting))
		count = config_setting_length(setting);
	else if (setting)
		report_found(group, key, WHOLE, groups_wanted);
	for (int i = 0; i < count; i++) {
		struct group element = {.reader = group->reader,
		    .setting = config_setting_get_elem(setting, i)};

		if (!config_setting_is_group(element.setting)) {
			report_found(group, key, i, groups_wanted);
			continue;
		}
		read(&element, context);
		group_end(&element);
	}
}

char *
group_file(const struct group *group, const char *key)
{
	return file_of(group, member(group, key));
}

char *
group_path(const struct group *group, const char *key, const char *path)
{
	char *file = group_file(group, key), *joined;
	const char *slash = strrchr(file, '/');

	joined = path[0] == '/' || !slash
		     ? alloc_string(path)
		     : alloc_printf("%.*s/%s", (int)(slash - file), file, path);
	free(file);
	return joined;
}

void
group_error(struct group *group, const char *key, const char *format, ...)
{
	const struct place place = {group, key, WHOLE, false};
	va_list args;

	va_start(args, format);
	report(&place, format, args);
	va_end(args);
}

void
group_warning(struct group *group, const char *key, const char *format, ...)
{
	const struct place place = {group, key, WHOLE, true};
	va_list args;

	va_start(args, format);
	report(&place, format, args);
	va_end(args);
}

void
group_item_error(
    struct group *group, const char *key, size_t index, const char *format, ...)
{
	const struct place place = {group, key, index, false};
	va_list args;

	va_start(args, format);
	report(&place, format, args);
	va_end(args);
}

void
group_item_warning(
    struct group *group, const char *key, size_t index, const char *format, ...)
{
	const struct place place = {group, key, index, true};
	va_list args;

	va_start(args, format);
	report(&place, format, args);
	va_end(args);
}
