/*
 * chronicle -- since when a running daemon has seen an address on a list: asked
 * of it beside the survey of "repgate check", which alone knows only of now.
 * One thread.
 *
 * That nobody serves the socket, that we may not open it, or that what came is
 * no status is no fault: then nothing is known.
 */
#ifndef ADMIN_CHRONICLE_H
#define ADMIN_CHRONICLE_H

#include <stdint.h>

struct chronicle;
struct event_base;

/* Once, from the loop; not after chronicle_destroy. */
typedef void chronicle_done(void *arg);

/* Asks the daemon behind that socket. done is called when it has answered, has
   not within limit_ms, or cannot be reached. */
struct chronicle *chronicle_ask(struct event_base *, const char *path,
    int64_t limit_ms, chronicle_done *done, void *arg);
/* NULL-safe. */
void chronicle_destroy(struct chronicle **);

/* Since when it sees the address listed by the list with that id, as
   clock_format has it; NULL if it does not, or nothing is known. Borrowed. */
const char *chronicle_since(
    const struct chronicle *, const char *address, const char *list);

#endif
