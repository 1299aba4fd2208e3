#include "base/needles.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that are in no word are all the same to us. */
#define SYMBOLS_MAX 256

struct node {
	uint32_t fallback; /* the longest end of this that begins a word */
	uint32_t report;   /* the nearest node of these that ends one; 0 none */
	uint64_t *owners;  /* NULL: no word ends here */
};

struct needles {
	size_t set_words;
	unsigned char symbols[256]; /* 0: in no word */
	size_t symbol_count;
	struct word {
		char *bytes;
		size_t length, owner;
	} * words;
	size_t word_count;
	struct node *nodes;
	size_t node_count;
	uint32_t *next; /* node_count rows of symbol_count */
};

struct needles *
needles_create(size_t owners)
{
	struct needles *needles = alloc_zeroed(1, sizeof *needles);

	needles->set_words = NEEDLES_SET_WORDS(owners);
	needles->symbol_count = 1;
	return needles;
}

void
needles_destroy(struct needles **needles_r)
{
	struct needles *needles = *needles_r;

	if (!needles)
		return;
	for (size_t i = 0; i < needles->word_count; i++)
		free(needles->words[i].bytes);
	for (size_t i = 0; i < needles->node_count; i++)
		free(needles->nodes[i].owners);
	free(needles->words);
	free(needles->nodes);
	free(needles->next);
	free(needles);
	*needles_r = NULL;
}

void
needles_add(
    struct needles *needles, const char *word, size_t length, size_t owner)
{
	needles->words = alloc_resize(
	    needles->words, needles->word_count + 1, sizeof needles->words[0]);
	needles->words[needles->word_count++] =
	    (struct word){alloc_bytes(word, length), length, owner};
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = word[i];

		if (needles->symbols[byte] == 0 &&
		    needles->symbol_count < SYMBOLS_MAX)
			needles->symbols[byte] = needles->symbol_count++;
	}
}

static uint32_t *
edge(const struct needles *needles, uint32_t node, size_t symbol)
{
	return &needles->next[node * needles->symbol_count + symbol];
}

static void
insert(struct needles *needles, const struct word *word)
{
	uint32_t node = 0;

	for (size_t i = 0; i < word->length; i++) {
		unsigned char byte = word->bytes[i];
		uint32_t *next = edge(needles, node, needles->symbols[byte]);

		if (*next == 0)
			*next = needles->node_count++;
		node = *next;
	}
	if (!needles->nodes[node].owners)
		needles->nodes[node].owners =
		    alloc_zeroed(needles->set_words, sizeof(uint64_t));
	needles->nodes[node].owners[word->owner / 64] |= UINT64_C(1)
							 << word->owner % 64;
}

/* Takes the nodes by their depth, so that a fallback is complete before it is
   needed, and fills in where each symbol leads that has no edge. */
static void
complete(struct needles *needles)
{
	uint32_t *queue = alloc_zeroed(needles->node_count, sizeof *queue);
	size_t head = 0, tail = 1;

	while (head < tail) {
		uint32_t node = queue[head++];
		const struct node *from = &needles->nodes[node];

		for (size_t s = 1; s < needles->symbol_count; s++) {
			uint32_t *next = edge(needles, node, s), child = *next;
			uint32_t other =
			    node == 0 ? 0 : *edge(needles, from->fallback, s);

			if (child == 0) {
				*next = other;
				continue;
			}
			needles->nodes[child].fallback = other;
			needles->nodes[child].report =
			    needles->nodes[other].owners
				? other
				: needles->nodes[other].report;
			queue[tail++] = child;
		}
	}
	free(queue);
}

/* Letters in the text come in both cases. */
static void
fold(struct needles *needles)
{
	for (int c = 'a'; c <= 'z'; c++)
		needles->symbols[c - 'a' + 'A'] = needles->symbols[c];
}

void
needles_close(struct needles *needles)
{
	size_t most = 1;

	for (size_t i = 0; i < needles->word_count; i++)
		most += needles->words[i].length;
	needles->nodes = alloc_zeroed(most, sizeof needles->nodes[0]);
	needles->next =
	    alloc_zeroed(most * needles->symbol_count, sizeof needles->next[0]);
	needles->node_count = 1;
	for (size_t i = 0; i < needles->word_count; i++)
		insert(needles, &needles->words[i]);
	complete(needles);
	fold(needles);
}

void
needles_find(const struct needles *needles, const char *text, size_t length,
    uint64_t *found)
{
	uint32_t node = 0;

	assert(needles->nodes);
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = text[i];
		uint32_t end;

		node = *edge(needles, node, needles->symbols[byte]);
		end = needles->nodes[node].owners ? node
						  : needles->nodes[node].report;
		for (; end; end = needles->nodes[end].report)
			for (size_t j = 0; j < needles->set_words; j++)
				found[j] |= needles->nodes[end].owners[j];
	}
}
