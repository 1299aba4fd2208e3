/*
 * demands -- what Postfix is set to use with the server of a route: TLS and
 * AUTH, by its own postconf(1) and postmap(1). Of repgate; one thread.
 */
#ifndef DEMANDS_H
#define DEMANDS_H

struct preflight_demand;
struct route;

/* Without Postfix on this machine there is none. TLS counts where mail does not
   go without it; AUTH where Postfix has a login for that nexthop, which root
   alone may know. */
struct preflight_demand demands_of(const struct route *);

#endif
