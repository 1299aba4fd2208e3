/*
 * sighting -- which address of ours the network sees, in one family: what
 * services that know nothing of each other say, and when they are believed.
 * Pure: the clock is given. Any thread.
 *
 * A round is believed when at least two services gave an address that can be
 * one of a sender on the internet, and all that gave any gave the same. The
 * first address is taken at once; another one in its place when a second round
 * says the same, with no round between that says otherwise. Silence and
 * discord change nothing: what was known stays.
 */
#ifndef EVIDENCE_SIGHTING_H
#define EVIDENCE_SIGHTING_H

#include "base/address.h"
#include "evidence/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A change is confirmed, and a failed round repeated, after this; a failed
   one each time after twice as long. Never later than the usual round. */
#define SIGHTING_AGAIN_MS INT64_C(60000)

#define SIGHTING_WORDS_MAX 400

/* What one service said in one round. */
struct voice {
	const char *service; /* its id */
	enum dns_status status;
	struct address address; /* of DNS_RESPONSE; family 0: it gave none */
};

struct sighting {
	uint8_t family;		  /* 4 or 6 */
	struct address known;	  /* family 0: none */
	struct address candidate; /* seen once instead; family 0: none */
	int64_t due_ms;		  /* of the next round */
	uint16_t failures;	  /* rounds in a row without agreement */
	bool is_silent;		  /* no service said anything in the last one */
	/* Of the last round: who agreed ("opendns, google"), or who said what
	   ("opendns says 10.0.0.1, which is private; google: timed out"). */
	char words[SIGHTING_WORDS_MAX];
};

enum sighting_news {
	SIGHTING_SAME,
	SIGHTING_CHANGED, /* known is another one now */
	SIGHTING_DOUBT /* no agreement, and not the words of the last doubt */
};

void sighting_init(struct sighting *, int family);

enum sighting_news sighting_take(struct sighting *, const struct voice *,
    size_t count, int64_t every_ms, int64_t now_ms);

#endif
