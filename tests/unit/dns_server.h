/*
 * dns_server -- a DNS server for tests that says what a script tells it to,
 * truth or lies, by the name asked for. It runs in a thread of its own on a
 * free port of 127.0.0.1, UDP and TCP.
 *
 * A script has one rule a line; the first whose name and type hold decides,
 * and where none holds the answer is REFUSED. Empty lines and those that
 * begin with # are skipped.
 *
 *   NAME TYPE HOW ...      NAME: a name, *.suffix, or *    TYPE: A, TXT or *
 *
 *   a TTL ADDRESS...               these A records, in order
 *   txt TTL TEXT                   one TXT record, the rest of the line
 *   cname TTL TARGET ADDRESS...    an alias and the target's A records
 *   nxdomain TTL MINIMUM           with a SOA
 *   nodata TTL MINIMUM             with a SOA
 *   servfail | refused             the rcode alone
 *   drop                           nothing at all
 *   truncated TTL ADDRESS...       TC over UDP, the records over TCP
 *   wrong-id TTL ADDRESS...        as `a`, with another id
 *   wrong-question TTL ADDRESS...  as `a`, to a question that nobody asked
 *   garbage                        the id and then noise
 *   cut TTL ADDRESS...             as `a`, with the last bytes missing
 *   slow MS TTL ADDRESS...         as `a`, that much later
 *   flaky N TTL ADDRESS...         as `a`, after N questions got no answer
 */
#ifndef TESTS_DNS_SERVER_H
#define TESTS_DNS_SERVER_H

#include <stdint.h>

struct dns_server;

/* Any failure in here ends the test program. The script is copied. */
struct dns_server *dns_server_start(const char *script);
void dns_server_stop(struct dns_server **);

/* Replaces the script; the counts stay. */
void dns_server_script(struct dns_server *, const char *script);

/* "127.0.0.1:PORT"; borrowed. */
const char *dns_server_address(const struct dns_server *);

/* How many questions came in for a name of a type, over UDP and TCP. */
unsigned dns_server_count(struct dns_server *, const char *name, uint16_t type);

#endif
