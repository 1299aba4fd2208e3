/*
 * notes -- the domains of senders that the doors saw, left for the engine to
 * find out what the lists say of them. Any thread.
 *
 * A lock is held for the copy of one name. There is room for so many notes,
 * and what comes when there is none is dropped: a domain that sends mail comes
 * again.
 */
#ifndef STANDING_NOTES_H
#define STANDING_NOTES_H

#include "base/domain.h"

/* What hundreds of sessions can leave while the engine is busy: 64 kB. */
#define NOTES_MAX 256

struct notes;

struct notes *notes_create(void);
void notes_destroy(struct notes **);

/* woken is called, by the thread that leaves it, for the first note of an
   empty block; it must not block. NULL: nobody is. */
void notes_listen(struct notes *, void (*woken)(void *arg), void *arg);

/* domain as domain_parse has it. */
void notes_leave(struct notes *, const char *domain);

/* Takes the oldest. 0, or -1 if there is none. */
int notes_take(struct notes *, char domain[DOMAIN_MAX]);

#endif
