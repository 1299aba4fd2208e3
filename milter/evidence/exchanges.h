/*
 * exchanges -- which receiver takes in the mail of a recipient's domain: the
 * one that its most preferred MX hosts belong to (receiver.h). So a company
 * that is hosted elsewhere under its own name counts with its host.
 *
 * Nobody waits for an answer: what is not known is asked for, and known the
 * next time; until then the last relay known will do. A name that has run out
 * is used on while it is asked for again. A domain without MX records is its
 * own host (RFC 5321, 5.1); one that takes no mail (RFC 7505), does not exist,
 * or has hosts of several receivers in the first place, has none. Bounded: the
 * domain that was not recalled for longest makes room.
 *
 * Threads: as said at each function.
 */
#ifndef EVIDENCE_EXCHANGES_H
#define EVIDENCE_EXCHANGES_H

#include "evidence/receiver.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exchanges;
struct receivers;
struct resolver;

/* A few hundred bytes each. */
#define EXCHANGES_MAX 20000
/* Questions on their way, so that those about listings find room. */
#define EXCHANGES_OPEN_MAX 128
/* How long an answer is believed, whatever its TTL says; and how long nobody
   asks again after none came. */
#define EXCHANGES_KEEP_MIN_MS INT64_C(300000)
#define EXCHANGES_KEEP_MAX_MS INT64_C(86400000)
#define EXCHANGES_RETRY_MS INT64_C(30000)

struct exchanges *exchanges_create(void);
void exchanges_destroy(struct exchanges **);

/* Any thread. woken is called, by the thread that recalls, when there is
   something to ask for; it must not block. NULL: nobody is. */
void exchanges_listen(struct exchanges *, void (*woken)(void *arg), void *arg);

/* Any thread; holds a lock for as long as a name is looked up. domain is as
   domain_parse has it. 0, or -1 with the name untouched: it is not known, or
   there is no receiver. */
int exchanges_recall(struct exchanges *, const char *domain, int64_t now_ms,
    char receiver[RECEIVER_NAME_MAX]);

/* Any thread: a server of that receiver was the relay of a message for that
   address. What DNS says is more, and is still asked for. */
void exchanges_learn(
    struct exchanges *, const char *address, const char *receiver);

/* As exchanges_recall, for a mail address, unless the answer is of no use now:
   then the name is not known. */
int exchanges_receiver_of(struct exchanges *, const char *address,
    int64_t now_ms, char receiver[RECEIVER_NAME_MAX]);

/* Any thread: whether the answers are of use, false at first. */
void exchanges_need(struct exchanges *, bool is_needed);
bool exchanges_are_needed(const struct exchanges *);

/* The rest is for the engine's thread. */

/* Takes over a directory and a resolver, which are borrowed until the next
   call; what the old ones said is asked for again. Without a resolver nothing
   is asked. */
void exchanges_configure(
    struct exchanges *, const struct receivers *, struct resolver *);

/* Asks for what was recalled and is not known. */
void exchanges_ask(struct exchanges *);
/* Whether answers are still to come. */
bool exchanges_are_asking(const struct exchanges *);

/* For status and tests. */
size_t exchanges_count(struct exchanges *);

#endif
