/*
 * descriptors -- how many files and sockets this process may have open, and
 * whether these run short. Any thread.
 */
#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

#include <stdbool.h>

/* As many as may be had; less is no reason not to start. To be called once, as
   root if we are. */
void descriptors_raise(void);

/* Whether three quarters of those allowed are open. Who serves many should then
   take on no more, so that others can do their work. */
bool descriptors_are_short(void);

#endif
