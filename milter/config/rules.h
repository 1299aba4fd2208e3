/*
 * rules -- the policy section of repgate.conf. One thread at a time.
 */
#ifndef CONFIG_RULES_H
#define CONFIG_RULES_H

struct config;
struct group;

/* Fills the rules of a config that has its egresses and routes already. */
void rules_read(struct group *root, struct config *);
void rules_free(struct config *);

#endif
