/*
 * dns_server -- a DNS server for tests that says what a script tells it to,
 * truth or lies, by the name asked for. It runs in a thread of its own on a
 * free port of 127.0.0.1, UDP and TCP.
 *
 * A script has one rule a line; the first whose name and type hold decides,
 * and where none holds the answer is REFUSED. Empty lines and those that
 * begin with # are skipped.
 *
 *   NAME TYPE HOW ...      NAME: a name, *.suffix, or *
 *                          TYPE: A, AAAA, MX, TXT or *
 *
 *   a TTL ADDRESS...               these A records, in order
 *   aaaa TTL ADDRESS...            these AAAA records
 *   mx TTL PREFERENCE HOST ...     these MX records; HOST . is the root
 *   txt TTL TEXT                   one TXT record, the rest of the line, in
 *                                  which \n, \\ and \xHH stand for a byte
 *   txts TTL TEXT | TEXT ...       several TXT records
 *   long TTL BYTES TEXT            one TXT record, the text again and again
 *   cname TTL TARGET ADDRESS...    an alias and the target's A records
 *   nxdomain TTL MINIMUM           with a SOA
 *   nodata TTL MINIMUM             with a SOA
 *   servfail | refused             the rcode alone
 *   rcode NUMBER                   any rcode alone
 *   drop                           nothing at all
 *   truncated TTL ADDRESS...       TC over UDP, the records over TCP
 *   wrong-id TTL ADDRESS...        as `a`, with another id
 *   wrong-question TTL ADDRESS...  as `a`, to a question that nobody asked
 *   garbage                        the id and then noise
 *   cut TTL ADDRESS...             as `a`, with the last bytes missing
 *   slow MS TTL ADDRESS...         as `a`, that much later
 *   flaky N TTL ADDRESS...         as `a`, after N questions got no answer
 *
 * Packets that are wrong, otherwise as `a`:
 *
 *   empty | header                 no bytes; the header alone
 *   question TTL ADDRESS...        marked as a question
 *   no-question TTL ADDRESS...     without the question
 *   fewer TTL ADDRESS...           counts more records than there are
 *   long-data TTL ADDRESS...       the last record is longer than the packet
 *   pointer-loop TTL ADDRESS...    a name that points to itself
 *   alias-loop TTL                 a name that is an alias of itself
 *   denied TTL ADDRESS...          records beside NXDOMAIN
 *   referral TTL                   no records but the name of a server
 *
 * Two lines stand for others:
 *
 *   zone ZONE HOW ...      *.ZONE * HOW ...
 *   zone ZONE lists [ADDRESS[=CODE]] ...
 *                          a list that works: it has the test entries of
 *                          RFC 5782 and these addresses (as 127.0.0.2), each
 *                          with a TXT record, and NXDOMAIN for all else
 *   latency NAME MS        all UDP answers to NAME come that much later; the
 *                          first such line that holds decides
 */
#ifndef TESTS_DNS_SERVER_H
#define TESTS_DNS_SERVER_H

#include <stdint.h>
#include <stdio.h>

struct dns_server;

/* Any failure in here ends the test program. The script is copied. */
struct dns_server *dns_server_start(const char *script);
/* On an IPv4 address and port of the caller's choice. With a log each question
   is a line of it: type and name. */
struct dns_server *dns_server_start_at(
    const char *address, uint16_t port, const char *script, FILE *log);
void dns_server_stop(struct dns_server **);

/* Replaces the script; the counts stay. */
void dns_server_script(struct dns_server *, const char *script);

/* "127.0.0.1:PORT"; borrowed. */
const char *dns_server_address(const struct dns_server *);

/* How many questions came in for a name of a type, over UDP and TCP. */
unsigned dns_server_count(struct dns_server *, const char *name, uint16_t type);

#endif
