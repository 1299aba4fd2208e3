#include "standing/notes.h"

#include "base/alloc.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct notes {
	pthread_mutex_t mutex; /* of all below; held for a copy */
	void (*woken)(void *arg);
	void *arg;
	size_t first, count;
	char domains[NOTES_MAX][DOMAIN_MAX]; /* a ring */
};

struct notes *
notes_create(void)
{
	struct notes *notes = alloc_zeroed(1, sizeof *notes);

	pthread_mutex_init(&notes->mutex, NULL);
	return notes;
}

void
notes_destroy(struct notes **notes)
{
	if (!*notes)
		return;
	pthread_mutex_destroy(&(*notes)->mutex);
	free(*notes);
	*notes = NULL;
}

void
notes_listen(struct notes *notes, void (*woken)(void *arg), void *arg)
{
	pthread_mutex_lock(&notes->mutex);
	notes->woken = woken;
	notes->arg = arg;
	pthread_mutex_unlock(&notes->mutex);
}

void
notes_leave(struct notes *notes, const char *domain)
{
	pthread_mutex_lock(&notes->mutex);
	if (notes->count < NOTES_MAX) {
		size_t place = (notes->first + notes->count++) % NOTES_MAX;

		snprintf(notes->domains[place], DOMAIN_MAX, "%s", domain);
		/* Within the lock, so that who stops listening is not called
		   any more. */
		if (notes->count == 1 && notes->woken)
			notes->woken(notes->arg);
	}
	pthread_mutex_unlock(&notes->mutex);
}

int
notes_take(struct notes *notes, char domain[DOMAIN_MAX])
{
	int result = -1;

	pthread_mutex_lock(&notes->mutex);
	if (notes->count > 0) {
		memcpy(domain, notes->domains[notes->first], DOMAIN_MAX);
		notes->first = (notes->first + 1) % NOTES_MAX;
		notes->count--;
		result = 0;
	}
	pthread_mutex_unlock(&notes->mutex);
	return result;
}
