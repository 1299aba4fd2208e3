/*
 * trial -- one test of one list: asks for its control entries and judges the
 * answers. Engine thread only.
 *
 * Control entries are not kept anywhere here. Between us and the list there
 * may be caches: the stranger gets past them, the fixed entries only once
 * their TTL is over.
 */
#ifndef EVIDENCE_TRIAL_H
#define EVIDENCE_TRIAL_H

struct controls;
struct flaw;
struct list_use;
struct resolver;
struct trial;

/* flaw is NULL if the resolver was destroyed: then nothing is known. Never
   called from inside trial_start. The trial is gone when it returns. */
typedef void trial_done(void *arg, const struct flaw *flaw);

/* The use is borrowed until the end; controls are copied. */
struct trial *trial_start(struct resolver *, const struct list_use *,
    const struct controls *, trial_done *, void *arg);

/* Nobody is called any more. NULL-safe. */
void trial_forget(struct trial **);

#endif
