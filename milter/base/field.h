/*
 * field -- the values in the JSON that the daemon, its command and others
 * exchange. JSON is UTF-8; what is not is escaped as in the log. Any thread.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <jansson.h>
#include <stdint.h>

/* Of our own words and the administrator's, which only have to be UTF-8. NULL
   is JSON's null. The caller owns it. */
json_t *field_text(const char *);
/* The same of foreign bytes, which are always escaped; up to 2 KB. */
json_t *field_foreign(const char *);
/* As clock_format has it; 0 is null. */
json_t *field_wall_time(int64_t wall_sec);

/* Borrowed from the object; "" if there is no such text. */
const char *field_text_of(const json_t *object, const char *key);
/* 0 if there is no such time. */
int64_t field_wall_time_of(const json_t *object, const char *key);

#endif
