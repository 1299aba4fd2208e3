/*
 * dns_script -- a script (dns_server.h), and what it says to a DNS question. Any
 * failure in here ends the test program. One thread at a time.
 */
#ifndef TESTS_DNS_SCRIPT_H
#define TESTS_DNS_SCRIPT_H

#include "dns_packet.h"

struct dns_script;

/* The text is copied. */
struct dns_script *dns_script_parse(const char *text);
void dns_script_free(struct dns_script **);

/* Fills in the packet; false: no answer at all. *delay_ms: how long it is to
   wait. */
bool dns_script_answer(struct dns_script *, const struct question *,
    struct packet *out, int *delay_ms);

/* "A", "TXT" ... or "?". */
const char *dns_script_type(uint16_t type);

#endif
