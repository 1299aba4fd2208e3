/*
 * key -- the personal key that a list wants in the name that is asked. It is
 * kept out of everything that is shown. Any thread.
 */
#ifndef CONFIG_KEY_H
#define CONFIG_KEY_H

#include <stddef.h>

/* The first line of a file that is a regular one, owned by root or by the
   user of this process, not writable by its group, and closed to all others.
   From the first key on the process leaves no core dump. NULL with *reason
   set (to be freed); it never quotes what the file holds. To be freed by
   key_free. */
char *key_read(const char *path, char **reason);

/* The zone with the key in the place of its {key}. To be freed by key_free. */
char *key_zone(const char *zone, const char *key);

/* Overwrites the text before it is freed. NULL-safe. */
void key_free(char **);

/* Overwrites each occurrence of the key in foreign text, in any case of
   letters, also one that is cut off at the text's end. key NULL: none. */
void key_hide(char *text, size_t length, const char *key);

#endif
