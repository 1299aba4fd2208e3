/*
 * lookups -- what tables of Postfix have for some keys, by its postmap(1): each
 * table is asked once, for all of them. One thread.
 *
 * There may be passwords among the values. They are wiped when they go.
 */
#ifndef MTA_LOOKUPS_H
#define MTA_LOOKUPS_H

struct lookups;

/* Runs "postmap -q - TABLE" with these lines as its input; returns what it
   prints, errors too, to be taken. */
typedef char *lookups_run(void *arg, const char *table, int input);

enum lookup {
	LOOKUP_FOUND,
	LOOKUP_MISSING,
	LOOKUP_UNREADABLE /* it may be there; postmap does not tell */
};

struct lookups *lookups_create(lookups_run *, void *arg);
/* NULL-safe. */
void lookups_destroy(struct lookups **);

/* All keys come before the first look. No line break in it. */
void lookups_add(struct lookups *, const char *key);

/* *value: of the first of these tables ("hash:/a, texthash:/b") that has the
   key. Borrowed until lookups_destroy; it ends with its line. */
enum lookup lookups_find(
    struct lookups *, const char *tables, const char *key, const char **value);

#endif
