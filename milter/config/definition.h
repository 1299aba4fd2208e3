/*
 * definition -- a list as providers.conf defines it. One thread at a time.
 */
#ifndef CONFIG_DEFINITION_H
#define CONFIG_DEFINITION_H

struct group;
struct list;

/* Takes what the group says; what is wrong is recorded, and the list is then
   only fit for list_clear. */
void definition_read(struct group *, struct list *out);

#endif
