/*
 * runner -- the user that repgated runs as. One thread.
 */
#ifndef ADMIN_RUNNER_H
#define ADMIN_RUNNER_H

struct account;

/* That of the daemon which serves the control socket of that configuration
   file; where none answers, the user repgate that the package makes. 0, or -1:
   it is not known. */
int runner_find(const char *config_path, struct account *);

#endif
