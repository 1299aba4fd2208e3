/*
 * alloc -- the one allocator. Running out of memory is not a thing a caller
 * can mend, so these log one line and abort; none of them returns NULL.
 * Any thread.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

void *alloc_zeroed(size_t count, size_t size);
/* Grows or shrinks an array; new elements are not initialised. */
void *alloc_resize(void *array, size_t count, size_t size);
char *alloc_string(const char *text);
/* Copies `length` bytes and adds a NUL. */
char *alloc_bytes(const char *bytes, size_t length);
char *alloc_printf(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
