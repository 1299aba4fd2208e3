/*
 * loop -- an event loop in a thread of its own, with a tick each second, which
 * other threads can wake.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

struct event_base;
struct loop;

/* All are called in the thread of the loop. */
struct loop_calls {
	void (*began)(void *arg);  /* once, first of all */
	void (*ticked)(void *arg); /* at the start, and each second */
	void (*woken)(void *arg);  /* soon after one or more loop_wake */
};

/* The calls and arg are borrowed until loop_destroy. NULL if there are no
   descriptors for it. */
struct loop *loop_create(const struct loop_calls *, void *arg);
/* Not while it runs; all events of the base are gone by then. NULL-safe. */
void loop_destroy(struct loop **);

/* Borrowed. Of the thread of the loop, once it runs. */
struct event_base *loop_base(const struct loop *);

/* 0, or -1 if no thread can be started. */
int loop_start(struct loop *);
/* Not in the thread of the loop: ends it, and waits for that. */
void loop_stop(struct loop *);

/* Any thread, and a signal handler's. */
void loop_wake(const struct loop *);

#endif
