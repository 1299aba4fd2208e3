/*
 * entries -- the test entries that a definition gives a list, or those of RFC
 * 5782, section 5. One thread at a time.
 */
#ifndef CONFIG_ENTRIES_H
#define CONFIG_ENTRIES_H

struct group;
struct list;

/* For what the list knows by now. */
void entries_read(struct group *, struct list *);

#endif
