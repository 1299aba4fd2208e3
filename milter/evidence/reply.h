/*
 * reply -- one SMTP reply to a delivery attempt, and what it means for us.
 * Pure; any thread.
 *
 * A receiver's own patterns are tried first, then those for everybody; the
 * first that matches gives the class. Where it is about an address, and the
 * reply quotes addresses of which none is ours, it is about somebody else:
 * REPLY_UNRELATED.
 */
#ifndef EVIDENCE_REPLY_H
#define EVIDENCE_REPLY_H

#include "base/address.h"
#include "config/receivers.h"

#include <stddef.h>

struct words;

/* The command that was answered. */
enum reply_stage {
	REPLY_STAGE_UNKNOWN,
	REPLY_STAGE_GREETING, /* none: the server refused to talk */
	REPLY_STAGE_HELO,
	REPLY_STAGE_MAIL,
	REPLY_STAGE_RCPT,
	REPLY_STAGE_DATA, /* DATA, and the end of it */
	REPLY_STAGE_OTHER
};

/* Text is borrowed and may hold any byte. */
struct reply {
	const char *text; /* with or without its code; lines in any form */
	size_t length;
	int code;	    /* 0: see the text */
	const char *status; /* enhanced code; NULL: see the text */
	enum reply_stage stage;
	const struct receiver *receiver; /* by the relay's name; or NULL */
	const struct address *ours;	 /* our addresses; none: not known */
	size_t our_count;
};

enum reply_quote {
	REPLY_QUOTES_NONE,
	REPLY_QUOTES_US,
	REPLY_QUOTES_SOME, /* an address, and ours are not known */
	REPLY_QUOTES_OTHERS
};

#define REPLY_LIST_MAX 65
#define REPLY_REMOVAL_MAX 256

/* list and removal are of blocks and throttles only, else "". They may come
   from the reply: printable, and no more to be believed than it is. */
struct meaning {
	enum reply_class class;
	enum reply_quote quote;
	struct address address; /* the one quoted; ours if there is one */
	char list[REPLY_LIST_MAX];
	char removal[REPLY_REMOVAL_MAX];
};

void reply_read(
    const struct receivers *, const struct reply *, struct meaning *out);

/* reply_read in two steps, for who keeps what came of the words: equal words
   of one receiver have the same sense. */
struct reply_sense {
	enum reply_class class;
	char list[REPLY_LIST_MAX];
	/* The pattern's, which comes before a URL in the reply, and the list's,
	   which comes after. NULL for none; borrowed from the receivers. */
	const char *removal, *list_removal;
};

void reply_read_words(const struct receivers *, const struct receiver *,
    const struct words *, struct reply_sense *out);
void reply_conclude(const struct reply *, const struct words *,
    const struct reply_sense *, struct meaning *out);

#endif
