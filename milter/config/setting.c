#include "config/setting.h"

#include "base/line.h"
#include "config/form.h"

#include <stdio.h>
#include <string.h>

static void
escape(char found[SETTING_FOUND_MAX], const char *text)
{
	size_t used;

	found[0] = '"';
	used = 1 + line_escape(
		       found + 1, SETTING_FOUND_MAX - 2, text, strlen(text));
	found[used++] = '"';
	found[used] = '\0';
}

void
setting_describe(char found[SETTING_FOUND_MAX], const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		escape(found, config_setting_get_string(setting));
		break;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(found, SETTING_FOUND_MAX, "the number %lld",
		    config_setting_get_int64(setting));
		break;
	case CONFIG_TYPE_FLOAT:
		snprintf(found, SETTING_FOUND_MAX, "the number %g",
		    config_setting_get_float(setting));
		break;
	case CONFIG_TYPE_BOOL:
		snprintf(found, SETTING_FOUND_MAX, "%s",
		    config_setting_get_bool(setting) ? "true" : "false");
		break;
	case CONFIG_TYPE_ARRAY:
		snprintf(found, SETTING_FOUND_MAX, "an array [ ]");
		break;
	case CONFIG_TYPE_LIST:
		snprintf(found, SETTING_FOUND_MAX, "a list ( )");
		break;
	default:
		snprintf(found, SETTING_FOUND_MAX, "a group { }");
	}
}

size_t
setting_name_path(
    char label[SETTING_LABEL_MAX], const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);
	size_t used = 0;

	label[0] = '\0';
	if (!config_setting_is_root(setting))
		used = setting_name_path(label, config_setting_parent(setting));
	if (name && used < SETTING_LABEL_MAX)
		used += snprintf(label + used, SETTING_LABEL_MAX - used, "%s%s",
		    used ? "." : "", name);
	return used;
}

bool
setting_is_text(const config_setting_t *setting)
{
	return config_setting_type(setting) == CONFIG_TYPE_STRING;
}

static bool
has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

const char *
setting_expected(
    const config_setting_t *setting, const char *(*form)(const char *text))
{
	const char *text;

	if (!setting_is_text(setting))
		return "a string in double quotes";
	text = config_setting_get_string(setting);
	if (has_control(text))
		return "text without control characters";
	if (form && form(text))
		return form(text);
	/* The one text that says something when it is empty. */
	return text[0] || form == form_store ? NULL : "text that is not empty";
}
