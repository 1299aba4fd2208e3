/*
 * setting -- one setting of libconfig in words, for the messages about it.
 * Pure; any thread.
 */
#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>

#define SETTING_LABEL_MAX 256
#define SETTING_FOUND_MAX 160

/* "dns.timeout"; the elements of a list have no name of their own. Returns
   the length, which may pass what was written, as snprintf(3) does. */
size_t setting_name_path(
    char label[SETTING_LABEL_MAX], const config_setting_t *);

/* What was found: "\"3x\"", "the number 3", "a list ( )". */
void setting_describe(char found[SETTING_FOUND_MAX], const config_setting_t *);

bool setting_is_text(const config_setting_t *);

/* NULL if the setting is good text, else what was expected instead. form
   returns the same for text of its kind; a NULL form takes anything. Empty
   text and control characters never pass. */
const char *setting_expected(
    const config_setting_t *, const char *(*form)(const char *text));

#endif
