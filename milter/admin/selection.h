/*
 * selection -- the lists that "repgate check" asks, and what each weighs: those
 * of the directory that are alive and serve everybody, and those configured.
 * One thread.
 */
#ifndef ADMIN_SELECTION_H
#define ADMIN_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct directory;
struct list_use;

/* All 0 at first. */
struct selection {
	struct config *config;	     /* or NULL */
	struct directory *directory; /* own; NULL: the configuration's */
	struct list_use *uses;	     /* keys and zones are borrowed */
	size_t count;
	size_t dead, keyless; /* lists that were left out */
	bool knows_domains;   /* some list does */
};

/* Reads the configuration, by default CONFIG_PATH, which may be missing, and the
   directory, by default the configuration's. What is wrong with a configuration
   that nobody named is no reason to stop where it can be done without. With one
   a list that it does not use only tells; without one each weighs by its
   impact. 0, or -1 with the reasons on standard error; to be cleared in any
   case. */
int selection_make(struct selection *, const char *config_path,
    const char *providers_path, bool can_do_without);
void selection_clear(struct selection *);

#endif
