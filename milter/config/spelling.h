/*
 * spelling -- the word that was probably meant. Pure; any thread.
 */
#ifndef CONFIG_SPELLING_H
#define CONFIG_SPELLING_H

#include <stddef.h>

/* The known word with the fewest edits between, the first of equals; NULL if
   count is 0. Borrowed. */
const char *spelling_nearest(
    const char *word, const char *const *known, size_t count);

#endif
