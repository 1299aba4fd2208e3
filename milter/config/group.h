/*
 * group -- the keys and values of one group of a configuration file. Every
 * getter records what is wrong with its key and goes on with the fallback, so
 * that one pass finds all problems; group_end reports the keys that no getter
 * asked for. One thread at a time.
 */
#ifndef CONFIG_GROUP_H
#define CONFIG_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_setting_t;
struct reader;

#define GROUP_KEYS_MAX 48

/* What stands between { and }, or the whole file. */
struct group {
	struct reader *reader;
	struct config_setting_t *setting; /* NULL: absent, all is fallback */
	const char *keys[GROUP_KEYS_MAX]; /* asked for; kept as pointers */
	size_t key_count;
};

/* One of a key's words; an array of them ends with a NULL name. */
struct word {
	const char *name;
	int value;
};

void group_end(struct group *);

bool group_has(const struct group *, const char *key);
/* Whether the key is there and holds an array or list of nothing. */
bool group_is_empty(const struct group *, const char *key);
/* An error if the key is absent. */
void group_require(struct group *, const char *key);

/* A form returns NULL for good text, else what was expected instead; a NULL
   form takes anything. Empty text and control characters never pass. What a
   getter returns is borrowed until reader_close. */

/* NULL if absent or wrong. */
const char *group_text(
    struct group *, const char *key, const char *(*form)(const char *text));
int group_word(
    struct group *, const char *key, const struct word words[], int fallback);
/* The bounds are included. */
int group_number(
    struct group *, const char *key, int min, int max, int fallback);
int64_t group_duration_ms(struct group *, const char *key, int64_t min_ms,
    int64_t max_ms, int64_t fallback_ms);

/* An array of text; one text alone is an array of one. The count includes
   items that are wrong, so that an index always finds its line. */
size_t group_items(
    struct group *, const char *key, const char *(*form)(const char *text));
/* "" if it is not text. */
const char *group_item(const struct group *, const char *key, size_t index);

/* The group below key; absent if it is not there or no group. */
void group_open(struct group *, const char *key, struct group *out);
/* Calls read for each group of the list below key, and group_end after it. */
void group_each(struct group *, const char *key,
    void (*read)(struct group *element, void *context), void *context);

/* The file that a key stands in; if it is absent, the file of the group. The
   caller frees it. */
char *group_file(const struct group *, const char *key);
/* A path as the key gives it: one that is not absolute is relative to that
   file. The caller frees it. */
char *group_path(const struct group *, const char *key, const char *path);

/* "FILE:LINE: error: GROUP.KEY: ..."; key may be NULL: the group itself. */
void group_error(struct group *, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void group_warning(struct group *, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void group_item_error(struct group *, const char *key, size_t index,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void group_item_warning(struct group *, const char *key, size_t index,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
