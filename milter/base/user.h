/*
 * user -- from root to a user that may do nothing but its work. One thread,
 * before there are others.
 *
 * A daemon that root started lives as its user from the first file it reads,
 * is root again only where a socket is made, and then gives that up for good.
 * So whatever the user cannot read shows at the start and not at a reload.
 */
#ifndef BASE_USER_H
#define BASE_USER_H

/* To be called first. No program that is run gets privileges by it from here
   on. With a name root becomes that user, with the groups that the user has;
   anybody else may only name itself. NULL: the user stays. 0, or -1 with
   *reason set, to be freed. */
int user_take(const char *name, char **reason);

/* Root again, to make a socket, and back. Nothing where root took no user, or
   has given up for good; where it fails the process ends. */
void user_raise(void);
void user_lower(void);

/* The user for good, with no capability left. Also without a user: no core
   dump, and no debugger but root's, since there are keys in memory. 0, or -1
   with *reason set. */
int user_settle(char **reason);

#endif
