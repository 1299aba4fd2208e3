#include "evidence/senses.h"

#include "base/alloc.h"
#include "evidence/words.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	char *words; /* NULL: free */
	size_t length;
	const struct receiver *receiver;
	struct reply_sense sense;
};

struct senses {
	const struct receivers *receivers;
	struct entry entries[SENSES_MAX];
};

struct senses *
senses_create(const struct receivers *receivers)
{
	struct senses *senses = alloc_zeroed(1, sizeof *senses);

	senses->receivers = receivers;
	return senses;
}

void
senses_destroy(struct senses **senses)
{
	if (!*senses)
		return;
	for (size_t i = 0; i < SENSES_MAX; i++)
		free((*senses)->entries[i].words);
	free(*senses);
	*senses = NULL;
}

/* Whoever makes two texts meet in a slot only slows itself down. */
static struct entry *
slot(struct senses *senses, const struct receiver *receiver,
    const struct words *words)
{
	uint64_t value = (uintptr_t)receiver, word;
	size_t i = 0;

	for (; i + 8 <= words->length; i += 8) {
		memcpy(&word, words->text + i, 8);
		value = (value ^ word) * 0x9e3779b97f4a7c15u;
		value ^= value >> 29;
	}
	for (; i < words->length; i++)
		value = (value ^ (unsigned char)words->text[i]) *
			0x9e3779b97f4a7c15u;
	return &senses->entries[(value ^ value >> 32) % SENSES_MAX];
}

static bool
is_same(const struct entry *entry, const struct receiver *receiver,
    const struct words *words)
{
	return entry->words && entry->receiver == receiver &&
	       entry->length == words->length &&
	       memcmp(entry->words, words->text, words->length) == 0;
}

void
senses_read(
    struct senses *senses, const struct reply *reply, struct meaning *out)
{
	struct words words;
	struct entry *entry;

	words_read(&words, reply->text, reply->length, reply->code,
	    reply->status, reply->stage == REPLY_STAGE_GREETING);
	entry = slot(senses, reply->receiver, &words);
	if (!is_same(entry, reply->receiver, &words)) {
		free(entry->words);
		entry->words = alloc_bytes(words.text, words.length);
		entry->length = words.length;
		entry->receiver = reply->receiver;
		reply_read_words(
		    senses->receivers, reply->receiver, &words, &entry->sense);
	}
	reply_conclude(reply, &words, &entry->sense, out);
}
