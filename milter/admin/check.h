/*
 * check -- the command "repgate check": asks every list of the directory about
 * addresses and domains, now and without the daemon, and prints what they say.
 */
#ifndef ADMIN_CHECK_H
#define ADMIN_CHECK_H

#include "config/server.h"
#include "evidence/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct dns_settings;

#define CHECK_DEADLINE_MS 10000

struct check_options {
	/* NULL: the default, which may be missing. */
	const char *config_path;
	const char *providers_path; /* NULL: the configuration's */
	const char *server;	    /* to ask, "ADDR:PORT"; or NULL */
	int64_t deadline_ms;	    /* for all of it */
	bool json, plugin;
	bool routes;	    /* these, and no lists: inspection.h */
	enum names_how how; /* what a name stands for */
	char **arguments;   /* none: egresses and domains configured */
	size_t argument_count;
};

/* How DNS is asked; config may be NULL. server holds what settings borrows. 0,
   or -1 with the reason on standard error. */
int check_dns(const struct check_options *, const struct config *,
    struct dns_settings *, char server[SERVER_TEXT_MAX]);

/* Returns the exit status, an enum checkup_state. */
int check_run(const struct check_options *);

#endif
