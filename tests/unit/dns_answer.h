/*
 * dns_answer -- what a rule of a script (dns_server.h) says, as the bytes of a
 * packet: all that does not depend on what was asked before. Any failure in
 * here ends the test program.
 */
#ifndef TESTS_DNS_ANSWER_H
#define TESTS_DNS_ANSWER_H

#include "dns_packet.h"

struct dns_answer {
	const char *how;
	char **words; /* behind it, up to NULL */
	/* Of the records that have one, escapes done. */
	const char *text;
	size_t text_length;
};

/* Fills in an empty packet. */
void dns_answer_write(
    struct packet *, const struct question *, const struct dns_answer *);

#endif
