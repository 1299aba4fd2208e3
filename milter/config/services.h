/*
 * services -- the discovery section of repgate.conf: who tells us the address
 * that the network sees. One thread at a time.
 */
#ifndef CONFIG_SERVICES_H
#define CONFIG_SERVICES_H

struct config;
struct group;

/* As many words of different services as one log line has room for. */
#define SERVICES_MAX 8

/* One voice is no agreement. */
#define SERVICES_AGREE_MIN 2

/* Fills the services of a config that has its egresses already; those that
   are known to us, if the file names none. */
void services_read(struct group *root, struct config *);
void services_free(struct config *);

#endif
