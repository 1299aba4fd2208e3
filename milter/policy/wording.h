/*
 * wording -- a verdict in the words that the MTA gets. Pure; any thread.
 *
 * Foreign text in them is escaped; every text is printable ASCII on one line.
 */
#ifndef POLICY_WORDING_H
#define POLICY_WORDING_H

#include <stdbool.h>
#include <stddef.h>

struct verdict;

/* As much as Postfix takes in one reply line, less code and status. */
#define WORDING_MAX 480

/* What the milter adds to a message that is rerouted by the header. */
#define WORDING_ROUTE_HEADER "X-Repgate-Route"

/* Named in defer_transports or in master.cf. */
#define WORDING_WAIT_TRANSPORT "egress-wait"

/* The text of ACTION_DEFER, after 451 4.7.1. Returns its first argument. */
const char *wording_defer(char text[WORDING_MAX], const struct verdict *);

/* The reason of ACTION_HOLD. Returns its first argument. */
const char *wording_hold(char text[WORDING_MAX], const struct verdict *);

/* The map's answer, "OK transport:nexthop" or "NOTFOUND "; the latter also for
   what the map cannot do. Returns its first argument. */
const char *wording_map(char text[WORDING_MAX], const struct verdict *);

/* The same in Sendmail's words, "OK mailer:host". While a message is taken in,
   one that is to wait goes to the mailer dsmtp, which keeps it in the queue; in
   a queue run, which may say why, it is an error of class 4. domain is the
   recipient's; where no mail goes to such a one the answer is "NOTFOUND ". */
const char *wording_mailertable(char text[WORDING_MAX], const struct verdict *,
    const char *domain, bool is_queue_run);

#endif
