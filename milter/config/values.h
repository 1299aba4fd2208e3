/*
 * values -- reads the arrays of a configuration into memory of its own, looks
 * into them, and frees them. A problem is recorded where it stands; the item that is wrong
 * keeps its place, so that index and line stay together. One thread at a time.
 */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include <stdbool.h>

struct addresses;
struct group;
struct networks;
struct strings;

/* The caller owns what *out receives; empty if the key is absent. */
void values_strings(struct group *, const char *key,
    const char *(*form)(const char *text), struct strings *out);
void values_addresses(struct group *, const char *key, struct addresses *out);
void values_networks(struct group *, const char *key, struct networks *out);

/* Records an error if the key is there and empty: that reads like "none" but
   for a condition would mean "any". */
void values_refuse_empty(struct group *, const char *key);

/* Whether the text is among them. */
bool strings_contain(const struct strings *, const char *text);

void strings_free(struct strings *);
void networks_free(struct networks *);

#endif
