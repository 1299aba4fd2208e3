/*
 * demands -- what Postfix is set to use with the server of each route: TLS and
 * AUTH, by its own postconf(1) and postmap(1). These run one by one beside a
 * thread of their own, since they may take their time or never end; what they
 * have not said in DEMANDS_LIMIT_MS is not known.
 */
#ifndef MTA_DEMANDS_H
#define MTA_DEMANDS_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct demands;
struct event_base;

#define DEMANDS_LIMIT_MS 10000
#define DEMAND_LEVEL_MAX 32

enum demand_tls {
	DEMAND_TLS_UNKNOWN,
	DEMAND_TLS_NONE,
	DEMAND_TLS_MAY,	   /* where it is offered */
	DEMAND_TLS_MUST,   /* else mail does not go */
	DEMAND_TLS_TRUSTED /* likewise, and the certificate must be right */
};

struct demand {
	enum demand_tls tls;
	char level[DEMAND_LEVEL_MAX]; /* Postfix's word for it */
	bool is_wrapped;	      /* TLS from the first byte on */
	bool has_login;		      /* there is one for that nexthop */
	/* No mechanism that shows the password (PLAIN, LOGIN): before TLS, and
	   by it. */
	bool hides_password, hides_password_in_tls;
};

typedef void demands_done(void *arg);

/* done is called once, from the loop; the programs are not run before the loop
   runs. keeps_root: as repgate(8), which root calls to see the logins; else
   they run unprivileged. Config is borrowed until demands_destroy. */
struct demands *demands_ask(struct event_base *, const struct config *,
    bool keeps_root, demands_done *done, void *arg);

/* Ends what runs. NULL-safe. */
void demands_destroy(struct demands **);

/* After done. All is unknown where the mail server is not Postfix, or cannot be
   asked; a login in a table that may not be read is none. */
struct demand demands_of(const struct demands *, size_t route);

#endif
