/*
 * directory -- the lists that repgate knows, read from providers.conf.
 * Immutable once read; any thread may read it.
 */
#ifndef CONFIG_DIRECTORY_H
#define CONFIG_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct problems;

/* One bit of struct answer.codes for each, so no more than that. */
#define LIST_CODES_MAX 32

/* A run of answers and what the list means by it. Host byte order, both
   ends included. */
struct list_code {
	uint32_t low, high;
	char *name; /* of a code: the part of the list ("SBL") */
};

/* A run of answers by which the list declines to say. */
struct list_refusal {
	uint32_t low, high;
	char *cause;
};

struct list {
	char *id; /* what repgate.conf calls it */
	char *provider;
	char *zone;    /* without leading or trailing dot */
	char *lookup;  /* URL for people, {subject} replaced; or NULL */
	char *removal; /* URL for people, {subject} replaced; or NULL */
	bool knows_ip4, knows_ip6;
	struct list_code *codes;
	size_t code_count;
	struct list_refusal *refusals;
	size_t refusal_count;
};

struct directory {
	struct list *lists;
	size_t list_count;
};

/* Reads a file; @include works. NULL if the file cannot be used, with the
   errors in problems. The caller owns the result. */
struct directory *directory_read(const char *path, struct problems *);
void directory_destroy(struct directory **);

/* NULL if there is none. Borrowed. */
const struct list *directory_find(const struct directory *, const char *id);

/* Whether an answer read by one definition means the same by the other. */
bool list_equal(const struct list *, const struct list *);

/* Replaces {subject} in a URL; cut to size. Returns its first argument. */
const char *list_url(
    char *text, size_t size, const char *url, const char *subject);

#endif
