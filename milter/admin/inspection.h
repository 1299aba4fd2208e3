/*
 * inspection -- the command "repgate check --routes": looks at each route of
 * the configuration before mail has to go by it, and prints what it finds. One
 * thread.
 */
#ifndef ADMIN_INSPECTION_H
#define ADMIN_INSPECTION_H

struct check_options;
struct config;

/* Returns the exit status: 0 all is well, 1 something is not, 3 something
   could not be found out, and nothing is known to be wrong. */
int inspection_run(const struct check_options *, const struct config *);

#endif
