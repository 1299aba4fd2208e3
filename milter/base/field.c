#include "base/field.h"

#include "base/clock.h"
#include "base/line.h"

#include <string.h>
#include <time.h>

#define ESCAPED_MAX 2048

json_t *
field_text(const char *text)
{
	json_t *string = text ? json_string(text) : json_null();

	return string ? string : field_foreign(text);
}

json_t *
field_foreign(const char *bytes)
{
	char escaped[ESCAPED_MAX];

	if (!bytes)
		return json_null();
	line_escape(escaped, sizeof escaped, bytes, strlen(bytes));
	return json_string(escaped);
}

json_t *
field_wall_time(int64_t wall_sec)
{
	char stamp[CLOCK_TEXT_MAX];

	if (wall_sec == 0)
		return json_null();
	clock_format(stamp, wall_sec);
	return json_string(stamp);
}

const char *
field_text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

int64_t
field_wall_time_of(const json_t *object, const char *key)
{
	struct tm parts = {0};

	if (!strptime(field_text_of(object, key), "%Y-%m-%dT%H:%M:%SZ", &parts))
		return 0;
	return timegm(&parts);
}
