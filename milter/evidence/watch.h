/*
 * watch -- keeps an answer of every list for every address and domain, asked
 * again before it is too old. Engine thread only; the clock is given.
 *
 * An answer is asked again after its TTL, clamped to check_min..check_every.
 * An UNKNOWN is asked again after check_min, doubling up to check_every while
 * it lasts. A new listing is asked again after check_min until it was
 * confirmed. All of these less a jitter of up to a tenth, so that questions
 * spread out and the memory is renewed before it expires. Once a listing is
 * believed its TXT record is asked for.
 *
 * Of domains there may be thousands. They are asked about a few at a time, and
 * again only while they are listed, or if they were seen since; while they are
 * clean not before check_every.
 *
 * A list is asked only while it is fit. Before an answer is believed that
 * would change what the list is known to say, or would confirm a listing, the
 * list is tested again at that moment. When it turns out unfit all its
 * answers become UNKNOWN, and if it may have lied, what it was known to say
 * is only as old as its last passed test.
 *
 * Answers carry the time of the last tick. A question that the resolver
 * cancels is no answer: it is asked again at the next tick.
 */
#ifndef EVIDENCE_WATCH_H
#define EVIDENCE_WATCH_H

#include "evidence/finding.h"
#include "evidence/subject.h"

#include <stddef.h>
#include <stdint.h>

struct address;
struct config;
struct list;
struct resolver;
struct tested;
struct watch;

/* Called when an answer came in; `before` is the one it replaced. The text
   of a new listing has been asked for by then (or could not be had). */
typedef void watch_answered(void *arg, const struct subject *,
    const struct finding *, const struct answer *before);

/* Called when a list turned fit or unfit, or unfit for another cause; before
   the calls for its answers. */
typedef void watch_list_changed(void *arg, const struct tested *);

struct watch *watch_create(watch_answered *, watch_list_changed *, void *arg);
void watch_destroy(struct watch **);

/* Addresses to watch beside those of the egresses, in the place of the ones
   given before, from the next watch_configure on. Copied. */
void watch_add_addresses(
    struct watch *, const struct address *addresses, size_t count);

/* Takes over the addresses (of all egresses, and those added) and lists of a
   configuration. Findings of a (address, list) pair that stays as it was are
   kept; questions still open are forgotten, and those of kept findings asked
   again at once. Config and resolver are borrowed until the next call has
   returned or watch_destroy. A resolver may go earlier, if no tick follows. */
void watch_configure(struct watch *, const struct config *, struct resolver *);

/* Lists that are asked by many are easily offended, and a first sweep of many
   addresses can wait some seconds. */
#define WATCH_TICK_MAX 2000

/* For each pair that was never asked about: `known` may fill in what was known
   of it before this process, which is known, known_codes, known_ms,
   listed_in_a_row and listed_ms, and return 0. Its answer is then UNKNOWN,
   CAUSE_STALE. */
typedef int watch_known(
    void *arg, const struct subject *, struct finding *known);
void watch_recall(struct watch *, watch_known *, void *arg);

/* Asks whatever is due, up to WATCH_TICK_MAX questions until the next tick.
   To be called about once a second. */
void watch_tick(struct watch *, int64_t now_ms);

/* Makes due what a list says of the addresses that a receiver names
   (list_is_named), as far as that is older than dns.check_min. */
void watch_ask_named(struct watch *, const char *name, int64_t now_ms);

/* Has a domain watched as well, over any watch_configure, until
   watch_unfollow. Each call makes a subject, which is borrowed until then.
   Both not from within a callback. domain as domain_parse has it. */
const struct subject *watch_follow(struct watch *, const char *domain);
void watch_unfollow(struct watch *, const struct subject *);
/* Somebody wants to know of that domain now. */
void watch_see(struct watch *, const struct subject *, int64_t now_ms);

/* Borrowed until the next watch_configure. NULL if it is not watched. */
const struct subject *watch_subject(
    const struct watch *, const struct address *);

/* How fit a list is, in a family that it is asked for; NULL if in none.
   Borrowed until the next watch_configure. */
const struct tested *watch_list(
    const struct watch *, const struct list *, uint8_t family);

#endif
