/*
 * options -- what the command line of repgate says. One thread.
 */
#ifndef ADMIN_OPTIONS_H
#define ADMIN_OPTIONS_H

#include "admin/check.h"
#include "admin/explain.h"
#include "admin/release.h"
#include "admin/replay.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OPTIONS_ASSUMPTIONS_MAX 32

/* Bits, since an option may be of several commands. */
enum command {
	COMMAND_NONE = 0, /* none is given */
	COMMAND_CHECK = 1,
	COMMAND_STATUS = 2,
	COMMAND_RELOAD = 4,
	COMMAND_EXPLAIN = 8,
	COMMAND_MTA = 16,
	COMMAND_REPLAY = 32,
	COMMAND_HELD = 64
};

/* Its text is borrowed from argv. */
struct options {
	enum command command;
	char **arguments; /* those after the command */
	size_t argument_count;
	const char *config_path;    /* NULL: not given */
	const char *providers_path; /* NULL: the configuration's */
	bool json;
	struct check_options check;	/* what only check has */
	struct explain_message message; /* of explain */
	const char *door;		/* NULL: all that are in use */
	const char *assumptions[OPTIONS_ASSUMPTIONS_MAX];
	size_t assumption_count;
	bool check_mta;
	const char *mta_directory;
	struct replay_options replay; /* what only replay has */
	struct release_options held;  /* and what only held has */
};

enum options_result {
	OPTIONS_READ,
	OPTIONS_DONE,  /* --help or --version, which is printed */
	OPTIONS_WRONG, /* what is wrong is on standard error */
};

/* Reads argv, puts its options first, and takes < and > off mailboxes. Whether
   the command has its arguments is for the caller to see. To be cleared in any
   case. */
enum options_result options_parse(struct options *, int argc, char **argv);
void options_clear(struct options *);

/* The exit status for a command line that is OPTIONS_WRONG. */
int options_misuse_status(const struct options *, int argc, char **argv);

void options_usage(FILE *);

#endif
