/*
 * commands -- the programs of the administrator's that repgate.conf has run:
 * on_clear and on_block. One thread at a time.
 */
#ifndef CONFIG_COMMANDS_H
#define CONFIG_COMMANDS_H

struct config;
struct group;

void commands_read(struct group *root, struct config *);
void commands_free(struct config *);

#endif
