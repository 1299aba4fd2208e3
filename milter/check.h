/*
 * check -- the command "repgate check": asks every list of the directory about
 * addresses and domains, now and without the daemon, and prints what they say.
 */
#ifndef CHECK_H
#define CHECK_H

#include "evidence/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK_DEADLINE_MS 10000

struct check_options {
	/* NULL: the default, which may be missing. */
	const char *config_path;
	const char *providers_path; /* NULL: the configuration's */
	const char *server;	    /* to ask, "ADDR:PORT"; or NULL */
	int64_t deadline_ms;	    /* for all of it */
	bool json, plugin;
	enum names_how how; /* what a name stands for */
	char **arguments;   /* none: egresses and domains configured */
	size_t argument_count;
};

/* Returns the exit status, an enum checkup_state. */
int check_run(const struct check_options *);

#endif
