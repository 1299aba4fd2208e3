/*
 * senses -- what replies meant that came before, by receiver and words. Most
 * replies of a day are some hundred texts, so nearly all are answered from
 * here, without a pattern being tried. Of fixed size: a newcomer takes the
 * place of the one in its way. One thread at a time.
 */
#ifndef EVIDENCE_SENSES_H
#define EVIDENCE_SENSES_H

#include "evidence/reply.h"

#define SENSES_MAX 4096 /* of up to WORDS_MAX bytes and some */

struct senses;

/* Borrows the receivers until it is destroyed. */
struct senses *senses_create(const struct receivers *);
void senses_destroy(struct senses **);

/* As reply_read. */
void senses_read(struct senses *, const struct reply *, struct meaning *out);

#endif
