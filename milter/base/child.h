/*
 * child -- a program that runs beside us, and gets no more of us than it needs:
 * its input and output, a short environment, and no privilege. No shell reads
 * its words. Any thread.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct child_terms {
	char *const *words;	  /* ends with NULL; the first is a path */
	char *const *environment; /* likewise */
	int input, output;	  /* -1: /dev/null */
	bool joins_errors;	  /* to its output; else they are lost */
	bool keeps_root;	  /* where we are root; else it is "nobody" */
};

/* Asks the system's directory for nobody, which may take a while. A program
   that cannot be run ends with status 127. Its id, or -1. */
pid_t child_start(const struct child_terms *);

#define CHILD_OUTPUT_MAX 65536

/* All that it prints before it closes its output, less than CHILD_OUTPUT_MAX;
   then, at the deadline, or as soon as something is to be read at stop_fd, it is
   killed. What has no end is "". To be freed. terms->output is ours. */
char *child_output(
    const struct child_terms *, int stop_fd, int64_t deadline_ms);

/* A program of that name in those directories, "/sbin:/usr/sbin"; others than
   from the root on are left out. To be freed; NULL: there is none. */
char *child_find(const char *directories, const char *name);

#endif
