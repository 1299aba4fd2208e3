#include "evidence/receiver.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/domain.h"
#include "config/receivers.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One MX name. */
struct entry {
	const char *suffix; /* lower case, without "*." */
	char *owned;
	bool is_wild;
	const struct receiver *receiver;
};

struct receiver_book {
	struct entry *entries; /* open addressing, half empty */
	size_t mask;
};

static uint64_t
hash(const char *text, bool is_wild)
{
	uint64_t value = 14695981039346656037u ^ is_wild;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 1099511628211u;
	return value ^ value >> 29;
}

static struct entry *
slot(const struct receiver_book *book, const char *suffix, bool is_wild)
{
	size_t i = hash(suffix, is_wild) & book->mask;

	while (book->entries[i].suffix &&
	       (book->entries[i].is_wild != is_wild ||
		   strcmp(book->entries[i].suffix, suffix) != 0))
		i = (i + 1) & book->mask;
	return &book->entries[i];
}

static void
add(struct receiver_book *book, const char *mx, const struct receiver *receiver)
{
	bool is_wild = strncmp(mx, "*.", 2) == 0;
	char *suffix = alloc_string(is_wild ? mx + 2 : mx);
	struct entry *entry;

	for (char *c = suffix; *c; c++)
		*c = ascii_lower(*c);
	entry = slot(book, suffix, is_wild);
	if (entry->suffix) {
		free(suffix);
		return;
	}
	*entry = (struct entry){suffix, suffix, is_wild, receiver};
}

struct receiver_book *
receiver_book_create(const struct receivers *receivers)
{
	struct receiver_book *book = alloc_zeroed(1, sizeof *book);
	size_t names = 0, size = 16;

	for (size_t i = 0; i < receivers->count; i++)
		names += receivers->items[i].mx.count;
	while (size < 2 * names)
		size *= 2;
	book->mask = size - 1;
	book->entries = alloc_zeroed(size, sizeof book->entries[0]);
	for (size_t i = 0; i < receivers->count; i++)
		for (size_t j = 0; j < receivers->items[i].mx.count; j++)
			add(book, receivers->items[i].mx.items[j],
			    &receivers->items[i]);
	return book;
}

void
receiver_book_destroy(struct receiver_book **book_r)
{
	struct receiver_book *book = *book_r;

	if (!book)
		return;
	for (size_t i = 0; i <= book->mask; i++)
		free(book->entries[i].owned);
	free(book->entries);
	free(book);
	*book_r = NULL;
}

/* What a host name or an address is made of; all else becomes a "?". */
static char
tidy_byte(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= ':') || c == '.' ||
		       c == '-' || c == '_'
		   ? c
		   : '?';
}

/* Lower case and no dot at the end; 0, or -1 if it is too long or empty. */
static int
tidy(const char *host, size_t length, char name[RECEIVER_NAME_MAX])
{
	if (length > 0 && host[length - 1] == '.')
		length--;
	if (length == 0 || length >= RECEIVER_NAME_MAX)
		return -1;
	for (size_t i = 0; i < length; i++)
		name[i] = tidy_byte(host[i]);
	name[length] = '\0';
	return 0;
}

const struct receiver *
receiver_find(const struct receiver_book *book, const char *host, size_t length)
{
	char name[RECEIVER_NAME_MAX];
	const char *suffix = name;
	const struct entry *entry;

	if (tidy(host, length, name) != 0)
		return NULL;
	entry = slot(book, name, false);
	while (!entry->suffix && (suffix = strchr(suffix, '.'))) {
		suffix++;
		entry = slot(book, suffix, true);
	}
	return entry->receiver;
}

void
receiver_name(const char *host, size_t length, char name[RECEIVER_NAME_MAX])
{
	char tidied[RECEIVER_NAME_MAX], domain[DOMAIN_MAX];
	const char *parent = NULL;

	name[0] = '\0';
	if (tidy(host, length, tidied) != 0)
		return;
	if (domain_parse(tidied, domain) == 0)
		parent = domain_parent(domain);
	snprintf(name, RECEIVER_NAME_MAX, "%s", parent ? parent : tidied);
}
