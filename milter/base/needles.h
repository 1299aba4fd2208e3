/*
 * needles -- finds which of many words a text holds, all in one pass over it
 * (Aho and Corasick, 1975). Built once and then only read: any thread.
 *
 * Each word belongs to an owner; a search tells the owners of the words found.
 */
#ifndef BASE_NEEDLES_H
#define BASE_NEEDLES_H

#include <stddef.h>
#include <stdint.h>

struct needles;

/* Owners are 0 to owners - 1. */
struct needles *needles_create(size_t owners);
void needles_destroy(struct needles **);

/* Lower case, at least one byte. */
void needles_add(
    struct needles *, const char *word, size_t length, size_t owner);
/* To be called once, after the last word. */
void needles_close(struct needles *);

#define NEEDLES_SET_WORDS(owners) (((owners) + 63) / 64)

/* Sets the bit of each owner in `found`, NEEDLES_SET_WORDS of them; others stay
   as they are. Letters of the text match without case. */
void needles_find(
    const struct needles *, const char *text, size_t length, uint64_t *found);

#endif
