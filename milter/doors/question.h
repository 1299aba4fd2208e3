/*
 * question -- what a request of the map is about, by its name and key. Pure;
 * any thread.
 *
 *   sender, recipient  Postfix; the key is an address
 *   mailertable        Sendmail; the domain of a recipient, its parents with a
 *                      dot in front, "."; the sender's domain too
 *   delivery           Sendmail, by the lines of "repgate mta sendmail":
 *                      "COUNT;SENDER;RECIPIENT", addresses without quotes.
 *                      COUNT (its macro nrcpts) is empty in a queue run.
 */
#ifndef DOORS_QUESTION_H
#define DOORS_QUESTION_H

#include "config/sight.h"
#include "doors/socketmap.h"

#include <stdbool.h>
#include <stddef.h>

struct board;
struct facts;
struct recipient;
struct verdict;

struct question {
	enum door door;
	/* Into text; NULL: not told. The null sender is "". */
	const char *sender, *recipient;
	const char
	    *receiver;	   /* of the recipient; whoever knows it puts it in */
	bool is_queue_run; /* of DOOR_DELIVERY */
	char text[SOCKETMAP_REQUEST_MAX + 2];
};

/* -1, with out undefined, for what nobody has an answer to: another name, a key
   that is empty, has a NUL, or leaves in doubt where an address begins. */
int question_read(const char *name, size_t name_length, const char *key,
    size_t key_length, struct question *out);

/* What the gate is told: recipient gets the one there is. */
void question_facts(
    const struct question *, struct facts *, struct recipient *recipient);
/* What the gate says to it. */
void question_decide(
    const struct board *, const struct question *, struct verdict *out);
/* Of the verdict's action, in the words of who asks, up to WORDING_MAX bytes.
   Returns text. */
const char *question_answer(
    char *text, const struct question *, const struct verdict *);

/* The address that the answer is told of in the log. */
const char *question_subject(const struct question *);

#endif
